"""Park View (fictional) in the committed seed, row by row: who reported what, when and from where.

Counts follow `sample_pins`; here each report gets its source, word, flat and hour so that the
place profile's own numbers come out exactly: sources, categories, top addresses, hours.
"""

from datetime import date

import numpy as np
import pandas as pd

from hotspots.sample import pins as pins
from hotspots.sample import story as story
from hotspots.sample import words as words
from hotspots.sample.geography import World

_SEED = 31
_POLICE = {
    "2017-09": "Drugs Drugs Burglary Violence",
    "2017-10": "Drugs Drugs Drugs Drugs Drugs Burglary Damage Violence",
    "2017-11": "Drugs Drugs Burglary Burglary Damage",
    "2017-12": "Burglary",
}
_POLICE_WORD = {
    "Damage": "Criminal damage and arson",
    "Violence": "Violence and sexual offences",
    "Drugs": "Drugs",
    "Burglary": "Burglary",
}
_FIRES = ("2017-05", "2017-07", "2017-08", "2017-09", "2017-11", "2017-12")
# How many of a month's exact reports come from the drug base (A) and the two exploited homes (B, C).
_FLATS = {
    "2017-03": "AABBC", "2017-04": "AAABBC", "2017-05": "AAAABBCC", "2017-06": "AAAAABBCC",
    "2017-07": "AAAAAABBCC", "2017-08": "AAAAAAABBCC", "2017-09": "AAAAAAABBC", "2017-10": "AAAAAAAAABC",
    "2017-11": "AAAAAAAAAB", "2017-12": "BCCCa",
}  # fmt: skip
_OTHERS = "DEaDbcEdDefgDEhaDbEcdefg"
_FLAT_NUMBER = dict(zip("ABCDEabcdefgh", (12, 5, 23, 17, 8, 2, 7, 10, 14, 19, 25, 28, 31), strict=True))
_WORDS = {
    "drugs": {words.COUNCIL: "Drug dealing", words.HOUSING: "Drugs"},
    "nuisance": {words.COUNCIL: "Rowdy behaviour", words.HOUSING: "Neighbour nuisance"},
    "noise": {words.COUNCIL: "Noise", words.HOUSING: "Noise"},
    "damage": {words.COUNCIL: "Vandalism", words.HOUSING: "Criminal damage"},
    "violence": {words.HOUSING: "Physical violence"},
    "burglary": {words.HOUSING: "Burglary"},
}
_QUIET_YEAR = {"nuisance": 4, "noise": 5, "burglary": 2, "damage": 1, "violence": 1}
_REST = {"drugs": 28, "nuisance": 24, "noise": 12, "burglary": 7, "damage": 3, "violence": 5}
_OCTOBER = {"drugs": 1, "nuisance": 6, "noise": 4}


def park_view_rows(world: World) -> pd.DataFrame:
    """All reports of Park View in the committed seed, with the columns of `draw_rows`.

    24 months to August 2018: 127, of them 18 month-only police rows and 109 exact ones, of which
    the busiest one, three and five flats hold 52, 84 and 93.
    """
    rng = np.random.default_rng(_SEED)
    recent = _with_times(rng, _with_words(rng, _exact_rows()))
    rows = pd.concat([_early_rows(rng), recent, _police_rows()], ignore_index=True)
    return _with_places(rows, world)


def _exact_rows() -> pd.DataFrame:
    """Month, source and flat of the 109 exact reports, in order of month."""
    series, others, rows = pins.SITE_MONTHS[story.PARK_VIEW], list(_OTHERS), []
    for month in range(story.month_index(date(2016, 9, 1)), len(story.MONTHS)):
        label = f"{story.MONTHS[month]:%Y-%m}"
        number = series[month] - len(_POLICE.get(label, "").split())
        flats = list(_FLATS.get(label, ""))
        flats += [others.pop(0) for _ in range(number - len(flats))]
        fires = int(label in _FIRES)
        council = round((number - fires) * 0.54)
        sources = [words.FIRE] * fires + [words.COUNCIL] * council
        sources += [words.HOUSING] * (number - len(sources))
        rows += [(month, label, s, f) for s, f in zip(sources, flats, strict=True)]
    return pd.DataFrame(rows, columns=["month", "label", "source", "flat"])


