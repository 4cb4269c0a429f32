"""The checks shown to users, and those on a file of others: they would say so if they did not agree."""

import numpy as np
import pytest

from benchmarks.published import compared, read_burglaries
from hotspots.analysis import published
from hotspots.errors import BadFrame


def test_every_published_number_shown_to_users_is_met():
    checks = published.published_numbers()
    assert checks["agrees"].all(), checks[~checks["agrees"]]


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
