"""Raw rows to accepted and quarantined ones: every row is judged, and every refusal has its reason."""

from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.intake import addresses, keys
from hotspots.intake.categories import NOT_STATED, categorise, key_of
from hotspots.intake.coordinates import coarse, locate
from hotspots.intake.mapping import Mapping, check_mapping
from hotspots.intake.reading import NoUsableRow, Raw, Reading, as_json, quarantine_frame
from hotspots.intake.when import read_when
from hotspots.intake.words import Columns, Words, columns_of, constant
from hotspots.schema import INCIDENTS, LOCATION_PRECISIONS, METRIC_CRS, REPORTER_KINDS

NO_CATEGORY = "category is missing"
CONFLICT = "same reference, different contents"

_OFFICERS = {
    "officer",
    "police",
    "pcso",
    "warden",
    "police officer",
    "staff",
    "enforcement officer",
    "patrol",
}
_RESIDENTS = {
    "resident",
    "public",
    "member of public",
    "member of the public",
    "tenant",
    "neighbour",
    "victim",
}
_STACK = 0.2  # share of a file's located rows at one point that is worth a warning
_STACK_ROWS = 50
_LISTED = 12


@dataclass(frozen=True)
class Context:
    """What judging needs to know beside the file: CRS of the hub, today, and boundaries to look places up in.

    boundaries: columns kind (district or ward), name, geometry in the hub's CRS; None where there are none.
    """

    today: date
    crs: str = METRIC_CRS
    boundaries: gpd.GeoDataFrame | None = None


@dataclass(eq=False)
class Checked:
    """All rows of a file in our columns, and what is wrong with each.

    frame: the schema's columns, one row a record of `raw`. content: the text that tells rows apart.
    reason, column: why a row is refused and in which of its columns, else None.
    """

    raw: Raw
    frame: pd.DataFrame
    content: pd.Series
    reason: np.ndarray
    column: np.ndarray
    warnings: list[str] = field(default_factory=list)

    def flag(self, rows: np.ndarray, column: str | None, reason: str) -> None:
        """Refuse rows that are not refused already."""
        rows = rows & np.equal(self.reason, None)
        self.reason[rows], self.column[rows] = reason, column


def check_rows(
    raw: Raw, mapping: Mapping, context: Context, *, extra: tuple[Words, ...] = (), strict: bool = True
) -> Checked:
    """Judge every row of a file.

    extra: further columns that tell rows apart without being kept (a police.uk Crime ID). strict: as for
    `locate.inside`. Raises `BadMapping`
    where the columns the mapping needs are not there, `BadFile` where its dates contradict one another.
    """
    check_mapping(mapping, list(raw.cells.columns))
    columns = columns_of(raw, mapping)
    get, filled = columns.get, columns.filled
    when = read_when(columns, raw.lines, mapping, context.today)
    what, warnings = _categories(columns, mapping)
    located = locate(get("x"), get("y"), kind=mapping.coordinates, crs=context.crs, strict=strict)
    nothing = columns.blank.rows()
    place, address, unit, uprn = get("place"), get("address"), get("unit"), get("uprn")
    has_address = any(column.any for column in (place, address, unit, uprn))
    frame = pd.DataFrame(
        {
            "source": nothing,
            "snapshot": nothing,
            "reference": get("reference").rows() if "reference" in filled else nothing,
            "occurred_from": when.start,
            "occurred_to": when.end,
            "time_precision": when.names,
            "category": what["category"],
            "subcategory": what["subcategory"],
            "place_text": addresses.place_words(place, address) if has_address else nothing,
            "address_key": addresses.address_keys(address, place, uprn) if has_address else nothing,
            "unit": addresses.unit_words(unit, address, place) if has_address else nothing,
            "reporter_kind": get("reporter").each(_reporter_kinds).rows() if "reporter" in filled else nothing,
            **{name: get(name).rows() if name in filled else nothing for name in ("district", "ward", "lsoa")},
            "x": located.x,
            "y": located.y,
        },
        copy=False,
    )
    frame["location_precision"] = _location_precision(frame, get("location_precision"))
    told = ("category", "subcategory", "place", "reporter", "district", "ward", "lsoa")
    content = _content(frame, when.precision, (*(filled[n] for n in told if n in filled), *extra))
    refused = np.full(len(frame), None, dtype=object)
    checked = Checked(raw, frame, content, refused, refused.copy(), warnings + when.warnings)
    _judge(checked, mapping, when.faults, filled.get("category"), located.reason)
    checked.warnings += _place_warnings(checked, filled, degrees=located.degrees)
    return checked


