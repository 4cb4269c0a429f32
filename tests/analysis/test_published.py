"""The checks shown to users, and those on a file of others: they would say so if they did not agree."""

import re

import numpy as np
import pandas as pd
import pytest

from benchmarks.published import compared, impact, read_burglaries, read_series
from benchmarks.scanning import fever, read_fever
from benchmarks.seattle import HOMES, SEATTLE, jackknife, placebos, read_blocks, seattle, smallest_weights
from hotspots.analysis import published
from hotspots.errors import BadFrame


def test_every_published_number_shown_to_users_is_met():
    checks = published.published_numbers()
    assert checks["agrees"].all(), checks[~checks["agrees"]]


def test_the_page_of_published_numbers_names_what_is_there(project):
    page = (project / "docs" / "published.md").read_text(encoding="utf-8")
    assert f"the Method page runs {len(published.CHECKS)} of them live" in page
    tests = set(re.findall(r"test_\w+\.py", page))
    assert tests == {path.name for path in (project / "tests" / "analysis").glob("test_*.py")} & tests
    assert "test_repeats.py" in tests


def test_a_wrong_number_gets_its_cross(monkeypatch):
    wrong = published.CHECKS[0]._replace(published=-117)
    monkeypatch.setattr(published, "CHECKS", (wrong,))
    assert not published.published_numbers()["agrees"].iloc[0]


def test_burglaries_that_are_not_chicagos_get_their_crosses(tmp_path):
    generator, lines = np.random.default_rng(1), []
    for day in generator.integers(1, 32, 970):
        x, y = generator.uniform(340_000, 368_000, 2)
        lines.append(f"{x},{y},2016-01-{day:02}")
    path = tmp_path / "invented.csv"
    path.write_text("\n".join(lines))
    cells = list(compared(read_burglaries(path)))
    assert len(cells) == 20 + 20 + 20 + 12  # pairs, the bands called near repeats, labels read literally, vignette
    assert sum(published != ours for *_, published, ours in cells) > 30


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x,y,date\n1,2,2016-01-01\n", "without a header"),
        ("1,2,2016-01-01\n", "has 970 complete lines; other.csv has 1"),
        (None, "No such file"),
    ],
    ids=["header", "short", "absent"],
)
def test_another_file_than_chicagos_is_told_apart_in_one_line(tmp_path, text, why):
    path = tmp_path / "other.csv"
    if text:
        path.write_text(text)
    with pytest.raises(BadFrame, match=why) as told:
        read_burglaries(path)
    assert "\n" not in str(told.value)


@pytest.mark.real
def test_seattle_expected_crimes_microsynth(shared):
    """The vignette's 68.22, 71.80, 23.76 and 986.44, and so −32.6, −37.3, −15.8 and −20.1 %."""
    found = seattle(read_blocks(shared / "intervention-seattle-dmi" / "seattledmi.csv.gz"))
    assert found.index.tolist() == ["i_felony", "i_misdemea", "i_drugs", "any_crime"]
    assert found["expected"].to_numpy() == pytest.approx(found["published"].to_numpy(), abs=0.01)
    assert found["change"].to_numpy() == pytest.approx([-0.326, -0.373, -0.158, -0.201], abs=5e-4)
    assert (found["low"] < 1 + found["change"]).all() and (1 + found["change"] < found["high"]).all()
    # Weights that match as well allow a rise as well as a fall, of every kind of crime.
    assert (found["least"] < found["after"]).all() and (found["after"] < found["most"]).all()
    any_crime = found.loc["any_crime"]
    assert (any_crime["least"], any_crime["most"]) == pytest.approx((689, 1492), abs=0.5)


def test_the_smallest_weights_are_even_where_they_can_be_and_none_is_negative():
    units = np.array([[1, 1], [1, 2], [1, 3]], dtype=float)
    assert smallest_weights(units, np.array([2.0, 4.0])) == pytest.approx([2 / 3] * 3)
    assert smallest_weights(units, np.array([2.0, 5.8])) == pytest.approx([0, 0.2, 1.8])
    with pytest.raises(BadFrame, match="No weights"):
        smallest_weights(units, np.array([2.0, 1.0]))  # two units of at least one each hold at least two


