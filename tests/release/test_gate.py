"""The gate, written out in full: every role × every action × every policy, and no default row.

A new policy, action or role without its row here fails the build. So does a row that no longer
stands for anything.
"""

from dataclasses import FrozenInstanceError, replace
from datetime import date

import pandas as pd
import pytest

from hotspots.errors import BadFrame, HubError, NotAllowed
from hotspots.release import disclosure
from hotspots.release.disclosure import POLICIES, Policy, Released, release
from hotspots.release.roles import GRANTS, Action, Role, Viewer

YES, NO = True, False
ROLES = ("none", "councillor", "senior officer", "hub member", "data steward")

ACTIONS = {
    # action                   none  councillor  senior  member  steward
    "see hotspots": (NO, NO, YES, YES, YES),
    "see trends": (NO, NO, YES, YES, YES),
    "see comparisons": (NO, NO, YES, YES, YES),
    "see the register": (NO, NO, YES, YES, YES),
    "see the method": (NO, NO, YES, YES, YES),
    "see outcomes": (NO, YES, YES, YES, YES),
    "see imports": (NO, NO, NO, NO, YES),
    "see the audit trail": (NO, NO, NO, NO, YES),
    "unlock restricted items": (NO, NO, NO, YES, YES),
    "record actions": (NO, NO, NO, YES, YES),
    "import data": (NO, NO, NO, NO, YES),
    "publish outcomes": (NO, NO, NO, NO, YES),
    "change settings": (NO, NO, NO, NO, YES),
}

TABLES = {
    # policy                        none  councillor  senior  member  steward
    "hotspots": (NO, NO, YES, YES, YES),
    "months of a hotspot": (NO, NO, YES, YES, YES),
    "parts of a hotspot": (NO, NO, YES, YES, YES),
    "hours of a hotspot": (NO, NO, YES, YES, YES),
    "repeat locations": (NO, NO, YES, YES, YES),
    "trend": (NO, NO, YES, YES, YES),
    "reports by year": (NO, NO, YES, YES, YES),
    "parts of a trend": (NO, NO, YES, YES, YES),
    "states of parts": (NO, NO, YES, YES, YES),
    "notes on a trend": (NO, NO, YES, YES, YES),
    "states": (NO, NO, YES, YES, YES),
    "audit trail": (NO, NO, NO, NO, YES),
    "accounts": (NO, NO, NO, NO, YES),
    "retention": (NO, NO, NO, NO, YES),
    "import batches": (NO, NO, NO, NO, YES),
    "quarantine": (NO, NO, NO, NO, YES),
    "coverage": (NO, NO, YES, YES, YES),
    "sources": (NO, NO, YES, YES, YES),
    "files behind numbers": (NO, NO, YES, YES, YES),
    "points far outside": (NO, NO, NO, NO, YES),
    "default locations": (NO, NO, NO, NO, YES),
    "probably the same": (NO, NO, NO, NO, YES),
    "assessments due": (NO, NO, YES, YES, YES),
    "assessments": (NO, NO, YES, YES, YES),
    "comparison": (NO, NO, YES, YES, YES),
    "comparison windows": (NO, NO, YES, YES, YES),
    "comparison intervals": (NO, NO, YES, YES, YES),
    "comparison outlines": (NO, NO, YES, YES, YES),
    "things done": (NO, NO, YES, YES, YES),
    "reporting": (NO, NO, YES, YES, YES),
    "portfolio": (NO, NO, YES, YES, YES),
    "watch": (NO, NO, YES, YES, YES),
    "alarms": (NO, NO, YES, YES, YES),
    "watched areas": (NO, NO, YES, YES, YES),
    "weeks of an area": (NO, NO, YES, YES, YES),
    "false alarms": (NO, NO, YES, YES, YES),
    "hotspot ledger": (NO, NO, YES, YES, YES),
    "history of a hotspot": (NO, NO, YES, YES, YES),
    "areas": (NO, NO, YES, YES, YES),
    "harm of areas": (NO, NO, YES, YES, YES),
    "near repeats": (NO, NO, YES, YES, YES),
    "concentration": (NO, NO, YES, YES, YES),
    "capture": (NO, NO, YES, YES, YES),
    "stability": (NO, NO, YES, YES, YES),
    "published numbers": (NO, NO, YES, YES, YES),
    "places": (NO, NO, YES, YES, YES),
    "place history": (NO, NO, YES, YES, YES),
    "months of a place": (NO, NO, YES, YES, YES),
    "parts of a place": (NO, NO, YES, YES, YES),
    "hours of a place": (NO, NO, YES, YES, YES),
    "done at a place": (NO, NO, YES, YES, YES),
    "places shared by other hubs": (NO, NO, YES, YES, YES),
    "done at a shared place": (NO, NO, YES, YES, YES),
    "actions at a shared place": (NO, NO, YES, YES, YES),
    "interventions": (NO, NO, YES, YES, YES),
    "clocks": (NO, NO, YES, YES, YES),
    "actions": (NO, NO, YES, YES, YES),
    "overdue by agency": (NO, NO, YES, YES, YES),
    "actions on time": (NO, NO, YES, YES, YES),
    "actions on time by quarter": (NO, NO, YES, YES, YES),
    "days to joint action": (NO, NO, YES, YES, YES),
    "site checks": (NO, NO, YES, YES, YES),
    "residents' meetings": (NO, NO, YES, YES, YES),
    "problem-solving plan": (NO, NO, YES, YES, YES),
    "powers": (NO, NO, YES, YES, YES),
    "routes by holder": (NO, NO, YES, YES, YES),
    "joint visit": (NO, NO, YES, YES, YES),
    "partners": (NO, NO, YES, YES, YES),
    "agreements ending": (NO, NO, YES, YES, YES),
    "silent feeds": (NO, NO, YES, YES, YES),
    "suggested attendees": (NO, NO, YES, YES, YES),
    "attendance": (NO, NO, YES, YES, YES),
    "overlaps by block": (NO, NO, YES, YES, YES),
    "overlaps": (NO, NO, NO, YES, YES),
    "repeat addresses by block": (NO, NO, NO, YES, YES),
    "repeat addresses": (NO, NO, NO, YES, YES),
    "supported addresses": (NO, NO, NO, YES, YES),
    "restricted tags": (NO, NO, NO, YES, YES),
    "concerns": (NO, NO, NO, YES, YES),
}

