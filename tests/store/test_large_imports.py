"""The benchmark of a million rows works, on few: both ways hold every row and the bar of progress moves."""

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_import_benchmark_runs_and_its_progress_moves(project: Path) -> None:
    before = (project / "docs" / "imports.md").read_bytes()
    command = [sys.executable, "benchmarks/imports.py", "--quick"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^\| .*, (ours|pandas) \| .* \| (?:(\d+), [\d.]+ s)? ?\|$", done.stdout, flags=re.MULTILINE)
    assert [way for way, _ in rows] == ["ours", "pandas"] * 2, done.stdout
    assert min(int(steps) for way, steps in rows if way == "ours") >= 4
    assert (project / "docs" / "imports.md").read_bytes() == before, "a quick run writes nothing"


def test_what_was_measured_is_within_the_promise(project: Path) -> None:
    """Under 60 s and 2 GiB for a million rows, as the document's own figures say."""
    told = (project / "docs" / "imports.md").read_text(encoding="utf-8")
    figures = re.findall(r"^\| .*, ours \| (\d+) \| (\d+) \| ([\d,]+) \|", told, flags=re.MULTILINE)
    assert len(figures) == 2
    assert all(int(clock) < 60 and int(megabytes.replace(",", "")) < 2_048 for clock, _, megabytes in figures)
