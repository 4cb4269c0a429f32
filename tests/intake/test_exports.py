"""Exports that a spreadsheet cannot run, and that come back as they were."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hotspots.__main__ import app
from hotspots.intake import read_incidents
from hotspots.intake.exports import restored, safe_cell, safe_frame
from tests.browser.running import write_settings
from tests.intake.corpus import HEADER, TODAY, csv, row


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1x", "－x", "＠x", "'=1"])
def test_formulas_are_marked(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Gull Row", "-0.140602", "+44", "1e5", "-5", "'tis", "O'Gull", "a=b"])
def test_numbers_and_words_are_not(text):
    assert safe_cell(text) == text


@given(st.text() | st.text("'=+-@1\t\r").map(str))
def test_every_text_comes_back_and_never_begins_as_a_formula(text):
    safe = safe_cell(text)
    assert restored(safe) == text
    assert not safe.startswith(("=", "@", "\t", "\r"))


def test_a_frame_s_headings_and_cells_are_safe_and_numbers_untouched():
    safe = safe_frame(pd.DataFrame({"=h": ["=1", None], "n": [-1.5, 2]}))
    assert (
        safe.columns.tolist() == ["'=h", "n"] and safe["'=h"].tolist()[0] == "'=1" and safe["n"].tolist() == [-1.5, 2]
    )


def test_accepted_incidents_round_trip_through_a_csv_export(tmp_path):
    path = tmp_path / "a.csv"
    table = [row(1, Street="=Gull Row"), row(2, Latitude="", Longitude=""), row(3, Time=""), row(4, Type="Seagulls")]
    path.write_bytes(csv(*table)())
    (first,) = read_incidents(path, today=TODAY)
    back = tmp_path / "export.csv"
    safe_frame(first.incidents).to_csv(back, index=False)
    (second,) = read_incidents(back, today=TODAY)
    drop = ["source"]
    pd.testing.assert_frame_equal(
        first.incidents.drop(columns=drop), second.incidents.drop(columns=drop), check_index_type=False
    )


def test_quarantined_rows_can_be_mended_and_read_again(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(csv(row(), row(2, Date="32/01/2024"))())
    (first,) = read_incidents(path, today=TODAY)
    rows = pd.DataFrame(
        [pd.read_json(pd.io.common.StringIO(r), typ="series", dtype=False) for r in first.quarantine["row"]]
    )
    assert list(rows.columns) == HEADER
    path.write_text(rows.assign(Date="31/01/2024").to_csv(index=False))
    (mended,) = read_incidents(path, today=TODAY)
    assert (mended.accepted, mended.quarantined) == (1, 0)


def test_incidents_that_the_store_gives_out_come_back_as_they_were(tmp_path, monkeypatch):
    path = tmp_path / "log.csv"
    rows = [row(1, Street="=Gull Row"), row(2, Latitude="", Longitude=""), row(3, Time=""), row(4, Type="Seagulls")]
    path.write_bytes(csv(*rows)())
    monkeypatch.setenv("HUB_SETTINGS", str(write_settings(tmp_path)))

    def run(*words: object) -> str:
        ran = CliRunner().invoke(app, [str(word) for word in words])
        assert ran.exit_code == 0, ran.output
        return ran.output

    run("import", path)
    (reading,) = read_incidents(path, today=TODAY)
    first = reading.incidents.sort_values("reference", ignore_index=True)
    for kind in ("csv", "geojson", "gpkg"):
        out = tmp_path / f"out.{kind}"
        assert "4 incidents, 1 of them without a location" in run("export", out)
        (again,) = read_incidents(out, today=TODAY)
        back = again.incidents.sort_values("reference", ignore_index=True)
        told = [c for c in first.columns if c not in ("source", "x", "y")]
        pd.testing.assert_frame_equal(first[told], back[told], check_dtype=False)
        np.testing.assert_allclose(first[["x", "y"]].astype(float), back[["x", "y"]].astype(float), atol=0.02)
    assert not list(tmp_path.glob(".*part*"))
    ran = CliRunner().invoke(app, ["export", str(tmp_path / "out.xlsx")])
    assert ran.exit_code == 2 and "An export is .csv, .geojson, .gpkg" in ran.output