RESTRICTED = {  # policy → columns that only an unlocked viewer sees; every other policy has none
    "overlaps": "address_key",
    "repeat addresses": "address_key",
    "restricted tags": "id address_key tag",
    "concerns": "id source handling text",
}

SECRET = {"address_key", "unit", "reference", "place_text", "x", "y", "lsoa", "reporter_kind", "tag", "handling"}
"""Columns that point to a home or a person: in no policy's open columns, whoever asks."""
STANDS_FOR_MANY = {"default locations": {"x", "y"}}
"""A point that a source writes where it knows none is nobody's home; the steward alone sees where it is."""


def table_of(policy: str) -> pd.DataFrame:
    """One row with every column the policy names, and the most secret of those it does not."""
    rule = POLICIES[policy]
    columns = [*rule.columns, *rule.restricted, *sorted(SECRET), "surprise"]
    return pd.DataFrame({column: ["secret"] for column in columns})


def cases(table: dict[str, tuple[bool, ...]]) -> list[tuple[str, str, bool]]:
    return [(key, role, yes) for key, row in table.items() for role, yes in zip(ROLES, row, strict=True)]


def test_every_role_action_and_policy_has_its_row_and_no_row_is_left_over() -> None:
    assert set(ROLES) == {str(role) for role in Role} == {str(role) for role in GRANTS}
    assert set(ACTIONS) == {str(action) for action in Action}
    assert set(TABLES) == set(POLICIES), "a policy without its row of roles"
    restricted = {name: " ".join(rule.restricted) for name, rule in POLICIES.items() if rule.restricted}
    assert restricted == RESTRICTED


@pytest.mark.parametrize(("action", "role", "allowed"), cases(ACTIONS))
def test_what_each_role_may_do(action: str, role: str, allowed: bool) -> None:
    viewer = Viewer(Role(role))
    assert viewer.can(Action(action)) is allowed
    if allowed:
        viewer.require(Action(action))
    else:
        with pytest.raises(NotAllowed):
            viewer.require(Action(action))


@pytest.mark.parametrize(("policy", "role", "allowed"), cases(TABLES))
def test_which_tables_each_role_is_shown(policy: str, role: str, allowed: bool) -> None:
    viewer = Viewer(Role(role))
    if not allowed:
        with pytest.raises(NotAllowed):
            release(table_of(policy), viewer, policy=policy)
        return
    released = release(table_of(policy), viewer, policy=policy, as_of=date(2018, 8, 31))
    assert isinstance(released, Released)
    assert tuple(released.table.columns) == POLICIES[policy].columns
    assert (released.policy, released.as_of) == (policy, date(2018, 8, 31))


@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_lets_a_home_or_a_person_through(policy: str) -> None:
    rule = POLICIES[policy]
    assert SECRET & set(rule.columns) == STANDS_FOR_MANY.get(policy, set())


