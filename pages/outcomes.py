"""What was wrong, what was done, what changed? Read from what the hub has published, and nothing else."""

import pandas as pd
import streamlit as st

from hotspots.intake.exports import safe_frame
from hotspots.release.roles import Action, Viewer
from hotspots.store.published import Published
from hotspots.views import outcome_paper as paper
from hotspots.views import outcomes as words
from hotspots.views import paper_pdf, printing
from hotspots.views.paper import Outlines
from hotspots.views.publishing_words import PERIODS
from hotspots.views.ward_pictures import picture_for
from pages.parts import front_door, session, show, taking
from pages.parts.publishing import publishing_bar

_STYLE = """<style>
.st-key-outcome { max-width: 76rem; margin: 0 auto; }
.st-key-outcome-answer { background: var(--hub-note); color: var(--hub-text);
  border: 1px solid var(--hub-edge); border-radius: 4px;
  padding: .7rem 1rem; margin-bottom: .4rem; row-gap: .15rem; border-bottom: 3px solid var(--hub-place); }
.st-key-outcome-answer p { color: var(--hub-text); margin: 0; }
.st-key-outcome-answer [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
.st-key-outcome h1 { padding: 0; }
.st-key-outcome-answer [data-testid="stHorizontalBlock"] { align-items: baseline; }
.st-key-outcome h2 { font-size: 1.08rem; padding: .35rem 0 .1rem; }
.st-key-outcome-foot { border-top: 1px solid var(--hub-edge); margin-top: .5rem; }
[data-testid="stPopoverBody"]:has([data-testid="stDataFrame"]) { min-width: min(34rem, 92vw); }
@media (max-width: 800px) { .st-key-outcome [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  .st-key-outcome [data-testid="stColumn"] { min-width: 100%; }
  .st-key-outcome [data-testid="stHorizontalBlock"] { row-gap: .6rem; } .st-key-outcome hr { margin: .2rem 0; } }
@media print { .st-key-outcome-tools { display: none !important; } .st-key-outcome { max-width: 178mm; }
  .st-key-outcome :is(p, [data-testid="stColumn"]:has([data-testid="stVegaLiteChart"], [data-testid="stImage"])) {
    break-inside: avoid; }
  .st-key-outcome h2 { break-after: avoid; } .st-key-outcome [data-testid="stImage"] { max-width: 32mm; }
  .st-key-outcome [data-testid="stHorizontalBlock"] { gap: .3rem; } .st-key-outcome hr { margin: .3rem 0; } }
</style>"""


def render(viewer: Viewer) -> None:
    """One place or ward, as released; a clear page while nothing has been."""
    viewer.require(Action.SEE_OUTCOMES)
    st.html(_STYLE)
    publishing_bar(viewer, "You are looking at what councillors see. Publishing cannot be taken back.")
    held = _for_viewer(session.published(), viewer)
    titles = {} if held.figures.empty else paper.titles_of(held, session.settings().district)
    if not titles:
        _nothing_yet()
        return
    with st.container(key="outcome"):
        head, tools = st.columns([66, 34], vertical_alignment="center")
        with tools, st.container(key="outcome-tools", gap="xsmall"):
            area = _chosen(titles)
            page = paper.words_for(held, area, titles)
            _downloads(held, area, page.title, titles[area])
        with head:
            st.title(show.plain(page.title), anchor=False)
            st.caption(show.plain(page.subtitle))
        _page(held.figures[held.figures["area"] == area], area, page, picture_for(held, area))


def _for_viewer(everything: Published, viewer: Viewer) -> Published:
    """What holds now, of the viewer's districts."""
    current = everything.current()
    return current if viewer.districts is None else current.of_districts(viewer.districts)


def _nothing_yet() -> None:
    st.title("Nothing has been published yet", anchor=False)
    st.markdown(
        "This page shows outcomes of districts, wards and places that the hub has released for councillors: "
        "small numbers hidden, no addresses and no map of hotspots. "
        f"{PERIODS}. "
        "The hub publishes them once they are checked; until then there is nothing to see here."
    )