def test_another_file_than_seattles_is_told_apart_in_one_line(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("ID,time\n1,1\n")
    with pytest.raises(BadFrame, match="cannot be read as seattledmi") as told:
        read_blocks(path)
    assert "\n" not in str(told.value)


def fevers(tmp_path, planted=0):
    """Files of 194 invented cases at 60 places, the last of them `planted` at one place within two days."""
    generator = np.random.default_rng(2)
    lat, lon = generator.uniform(40.5, 40.9, 60), generator.uniform(-74.1, -73.8, 60)
    places = [f"{n}\t{a:.5f}\t{o:.5f}" for n, (a, o) in enumerate(zip(lat, lon, strict=True))]
    cases = [f"{generator.integers(60)}\t1\t2001/11/{generator.integers(1, 25)}" for _ in range(194 - planted)]
    cases += [f"7\t1\t2001/11/{23 + n % 2}" for n in range(planted)]
    for name, lines in (("cas", cases), ("geo", places)):
        (tmp_path / f"invented.{name}").write_text("\n".join(lines))
    return tmp_path / "invented.cas", tmp_path / "invented.geo"


def test_a_planted_fever_stands_out_and_scattered_ones_do_not(tmp_path):
    planted = fever(*read_fever(*fevers(tmp_path, planted=9))).iloc[0]
    assert planted["cases"] >= 9 and planted["days"] == 2 and planted["p_value"] == 0.001
    assert fever(*read_fever(*fevers(tmp_path)))["p_value"].min() > 0.05


@pytest.mark.parametrize(
    ("cases", "why"),
    [
        ("7\t1\t2001/11/3", "has 194 cases at known places; invented.cas has 1"),
        ("7\t1\tthird", "cannot be read as NYCfever"),
    ],
)
def test_other_files_than_the_fevers_are_told_apart_in_one_line(tmp_path, cases, why):
    paths = fevers(tmp_path)
    paths[0].write_text(cases)
    with pytest.raises(BadFrame, match=why) as told:
        read_fever(*paths)
    assert "\n" not in str(told.value)


def town_of_blocks(change, *, blocks=1000, treated=40):
    """Rows as seattledmi's of an invented town; crime in the treated blocks becomes `change` times as much."""
    generator = np.random.default_rng(4)
    risk = generator.gamma(4, 1, blocks)
    chosen = np.isin(np.arange(blocks), generator.choice(blocks, treated, replace=False))
    parts = []
    for quarter in range(1, 17):
        level = risk * np.where(chosen & (quarter > 12), change, 1)
        parts.append(
            pd.DataFrame(
                {"ID": range(blocks), "time": quarter, "Intervention": np.where(chosen & (quarter > 12), 1, 0)}
            )
            .assign(**{name: generator.poisson(20 * risk) for name in HOMES})
            .assign(**{name: generator.poisson(5 * level) for name in SEATTLE})
        )
    rows = pd.concat(parts).sort_values(["ID", "time"], ignore_index=True)
    rows[HOMES] = rows.groupby("ID")[HOMES].transform("first")
    return rows


def test_groups_and_placebos_see_a_fall_and_see_none_where_there_is_none():
    fell, same = town_of_blocks(0.6), town_of_blocks(1)
    assert jackknife(fell, groups=8) < 0.01 < 0.1 < jackknife(same, groups=8)
    assert max(placebos(fell, times=15)) == 0 and min(placebos(same, times=15)) > 0.1


def series(tmp_path, text=None):
    """A file of X and y as the README's: y follows X, and a level that does not move."""
    generator, path = np.random.default_rng(3), tmp_path / "series.csv"
    x = generator.normal(100, 2, 100)
    pd.DataFrame({"X": x, "y": 1.2 * x + generator.normal(0, 1, 100)}).to_csv(path, index=False)
    if text is not None:
        path.write_text(text)
    return path


def test_the_effect_that_the_reader_adds_is_found_again(tmp_path):
    """Five are added from the 71st row on, as the README of tfcausalimpact does."""
    found = impact(read_series(series(tmp_path)), draws=500)
    assert found["low"] < 5 < found["high"] and found["high"] - found["low"] < 1.5
    assert found["observed"] - found["expected"] == pytest.approx(found["effect"])


@pytest.mark.parametrize(
    ("text", "why"), [("X,y\n1,2\n", "has 100 complete rows; series.csv has 1"), ("a,b\n1,2\n", "cannot be read as")]
)
def test_another_file_than_the_readmes_is_told_apart_in_one_line(tmp_path, text, why):
    with pytest.raises(BadFrame, match=why) as told:
        read_series(series(tmp_path, text))
    assert "\n" not in str(told.value)