@pytest.mark.parametrize("policy", RESTRICTED)
@pytest.mark.parametrize("role", ["hub member", "data steward"])
def test_restricted_items_are_closed_until_unlocked(policy: str, role: str) -> None:
    closed = release(table_of(policy), Viewer(Role(role)), policy=policy).table.columns
    opened = release(table_of(policy), Viewer(Role(role), unlocked=True), policy=policy).table.columns
    assert not set(closed) & set(RESTRICTED[policy].split())
    assert set(opened) == {*closed, *RESTRICTED[policy].split()}


@pytest.mark.parametrize("policy", ["", "hotspot", "Hotspots", "incidents", None])
def test_an_unknown_policy_is_refused_for_everybody(policy: str | None) -> None:
    for role in Role:
        with pytest.raises(NotAllowed):
            release(table_of("hotspots"), Viewer(role), policy=policy)


@pytest.mark.parametrize("role", ["", "admin", "Data Steward", "DATA STEWARD", "root", None, 0])
def test_an_unknown_role_is_refused_everything(role: object) -> None:
    for policy in POLICIES:
        with pytest.raises(NotAllowed):
            release(table_of(policy), Viewer(role), policy=policy)
    assert not any(Viewer(role).can(action) for action in Action)


def test_nobody_is_nobody_by_default() -> None:
    assert Viewer().role is Role.NONE
    assert not Viewer().unlocked
    assert not any(Viewer().can(action) for action in Action)


def test_a_table_without_the_policys_columns_is_refused() -> None:
    strange = pd.DataFrame({"address_key": ["secret"], "unit": ["secret"]})
    with pytest.raises(BadFrame):
        release(strange, Viewer(Role.DATA_STEWARD), policy="hotspots")


def test_an_empty_table_comes_out_empty_with_its_columns() -> None:
    released = release(table_of("trend").head(0), Viewer(Role.SENIOR_OFFICER), policy="trend")
    assert released.table.empty
    assert tuple(released.table.columns) == POLICIES["trend"].columns


def test_the_gate_hands_out_a_copy() -> None:
    given = table_of("trend")
    released = release(given, Viewer(Role.HUB_MEMBER), policy="trend")
    released.table.loc[:, "series"] = "changed"
    assert given["series"].tolist() == ["secret"]
    with pytest.raises(FrozenInstanceError):
        released.table = given


@pytest.fixture
def tagged(monkeypatch: pytest.MonkeyPatch) -> str:
    """A policy with a restricted column, as exploited homes will have."""
    monkeypatch.setitem(disclosure.POLICIES, "tags", Policy(Action.SEE_HOTSPOTS, ("name",), ("tag",)))
    return "tags"


@pytest.mark.parametrize(
    ("role", "unlocked", "columns"),
    [
        ("none", False, None),
        ("none", True, None),
        ("councillor", False, None),
        ("councillor", True, None),
        ("senior officer", False, ["name"]),
        ("senior officer", True, ["name"]),
        ("hub member", False, ["name"]),
        ("hub member", True, ["name", "tag"]),
        ("data steward", False, ["name"]),
        ("data steward", True, ["name", "tag"]),
    ],
)
def test_restricted_columns_need_the_grant_and_the_unlocking(
    tagged: str, role: str, unlocked: bool, columns: list[str] | None
) -> None:
    table = pd.DataFrame({"name": ["Park View (fictional)"], "tag": ["secret"]})
    viewer = Viewer(Role(role), unlocked=unlocked)
    if columns is None:
        with pytest.raises(NotAllowed):
            release(table, viewer, policy=tagged)
        return
    assert list(release(table, viewer, policy=tagged).table.columns) == columns


def test_rows_of_other_districts_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(disclosure.POLICIES, "wards", Policy(Action.SEE_TRENDS, ("district", "n")))
    table = pd.DataFrame({"district": ["Tidewick", "Brineholt", None], "n": [1, 2, 3]})
    scoped = Viewer(Role.SENIOR_OFFICER, districts=frozenset({"Tidewick"}))
    assert release(table, scoped, policy="wards").table["n"].tolist() == [1]
    everywhere = replace(scoped, districts=None)
    assert release(table, everywhere, policy="wards").table["n"].tolist() == [1, 2, 3]
    nowhere = replace(scoped, districts=frozenset())
    assert release(table, nowhere, policy="wards").table.empty


def test_a_refusal_is_a_sentence_that_repeats_nothing_of_the_table() -> None:
    with pytest.raises(HubError) as refused:
        release(table_of("quarantine"), Viewer(Role.COUNCILLOR), policy="quarantine")
    assert "secret" not in str(refused.value)
    assert str(refused.value).endswith(".")
