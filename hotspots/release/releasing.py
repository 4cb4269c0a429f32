"""From the store to the published file: what `publish` needs, put together and kept for the next time."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from shapely.geometry.base import BaseGeometry

from hotspots import store as stores
from hotspots.errors import BadValue, NoData, NotAllowed
from hotspots.intake.reading import Progress, silent
from hotspots.periods import Window
from hotspots.pipeline.areas import areas_file, read_areas
from hotspots.pipeline.outcomes import (
    PlaceCase,
    WardCase,
    area_counts,
    gaps_of,
    place_cases,
    sources_in_words,
    ward_cases,
)
from hotspots.release.due import Outlook, calendar_periods, outlook, require_releases
from hotspots.release.extent import own_districts
from hotspots.release.outcomes import FEWEST_ADDRESSES, PlaceOutcome, WardOutcome
from hotspots.release.publishing import Summary, publish
from hotspots.release.recipe import SHORT, Recipe, recipe_as_json, recipe_of
from hotspots.release.roles import Action, Role, Viewer
from hotspots.sample.store import PUBLISHED_AT
from hotspots.settings import Settings
from hotspots.store import Store
from hotspots.store.database import add_audit, put_meta
from hotspots.store.published import read_published
from hotspots.store.released_areas import keep_outlines, kept_outlines, outline_ids

_VERSION = "published_version"
_QUARTER = 3


@dataclass(frozen=True, eq=False)
class _Gathered:
    """What the store says of every place and area, as `publishing` takes it; ids: stem → id of each outline."""

    held: Window
    cases: list[PlaceCase]
    fit: list[PlaceCase]
    ids: dict[str, str]
    drawn: dict[str, BaseGeometry]
    counts: pd.DataFrame
    gaps: set[tuple[str, date]]

    def places(self, returned: frozenset[str]) -> list[PlaceOutcome]:
        return [_outcome(case, self.ids, returned) for case in self.fit]


def outlook_of(store: Store, path: Path, *, viewer: Viewer, today: date, progress: Progress = silent) -> Outlook:
    """What is due from a store, district by district, for the steward to look at before it goes out for good.

    path: see `store.published.published_file` · progress: told how far it is (0 to 1) and with what
    Nothing is written anywhere. Raises as `publish_store` does.
    """
    viewer.require(Action.PUBLISH)
    found = _gathered(store, outline_ids, today, progress)
    made = outlook(
        found.counts,
        held=found.held,
        path=path,
        today=today,
        places=found.places(frozenset()),
        gaps=found.gaps,
        drawn=found.drawn,
        last_version=int(store.meta(_VERSION, "0")),
    )
    progress(1.0, "Looked at")
    return replace(made, refused=_why_not(found.cases) | dict(made.refused))


def publish_store(
    store: Store,
    path: Path,
    *,
    viewer: Viewer,
    at: datetime,
    today: date,
    districts: Collection[str],
    returned: frozenset[str] = frozenset(),
    areas: str = "",
    progress: Progress = silent,
) -> Summary:
    """Release what is due from a store into its published file, and write it into the audit trail.

    path: see `store.published.published_file` · districts: whose wards and places are released
    (`release.extent.own_districts`) · returned: names of places whose alarm rings
    areas: path of the hub's file of areas (`pipeline.areas.areas_file`), for outlines of wards; "" for none
    progress: told how far it is (0 to 1) and with what
    Raises `BadFile` for such a file that cannot be read, `NotAllowed` for a viewer who may not publish,
    `NoData` for an empty store, `BadValue` for a district it does not hold, and whatever `publish` raises; the
    published file is then unchanged.
    """
    viewer.require(Action.PUBLISH)
    require_known(store, districts)
    outlines = read_areas(Path(areas), store.crs) if areas else None
    last_version = int(store.meta(_VERSION, "0"))
    require_releases(read_published(path), last_version)
    found = _gathered(store, keep_outlines, today, progress)
    files = stores.files_in_force(store)
    recipe = recipe_of(files, key=store.meta("identity"))
    own = found.counts[found.counts["district"].isin(list(districts))]
    summary = publish(
        found.counts,
        held=found.held,
        path=path,
        at=at,
        today=today,
        districts=districts,
        places=found.places(returned),
        wards=[_ward(case) for case in _wards(own, found.held, found.gaps, today)],
        acted=[(case.place, case.done) for case in found.cases],
        gaps=found.gaps,
        drawn=found.drawn,
        sources=sources_in_words(store),
        recipe=recipe_as_json(recipe),
        outlines=outlines,
        sample=store.is_sample,
        last_version=last_version,
        progress=progress,
    )
    told = replace(summary, refused=_why_not(found.cases) | dict(summary.refused))
    _remember(store, told, recipe, files, who=viewer.name, at=at)
    progress(1.0, "Published" if told.version else "Nothing new is due")
    return told


def require_known(store: Store, districts: Collection[str]) -> None:
    """Raise `BadValue` unless the store holds reports of each of the districts chosen, and one was chosen."""
    known = set(stores.districts(store)["district"])
    unknown = sorted(set(districts) - known)
    if unknown:
        raise BadValue(f"The store holds no report of {unknown[0]}; write a district as the screens do.")
    if known and not districts:
        raise BadValue("No district was chosen, so there is nothing to publish; choose at least one.")


def _gathered(store: Store, named: Callable[..., dict[str, str]], today: date, progress: Progress) -> _Gathered:
    """Cases, counts and gaps; `named` gives each outline its id, and keeps it where it is to last."""
    held = stores.months_held(store)
    if held is None:
        raise NoData("There is nothing to publish: the store holds no incidents yet.")
    progress(0.0, "Comparing each place with the time before")
    cases = place_cases(store, today=today)
    fit = [case for case in cases if case.view is not None and (case.place.dwellings or 0) >= FEWEST_ADDRESSES]
    shapes = {stem: shape for case in fit for stem, shape in _stems(case).items()}
    ids = named(store, shapes)
    progress(0.3, "Counting wards and places")
    drawn = kept_outlines(store) | {ids[stem]: shape for stem, shape in shapes.items()}
    return _Gathered(held, cases, fit, ids, drawn, area_counts(store, drawn), gaps_of(store, held))


def publish_sample(store: Store, path: Path, *, progress: Progress = silent) -> Summary:
    """Publish the sample as its story has it; only for a store of invented data."""
    if not store.is_sample:
        raise NotAllowed("Only the invented sample is published without a steward.")
    steward = Viewer(Role.DATA_STEWARD, name="sample")
    return publish_store(
        store,
        path,
        viewer=steward,
        at=PUBLISHED_AT,
        today=PUBLISHED_AT.date(),
        districts=own_districts(store, Settings()),
        areas=areas_file(Settings(), sample=True),
        progress=progress,
    )


def _stems(case: PlaceCase) -> dict[str, object]:
    """Outlines under the stems of their ids; a comparison area belongs to the place it was chosen for."""
    return {f"{word}:{case.place.id}": shape for word, shape in case.outlines.items()}


def _outcome(case: PlaceCase, ids: dict[str, str], returned: frozenset[str]) -> PlaceOutcome:
    view = case.view
    return PlaceOutcome(
        place=case.place,
        ward=case.ward,
        area=ids[f"place:{case.place.id}"],
        before=view.windows.before,
        after=view.windows.after,
        comparison=view.comparison,
        interventions=case.done,
        ring_area=ids.get(f"ring:{case.place.id}", ""),
        control_area=ids.get(f"control:{case.place.id}", ""),
        by_others=case.by_others,
        returned=case.place.name in returned,
        next_test=case.next_test,
    )


def _wards(counts: object, held: Window, gaps: set[tuple[str, date]], today: date) -> list[WardCase]:
    quarters = [w for w in calendar_periods(held, today=today) if w.length_in_months == _QUARTER]
    if not quarters or quarters[-1].year_before().start < held.start:
        return []
    return ward_cases(counts, quarters[-1], gaps=gaps)


def _ward(case: WardCase) -> WardOutcome:
    return WardOutcome(case.district, case.ward, case.before, case.after, case.comparison)


def _why_not(cases: Iterable[PlaceCase]) -> dict[str, str]:
    """Names of the places that could not even be tried → why."""
    small = f"fewer than {FEWEST_ADDRESSES} addresses, or their number is not known"
    return {
        case.place.name: case.why_not or small
        for case in cases
        if case.why_not or (case.place.dwellings or 0) < FEWEST_ADDRESSES
    }


def _remember(store: Store, summary: Summary, recipe: Recipe, files: pd.DataFrame, *, who: str, at: datetime) -> None:
    """The version, so that a file put back is noticed, and one line of the audit trail: with names of files, which
    the published file does not hold."""
    named = [f"{row.file} {row.sha256[:SHORT]}" for row in files.itertuples()] if summary.version else []
    told = {**asdict(summary), "recipe": recipe.fingerprint, "files": named}
    with store.writing() as connection:
        if summary.version:
            put_meta(connection, _VERSION, str(summary.version))
        add_audit(connection, at=at, who=who, action="publish", subject="outcomes", after=told)
