"""What has come in, how good is it, and what is missing? Import with a report on every row."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import streamlit as st

from hotspots import store as stores
from hotspots.errors import HubError
from hotspots.intake.readers import read_incidents
from hotspots.intake.reading import Limits, Reading
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import ImportReport, Store
from hotspots.views import sentences
from pages.parts import frame, session, show

COLUMNS = {
    "file": "File",
    "source": "Source",
    "month": "Month",
    "read": "Read",
    "accepted": "Accepted",
    "unlocated": "of them unlocated",
    "quarantined": "Quarantined",
    "duplicates": "Duplicates",
    "replaced": "Replaced",
}
KINDS = ["zip", "csv", "tsv", "txt", "xlsx", "json", "geojson", "gpkg", "parquet"]


def render(viewer: Viewer) -> None:
    """Import, what the last import did with every row, coverage, quarantine and history."""
    viewer.require(Action.SEE_IMPORTS)
    store = session.current_store()
    batches = stores.batches(store)
    st.title(sentences.data_title(stores.totals(store)), anchor=False)
    left, right = st.columns([62, 38], gap="small")
    with left:
        _import(viewer, store)
        _last_import(viewer, batches)
        _coverage(viewer, store)
    with right:
        _placed(viewer, store)
        _quarantine(viewer, store)
        _history(viewer, store, batches)


def _import(viewer: Viewer, store: Store) -> None:
    viewer.require(Action.IMPORT)
    with show.card("Bring in a file"):
        if store.is_sample:
            st.markdown(
                "You are looking at the sample. Your files start the hub's **own** store; the sample stays apart."
            )
        files = st.file_uploader(
            "data.police.uk zip or CSV, or a partner's log",
            type=KINDS,
            accept_multiple_files=True,
            max_upload_size=session.settings().upload_mb,
            key=f"upload-{st.session_state.get('imports', 0)}",
        )
        source = st.text_input(
            "Source",
            placeholder="police.uk files name themselves; for a partner's log: council ASB log, housing …",
            key="source-name",
        )
        if st.button("Import files", type="primary", disabled=not files, icon=":material/upload:"):
            _run_import(viewer, files, source.strip() or None)
        if session.own_store_exists():
            st.toggle("Look at the sample instead", key="look_at_sample")
    report = st.session_state.get("last_report")
    if report:
        st.success(sentences.import_done(report.totals))


def _run_import(viewer: Viewer, files: list, source: str | None) -> None:
    bar = st.progress(0.0, "Reading")
    try:
        report = _store_uploads(viewer, files, source, bar)
    except HubError as error:
        bar.empty()
        frame.told(str(error))
        return
    st.session_state["last_report"] = report
    st.session_state["imports"] = st.session_state.get("imports", 0) + 1
    st.session_state["look_at_sample"] = False
    st.rerun()


def _store_uploads(viewer: Viewer, files: list, source: str | None, bar: object) -> ImportReport:
    """Stage every upload, then swap; a fault leaves the store as it was."""
    store = session.own_store(create=True)

    def moved(done: float, what: str) -> None:
        bar.progress(min(max(done, 0.0), 1.0), f"{what} …")

    return stores.record_import(
        store, _readings(files, source, store.crs, moved), who=viewer.name, at=session.now(), progress=moved
    )


def _readings(files: list, source: str | None, crs: str, moved: object) -> Iterator[Reading]:
    limits = Limits(file_bytes=session.settings().upload_mb * 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        for number, upload in enumerate(files):
            path = Path(folder) / str(number) / Path(upload.name).name
            path.parent.mkdir()
            path.write_bytes(upload.getvalue())
            share = 0.9 / len(files)

            def inner(done: float, what: str, start: float = number * share, share: float = share) -> None:
                moved(start + share * done, what)

            yield from read_incidents(
                path, source=source, crs=crs, today=session.now().date(), progress=inner, limits=limits
            )


def _last_import(viewer: Viewer, batches: pd.DataFrame) -> None:
    with show.card("Every row is accounted for: read = accepted + quarantined + duplicates"):
        if batches.empty:
            st.caption("Nothing has been imported yet.")
            return
        latest = batches[batches["run"] == batches["run"].max()]
        table = release(latest, viewer, policy="import batches").table
        taken = table[table["set_aside"].isna()]
        st.caption(
            sentences.imported_when(
                latest.iloc[0]["at"], latest.iloc[0]["who"], len(taken), len(table) - len(taken)
            )
        )
        st.dataframe(
            taken[list(COLUMNS)].rename(columns=COLUMNS),
            hide_index=True,
            height=min(36 * len(taken) + 40, 330),
            alt="Files of the last import",
        )
        aside = table[table["set_aside"].notna()]
        if len(aside):
            with st.expander(f"{len(aside)} files were set aside"):
                st.dataframe(aside[["file", "set_aside"]], hide_index=True)
        warnings = sorted({w for many in taken["warnings"] for w in many})
        for warning in warnings[:6]:
            st.text(warning)


def _coverage(viewer: Viewer, store: Store) -> None:
    if stores.months_held(store) is None:
        return
    view = session.trend_of(store, session.first_query(store))
    show.coverage(release(view.coverage, viewer, policy="coverage"), key="coverage")


def _placed(viewer: Viewer, store: Store) -> None:
    table = release(stores.sources(store), viewer, policy="sources").table
    total, located = int(table["n"].sum()), int(table["located"].sum())
    title = f"{located:,} of {total:,} reports have a place on the map"
    with show.card(title, "How exactly each source knows where and when"):
        rows = pd.DataFrame(
            {
                "Source": table["source"],
                "Reports": table["n"],
                "Located": [sentences.share(a, b) for a, b in zip(table["located"], table["n"], strict=True)],
                "Exact time": [
                    sentences.share(a, b) for a, b in zip(table["exact_time"], table["n"], strict=True)
                ],
                "Address": [
                    sentences.share(a, b) for a, b in zip(table["with_address"], table["n"], strict=True)
                ],
            }
        )
        st.dataframe(rows, hide_index=True, alt="Sources and how exact they are")


def _quarantine(viewer: Viewer, store: Store) -> None:
    rows = release(stores.quarantine(store), viewer, policy="quarantine")
    title = (
        f"{sentences.count(len(rows.table), 'row')} wait{'s' if len(rows.table) == 1 else ''} in quarantine"
    )
    with show.card(title, "Not counted anywhere until mended: download, correct, import again"):
        if rows.table.empty:
            return
        counts = rows.table["reason"].value_counts()
        st.dataframe(counts.rename_axis("Reason").reset_index(name="Rows"), hide_index=True)
        show.downloads(rows, store, title="Rows in quarantine", settings={}, name="quarantine")


def _history(viewer: Viewer, store: Store, batches: pd.DataFrame) -> None:
    with show.card("Imports so far", "Newest first"):
        if batches.empty:
            st.caption("None yet.")
            return
        table = release(batches[batches["set_aside"].isna()], viewer, policy="import batches").table
        runs = table[["at", "who", "file", "accepted", "undone"]].rename(columns=str.capitalize)
        st.dataframe(runs, hide_index=True, height=240, alt="Import history, newest first")
        open_ = table["undone"].isna().any()
        if not store.is_sample and open_ and st.button("Undo the last import", icon=":material/undo:"):
            _confirm_undo(viewer, store)


@st.dialog("Undo the last import?")
def _confirm_undo(viewer: Viewer, store: Store) -> None:
    st.markdown(
        "Rows it brought go, and rows it replaced come back. The import can be made again from its file."
    )
    if st.button("Undo it", type="primary"):
        files = stores.undo_last_import(store, who=viewer.name, at=session.now())
        st.session_state["last_report"] = None
        st.toast(f"Undone: {len(files)} file(s)")
        st.rerun()


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    st.switch_page("dashboard.py")
