"""What left its usual range, by which rule, and how often does that ring by luck?"""

import pandas as pd
import streamlit as st

from hotspots.pipeline.alarming import AlarmView
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.views import alarm_charts, charts, sentences
from hotspots.views import alarm_words as words
from pages.parts import alarms, filters, front_door, ledger, session, show

_RULES = (
    "Last month above usual: over a range that should hold 995 of 1,000 months. Weekly rises add up: reports with "
    "exact days, a running total over its limit. Back after its action ended: against the quiet weeks after it. New "
    "on unwatched ground: a 200 m hexagon and its neighbours rose together."
)
_SEVERAL = (
    "Marked increase at several properties: the reports of the rise come from three properties or more, none with over "
    "half of them"
)
_AREA = "The hub's name of a place; a hotspot or spot bears the street or site that most of its reports name"
_KINDS = "Place: adopted by the hub. Hotspot: found in the data, not adopted. Spot: a 200 m hexagon that is neither"
STATES = (
    "An area that rings may still be called *Steady* on the hub meeting's list: a state goes by whole months and their "
    "usual range, an alarm also by what weeks add up to and by what came after an action. *Still there* in the "
    "list of hotspots says that a hotspot lies where it lay, not that it has as many reports."
)
KINDS = {"place": "Place", "hotspot": "Hotspot", "hexagon": "Spot"}
WIDTHS = {
    "Area": 120, "Reports": 66, "Usually": 76, "Why it rings": 115, "By luck": 76, "Properties": 90, "Since": 92,
    "Kind": 66,
}  # fmt: skip
SPARE = ("Kind", "Since")
"""Columns that a room may go without."""


def render(viewer: Viewer) -> None:
    """Alarms with the chart of the chosen one; how many ring by luck; what became of the hotspots."""
    viewer.require(Action.SEE_HOTSPOTS)
    store = session.current_store()
    title, tools = st.columns([75, 25], vertical_alignment="center")
    tools = tools.container(horizontal=True, horizontal_alignment="right")
    first = session.first_query(store)
    with tools:
        query = filters.trend_row(store, viewer, first)
    hub = session.view_of(store, query)
    view = alarms.alarms_of(store, query)
    released = release(view.table, viewer, policy="alarms", as_of=view.last_month)
    with tools:
        recipe = {"district": ", ".join(query.districts) or "all", "false alarms a year": _yearly(view)}
        show.downloads(released, store, title="What's new", settings=recipe, name="whats-new")
    names = released.table.drop_duplicates("key")["place"].tolist()
    with title:
        grid = released.table.loc[released.table["kind"] == "hexagon", "key"].nunique()
        told = words.title(view.ringing, len(view.watched), grid, names)
        st.title(show.plain(told), anchor=False)
        where = show.plain(", ".join(query.districts) or "all districts")
        checked = sentences.count(len(view.watched), "place and hotspot").replace("place and", "places and")
        st.caption(f"What's new · {where} · {checked} checked, {show.plain(words.grid(view))} · data to "
                   f"{sentences.month(view.last_month)}")  # fmt: skip
        st.caption(words.counts(all_districts=not query.districts))
    left, right = st.columns([60, 40], gap="small")
    with left:
        chosen = _alarms(viewer, view, released)
        _chart(viewer, view, chosen)
    with right:
        _luck(viewer, view)
        ledger.became_card(viewer, store, hub, first)


def _yearly(view: AlarmView) -> str:
    return f"{view.false_alarms_per_year:.1f} expected by luck, all areas and rules together"


def _alarms(viewer: Viewer, view: AlarmView, released: Released) -> pd.Series | None:
    """The alarms, a row each; returns the chosen one, the first where none is chosen."""
    table = released.table
    order = "The month furthest from its usual range first, then as they began · choose a row for its chart"
    with show.card(_list_title(table), "" if table.empty else order):
        if table.empty:
            quiet = release(view.watched, viewer, policy="watched areas").table
            near = view.nearest
            st.markdown(show.plain(words.nearest(near, len(quiet), int(view.watched["room"].notna().sum()))))
            return near
        rows = _rows(table)
        picked = show.grid(
            rows,
            key="alarm-list",
            exported=True,
            on_select="rerun",
            selection_mode="single-row",
            alt="Alarms, the month furthest from usual first; choose a row to see its chart",
            **show.fitted(rows, WIDTHS, special=_columns(view), spare=SPARE),
        ).selection.rows
        st.caption(STATES)
        chosen = table.iloc[picked[0] if picked and picked[0] < len(table) else 0]
        return chosen


def _list_title(table: pd.DataFrame) -> str:
    if table.empty:
        return "No rule tripped"
    return f"{sentences.count(len(table), 'alarm')} in {sentences.count(table['key'].nunique(), 'area')}"