def settle(checked: Checked, *, file: str, sha256: str, source: str, mapping_version: str | None = None) -> Reading:
    """The reading of a file whose rows are judged: keys given, repeats counted, the refused kept aside.

    Raises `NoUsableRow` where not one row is left.
    """
    raw, frame = checked.raw, checked.frame
    good = np.equal(checked.reason, None)
    repeats = keys.find_repeats(frame["reference"].where(good), checked.content)
    checked.flag(repeats.conflict, None, CONFLICT)
    good = np.equal(checked.reason, None) & ~repeats.duplicate
    if not good.any() or _none_placed(checked, good):
        raise NoUsableRow(_why_none(checked, file))
    incidents, content = frame, checked.content
    if not good.all():
        incidents, content = frame[good].reset_index(drop=True), content[good].reset_index(drop=True)
    quarantine = _quarantine(checked)
    ids = keys.incident_ids(source, incidents["snapshot"], incidents["reference"], content)
    incidents = incidents.assign(source=constant(source, len(incidents)).rows()).set_index(ids)
    snapshots = tuple(sorted(incidents["snapshot"].dropna().unique()))
    months = incidents["occurred_from"].to_numpy().astype("datetime64[M]")
    return Reading(
        file=file,
        sha256=sha256,
        source=source,
        incidents=incidents[list(INCIDENTS)],
        quarantine=quarantine,
        snapshots=snapshots,
        month=str(months[0]) if (months == months[0]).all() else None,
        read=raw.read,
        duplicates=int(repeats.duplicate.sum()),
        warnings=(*raw.warnings, *checked.warnings),
        mapping_version=mapping_version,
    )