def _chosen(titles: dict[str, str]) -> str:
    """The place or ward in the list; its link can be shared, an unknown one falls back on the first."""
    return st.selectbox(
        "Place or ward",
        list(titles),
        key="area",
        format_func=lambda area: titles[area],
        bind="query-params",
        label_visibility="collapsed",
    )


def _page(own: pd.DataFrame, area: str, page: words.OutcomeWords, picture: Outlines | str) -> None:
    _answer(page.answer)
    left, right = st.columns(2, gap="large")
    with left:
        for heading, text in page.parts:
            st.header(heading, anchor=False)
            st.markdown(show.plain(text))
    with right:
        _chart(own, area, page)
    st.divider()
    *asked, last = st.columns([3, 3, 3, 2], gap="medium")
    for column, (question, answer) in zip(asked, page.questions, strict=True):
        with column:
            st.header(question, anchor=False)
            st.markdown(show.plain(answer))
    with last:
        _outline(picture)
    with st.container(key="outcome-foot"):
        st.caption(show.plain(" ".join(page.foot)))


def _answer(lines: tuple[str, ...]) -> None:
    with st.container(key="outcome-answer", horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{show.plain(lines[0])}**", width="content")
        for line in lines[1:]:
            st.markdown(show.plain(line), width="content")


def _chart(own: pd.DataFrame, area: str, page: words.OutcomeWords) -> None:
    bars = words.bars_of(own, area)
    st.header(show.plain(page.chart_title), anchor=False)
    st.caption(show.plain(page.chart_caption))
    said = "; ".join(f"{bar.label.replace('|', ' ')}: {bar.shown}" for bar in bars.itertuples())
    show.draw(show.made(words.outcome_chart, bars), alt_text=said, key="outcome-chart")
    # The number stands next to its period: on a phone there is room for two columns.
    listed = paper.released_table(own)[["Period", "Reports", "Kind", "Release"]]
    show.as_table(listed, alt_text=said, key="outcome")


def _outline(picture: Outlines | str) -> None:
    """The still picture of the ward, as on paper, or the sentence that there is none."""
    if isinstance(picture, Outlines):
        with st.container(key="outcome-outline"):
            st.image(_drawn(picture, dark=show.is_dark()), alt=picture.alt, width="stretch")
    st.caption(show.plain(picture if isinstance(picture, str) else picture.caption))


@st.cache_data(show_spinner=False, max_entries=256)
def _drawn(picture: Outlines, *, dark: bool) -> str:
    """What was published, the same for everybody: it may be kept for all sessions."""
    return paper_pdf.picture_of(picture, "svg", dark=dark).decode()


def _downloads(held: Published, area: str, title: str, listed: str) -> None:
    """The page on paper and its released figures, byte for byte the same for everybody; made when asked for."""
    release, chosen = held.releases[-1], session.settings()
    own = held.figures[held.figures["area"] == area]

    def figures() -> bytes:
        head = f"# {title}\n# Release {release.version}, published {release.at.date()}\n"
        return (head + safe_frame(paper.released_table(own)).to_csv(index=False)).encode("utf-8-sig")

    def printed(kind: str) -> bytes:
        return printing.printed(
            paper.outcome_paper(held, area, marking=chosen.published_marking), kind, author=chosen.title
        )

    files = (
        ("For committee (PDF)", lambda: printed("pdf"), "pdf"),
        ("Word", lambda: printed("docx"), "docx"),
        ("Figures (CSV)", figures, "csv"),
    )
    store = session.current_store()  # for the audit line alone
    with st.container(horizontal=True, gap="small"):
        for label, made, kind in files:
            name, mime = paper.file_name(listed, release.version, kind), printing.MIME[kind]
            taking.button(label, made, file=name, mime=mime, key=f"outcome-{kind}", store=store)


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("outcomes")