def _rows(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Area": table["place"],
            "Reports": table["observed"],
            "Usually": [words.usually(r.rule, r.usual_low, r.usual_high) for r in table.itertuples()],
            "Why it rings": [words.RULES[rule] for rule in table["rule"]],
            "By luck": [words.luck(yearly) for yearly in table["false_alarms_per_year"]],
            "Properties": ["◆ Several" if several else "–" for several in table["several_properties"]],
            "Since": [sentences.short_day(day, "–") for day in table["since"]],
            "Kind": [KINDS[kind] for kind in table["kind"]],
        }
    )


def _columns(view: AlarmView) -> dict:
    """The columns that are no plain text, or need a word of help."""
    month = sentences.month(view.last_month)
    column = st.column_config
    return {
        "Area": column.TextColumn(width=WIDTHS["Area"], help=_AREA),
        "Why it rings": column.TextColumn(width=WIDTHS["Why it rings"], help=_RULES),
        "Reports": column.NumberColumn(
            width=WIDTHS["Reports"], format="localized", help=f"In {month}, or since the rise began"
        ),
        "Usually": column.TextColumn(
            width=WIDTHS["Usually"], help="Reports to be expected over the same time had nothing changed"
        ),
        "Kind": column.TextColumn(width=WIDTHS["Kind"], help=_KINDS),
        "Since": column.TextColumn(width=WIDTHS["Since"], help="First day of the rise"),
        "Properties": column.TextColumn(width=WIDTHS["Properties"], help=_SEVERAL),
        "By luck": column.TextColumn(
            width=WIDTHS["By luck"], help="How often this rule rings at this area when nothing has changed"
        ),
    }


def _chart(viewer: Viewer, view: AlarmView, chosen: pd.Series | None) -> None:
    """The chart that shows why the chosen alarm rings, or the nearest area where none does."""
    if chosen is None:
        return
    key, rule = chosen["key"], chosen.get("rule", "")
    if rule == "small weekly rises that add up":
        _weekly_chart(viewer, view, chosen)
    elif key in view.charts:
        _monthly_chart(viewer, view, key, chosen)
    else:
        with show.card(show.plain(chosen["place"]), words.RULES[rule]):
            st.markdown(show.plain(chosen["tripped"]))


def _monthly_chart(viewer: Viewer, view: AlarmView, key: str, chosen: pd.Series) -> None:
    months = release(view.charts[key], viewer, policy="months of a hotspot", as_of=view.last_month)
    with show.card(f"{show.plain(chosen['place'])}: {_told(chosen)}", "Reports a month, all sources chosen"):
        drawn = show.made(charts.month_chart, months, height=240, label="")
        show.chart(drawn, months, alt_text=f"Reports a month at {chosen['place']}", key="alarm-months")
        st.caption("An alarm says that reports rose beyond luck, not why: look first for people having been asked to "
                   "report, a new source or a change of recording.")  # fmt: skip


def _weekly_chart(viewer: Viewer, view: AlarmView, chosen: pd.Series) -> None:
    weeks = release(view.weeks[chosen["key"]], viewer, policy="weeks of an area", as_of=view.last_month)
    title = f"{show.plain(chosen['place'])}: {_told(chosen)}"
    with show.card(title, "Reports a week with exact days (bars) and what they add up to above usual (line)"):
        drawn = show.made(alarm_charts.weekly_sum_chart, weeks)
        alt = f"Running total of weekly reports above usual at {chosen['place']}, which reached its limit"
        show.chart(drawn, weeks, alt_text=alt, key="alarm-weeks")
        st.caption("It rings when the running total reaches the dashed line; a quiet week brings it down again.")


def _told(chosen: pd.Series) -> str:
    if "tripped" in chosen:
        return show.plain(chosen["tripped"])
    return f"{sentences.count(chosen['latest'])}, {sentences.usual(chosen['usual_low'], chosen['usual_high'])}"


def _luck(viewer: Viewer, view: AlarmView) -> None:
    table = pd.DataFrame(
        [(words.BUDGET[rule][0], words.BUDGET[rule][1], yearly) for rule, yearly in view.expected.items()],
        columns=["rule", "needs", "yearly"],
    )
    released = release(table, viewer, policy="false alarms").table
    with show.card(
        words.luck_title(view.false_alarms_per_year),
        "Alarms to expect in a year if nothing changed anywhere: every rule at every area, added up (an upper bound)",
    ):
        rows = pd.DataFrame(
            {
                "Rule": released["rule"],
                "Needs": released["needs"],
                "Rings by luck": [words.luck(y) if y > 0 else "not used here" for y in released["yearly"]],
            }
        )
        show.read_table(rows)


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("whats_new")