def _with_words(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """Categories by period, dealt so that a landlord's word goes to a landlord's report."""
    word = pd.Series("Deliberate secondary fire", index=rows.index)
    partner = rows["source"] != words.FIRE
    early, october = rows["label"] < "2017-03", rows["label"] == "2017-10"
    for mask, mix in ((early, _QUIET_YEAR), (october, _OCTOBER), (~early & ~october, _REST)):
        own = rows[mask & partner]
        deck = np.repeat(list(mix), list(mix.values()))
        rng.shuffle(deck)
        # Only the landlord hears of break-ins and violence: deal those to its reports first.
        landlord = own.index[own["source"] == words.HOUSING].to_numpy()
        council = own.index[own["source"] == words.COUNCIL].to_numpy()
        only = np.isin(deck, ("burglary", "violence"))
        order = np.concatenate([deck[only], rng.permutation(deck[~only])])
        for index, category in zip([*rng.permutation(landlord), *council], order, strict=True):
            word[index] = _WORDS[category][rows.at[index, "source"]]
    return rows.assign(word=word.to_numpy())


def _with_times(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """The 109 weekday and hour cells of the picture, dealt at random; June 2018 is Monday the 18th."""
    cells = np.array(
        [(d, b) for d, line in enumerate(words.PARK_VIEW_HOURS) for b, n in enumerate(line) for _ in range(n)]
    )
    rng.shuffle(cells)
    june = int(np.flatnonzero(rows["label"] == "2018-06")[0])
    monday = int(np.flatnonzero(cells[:, 0] == 0)[0])
    cells[[june, monday]] = cells[[monday, june]]
    first, days = story.month_days()
    day = []
    for row, (weekday, _) in zip(rows.itertuples(), cells, strict=True):
        last = 20 if row.label == "2017-11" and row.flat == "A" else days[row.month]
        start = (weekday - first[row.month]) % 7 + 1
        day.append(18 if row.label == "2018-06" else start + 7 * rng.integers(0, (last - start) // 7 + 1))
    minute = cells[:, 1] * 240 + rng.integers(0, 240, len(rows))
    return rows.assign(day=day, minute=minute)


def _early_rows(rng: np.random.Generator) -> pd.DataFrame:
    """March 2015 to August 2016: a quiet block; in June 2016 only the landlord's report is known."""
    series = pins.SITE_MONTHS[story.PARK_VIEW]
    months = np.repeat(np.arange(18), series[:18])
    missing = months == story.month_index(story.MISSING_MONTH)
    source = np.where((np.arange(len(months)) % 2 == 0) | missing, words.HOUSING, words.COUNCIL)
    kinds = np.array(["noise", "nuisance", "noise"])[np.arange(len(months)) % 3]
    return pd.DataFrame(
        {
            "month": months,
            "source": source,
            "word": [_WORDS[k][s] for s, k in zip(source, kinds, strict=True)],
            "flat": [("D", "E", "a", "c", "f")[i % 5] for i in range(len(months))],
            "day": rng.integers(1, 28, len(months)),
            "minute": rng.integers(17 * 60, 24 * 60, len(months)),
        }
    )


def _police_rows() -> pd.DataFrame:
    rows = [
        (story.month_index(date.fromisoformat(f"{label}-01")), words.POLICE, _POLICE_WORD[w], "", 1, -1)
        for label, told in _POLICE.items()
        for w in told.split()
    ]
    return pd.DataFrame(rows, columns=["month", "source", "word", "flat", "day", "minute"])


def _with_places(rows: pd.DataFrame, world: World) -> pd.DataFrame:
    homes = world.addresses[world.addresses["site"] == story.PARK_VIEW].set_index("unit")
    point = world.map_points[world.map_points["site"] == story.PARK_VIEW].iloc[0]
    flat = rows["flat"].map(_FLAT_NUMBER)
    unit = ("Flat " + flat.astype("Int64").astype(str)).where(flat.notna(), "")
    home = homes.reindex(unit)
    police = (rows["source"] == words.POLICE).to_numpy()
    officer = np.arange(len(rows)) % 6 == 4
    reporter = np.where(officer, "Officer", "Resident")
    reporter = np.where(rows["source"] == words.FIRE, "Other service", reporter)
    return pd.DataFrame(
        {
            "month": rows["month"], "source": rows["source"], "word": rows["word"], "day": rows["day"],
            "minute": rows["minute"], "district": story.MAIN, "site": story.PARK_VIEW,
            "place_text": story.PARK_VIEW, "ward": point["ward"], "unit": unit,
            "x": np.where(police, point["x"], home["x"]), "y": np.where(police, point["y"], home["y"]),
            "street_x": np.nan, "street_y": np.nan,
            "key": np.where(police, "", home["key"].fillna("")),
            "lsoa": np.where(police, point["lsoa"], ""),
            "lsoa_name": np.where(police, point["lsoa_name"], ""),
            "reporter": np.where(police, "", reporter),
        }
    )  # fmt: skip
