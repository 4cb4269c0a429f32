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


def test_a_role_that_does_not_exist_is_refused(hub, monkeypatch) -> None:
    monkeypatch.setenv("HUB_SETTINGS", str(hub / "settings.toml"))
    monkeypatch.setenv("HUB_ROLE", "root")
    ran = CliRunner().invoke(app, ["publish"])
    assert ran.exit_code == 2 and "HUB_ROLE is one of" in ran.output
    assert set(ROLES) == {str(role) for role in Role}
