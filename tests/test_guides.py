"""The guides' promises that a machine can hold: every command runs, every picture, page and file is there."""

import ast
import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from hotspots.__main__ import app
from hotspots.release.roles import Role
from hotspots.settings import Settings
from pages.parts import guides
from pages.parts.display import FIRST_STEPS
from pages.parts.menu import ENTRIES, OPENS_WITH

GUIDES = ("hub-member", "senior-officer", "councillor", "analyst", "steward")
OURS = ".venv/bin/python"


NO_LABEL = (
    "Before the meeting",
    "The agenda is the strip at the top left, left to right; the number is how much there is to do",
    "What the words mean",
    "The day before",
    "In the room",
    "To end",
    "What it will not tell you",
    "Quote",
    "For a committee paper",
    "Something you need is missing?",
    "Limit",
    "Limits",
    "do not quote",
    "was set aside",
    "fewer than 5",
    "Suppressed",
    "Add python.exe to PATH",
    "Custom download",
    "Include crime data",
    "Wards, boundaries, UK",
    "Task Scheduler",
    "This address is not this machine's own …",
    "port 8501 is already in use",
    "About the numbers",
)
"""Set off in a guide, and no words of a page: headings that run in, the words of elsewhere or of a refusal."""


def text_of(project: Path, guide: str) -> str:
    return (project / "docs" / f"guide-{guide}.md").read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    """Lines of the blocks that a reader is to run as they stand."""
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.splitlines() if line.strip()]


