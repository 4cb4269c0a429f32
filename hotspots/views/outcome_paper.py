"""A councillor's one-pager: the outcome page on paper, from released figures and facts and nothing else."""

import re
from datetime import date

import pandas as pd

from hotspots.release.outcomes import facts_from_json
from hotspots.release.partition import ALL
from hotspots.release.rounding import FEWER, number_of
from hotspots.store.published import Published
from hotspots.views.outcome_dates import span
from hotspots.views.outcomes import OutcomeWords, bars_of, outcome_words, ward_words
from hotspots.views.paper import Bars, Beside, Paper, Section, Text
from hotspots.views.ward_pictures import picture_for


def words_for(held: Published, area: str, titles: dict[str, str]) -> OutcomeWords:
    """What the page of an area says; `titles`: area → its title in the list of areas."""
    row = held.areas.set_index("area").loc[area]
    known = {page.area: facts_from_json(page.facts) for page in held.pages.itertuples()}
    if row["level"] == "place":
        return outcome_words(known[area], held.figures, held.releases[-1])
    level = str(row["level"])
    wanted = (row["name"],) if level == "district" else (row["district"], row["name"])
    here = [f for f in known.values() if f.level == "place" and (f.district, f.ward)[: len(wanted)] == wanted]
    return ward_words(
        str(row["name"]),
        area,
        held.figures,
        held.releases[-1],
        facts=known.get(area),
        places=[titles[f.area] for f in here if f.area in titles],
        level=level,
    )


def titles_of(held: Published, own: str = "") -> dict[str, str]:
    """Area → its title in the list: places as the hub took them on, then wards, then whole districts, largest first.

    own: the hub's own district, whose pages come before those of the others, each in the same order.
    A district of which no figure of 5 or more was released (a neighbour's few reports) is left out.
    """
    names = held.areas.set_index("area")
    places = [a for a in held.pages["area"] if names.loc[a, "level"] == "place"]
    wards = sorted(names.index[names["level"] == "ward"], key=lambda a: tuple(names.loc[a, ["district", "name"]]))
    adopted = {page.area: facts_from_json(page.facts).adopted for page in held.pages.itertuples()}
    places.sort(key=lambda a: (adopted[a] or date.max, names.loc[a, "name"]))
    known = {a: str(names.loc[a, "name"]) for a in places}
    known |= {a: f"{names.loc[a, 'name']} ward, {names.loc[a, 'district']}" for a in wards}
    largest = held.figures["shown"].map(number_of).groupby(held.figures["area"]).max().dropna()
    districts = [a for a in names.index if names.loc[a, "level"] == "district" and a in largest.index]
    whole = sorted(districts, key=lambda a: (-largest[a], a))
    known |= {a: f"{names.loc[a, 'name']}, whole district" for a in whole}
    return dict(sorted(known.items(), key=lambda item: names.loc[item[0], "district"] != own)) if own else known


def file_name(listed: str, release: int, kind: str) -> str:
    """A download's name, from the area's title in the list: dacorum-whole-district-release-1.pdf."""
    words = "-".join(re.findall(r"[a-z0-9]+", listed.lower()))[:80]
    return f"{words}-release-{release}.{kind}"


def outcome_paper(held: Published, area: str, *, marking: str) -> Paper:
    """The page of an area as a paper, dated by its release: the same for everybody who asks for it."""
    page = words_for(held, area, titles_of(held))
    own = held.figures[held.figures["area"] == area]
    release = held.releases[-1]
    picture = picture_for(held, area)
    asked = tuple(Section(question, (Text(answer),)) for question, answer in page.questions)
    sections = [
        Section("", (Text(" · ".join(page.answer), strong=True),)),
        *[Section(heading, (Text(text),)) for heading, text in page.parts],
        Section(page.chart_title, (_bars(own, area, page.chart_caption),)),
        *(asked if isinstance(picture, str) else [Beside(asked, picture)]),
    ]
    return Paper(
        title=page.title,
        marking=marking,
        sample=release.sample,
        made_on=release.at.date(),
        lines=(page.subtitle,),
        sections=tuple(sections),
        foot=(*page.foot, picture) if isinstance(picture, str) else page.foot,
        strip=page.strip,
    )


def released_table(own: pd.DataFrame) -> pd.DataFrame:
    """Released figures of one area as a table of words, all reports first."""
    order = own.assign(part=own["kind"] != ALL).sort_values(["start", "end", "part", "kind"])
    last = order["end"] - pd.Timedelta(days=1)
    periods = [span(a.date(), b.date()) for a, b in zip(order["start"], last, strict=True)]
    return pd.DataFrame(
        {"Period": periods, "Kind": order["kind"].to_list(), "Reports": order["shown"].to_list(),
         "Release": order["version"].to_list()}
    )  # fmt: skip


def _bars(own: pd.DataFrame, area: str, caption: str) -> Bars:
    bars = bars_of(own, area)
    labels = tuple(label.replace("|", " ") for label in bars["label"])
    return Bars(
        labels=labels,
        words=tuple(bars["shown"]),
        heights=tuple(None if pd.isna(h) else float(h) for h in bars["height"]),
        hollow=tuple(bool(s == FEWER) for s in bars["shown"]),
        caption=caption,
        alt="; ".join(f"{label}: {shown}" for label, shown in zip(labels, bars["shown"], strict=True)),
    )