def fill_from_boundaries(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The frame with missing districts and wards filled by where the point lies."""
    if context.boundaries is None or frame["x"].isna().all():
        return frame
    points, codes = _distinct_points(frame)
    filled = {}
    for kind in ("district", "ward"):
        areas = context.boundaries[context.boundaries["kind"] == kind]
        names = _names_at(areas, points)
        by_row = pd.Series(np.append(names, None)[codes], index=frame.index, dtype="str")
        filled[kind] = frame[kind].fillna(by_row)
    return frame.assign(**filled)


def _distinct_points(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Distinct points and, for each row, the position of its own (-1 without a location)."""
    has = frame["x"].notna().to_numpy()
    pairs = frame["x"].to_numpy() + 1j * frame["y"].to_numpy()
    unique, inverse = np.unique(pairs[has], return_inverse=True)
    codes = np.full(len(frame), -1)
    codes[has] = inverse
    return shapely.points(unique.real, unique.imag), codes


def _names_at(areas: gpd.GeoDataFrame, points: np.ndarray) -> np.ndarray:
    """Name of the first area that covers each point, None where none does."""
    names = np.full(len(points), None, dtype=object)
    tree = shapely.STRtree(points)
    area, point = tree.query(areas.geometry.to_numpy(), predicate="covers")
    labels = areas["name"].to_numpy(dtype=object)
    for position in np.unique(area)[::-1]:
        names[point[area == position]] = labels[position]
    return names


def _categories(columns: Columns, mapping: Mapping) -> tuple[dict[str, pd.Series], list[str]]:
    """Our category and the source's own word of each row."""
    words, finer = columns.get("category"), columns.get("subcategory")
    if not mapping.fills("category"):
        note = f"The file has no category column: every row is {NOT_STATED!r} until the mapping says more."
        category = constant(NOT_STATED, len(words.codes)).rows()
        return {"category": category, "subcategory": finer.rows()}, [note]
    ours, known = categorise(words.unique, mapping.categories)
    own = Words(words.codes, words.unique.where(words.unique.map(key_of) != ours.map(key_of), ""))
    category = Words(words.codes, ours)
    unknown = words.unique[~known & (words.unique != "")]
    texts = {"category": category.rows(), "subcategory": finer.rows().fillna(own.rows())}
    return texts, _unknown_words(unknown)


def _unknown_words(words: pd.Series) -> list[str]:
    if words.empty:
        return []
    if len(words) > 10 * _LISTED:
        return [f"{len(words):,} different category words are not in our lists; is it the right column?"]
    shown = [w for w in sorted(words) if len(w) <= 40 and not any(c.isdigit() for c in w)][:_LISTED]
    more = f" and {len(words) - len(shown)} more" if len(words) > len(shown) else ""
    return [f"Category words that are not in our lists were kept as they are: {', '.join(shown)}{more}."]


def _reporter_kinds(words: pd.Series) -> pd.Series:
    resident, officer, other = REPORTER_KINDS
    kinds = {"": "", other: other, **dict.fromkeys(_OFFICERS, officer), **dict.fromkeys(_RESIDENTS, resident)}
    return words.map(key_of).map(lambda key: kinds.get(key, other))


def _location_precision(frame: pd.DataFrame, stated: Words) -> pd.Series:
    """As the file says, else address where there is an address key, else street; none without a location."""
    address, street, _, none = LOCATION_PRECISIONS
    known = stated.each(lambda words: words.str.lower().where(words.str.lower().isin(LOCATION_PRECISIONS[:3]), ""))
    guessed = pd.Series(np.where(frame["address_key"].notna(), address, street), dtype="str")
    return known.rows().fillna(guessed).where(frame["x"].notna(), none).astype("str")


def _content(frame: pd.DataFrame, precision: np.ndarray, told: tuple[Words, ...]) -> pd.Series:
    """The text of a row by which it is told from others: what the file says, not what we look up."""
    numbers = [
        frame["occurred_from"].to_numpy().astype("int64"),
        frame["occurred_to"].to_numpy().astype("int64"),
        precision,
        np.round(frame["x"].fillna(-1).to_numpy() * 100).astype("int64"),
        np.round(frame["y"].fillna(-1).to_numpy() * 100).astype("int64"),
    ]
    texts = [pd.Series(values).astype("str") for values in numbers]
    words = [column.each(lambda w: w.str.casefold()).texts() for column in told if column.any]
    return keys.contents([*texts, frame["address_key"], frame["unit"], *words])


def _judge(
    checked: Checked,
    mapping: Mapping,
    time_faults: list[tuple[np.ndarray, str, str]],
    category: Words | None,
    place_reason: np.ndarray,
) -> None:
    for rows, name, reason in time_faults:
        checked.flag(rows, mapping.columns.get(name), reason)
    if category is not None:
        checked.flag(category.blank, mapping.columns.get("category"), NO_CATEGORY)
    for reason in pd.unique(place_reason):
        if reason is not None:
            checked.flag(np.equal(place_reason, reason), mapping.columns.get("y"), reason)


def _place_warnings(checked: Checked, columns: dict[str, Words], *, degrees: bool) -> list[str]:
    notes = []
    for name in ("address", "place"):
        contacts = addresses.holds_contacts(columns[name]) if name in columns else 0
        if contacts:
            notes.append(
                f"{contacts:,} cell(s) of the {name} column seem to hold a telephone number or e-mail address."
            )
    sound = np.equal(checked.reason, None) & checked.frame["x"].notna().to_numpy()
    rows = int(sound.sum())
    if not rows:
        return [*notes, "No row has a location."]
    points = checked.frame["x"].to_numpy()[sound] + 1j * checked.frame["y"].to_numpy()[sound]
    top = int(np.unique(points, return_counts=True)[1].max())
    if top >= max(_STACK_ROWS, _STACK * rows):
        notes.append(f"{top:,} of {rows:,} rows are at one point: a geocoder's default, or a police station?")
    if degrees and coarse(columns["x"]) and coarse(columns["y"]):
        notes.append("Coordinates have three decimals or fewer: 100 m at best, which can forge hotspots.")
    return notes


def _none_placed(checked: Checked, good: np.ndarray) -> bool:
    """True where most rows were refused and none of those left has a place: the wrong columns, or the wrong CRS."""
    refused = len(good) - good.sum()
    return refused >= 10 and 2 * refused > len(good) and checked.frame["x"][good].isna().all()


def _why_none(checked: Checked, file: str) -> str:
    reasons = pd.Series([*checked.reason[~np.equal(checked.reason, None)], *(f.reason for f in checked.raw.faults)])
    if reasons.empty:
        return f"{file} has headings but no rows."
    counts = reasons.value_counts()
    told = ", ".join(f"{reason} ({n:,})" for reason, n in counts.head(3).items())
    rows = f"None of the {checked.raw.read:,} rows" if checked.raw.read > 1 else "The only row"
    can = "can be placed" if np.equal(checked.reason, None).any() else "can be used"
    return f"{rows} of {file} {can}: {told}."


def _quarantine(checked: Checked) -> pd.DataFrame:
    raw = checked.raw
    bad = np.flatnonzero(~np.equal(checked.reason, None))
    headings = list(raw.cells.columns)
    rows = [as_json(headings, cells) for cells in raw.cells.iloc[bad].to_numpy(dtype=object).tolist()]
    return quarantine_frame(
        lines=np.array([*raw.lines[bad], *(fault.line for fault in raw.faults)], dtype="int64"),
        columns=[*checked.column[bad], *(None for _ in raw.faults)],
        reasons=[*checked.reason[bad], *(fault.reason for fault in raw.faults)],
        rows=[*rows, *(as_json(headings, fault.cells) for fault in raw.faults)],
    )
