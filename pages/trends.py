"""What is genuinely changing, and what is noise? Reports by month for a district, with their usual range."""

import pandas as pd
import streamlit as st

from hotspots import briefs
from hotspots.pipeline import TrendView
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.views import charts, sentences
from hotspots.views.palette import STATES
from pages.parts import filters, papers, session, show


def render(viewer: Viewer) -> None:
    """Control chart, rolling 12 months, same months last year, and what the areas are doing."""
    viewer.require(Action.SEE_TRENDS)
    store = session.current_store()
    title, tools = st.columns([75, 25], vertical_alignment="center")
    tools = tools.container(horizontal=True, horizontal_alignment="right")
    with tools:
        query = filters.trend_row(store, viewer, session.first_query(store))
    view = session.trend_of(store, query)
    released = release(view.chart, viewer, policy="trend", as_of=view.last["period"].date())
    with tools:
        show.downloads(
            released,
            store,
            title="Reports by month",
            settings=_recipe(view),
            name="trend",
            paper=papers.Offer("Strategic assessment", "assessment", briefs.assessment_tables),
        )
    where = ", ".join(query.districts) or "all districts"
    with title:
        st.title(sentences.trend_title(view.last), anchor=False)
        st.caption(f"Trends · {show.plain(where)} · data to {sentences.month(view.last['period'])}")
    left, right = st.columns([65, 35], gap="small")
    with left:
        _control_chart(view, released)
        a, b = st.columns(2, gap="small")
        with a:
            _rolling(view, released)
        with b:
            _last_year(view, released)
    with right:
        _areas(viewer, store, query)
        _coverage(viewer, view)


def _control_chart(view: TrendView, released: Released) -> None:
    with show.card(sentences.control_title(view.chart), f"Reports a month, {sentences.span(view.chart)}"):
        drawn = charts.month_chart(released, colours=show.colours(), height=330, label="")
        show.chart(drawn, released, alt_text=sentences.trend_alt(view.last), key="trend-chart")
        st.caption(sentences.control_note(view.coverage))


def _rolling(view: TrendView, released: Released) -> None:
    with show.card(sentences.rolling_title(view.chart), "Reports in the 12 months to each month", stretch=True):
        known = released.table["rolling_12"].notna().sum()
        if known < 2:
            st.caption("Drawn once 12 months running are complete; a rolling year with a gap would be false.")
            return
        drawn = charts.rolling_chart(released, colours=show.colours())
        show.chart(drawn, released, alt_text="Reports in the 12 months to each month", key="trend-rolling")


def _last_year(view: TrendView, released: Released) -> None:
    with show.card(sentences.last_year_title(view.chart), "□ last year  ■ this year", stretch=True):
        if released.table["last_year"].notna().sum() < 1:
            st.caption("No month here was also received the year before.")
            return
        drawn = charts.same_months_chart(_last_six(released), colours=show.colours())
        show.chart(
            drawn,
            released,
            alt_text="The latest six months beside the same months last year",
            key="trend-year",
        )


def _last_six(released: Released) -> Released:
    from dataclasses import replace

    return replace(released, table=released.table[released.table["n"].notna()].tail(6))


def _areas(viewer: Viewer, store: object, query: object) -> None:
    view = session.view_of(store, query)
    table = release(view.table, viewer, policy="hotspots").table
    rising = table[table["state"].isin(("new", "growing", "returned"))]
    against = f"Reports in {sentences.month(view.last_month)} against each area's usual range"
    with show.card(sentences.rising_title(len(rising), len(table)), against):
        if len(rising):
            st.dataframe(_rising_table(rising), hide_index=True, alt="Areas above their usual range")
        st.markdown("**What the areas are doing**")
        counts = table["state"].value_counts()
        rows = [
            {
                "State": f"{look.glyph} {word.capitalize()}",
                "Areas": int(counts.get(word, 0)),
                "By the rule": look.rule,
            }
            for word, look in STATES.items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Number of areas in each state")


def _rising_table(rising: pd.DataFrame) -> pd.DataFrame:
    usual = [sentences.usual(r.usual_low, r.usual_high).removeprefix("usual ") for r in rising.itertuples()]
    return pd.DataFrame(
        {
            "Area": rising["name"],
            "State": rising["state"].str.capitalize(),
            "Month": rising["latest"],
            "Usual": usual,
        }
    )


def _coverage(viewer: Viewer, view: TrendView) -> None:
    show.coverage(release(view.coverage, viewer, policy="coverage"), key="trend-coverage")


def _recipe(view: TrendView) -> dict[str, str]:
    q = view.query
    return {
        "district": ", ".join(q.districts) or "all",
        "category": ", ".join(q.categories) or "all",
        "source": ", ".join(q.sources) or "all",
        "usual range": "99.5 % prediction interval from earlier months; gaps are months not received",
    }


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    st.switch_page("dashboard.py")
