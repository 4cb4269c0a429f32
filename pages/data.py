"""What has come in, how good is it, and what is missing? Import with a report on every row."""

from functools import partial

import pandas as pd
import streamlit as st

from hotspots import store as stores
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import exports, import_words, sentences
from pages.parts import front_door, session, show, signin, taking
from pages.parts.data_quality import quality
from pages.parts.importing import import_card
from pages.parts.publishing import publishing_bar

FILE_COLUMNS = {  # of the last import: column of the store → heading, pixels on a small laptop, explanation
    "file": ("File", 177, ""),
    "source": ("Source", 107, ""),
    "month": ("Month", 72, ""),
    "read": ("Read", 54, "Rows in the file"),
    "accepted": ("Accepted", 68, "Rows that are reports now"),
    "unlocated": ("No place", 66, "Accepted, but without a point on the map: in every count, on no map"),
    "quarantined": ("Quarantined", 86, "Rows kept aside until mended; counted nowhere"),
    "duplicates": ("Duplicates", 76, "Rows that were there already, or twice in the file"),
    "replaced": ("Replaced", 66, "Earlier rows whose place the new ones took"),
}
RUN_COLUMNS = {  # of the imports so far
    "at": ("When", 140, ""),
    "who": ("By", 78, ""),
    "file": ("File", 170, ""),
    "accepted": ("Accepted", 72, ""),
}
SPARE = ("Month", "Source", "By", "No place")
"""Left out in presenter view where there is no room; a file's name says most of it."""
UNDONE = {"undone": ("Undone", 120, "")}
"""Shown once an import was undone."""


def render(viewer: Viewer) -> None:
    """Import, what the last import did with every row, coverage, quarantine and history."""
    viewer.require(Action.SEE_IMPORTS)
    store = session.current_store()
    batches = stores.batches(store)
    st.title(sentences.data_title(stores.totals(store)), anchor=False)
    left, right = st.columns([62, 38], gap="small")
    with left:
        import_card(viewer, store)
        _last_import(viewer, batches)
        _publishing(viewer, store)
        _coverage(viewer, store)
    with right:
        quality(viewer, store)
        _quarantine(viewer, store)
        _history(viewer, store, batches)


def _last_import(viewer: Viewer, batches: pd.DataFrame) -> None:
    with show.card("Every row is accounted for: read = accepted + quarantined + duplicates"):
        if batches.empty:
            st.caption("Nothing has been imported yet.")
            return
        latest = batches[batches["run"] == batches["run"].max()]
        table = release(latest, viewer, policy="import batches").table
        taken = table[table["set_aside"].isna()]
        st.caption(
            sentences.imported_when(latest.iloc[0]["at"], latest.iloc[0]["who"], len(taken), len(table) - len(taken))
        )
        columns = {name: look for name, look in FILE_COLUMNS.items() if name != "replaced" or taken[name].any()}
        _listed(taken, columns, key="last-import", alt="Files of the last import")
        aside = table[table["set_aside"].notna()]
        if len(aside):
            with st.expander(f"{sentences.count(len(aside), 'file')} set aside: not read, and no report lost"):
                why = aside[["file", "set_aside"]].rename(columns={"file": "File", "set_aside": "Why"})
                show.grid(why, key="set-aside", alt="Files set aside", **show.fitted(why, {"File": 260, "Why": 360}))
        if alike := import_words.alike(taken["source"]):
            st.caption(alike)
        warnings = sorted({w for many in taken["warnings"] for w in many})
        for warning in warnings[:6]:
            st.text(warning)


def _listed(table: pd.DataFrame, columns: dict[str, tuple[str, int, str]], *, key: str, alt: str) -> None:
    """Files of imports under headings in plain words, whole numbers with their thousands apart."""
    short = table.assign(file=[file.rsplit("/")[-1] for file in table["file"]])  # of a zip only what is inside it
    rows = short[list(columns)].rename(columns={name: head for name, (head, _, _) in columns.items()})
    widths = {head: wide for head, wide, _ in columns.values()}
    numbers = {
        head: show.figures(wide, help=told or None)
        for name, (head, wide, told) in columns.items()
        if pd.api.types.is_numeric_dtype(table[name])
    }
    show.grid(rows, key=key, alt=alt, **show.fitted(rows, widths, special=numbers, spare=SPARE))


def _publishing(viewer: Viewer, store: Store) -> None:
    if viewer.can(Action.PUBLISH) and session.months_held(store) is not None:
        with show.card("What councillors may read", "The same button is on Outcomes, above what they see"):
            publishing_bar(viewer, "You see what would go out before it does. Publishing cannot be taken back.")


def _coverage(viewer: Viewer, store: Store) -> None:
    if session.months_held(store) is None:
        return
    view = session.trend_of(store, session.first_query(store))
    show.coverage(release(view.coverage, viewer, policy="coverage"), key="coverage")


def _quarantine(viewer: Viewer, store: Store) -> None:
    held = stores.quarantine(store)
    rows = release(held, viewer, policy="quarantine")
    title = f"{sentences.count(len(rows.table), 'row')} wait{'s' if len(rows.table) == 1 else ''} in quarantine"
    with show.card(title, "Not counted anywhere until mended: download, correct, import again"):
        if rows.table.empty:
            return
        counts = rows.table["reason"].value_counts().rename_axis("Why").reset_index(name="Rows")
        look = show.fitted(counts, {"Why": 400, "Rows": 64}, special={"Rows": show.figures(64)})
        show.grid(counts, key="quarantine", alt="Why rows wait", **look)
        st.caption(
            "Correct the cells, leave the first column as it is, and bring the file in under the same source: "
            "its rows then no longer wait here."
        )
        for number, source in enumerate(sorted(set(rows.table["source"]))):
            own = release(held[held["source"] == source], viewer, policy="quarantine")
            taking.button(
                f"Rows of {show.plain(source)} to mend (CSV)",
                partial(exports.mending_of, own),
                file=f"to-mend-{number + 1}.csv",
                mime="text/csv",
                key=f"to-mend-{number}",
                store=store,
                icon=":material/download:",
            )


def _history(viewer: Viewer, store: Store, batches: pd.DataFrame) -> None:
    with show.card("Imports so far", "Newest first"):
        if batches.empty:
            st.caption("None yet.")
            return
        table = release(batches[batches["set_aside"].isna()], viewer, policy="import batches").table
        days = {
            column: ["" if pd.isna(at) else sentences.short_moment(pd.Timestamp(at)) for at in table[column]]
            for column in ("at", "undone")
        }
        columns = RUN_COLUMNS | (UNDONE if table["undone"].notna().any() else {})
        _listed(table.assign(**days), columns, key="imports", alt="Import history, newest first")
        open_ = table["undone"].isna().any()
        if not store.is_sample and open_ and st.button("Undo the last import", icon=":material/undo:"):
            _confirm_undo(viewer, store)


@st.dialog("Undo the last import?")
@signin.checked
def _confirm_undo(viewer: Viewer, store: Store) -> None:
    st.markdown(
        "Rows it brought go, and rows it replaced or mended come back. The import can be made again from its file."
    )
    if st.button("Undo it", type="primary"):
        files = stores.undo_last_import(store, who=viewer.name, at=session.now())
        st.session_state["last_report"] = None
        st.toast(f"Undone: {len(files)} file(s)")
        st.rerun()


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("data")
