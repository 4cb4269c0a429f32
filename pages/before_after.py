"""Did it work? One place, one action, one honest sentence, with what cannot be said beside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from hotspots.errors import NoData
from hotspots.pipeline.comparing import comparison_for
from hotspots.pipeline.comparison_view import GAP, MAP_POINTS, ComparisonView
from hotspots.pipeline.control import REST
from hotspots.pipeline.portfolio import comparison_of
from hotspots.pipeline.target import wards_and_districts
from hotspots.register.interventions import Intervention, next_assessment
from hotspots.register.places import COMPARISON
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register, register_reads
from hotspots.views import comparison_charts as charts
from hotspots.views import comparison_words as words
from hotspots.views import refusal_words, sentences
from hotspots.views import reporting_words as spoken
from pages.parts import front_door, papers, session, show
from pages.parts import register as shared
from pages.parts.map_pair import map_pair
from pages.parts.watched import watched

LIKEST = "the likest untouched areas"
SIDES = {"year": "Same months, a year apart", "sides": "Weeks just before and after"}
LOGGED, ANY_AREA = "Logged action", "Any area and date"
LONGEST = "longest"
MONTHS = (LONGEST, "3", "6", "9", "12")


def render(viewer: Viewer) -> None:
    """Controls above; sentence and intervals; timeline, small multiples, maps, caveats."""
    viewer.require(Action.SEE_COMPARISONS)
    store = session.current_store()
    done = _interventions(store, viewer)
    bar = st.container(horizontal=True, vertical_alignment="bottom", key="compare-bar")
    with bar:
        logged = _logged_or_not(done)
        view, item = _chosen(store, viewer, done) if logged else (_any_area(store), None)
    released = _released(view, viewer)
    with bar:
        _downloads(view, released, store)
    left, right = st.columns([52, 48], gap="small")
    with left:
        _finding(store, viewer, view, item)
    with right:
        if view.refused:
            _what_remains(viewer, view)
        else:
            _intervals(view, released)
    left, right = st.columns([63, 37], gap="small")
    with left:
        _timeline(view, released)
        _multiples(view, released)
        _reporting(view)
    with right:
        map_pair(store, view, released["comparison outlines"])
        _caveats(view)
    _foot(view, item)


def _logged_or_not(done: Sequence[Intervention]) -> bool:
    """Whether a logged action is looked at, or any area and date."""
    if not done:
        return False
    st.session_state.setdefault("compare-kind", LOGGED)
    return st.segmented_control("Look at", [LOGGED, ANY_AREA], required=True, key="compare-kind") == LOGGED


def _interventions(store: Store, viewer: Viewer) -> list[Intervention]:
    """Actions that started at places the viewer may see."""
    places = _places(store, viewer)
    return [i for i in register_reads.listed(store, Intervention) if i.start and i.place_id in places.index]


def _places(store: Store, viewer: Viewer) -> pd.DataFrame:
    places = register_reads.places(store)
    return places if viewer.districts is None else places[places["district"].isin(viewer.districts)]


def _chosen(store: Store, viewer: Viewer, done: Sequence[Intervention]) -> tuple[ComparisonView, Intervention]:
    places = _places(store, viewer)
    names = places["name"].to_dict()
    with_actions = list(dict.fromkeys(i.place_id for i in done if i.expected_reporting_effect != "up"))
    place = st.selectbox("Place", [names[i] for i in with_actions], key="compare-place", bind="query-params", width=236)
    here = [i for i in done if names[i.place_id] == place and i.expected_reporting_effect != "up"]
    first = next((n for n, i in enumerate(here) if i.shuts), 0)
    labels = {str(i.id): _label(i) for i in here}
    picked = st.selectbox(
        "What was done", list(labels), index=first, format_func=labels.get, key=f"done-{here[0].place_id}",
        bind="query-params",
    )  # fmt: skip
    item = next(i for i in here if str(i.id) == picked)
    control = _control(places, item)
    kind, months = _windows()
    asked = replace(item, compare_with="" if control == LIKEST else control)
    view = _view(store, store.data_version, asked, months if kind == "year" else None, kind == "year")
    _record_choice(store, viewer, item, control)
    return view, item


def _label(item: Intervention) -> str:
    """Short, for a narrow box; the page says until when it lasted."""
    return f"{item.label}, {sentences.short_day(item.start)}"


def _control(places: pd.DataFrame, item: Intervention) -> str:
    """The comparison area: suggested unless somebody chooses another, whose choice can be put on record."""
    others = places[places.index != item.place_id].sort_values("name")
    blocks = others.loc[others["kind"] == COMPARISON, "name"].tolist()
    adopted = others.loc[others["kind"] != COMPARISON, "name"].tolist()
    options = [LIKEST, *blocks, *adopted, REST]
    return st.selectbox(
        "Compare with",
        options,
        index=options.index(item.compare_with) if item.compare_with in options else 0,
        key=f"compare-with-{item.id}",
        width=236,
        bind="query-params",
        help="Suggested: an area where nothing is logged, beyond 400 m of any action, in the same district, with a "
        "level and trend before the action like the place's. Yours to change; the page says which was used, and a "
        "hub member can put the choice on record.",
    )


def _record_choice(store: Store, viewer: Viewer, item: Intervention, control: str) -> None:
    """A button where the area chosen is not the one on record; the audit keeps who and when."""
    chosen = "" if control == LIKEST else control
    if chosen == item.compare_with or not viewer.can(Action.RECORD):
        return
    if st.button(":material/push_pin: Keep this comparison area", key=f"keep-{item.id}"):
        shared.save(
            lambda: register.change(
                store, replace(item, compare_with=chosen), who=viewer.name, at=session.now()
            ),
            f"{item.label} is compared with {control} from now on",
        )  # fmt: skip


def _windows() -> tuple[str, int | None]:
    """Which windows, and how many months a side; None for as long as the data allow."""
    with st.popover(":material/date_range: Windows", width="content"):
        kind = st.radio("Windows", list(SIDES), format_func=SIDES.get, key="compare-windows", bind="query-params")
        months = st.segmented_control(
            "Months a side", MONTHS, default=LONGEST, required=True, key="side-months", disabled=kind != "year",
            help="Longest: 12, 9 or 6, as many as the data hold after it with the same months of the year before.",
        )  # fmt: skip
        st.caption("Reporting drives and the days of the action itself are never inside a window.")
    return kind, None if months == LONGEST else int(months)


def _any_area(store: Store) -> ComparisonView:
    """A hotspot, ward or district and a date, for a hub without places or for a question of the moment."""
    areas = session.view_of(store, session.first_query(store)).hotspots.areas
    spots = {str(number): name for number, name in zip(areas["id"], areas["name"], strict=True)}
    wide = wards_and_districts(store)
    if not (spots or wide):
        raise NoData("There is nothing to compare; import a file, or widen the window on the hub screen.")
    area = st.selectbox(
        "Hotspot, ward or district", [*spots, *wide], format_func=lambda key: spots.get(key, key), key="compare-spot",
        help="Data on map points that stand for 8 or more addresses, as police.uk gives, may be compared for a ward "
        "or district only.",
    )  # fmt: skip
    held = session.months_held(store)
    middle = held.start + (held.end - held.start) / 2
    for key, day in (("compare-start", middle), ("compare-end", None)):
        st.session_state.setdefault(key, day)
    limits = {"min_value": held.start, "max_value": held.end, "format": "DD/MM/YYYY"}
    start = st.date_input("First day", key="compare-start", **limits)
    end = st.date_input("Day after its last", key="compare-end", **limits)
    if area not in spots:
        return _view_of_area(store, store.data_version, area, "", start, end)
    outline = areas.loc[areas["id"].astype(str) == area, "geometry"].iloc[0]
    return _view_of_area(store, store.data_version, shapely.to_wkb(outline), spots[area], start, end)


@st.cache_resource(show_spinner="Comparing before and after …", max_entries=64)
def _view(_store: Store, version: str, item: Intervention, months: int | None, year: bool) -> ComparisonView:
    return comparison_of(_store, item, periods=months, same_season=year)


@st.cache_resource(show_spinner="Comparing before and after …", max_entries=32)
def _view_of_area(
    _store: Store, version: str, area: str | bytes, name: str, start: date, end: date | None
) -> ComparisonView:
    """area: a ward's or district's name, or an outline as WKB with its `name`."""
    place = area if isinstance(area, str) else shapely.from_wkb(area)
    return comparison_for(_store, place, name=name, start=start, end=end)


def _released(view: ComparisonView, viewer: Viewer) -> dict[str, Released]:
    """Every frame of the page through the gate."""
    as_of = view.windows.after.end - timedelta(days=1)
    frames = {
        "comparison": view.series,
        "comparison windows": view.windows_table,
        "comparison intervals": view.intervals,
        "comparison outlines": view.area_counts,
        "things done": _done_at(view),
    }
    return {name: release(frame, viewer, policy=name, as_of=as_of) for name, frame in frames.items()}


def _done_at(view: ComparisonView) -> pd.DataFrame:
    """What was done at the place, with the day after its end."""
    rows = [
        (
            view.place,
            i.label,
            i.start,
            i.window.end if i.window else None,
            i.expected_reporting_effect == "up",
        )
        for i in view.done
    ]
    frame = pd.DataFrame(rows, columns=["place", "done", "start", "end", "drive"])
    return frame.astype({"start": "datetime64[us]", "end": "datetime64[us]"})


def _finding(store: Store, viewer: Viewer, view: ComparisonView, item: Intervention | None) -> None:
    look = words.VERDICTS[view.comparison.verdict]
    with st.container(border=True, key="card", gap="xsmall", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(view.comparison.verdict.capitalize(), icon=look.icon, color=look.badge)
            st.caption(f"by rule: {look.rule}")
        st.title(show.plain(words.headline(view)), anchor=False)
        if view.refused:
            _refused(view)
            return
        st.markdown(words.counts_line(view))
        if view.in_closed is not None:
            st.markdown(words.phases(view))
        st.markdown(f"**Did it move?** {show.plain(words.moved(view))}")
        st.markdown(f"**More than luck?** {show.plain(words.luck(view))}")
        due = next_assessment(item, on=session.today(store)) if item else None
        if view.long_run is not None:
            st.markdown(f"**Over a longer time?** {show.plain(words.longer(view))}")
        lasting = _lasting(store, viewer, view) if item else ""
        if lasting:
            st.markdown(f"**Did it last?** {show.plain(lasting)}")
        st.markdown(f"**Next test** {words.next_test(view, due)} {words.power(view.comparison)}")
        if item is not None and item.cost_hours is not None:
            st.markdown(f"**What did it cost?** {words.cost(view, item.cost_hours)}")


def _refused(view: ComparisonView) -> None:
    """What there is of a refused comparison: the reason and the counts, and nothing that was not worked out."""
    st.markdown(f"**Why?** {show.plain(refusal_words.why_refused(view))}")
    st.markdown(f"**What was counted** {words.counts_line(view)}")
    if view.ring is not None:
        st.markdown(f"**Next door** {show.plain(words.moved(view))}")


def _what_remains(viewer: Viewer, view: ComparisonView) -> None:
    """Beside a refusal, in place of a chart with nothing in it: what the hub can still do, with the way there."""
    with show.card("What can still be done", "Refused does not mean that nothing changed", stretch=True):
        st.markdown(_bullets(refusal_words.what_remains(view)))
        if view.refused_for == MAP_POINTS:
            for area in view.wider:
                st.button(
                    f"Compare {area}", icon=":material/zoom_out_map:", key=f"wider-{area}", on_click=_compare_wider,
                    args=(area, view.start, view.end),
                )  # fmt: skip
        if view.refused_for in (MAP_POINTS, GAP) and viewer.can(Action.IMPORT):
            st.page_link(st.session_state["pages"]["data"], label="Import a file", icon=":material/upload_file:")
        elif view.refused_for in (MAP_POINTS, GAP):
            st.caption("A data steward of the hub can import it.")


def _compare_wider(area: str, start: date, end: date | None) -> None:
    """Turn the controls to a ward or district round the same dates."""
    st.session_state.update(
        {"compare-kind": ANY_AREA, "compare-spot": area, "compare-start": start, "compare-end": end}
    )


def _lasting(store: Store, viewer: Viewer, view: ComparisonView) -> str:
    """What the relapse watch says of the place."""
    held = watched(store)
    seen = release(held.watched, viewer, policy="watch", as_of=view.windows.after.end - timedelta(days=1)).table
    own = seen[(seen["place"] == view.place) & (seen["kind"] == "place")]
    never = view.place in held.never_quiet
    return words.lasted(own, view.place in held.waiting, verdict=view.comparison.verdict, never=never)


def _intervals(view: ComparisonView, released: dict[str, Released]) -> None:
    found = view.comparison
    spread = (
        ""
        if np.isnan(found.dispersion)
        else f", allowing for reports in bursts (dispersion {found.dispersion:.1f}; 1 is pure chance)"
    )
    near = "" if view.ring is None else f" (next door {found.ring_level:.0%})"
    subtitle = f"Change in reports, {found.level:.0%} interval{near}{spread}"
    with show.card(words.interval_title(view), subtitle, stretch=True):
        drawn = show.made(charts.interval_chart, released["comparison intervals"])
        columns = ("kind", "about", "before", "after", "change", "low", "high")
        show.chart(
            drawn,
            released["comparison intervals"],
            alt_text=words.headline(view),
            key="compare-intervals",
            columns=columns,
        )
        if found.reference_places and found.regression_to_mean < 0:
            st.caption(
                f"Grey: what a place picked at this level does when left alone, measured on {view.references}. "
                "The naive figure includes it."
            )
        st.caption(words.difference(view))


def _timeline(view: ComparisonView, released: dict[str, Released]) -> None:
    parts = [f"Reports a {view.unit}", f"solid blue: {show.plain(view.place)}"]
    if charts.beside(released["comparison"]):
        parts.append(f"dashed turquoise: {_average(view)}{show.plain(view.control.name)}")
    parts += ["pink: during the action"] if view.windows.closed else []
    parts += (
        []
        if np.isnan(view.comparison.expected_after)
        else ["dashed grey: expected with no change of its own, its band the interval"]
    )
    subtitle = " · ".join(parts)
    with show.card(words.timeline_title(view), subtitle):
        drawn = show.made(
            charts.timeline, released["comparison"], released["comparison windows"], released["things done"]
        )
        show.chart(drawn, released["comparison"], alt_text=words.timeline_title(view), key="compare-timeline")


def _average(view: ComparisonView) -> str:
    """What the line of the comparison area is, where that is several areas together."""
    return "average of " if len(view.control.parts) > 1 else ""


def _multiples(view: ComparisonView, released: dict[str, Released]) -> None:
    areas = {"target": (view.place, "boundary as adopted" if view.place_id else "outline as given")}
    if view.ring is not None:
        areas["ring"] = (f"Nearby, 0 to {view.ring.outer_m:.0f} m", "without other places known before")
    where = "more than 400 m away" if view.control.geometry is None else f"{view.control.distance:,.0f} m away"
    if not view.refused:
        areas["control"] = ("Comparison area", f"{_average(view)}{show.plain(view.control.name)}, {where}")
    top = charts.top_of(
        released["comparison"], tuple(a for a in areas if view.control.geometry is not None or a != "control")
    )
    columns = st.columns(len(areas), gap="small")
    for column, (area, (name, note)) in zip(columns, areas.items(), strict=True):
        with column, show.card(show.plain(name), note, stretch=True):
            own = (
                top
                if area != "control" or view.control.geometry is not None
                else charts.top_of(released["comparison"], (area,))
            )
            drawn = show.made(
                charts.small_multiple, released["comparison"], released["comparison windows"], area, top=own
            )
            show.draw(drawn, alt_text=f"Reports over time, {area}", key=f"multiple-{area}")
            if own != top:
                st.caption("On a scale of its own.")
    st.caption(
        "Numbers in the tints: reports in the window before and in the window after, of all areas of a card together."
    )


def _caveats(view: ComparisonView) -> None:
    with st.container(border=True, gap="xsmall"):
        caveats = words.caveats(view)
        if caveats:
            st.markdown("## Caveats")
            st.markdown(_bullets(caveats))
        st.markdown("## What we cannot say")
        st.markdown(_bullets(words.cannot_say(view)))


def _reporting(view: ComparisonView) -> None:
    """Whether fewer reports may be silence, and where else the problem could have gone."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("## Are people just not reporting?")
        said = spoken.reporting(view) or "These sources do not say who reported, so this cannot be told from them."
        st.markdown(show.plain(said))
        drives = [i.window for i in view.done if i.expected_reporting_effect == "up" and i.window]
        lines = [spoken.who_reported(view), spoken.officer_found(view), spoken.third_party(view)]
        lines += [spoken.drives_line(drives)] if drives else []
        st.markdown(_bullets([line for line in lines if line]))


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {show.plain(line)}" for line in lines)


