"""Who can act here, by which route, with which notice? The powers register, searched and planned from."""

from datetime import datetime, time, timedelta

import pandas as pd
import streamlit as st

from hotspots.register.powers import (
    NOT_LEGAL_ADVICE,
    OCCUPIERS,
    PREMISES,
    VISIT_RULES,
    Routes,
    checked_text,
    find_powers,
    joint_visit_plan,
    problem_types,
)
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import place_charts
from pages.parts import front_door, session, show
from pages.parts import register as shared

HOLDERS = 9
PLAN_WIDTHS = {"Serve notice": 90, "Who": 90, "What": 150, "Seek": 100}
SWITCHES = {
    "not_police": "Not police",
    "dwelling": "Dwelling",
    "source_seen": "Source seen",
    "verified": "Verified only",
    "wales": "In Wales",
}


def render(viewer: Viewer) -> None:
    """Title that counts, filters, the routes to tick, who holds them and the joint visit they make."""
    viewer.require(Action.SEE_REGISTER)
    store = session.current_store()
    shared.begin()
    powers = shared.powers()
    heading = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    asked = _filters(powers)
    found = find_powers(powers, **asked)
    released = release(found.routes, viewer, policy="powers")
    with heading:
        with st.container(width="content", gap="xsmall"):
            st.title(found.heading, anchor=False)
            st.caption(f"Powers finder · {_asked_words(asked)} · {NOT_LEGAL_ADVICE}")
        show.downloads(released, store, title="Routes that fit", settings=_recipe(asked), name="routes")
    with st.container(key="stacks-powers"):
        left, right = st.columns([68, 32], gap="small")
    with left:
        ticked = _routes(viewer, released, found, asked)
    with right:
        _holders(viewer, found)
        _visit(viewer, store, found, ticked)
        _warnings(found)


def _filters(powers: pd.DataFrame) -> dict[str, object]:
    with st.container(border=True, key="powers-filters"):
        a, b, c, e = st.columns([32, 18, 28, 22], gap="small", vertical_alignment="bottom")
        problems = a.multiselect(
            "Problem", problem_types(powers), key="problem", placeholder="Any problem", bind="query-params"
        )
        premises = b.selectbox("Premises", PREMISES, index=None, key="premises", placeholder="Any", bind="query-params")
        occupiers = c.multiselect(
            "Who lives there", list(OCCUPIERS), key="occupier", placeholder="Not known", bind="query-params"
        )
        switches = st.pills(
            "Show only",
            list(SWITCHES),
            format_func=SWITCHES.get,
            selection_mode="multi",
            key="only",
            bind="query-params",
            label_visibility="collapsed",
        )
        search = e.text_input("Search", key="search", placeholder="Act, power, agency")
    chosen = {name: name in switches for name in SWITCHES}
    return {
        "problems": problems,
        "premises": premises or "",
        "occupiers": occupiers,
        "search": search,
        **chosen,
    }


def _asked_words(asked: dict[str, object]) -> str:
    words = [*asked["problems"], asked["premises"], *asked["occupiers"], asked["search"]]
    words += [SWITCHES[name].lower() for name in SWITCHES if asked[name]]
    return show.plain(", ".join(w for w in words if w)) or "every problem and premises"


def _recipe(asked: dict[str, object]) -> dict[str, str]:
    words = {name: ", ".join(v) if isinstance(v, list) else str(v) for name, v in asked.items()}
    return {**words, "advice": NOT_LEGAL_ADVICE}


def _routes(viewer: Viewer, released: Released, found: Routes, asked: dict[str, object]) -> list[str]:
    """The table of routes; returns the ids ticked."""
    table = released.table
    with show.card("Tick the routes of one visit to plan it", key="powers-table"):
        if table.empty:
            st.markdown(_nothing(asked))
            ticked = []
        else:
            key = f"routes-{abs(hash(str(asked)))}"
            routes = _route_rows(table)
            rows = show.grid(
                routes,
                key=key,
                exported=True,
                on_select="rerun",
                selection_mode="multi-row",
                alt="Routes that fit; tick rows to plan a joint visit",
                **_fitted(routes),
            ).selection.rows
            ticked = table["id"].iloc[rows].tolist()
        st.caption(
            f"{len(table)} of {len(shared.powers())} rows of the register, a file a solicitor can edit. "
            f"{_checked(table)} The words in each cell are the register's own."
        )
        _more("stop at the door or need consent", found.at_the_door, viewer)
        _more("support a visit but give no entry", found.supporting, viewer)
    return ticked


def _checked(table: pd.DataFrame) -> str:
    if len(table) and not table["checked"].any():
        return "No solicitor has checked any of these rows yet."
    return "Blank or “not checked” means that nobody has checked it."


def _nothing(asked: dict[str, object]) -> str:
    if asked["verified"]:
        return (
            "No route that fits bears a solicitor's name and date yet. Take off **Verified only** to see the "
            "rows that wait to be checked."
        )
    return "No route of the register fits. Take off a filter, or search for a word of the Act."


