"""The README's promises that a machine can hold: its two commands, its table of pages, its links."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages.parts.menu import ENTRIES

DASHBOARD = (
    "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt && .venv/bin/streamlit run dashboard.py"
)
TESTS = "python3 -m venv .venv && .venv/bin/pip install -q -r requirements-dev.txt && .venv/bin/python -m pytest"


@pytest.fixture(scope="module")
def readme(project: Path) -> str:
    return (project / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [DASHBOARD, TESTS], ids=["dashboard", "tests"])
def test_both_commands_stand_on_a_line_of_their_own(readme: str, command: str) -> None:
    assert command in readme.splitlines()


@pytest.mark.parametrize("command", [DASHBOARD, TESTS], ids=["dashboard", "tests"])
def test_windows_has_the_same_commands(readme: str, command: str) -> None:
    windows = command.replace("python3 -m", "py -m").replace(".venv/bin/", ".venv\\Scripts\\")
    assert windows in readme.splitlines()


def test_what_the_commands_name_is_there(project: Path) -> None:
    for name in re.findall(r"[\w-]+\.(?:txt|py)", f"{DASHBOARD} {TESTS}"):
        assert (project / name).is_file()


def test_ci_runs_the_readmes_test_command_word_for_word_and_last(project: Path) -> None:
    lines = (project / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert lines[-1] == TESTS, "what comes after pytest would hide its verdict and its closing line"


def test_every_page_of_the_menu_is_in_the_table(readme: str) -> None:
    rows = [line for line in readme.splitlines() if line.startswith("|")]
    named = {cell for row in rows for cell in re.findall(r"\| \*\*([^*]+)\*\* \|", row)}
    assert named == {entry.title for entry in ENTRIES}


def test_the_menu_is_told_as_it_is(readme: str) -> None:
    told = " ".join(readme.split())
    sections = dict.fromkeys(entry.section for entry in ENTRIES if entry.section)
    menu = ", ".join(f"**{s}** ({', '.join(e.title for e in ENTRIES if e.section == s)})" for s in sections)
    assert menu in told


def test_every_row_says_what_the_page_will_not_tell(readme: str) -> None:
    rows = [line for line in readme.splitlines() if re.search(r"\| \*\*[^*]+\*\* \|", line)]
    assert all(len(row.split("|")) == 5 and row.split("|")[3].strip() for row in rows)


def test_pictures_and_files_it_shows_exist(readme: str, project: Path) -> None:
    shown = re.findall(r"\]\(((?!http)[^)#]+)\)", readme) + re.findall(
        r"`((?:docs|benchmarks|data|tests)/[\w./-]+\.\w+)`", readme
    )
    made_by_users = {"data/private/settings.toml"}
    assert shown
    assert [name for name in shown if name not in made_by_users and not (project / name).exists()] == []


def test_every_verb_of_the_command_line_it_shows_exists(readme: str, project: Path) -> None:
    shown = set(re.findall(r"-m hotspots (\w+)", readme))
    helped = subprocess.run(
        [sys.executable, "-m", "hotspots", "--help"], cwd=project, capture_output=True, text=True, timeout=120
    )
    assert shown >= {"import", "find", "check", "backup", "sample"}
    assert [verb for verb in sorted(shown) if not re.search(rf"\b{verb}\b", helped.stdout)] == []


def test_a_fresh_clone_has_the_folder_that_the_app_serves(project: Path) -> None:
    """Without it Streamlit's first words to a newcomer are a warning."""
    if not (project / ".git").exists():
        pytest.skip("not a clone: nothing says which files a clone brings")
    tracked = subprocess.run(["git", "ls-files", "static"], cwd=project, capture_output=True, text=True, check=True)
    assert tracked.stdout.split() == ["static/.gitkeep"]
