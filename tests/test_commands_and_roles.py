"""Every verb of the command line × every role: it works, or one line refuses. The table is tests/role_matrix.py.

Whoever can read the store's file is its steward; HUB_ROLE makes a scheduled job less than that.
"""

import re

import pytest
from typer.testing import CliRunner

from hotspots.__main__ import app
from hotspots.release.roles import Role
from tests.browser.running import hub_folder
from tests.role_matrix import BY_FILE, COMMANDS, ROLES


@pytest.fixture(scope="module")
def hub(published_sample, tmp_path_factory):
    return hub_folder(tmp_path_factory.mktemp("hub"), published_sample / "sample.sqlite")


def test_every_verb_has_its_row() -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert known == BY_FILE | {row.split()[0] for row in COMMANDS}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", COMMANDS)
def test_a_verb_does_or_refuses(verb: str, role: str, hub, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HUB_SETTINGS", str(hub / "settings.toml"))
    monkeypatch.setenv("HUB_ROLE", role)
    out = tmp_path / "paper.html"
    ran = CliRunner().invoke(app, verb.format(out=out).split())
    if COMMANDS[verb][ROLES.index(role)]:
        assert ran.exit_code == 0, ran.output
    else:
        assert ran.exit_code == 2
        assert re.search(r"may not|role", ran.output) and len(ran.output.strip().splitlines()) == 1
        assert not out.exists()


def test_publish_says_first_what_would_go_out_and_takes_districts_by_name(hub, monkeypatch) -> None:
    monkeypatch.setenv("HUB_SETTINGS", str(hub / "settings.toml"))
    before = {path: path.read_bytes() for path in hub.glob("*-published.sqlite")}

    def run(*words: str):
        return CliRunner().invoke(app, ["publish", "--look", *words])

    both, one = run(), run("--district", "Brineholt")
    assert both.exit_code == one.exit_code == 0, both.output + one.output
    assert "of 2 districts" in both.output and "None is taken back" in both.output
    assert "Left out: 1 other district" in one.output and "Tidewick (" in one.output
    assert "no report of Atlantis" in run("--district", "Atlantis").output
    assert before and before == {path: path.read_bytes() for path in hub.glob("*-published.sqlite")}


def test_a_role_that_does_not_exist_is_refused(hub, monkeypatch) -> None:
    monkeypatch.setenv("HUB_SETTINGS", str(hub / "settings.toml"))
    monkeypatch.setenv("HUB_ROLE", "root")
    ran = CliRunner().invoke(app, ["publish"])
    assert ran.exit_code == 2 and "HUB_ROLE is one of" in ran.output
    assert set(ROLES) == {str(role) for role in Role}