def _route_rows(table: pd.DataFrame) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "Route": table["power"] + " (" + table["statute"] + ", " + table["section"] + ")",
            "Who holds it": [
                f"{agency} (police only)" if held == "yes" and "olice" not in agency else agency
                for agency, held in zip(table["agency"], table["police_held"], strict=True)
            ],
            "Warrant or consent": table["warrant_or_consent"],
            "Notice": table["notice_period"],
            "Force": table["force"],
            "Source": [_source_words(r) for r in table.itertuples()],
            "Solicitor": [checked_text(row) for row in table.to_dict("records")],
            "Text": table["link"],
        }
    )
    return rows if table["checked"].any() else rows.drop(columns="Solicitor")  # the line below says it of all of them


def _source_words(row: object) -> str:
    """Tick for a source that was read, a clock for memory, with what the law's status says."""
    seen = "✓ Source seen" if row.verified == "source seen" else "◷ From memory"
    return f"{seen}; {row.legal_status}"


WIDTHS = {
    "Route": 300, "Who holds it": 130, "Warrant or consent": 150, "Notice": 120, "Force": 55, "Source": 110,
    "Solicitor": 75, "Text": 60,
}  # fmt: skip


def _fitted(rows: pd.DataFrame) -> dict[str, object]:
    """How a table of routes is drawn; the law's own text is one press away where its address is known."""
    link = st.column_config.LinkColumn(
        width=WIDTHS["Text"], display_text="read", help="The law's own text on legislation.gov.uk, where known"
    )
    widths = {name: wide for name, wide in WIDTHS.items() if name in rows}
    widths["Route"] += sum(WIDTHS.values()) - sum(widths.values())
    return show.fitted(rows, widths, special={"Text": link}, spare=("Text", "Source", "Force"))


def _more(what: str, rows: pd.DataFrame, viewer: Viewer) -> None:
    if rows.empty:
        return
    table = release(rows, viewer, policy="powers").table
    with st.expander(f"{len(table)} more {what}"):
        more = _route_rows(table)
        show.grid(more, key=f"more-{len(what)}", alt=f"Rows that {what}", **_fitted(more))


def _holders(viewer: Viewer, found: Routes) -> None:
    n = len(found.routes)
    title = f"{n - found.police_only} of {n} routes need no police officer" if n else "Nobody holds a route that fits"
    more = len(found.agencies) - HOLDERS
    grey = " · grey: only the police" if (found.agencies["routes"] == found.agencies["police_only"]).any() else ""
    rest = f" · {more} more holders with fewer" if more > 0 else ""
    with show.card(title, f"Routes that fit, by who holds them{_police(found)}{grey}{rest}"):
        if n:
            released = release(found.agencies.nlargest(HOLDERS, "routes"), viewer, policy="routes by holder")
            drawn = show.made(place_charts.holders_chart, released)
            show.chart(drawn, released, alt_text=title, key="holders")


def _police(found: Routes) -> str:
    """Why the bar of the police is longer than the number of police-only routes."""
    held = int(found.agencies.loc[found.agencies["agency_group"] == "police", "routes"].sum())
    others = held - found.police_only
    return f" · of the police's {held}, {others} may be used by others too" if others > 0 else ""


def _visit(viewer: Viewer, store: Store, found: Routes, ticked: list[str]) -> None:
    n = len(ticked)
    title = f"Joint visit: {n} route{'' if n == 1 else 's'}" if n else "Joint visit"
    with show.card(title, "Earliest notice first; each agency with its own purpose"):
        if not n:
            st.markdown("Tick routes in the table; who must do what by when appears here.")
            return
        today = session.today(store)
        on, at = st.columns(2)
        day = on.date_input("Visit on", today + timedelta(days=7), format="DD/MM/YYYY", key="visit-on")
        hour = at.time_input("At", time(10), key="visit-at")
        chosen = found.routes[found.routes["id"].isin(ticked)]
        plan = joint_visit_plan(chosen, visit_at=datetime.combine(day, hour))
        released = release(plan, viewer, policy="joint visit")
        steps = _plan_rows(released.table)
        show.grid(
            steps, key="visit-plan", alt="What each agency does before the visit",
            **show.fitted(steps, PLAN_WIDTHS, most=4),
        )  # fmt: skip
        recipe = {"visit": f"{day} {hour:%H:%M}", "advice": NOT_LEGAL_ADVICE}
        show.downloads(released, store, title="Joint visit plan", settings=recipe, name="joint-visit")
        with st.container(key="warn-visit"):
            st.markdown("  \n".join(VISIT_RULES))


def _plan_rows(plan: pd.DataFrame) -> pd.DataFrame:
    serve = [
        "see notice" if pd.isna(when) else f"by {when:%a} {when.day} {when:%b}, {when:%H:%M}"
        for when in plan["serve_by"]
    ]
    return pd.DataFrame(
        {
            "Serve notice": serve,
            "Who": plan["agency"],
            "What": plan["purpose"],
            "Seek": plan["seek"] + "; notice: " + plan["notice"] + "; force: " + plan["force"],
        }
    )


def _warnings(found: Routes) -> None:
    rows = found.warnings
    if rows.empty:
        return
    with show.card("No power of entry: they come only by invitation"), st.container(key="warn-powers"):
        lines = [f"**{show.plain(r.power)}**: {show.plain(r.warrant_or_consent)}" for r in rows.itertuples()]
        st.markdown("  \n".join(lines))


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("powers")
