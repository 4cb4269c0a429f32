"""Bringing in a file: look first, mend the mapping, then store; nothing is stored before the button."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from hotspots import store as stores
from hotspots.errors import HubError
from hotspots.intake.mapping import FIELDS, Mapping
from hotspots.intake.preview import Preview, preview
from hotspots.intake.readers import read_incidents
from hotspots.intake.reading import Limits, Progress, Reading, part_of
from hotspots.pipeline.ledger import keep_latest
from hotspots.release.roles import Action, Viewer
from hotspots.store import ImportReport, Store
from hotspots.views import import_words, sentences
from pages.parts import frame, session, show

KINDS = ["zip", "csv", "tsv", "txt", "xlsx", "json", "geojson", "gpkg", "parquet", "gz", "xz"]
USUAL_FIELDS = ("reference", "date", "time", "category", "place", "address", "unit", "x", "y", "district")
OTHERS_WIDTHS = {"File": 220, "Read": 62, "Accepted": 76, "Quarantined": 90, "Duplicates": 84, "In the way": 230}
NOT_STORED = "(none)"
SHORTENED = 24
"""Letters of a name beyond which the field for files leaves out its middle."""


def import_card(viewer: Viewer, store: Store) -> None:
    """Upload, what was understood, and the button that stores it."""
    viewer.require(Action.IMPORT)
    with show.card("Bring in a file", "Nothing is stored until you have seen what was understood"):
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
        if files:
            _full_names(files)
            with tempfile.TemporaryDirectory() as folder:
                _understood(viewer, _written(files, Path(folder)))
        if session.own_store_exists():
            # Kept apart from the switch: the browser forgets a switch that is not on the page it shows.
            st.toggle(
                "Look at the sample instead", session.looks_at_sample(), key="sample-switch", on_change=_turn_to_sample
            )
    report = st.session_state.get("last_report")
    if report:
        st.success(sentences.import_done(report.totals))
        if not session.places(viewer, store):
            _next_step()


def _turn_to_sample() -> None:
    session.look_at_sample(st.session_state["sample-switch"])


def _next_step() -> None:
    """What comes after the first import."""
    with st.container(key="note-next"):
        st.markdown(
            "**Next:** on the hub screen choose your district under *Filters*, look through its areas, and press "
            "*Adopt as a place* on the one the hub will work on."
        )
    st.page_link(st.session_state["pages"]["hub_meeting"], label="Open Hub meeting", icon=":material/arrow_forward:")


def _full_names(files: list[UploadedFile]) -> None:
    """Names that the field above shortens: their end says the month or the partner."""
    if long := [file.name for file in files if len(file.name) > SHORTENED]:
        st.caption("In full: " + ", ".join(show.plain(name) for name in long))


def _written(files: list[UploadedFile], folder: Path) -> list[Path]:
    """Uploads under names of our own; a name from outside never chooses a path."""
    paths = []
    for number, upload in enumerate(files):
        path = folder / str(number) / Path(upload.name).name
        path.parent.mkdir()
        path.write_bytes(upload.getvalue())
        paths.append(path)
    return paths


def _understood(viewer: Viewer, paths: list[Path]) -> None:
    try:
        lead = next((path for path in paths if _look(path, None).tables), paths[0])
        others = [path for path in paths if path != lead]
        seen = _look(lead, None)
        if seen.mapping is None:  # police.uk: nothing to map
            _problem(seen)
            _fate(seen)
            good = _others(others, None)
            _import_button(viewer, paths, None, None, blocked=seen.problem is not None or not good)
            return
        source = _source()
        top = st.container()  # where it is seen without scrolling; filled once the mapping has been chosen
        seen, mapping = _mended(lead, seen, source)
        with top:
            _problem(seen)
        _fate(seen)
        good = _others(others, mapping)
        _import_button(viewer, paths, source, mapping, blocked=seen.problem is not None or not source or not good)
        if seen.problem:
            st.caption(f"Not yet: {show.plain(seen.problem)} Correct above which column is which.")
        elif not source:
            st.caption("To import it, say above which partner's log it is.")
    except HubError as error:
        frame.told(str(error))


def _source() -> str:
    given = st.text_input(
        "Which partner's log is it?",
        placeholder="council ASB log, housing, fire and rescue …",
        key="source-name",
        help="The name the log goes by on every screen. Its columns are remembered under it.",
    )
    return given.strip()


def _mended(path: Path, seen: Preview, source: str) -> tuple[Preview, Mapping]:
    """The mapping as guessed or remembered, corrected by the user, and what it makes of the file."""
    remembered = stores.mapping_for(session.own_store(), source) if source and session.own_store_exists() else None
    sheet = _sheet(path, seen, remembered)
    if sheet != seen.sheet:
        seen = _look(path, None, sheet)
    headings = [column.heading for column in seen.columns]
    fits = remembered is not None and set(remembered.columns.values()) <= set(headings)
    start = remembered if fits else seen.mapping or Mapping()
    screen = f"{path.name}-{sheet}"
    table = _columns_table(seen)
    look = show.fitted(table, {"Column in the file": 150, "Becomes": 110, "First cells": 260, "Note": 200}, most=5)
    show.grid(table, key="file-columns", alt="The file's columns and what each becomes", **look)
    fields = [f for f in FIELDS if f in USUAL_FIELDS or f in start.columns]
    with st.expander("Correct which column is which", expanded=seen.problem is not None):
        chosen = _field_choices(fields, headings, start, screen)
        order = st.segmented_control(
            "Dates are written",
            ["auto", "dmy", "mdy", "ymd"],
            default=start.date_order,
            required=True,
            help="Where a file leaves it open, as in 01/02/2017 throughout, the day is taken to come first.",
            format_func={"auto": "As the file shows", "dmy": "31/12/2017", "mdy": "12/31/2017",
                         "ymd": "2017-12-31"}.get,
            key=f"order-{screen}",
        )  # fmt: skip
    others = {k: v for k, v in start.columns.items() if k not in fields}
    named = sheet if len(seen.sheets) > 1 else None
    mapping = replace(start, columns={**others, **chosen}, date_order=order, sheet=named)
    return (_look(path, mapping) if mapping != seen.mapping else seen), mapping


def _sheet(path: Path, seen: Preview, remembered: Mapping | None) -> str | None:
    """The sheet or layer to read: asked for where the file has several, as remembered or as the reader chose."""
    if len(seen.sheets) < 2:
        return seen.sheet
    first = remembered.sheet if remembered and remembered.sheet in seen.sheets else seen.sheet
    kind = "layer" if path.suffix.lower() == ".gpkg" else "sheet"
    return st.selectbox(
        f"Which {kind} holds the reports?",
        seen.sheets,
        index=seen.sheets.index(first),
        key=f"sheet-{path.name}-{first}",
        help="One is read at a time. To bring in another, import the file again and choose that one.",
    )


def _field_choices(fields: list[str], headings: list[str], start: Mapping, name: str) -> dict[str, str]:
    chosen = {}
    columns = st.columns(2)
    for number, field in enumerate(fields):
        options = [NOT_STORED, *headings]
        now = start.columns.get(field, NOT_STORED)
        picked = columns[number % 2].selectbox(
            f"{field.capitalize()}: {FIELDS[field]}", options, index=options.index(now), key=f"map-{name}-{field}"
        )
        if picked != NOT_STORED:
            chosen[field] = picked
    return chosen


def _columns_table(seen: Preview) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Column in the file": [c.heading for c in seen.columns],
            "Becomes": [c.fills or "not stored" for c in seen.columns],
            "First cells": [" · ".join(c.samples[:3]) for c in seen.columns],
            "Note": [c.note for c in seen.columns],
        }
    )


def _problem(seen: Preview) -> None:
    if seen.problem:
        frame.told(seen.problem)


def _fate(seen: Preview) -> None:
    """What would happen to every row, before it happens."""
    if seen.problem:
        return
    for line in import_words.inside_lines(seen.file, seen.tables, seen.aside):
        st.markdown(show.plain(line))
    with st.container(horizontal=True):
        for label, n in (
            ("Rows read", seen.read),
            ("would be accepted", seen.accepted),
            ("of them unlocated", seen.unlocated),
            ("quarantined", seen.quarantined),
            ("duplicates", seen.duplicates),
        ):
            st.metric(label, f"{n:,}")
    for reason, n in seen.reasons.items():
        st.text(f"{n:,} × {reason}")
    for warning in seen.warnings:
        st.text(warning)


def _others(paths: list[Path], mapping: Mapping | None) -> bool:
    """The fate of each further upload, under the same mapping; True where nothing stands in the way of any."""
    if not paths:
        return True
    seen = [(path, _look(path, mapping)) for path in paths]
    rows = pd.DataFrame(
        {
            "File": [path.name for path, _ in seen],
            "Read": [one.read for _, one in seen],
            "Accepted": [one.accepted for _, one in seen],
            "Quarantined": [one.quarantined for _, one in seen],
            "Duplicates": [one.duplicates for _, one in seen],
            "In the way": [one.problem or "" for _, one in seen],
        }
    )
    look = show.fitted(
        rows, OTHERS_WIDTHS, special={name: show.figures(OTHERS_WIDTHS[name]) for name in rows.columns[1:5]}
    )
    show.grid(rows, key="other-files", alt="What each of the other files would become", **look)
    return not any(one.problem and one.tables for _, one in seen)  # one without a table is set aside, no fault


def _import_button(
    viewer: Viewer, paths: list[Path], source: str | None, mapping: Mapping | None, *, blocked: bool
) -> None:
    noun = "file" if len(paths) == 1 else "files"
    if st.button(f"Import {len(paths)} {noun}", type="primary", disabled=blocked, icon=":material/upload:"):
        bar, from_sample = st.progress(0.0, "Reading"), session.current_store().is_sample
        report = _stored(viewer, paths, source, mapping, lambda done, what: bar.progress(min(done, 1.0), f"{what} …"))
        if source and mapping:
            stores.save_mapping(session.own_store(), source, mapping, who=viewer.name, at=session.now())
        if from_sample:
            session.look_at_sample(False)
        st.session_state["last_report"] = report
        st.session_state["imports"] = st.session_state.get("imports", 0) + 1
        st.rerun()


def _stored(
    viewer: Viewer,
    paths: list[Path],
    source: str | None,
    mapping: Mapping | None,
    moved: Progress,
) -> ImportReport:
    """Stage every upload, then swap; a fault leaves the store as it was."""
    chosen = session.settings()
    with stores.store_to_fill(chosen.store, at=session.now(), crs=chosen.crs) as filling:
        readings = _readings(paths, source, mapping, filling.crs, moved)
        own = filling.within(viewer.districts)
        storing = part_of(moved, 0.8, 0.15)
        report = stores.record_import(own, readings, who=viewer.name, at=session.now(), progress=storing)
    store = session.own_store()
    moved(1.0, "Giving the hotspots their lasting ids")
    keep_latest(store, session.settings(), today=session.today(store), who=viewer.name, at=session.now())
    return report


def _readings(
    paths: list[Path],
    source: str | None,
    mapping: Mapping | None,
    crs: str,
    moved: Progress,
) -> Iterator[Reading]:
    share = 0.8 / len(paths)
    for number, path in enumerate(paths):
        yield from read_incidents(
            path,
            today=session.now().date(),
            source=source,
            mapping=mapping,
            crs=crs,
            progress=part_of(moved, number * share, share),
            limits=_limits(),
        )


def _limits() -> Limits:
    return Limits(file_bytes=session.settings().upload_mb * 1_000_000)


def _look(path: Path, mapping: Mapping | None, sheet: str | None = None) -> Preview:
    """The preview of an upload, worked out once for the same bytes and mapping in this session."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    key = (digest, path.name, mapping.version if mapping else "", sheet)
    kept = st.session_state.setdefault("previews", {})
    if key not in kept:
        if len(kept) > 40:
            kept.clear()
        crs = session.own_store().crs if session.own_store_exists() else session.settings().crs
        kept[key] = preview(path, today=session.now().date(), mapping=mapping, sheet=sheet, crs=crs, limits=_limits())
    return kept[key]
