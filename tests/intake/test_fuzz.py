"""Whatever the bytes or the cells, a reading adds up or a HubError is raised; nothing else ever."""

import io
import json
import os
import zipfile
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotspots.errors import HubError
from hotspots.intake import Limits, read_incidents
from tests.intake.corpus import CASES, HEADER, STREET, TODAY, row

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))  # more for a long run by hand
QUICK = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(QUICK, max_examples=4 * EXAMPLES)
NAMES = st.sampled_from(["a.csv", "a.xlsx", "a.json", "a.gpkg", "a.parquet", "a.zip", "a.csv.gz"])
SMALL = Limits(file_bytes=5_000_000, unpacked_bytes=5_000_000, workbook_bytes=5_000_000)
SEEDS = [c.make() for c in CASES if c.refuse is None and not c.options and len(c.make()) < 40_000]
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "NA", "0", "1.3012", "51.8012", "630000", "01/03/2024", "2024-03", "45352", "Noise", "=1+1", "\0", "'@"]
    ),
    st.floats().map(str),
    st.datetimes().map(str),
)


def outcome(data: bytes, name: str, folder: Path) -> str:
    """Read the bytes as a file: what came of it, every reading having been added up."""
    path = folder / name
    path.write_bytes(data)
    try:
        readings = list(read_incidents(path, today=TODAY, limits=SMALL))
    except HubError as error:
        assert str(error) and "Traceback" not in str(error) and "report this fault" not in str(error)
        return "refused"
    for reading in readings:
        assert reading.read == reading.accepted + reading.quarantined + reading.duplicates
        assert reading.incidents.index.is_unique and sum(reading.reasons.values()) == reading.quarantined
        assert reading.set_aside or reading.accepted
    return "taken"


@MANY
@given(data=st.binary(max_size=400), name=NAMES)
def test_random_bytes(data, name, tmp_path):
    outcome(data, name, tmp_path)


@MANY
@given(data=st.data(), name=NAMES)
def test_good_files_with_bytes_changed(data, name, tmp_path):
    seed = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        if seed:
            seed[data.draw(st.integers(0, len(seed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(seed)))
    outcome(bytes(seed[:cut] if data.draw(st.booleans()) else seed), name, tmp_path)


@QUICK
@given(cells=st.lists(st.lists(CELLS, min_size=7, max_size=7), min_size=1, max_size=8))
def test_frames_of_odd_cells_beside_a_good_row(cells, tmp_path):
    table = pd.DataFrame([row(), *cells], columns=HEADER)
    outcome(table.to_csv(index=False).encode("utf-8", "replace"), "a.csv", tmp_path)
    outcome(table.to_json(orient="records").encode(), "a.json", tmp_path)


@QUICK
@given(cells=st.lists(st.lists(CELLS, min_size=12, max_size=12), min_size=1, max_size=6))
def test_street_files_of_odd_cells(cells, tmp_path):
    table = pd.DataFrame(cells, columns=STREET)
    outcome(table.to_csv(index=False).encode("utf-8", "replace"), "2024-03-gullshire-street.csv", tmp_path)


@QUICK
@given(headings=st.lists(st.one_of(st.text(max_size=8), st.sampled_from(HEADER)), min_size=1, max_size=9))
def test_odd_headings(headings, tmp_path):
    table = pd.DataFrame([["x"] * len(headings)], columns=headings)
    outcome(table.to_csv(index=False).encode("utf-8", "replace"), "a.csv", tmp_path)


@QUICK
@given(
    plain=st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from([*HEADER, "type", "features", "geometry", "coordinates"]), inner, max_size=4
            ),
        ),
        max_leaves=12,
    )
)
def test_odd_json(plain, tmp_path):
    outcome(json.dumps(plain).encode(), "a.json", tmp_path)
    features = {"type": "FeatureCollection", "features": [{"geometry": plain, "properties": {"Date": "2024-03"}}]}
    outcome(json.dumps(features).encode(), "a.geojson", tmp_path)


@QUICK
@given(members=st.dictionaries(st.text(min_size=1, max_size=12), st.binary(max_size=60), max_size=4))
def test_odd_zips(members, tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name.encode("utf-8", "replace").decode() + ".csv"), data)
    outcome(out.getvalue(), "a.zip", tmp_path)