@pytest.fixture
def hub(project: Path, tmp_path: Path) -> Path:
    """A folder that looks like the program's own to the commands, with settings and stores of its own."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sample").symlink_to(project / "data" / "sample")
    settings = 'store = "hub.sqlite"\nsample_store = "sample.sqlite"\n'
    (tmp_path / "settings.toml").write_text(settings, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("guide", ["analyst", "steward"])
def test_every_command_of_a_guide_runs_in_its_order(
    guide: str, project: Path, hub: Path, sample_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hub)
    monkeypatch.setenv("HUB_SETTINGS", str(hub / "settings.toml"))
    given = commands(text_of(project, guide))
    assert len(given) >= 5
    for line in given:
        assert line.startswith(f"{OURS} -m hotspots "), line
        arguments = shlex.split(line)[3:]
        if arguments[0] == "sample":  # the store it makes was made once for all tests
            shutil.copy(sample_file, arguments[-1])
            continue
        ran = CliRunner().invoke(app, arguments)
        assert ran.exit_code == 0, (line, ran.output[-500:])
        if "--json" in line:
            json.loads(ran.stdout)


def test_the_commands_do_what_the_guides_say(project: Path) -> None:
    """A guide that lost its important commands would pass the test above."""
    steward, analyst = (" ".join(commands(text_of(project, guide))) for guide in ("steward", "analyst"))
    assert [verb for verb in ("import", "check", "backup", "purge") if f"hotspots {verb}" not in steward] == []
    assert [verb for verb in ("find", "watch", "compare") if f"hotspots {verb}" not in analyst] == []


@pytest.mark.parametrize("guide", [*GUIDES])
def test_pictures_files_and_pages_it_names_exist(guide: str, project: Path) -> None:
    text = text_of(project, guide)
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert [p for p in pictures if not (project / "docs" / p).is_file()] == []
    files = re.findall(r"`((?:docs|benchmarks|data/sample)/[\w./-]+\.\w+)`", text)
    assert [f for f in files if not (project / f).exists()] == []
    titles = {(entry.section, entry.title) for entry in ENTRIES}
    named = set(re.findall(r"\*\*(Scan|Analyse|Respond|Assess|Data) › ([\w /'-]+?)(?: ›[^*]*)?\*\*", text))
    assert named - titles == set()


@pytest.fixture(scope="module")
def on_screen(project: Path) -> Callable[[str], bool]:
    """Says whether a label is one of the words that the pages put on screen, with or without numbers in it."""
    files = [*(project / "pages").rglob("*.py"), *(project / "hotspots" / "views").glob("*.py")]
    nodes = [list(ast.walk(ast.parse(file.read_text(encoding="utf-8")))) for file in files]
    mixed = [node for found in nodes for node in found if isinstance(node, ast.JoinedStr)]
    of_mixed = {id(part) for node in mixed for part in node.values}
    whole = {
        re.sub(r":material/\w+: |^#+ ", "", node.value).casefold()
        for found in nodes
        for node in found
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in of_mixed
    }
    written = ["".join(re.escape(getattr(v, "value", "")) if isinstance(v, ast.Constant) else ".*" for v in node.values)
               for node in mixed]  # fmt: skip
    # A label may leave the number out that it begins with: *overdue actions* for "3 overdue actions".
    tried = [re.sub(r"^\.\*\\ ", "(?:.* )?", pattern.replace(r"\*\*", "")) for pattern in written]
    patterns = re.compile("|".join(p for p in tried if sum(c.isalpha() for c in p) > 5), re.IGNORECASE)
    roles = {str(role) for role in Role}
    return lambda label: label.casefold() in whole | roles or bool(patterns.fullmatch(label))


def labels(text: str) -> list[str]:
    """All that a guide sets off with stars: words of the screen, or one of `NO_LABEL`."""
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    found = re.findall(r"(?<!\*)\*([^*]+?)\*(?!\*)|\*\*([^*]+?)\*\*", text)
    said = [" ".join((a or b).split()).strip(".,:") for a, b in found]
    return [part for one in said if one not in NO_LABEL for part in re.split(r" › |, (?=[A-Z])|(?<=\?) ", one)]


@pytest.mark.parametrize("guide", [*GUIDES])
def test_every_label_it_names_is_on_screen_word_for_word(
    guide: str, project: Path, on_screen: Callable[[str], bool]
) -> None:
    """So that whoever renames a button mends the guides."""
    assert [label for label in labels(text_of(project, guide)) if not on_screen(label)] == []


def test_a_label_that_no_page_has_is_found(on_screen: Callable[[str], bool]) -> None:
    assert labels("Press *Adopt it now*, then **Respond › Places › Adopt a hotspot**.") == [
        "Adopt it now", "Respond", "Places", "Adopt a hotspot",
    ]  # fmt: skip
    assert not on_screen("Adopt it now") and not on_screen("Keep attendance of today")
    assert all(map(on_screen, ("Adopt a hotspot", "Import 1 file", "overdue actions", "Save attendance of …")))


def test_the_hub_guide_says_how_a_first_meeting_goes_and_what_street_files_cannot_say(project: Path) -> None:
    text = text_of(project, "hub-member")
    assert "## The first meeting" in text and "## With police.uk files only" in text
    steps = (
        "overdue actions",
        "new and rising",
        "top areas",
        "new actions",
        "Save attendance of …",
        "Minutes (web page)",
    )
    at = [text.index(f"*{step}*", text.index("## The first meeting")) for step in steps]
    assert at == sorted(at)


def test_each_audience_has_a_guide_with_a_picture_on_one_page(project: Path) -> None:
    for guide in ("hub-member", "senior-officer", "councillor"):
        text = text_of(project, guide)
        assert "![" in text
        assert len(text.split()) < 650, f"{guide} is longer than a page"


def test_pictures_are_small_enough_to_open_over_a_slow_line(project: Path) -> None:
    assert {p.name: p.stat().st_size for p in (project / "docs").glob("*.png") if p.stat().st_size > 200_000} == {}


def test_each_role_has_first_steps_that_name_pages_it_may_open() -> None:
    assert set(FIRST_STEPS) == set(OPENS_WITH) == {role for role in Role if role is not Role.NONE}


def test_settings_of_the_guides_are_settings(project: Path) -> None:
    known = set(Settings.__dataclass_fields__)
    texts = [text_of(project, "steward"), (project / "docs" / "basemap.md").read_text(encoding="utf-8")]
    named = {key for text in texts for block in re.findall(r"```toml\n(.*?)```", text, re.S)
             for key in re.findall(r"^(\w+) =", block, re.M)}  # fmt: skip
    assert named and named - known == set()


@pytest.mark.parametrize("name", [*guides.OF_ROLE.values(), guides.BASEMAP])
def test_the_app_itself_shows_each_guide_with_its_pictures(name: str, project: Path) -> None:
    """Nobody at a screen has the folder docs/: no picture and no link of a guide may point into it."""

    def shown(name: str) -> None:
        from pages.parts import guides

        guides.show(name)

    app = AppTest.from_function(shown, args=(name,)).run(timeout=30)
    assert not app.exception
    said = "\n".join(m.value for m in app.markdown)
    text = (project / "docs" / name).read_text(encoding="utf-8")
    assert text.splitlines()[0].lstrip("# ") in said
    assert re.findall(r"!\[|\]\([\w-]+\.(?:md|png)\)", said) == []
    assert len(app.get("image")) == text.count("![")