def _foot(view: ComparisonView, item: Intervention | None) -> None:
    reasons = " ".join(view.control.reasons)
    kind = item.label if item else "a date given by hand"
    on_record = " (on record)" if item is not None and item.compare_with == view.control.name else ""
    against = "" if view.refused else f"Comparison area, {view.control.name}{on_record}: {reasons} "
    points = "Reports" if view.map_points else "No reports"
    counted = f"{points} on map points that stand for many addresses are counted."
    st.caption(
        show.plain(
            f"{kind} · {words.window(view.windows.before)} against {words.window(view.windows.after)}, by {view.unit}. "
            f"{against}{counted} A report is not a proven crime. Consistent with is not caused by."
        )
    )


def _downloads(view: ComparisonView, released: dict[str, Released], store: Store) -> None:
    recipe = {
        "place": view.place,
        "verdict": view.comparison.verdict,
        "finding": view.comparison.sentence,
        "before": words.window(view.windows.before),
        "after": words.window(view.windows.after),
        "comparison area": f"{view.control.name}. {' '.join(view.control.reasons)}",
        "caveats": " ".join(words.caveats(view)),
        "cannot be said": " ".join(words.cannot_say(view)),
    }
    pack = papers.Offer("Evidence pack", "evidence-pack", "evidence_pack", (view.place,))
    show.downloads(
        released["comparison windows"],
        store,
        title="Before and after",
        settings=recipe,
        name="before-after",
        paper=pack if view.place_id is not None else None,
    )


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("before_after")
