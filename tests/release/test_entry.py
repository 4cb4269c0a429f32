"""Who comes in: by issuer and subject only, for eight hours at most, and not after a revocation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hotspots.errors import BadValue, NotAllowed
from hotspots.release.entry import IDLE, LONGEST, SignIn, SignInEnded, admitted, mapped_role, sign_in_of
from hotspots.release.roles import Role
from hotspots.store import open_store
from hotspots.store.access import accounts, grant, revoke
from hotspots.store.trail import trail
from hotspots.views.access_words import ALL_DISTRICTS, districts_chosen

NOW = datetime(2026, 3, 2, 10)
HOUR = timedelta(hours=1)
ISSUER = "https://login.example"


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path / "hub.sqlite", at=NOW, create=True)


def signed_in(*roles: str, at: datetime = NOW, subject: str = "s-1") -> SignIn:
    return SignIn(ISSUER, subject, "Pat", at, roles, ("all",))


def test_a_newcomers_role_comes_from_the_claim_once(store):
    assert admitted(store, signed_in("hub-member"), at=NOW).role is Role.HUB_MEMBER
    assert admitted(store, signed_in("data-steward"), at=NOW).role is Role.HUB_MEMBER, (
        "a claim maps the first time only"
    )


@pytest.mark.parametrize("roles", [(), ("admin",), ("councillor", "data steward"), ("none",)])
def test_no_role_or_more_than_one_is_no_role(store, roles):
    with pytest.raises(NotAllowed, match="no role here yet"):
        admitted(store, signed_in(*roles), at=NOW)


def test_claims_are_read_in_the_words_of_an_identity_provider():
    assert mapped_role(["Senior_Officer"]) is Role.SENIOR_OFFICER
    assert mapped_role(["Councillor", "other-app-role"]) is Role.COUNCILLOR


def test_the_same_subject_of_another_issuer_is_somebody_else(store):
    grant(store, ISSUER, "s-1", "data steward", who="x", at=NOW)
    with pytest.raises(NotAllowed):
        admitted(store, replace(signed_in(), issuer="https://evil.example"), at=NOW)


def test_eight_hours_and_not_a_minute_more(store):
    who = signed_in("councillor")
    for hours in range(8):
        for minutes in (0, 25, 50):
            admitted(store, who, at=NOW + hours * HOUR + timedelta(minutes=minutes))
    admitted(store, who, at=NOW + LONGEST)
    with pytest.raises(SignInEnded, match="8 hours"):
        admitted(store, who, at=NOW + LONGEST + timedelta(seconds=1))


def test_half_an_hour_without_a_click_ends_it_in_every_tab(store):
    who = signed_in("councillor")
    admitted(store, who, at=NOW)
    admitted(store, who, at=NOW + IDLE)
    with pytest.raises(SignInEnded, match="30 minutes"):
        admitted(store, who, at=NOW + 2 * IDLE + timedelta(minutes=1))
    again = replace(who, at=NOW + 2 * IDLE + timedelta(minutes=1))
    assert admitted(store, again, at=again.at).role is Role.COUNCILLOR


def test_a_revocation_holds_from_the_next_click_and_a_new_sign_in_does_not_undo_it(store):
    who = signed_in("hub member")
    admitted(store, who, at=NOW)
    revoke(store, ISSUER, "s-1", who="the steward", at=NOW + timedelta(minutes=5))
    with pytest.raises(SignInEnded, match="data steward"):
        admitted(store, who, at=NOW + timedelta(minutes=5, seconds=1))
    later = signed_in("hub member", at=NOW + timedelta(minutes=6))
    with pytest.raises(NotAllowed, match="no role"):
        admitted(store, later, at=later.at)
    grant(store, ISSUER, "s-1", "councillor", who="the steward", at=NOW + timedelta(minutes=7))
    assert admitted(store, later, at=NOW + timedelta(minutes=8)).role is Role.COUNCILLOR
    with pytest.raises(SignInEnded):
        admitted(store, who, at=NOW + timedelta(minutes=8))


def test_a_role_may_be_for_some_districts(store):
    grant(store, ISSUER, "s-1", "senior officer", who="x", at=NOW, districts=["Tidewick"])
    assert admitted(store, signed_in(), at=NOW).districts == {"Tidewick"}


@pytest.mark.parametrize(
    ("claim", "districts"),
    [
        (["Tidewick"], {"Tidewick"}),
        (["Brineholt", "Tidewick"], {"Brineholt", "Tidewick"}),
        (["ALL"], None),
        (["all", "Tidewick"], {"all", "Tidewick"}),
    ],
)
def test_a_newcomer_is_given_the_districts_of_the_claim_and_no_more(store, claim, districts):
    who = sign_in_of(GOOD | {"roles": ["hub member"], "districts": claim}, roles_claim="roles")
    assert admitted(store, who, at=NOW).districts == districts
    wider = replace(who, districts=("all",))
    assert admitted(store, wider, at=NOW).districts == districts, "a claim maps the first time only"


@pytest.mark.parametrize("claim", [None, [], "all", "Tidewick", [""], {"all": True}])
def test_a_newcomer_whose_claim_names_no_district_is_let_into_none(store, claim):
    who = sign_in_of(GOOD | {"roles": ["data steward"], "districts": claim}, roles_claim="roles")
    with pytest.raises(NotAllowed, match=r"no district yet.*s-1"):
        admitted(store, who, at=NOW)
    assert accounts(store)["districts"].item() == "none yet"


def test_a_newcomer_without_a_district_comes_in_once_the_steward_gives_one(store):
    who = replace(signed_in("councillor"), districts=())
    with pytest.raises(NotAllowed, match="no district yet"):
        admitted(store, who, at=NOW)
    grant(store, ISSUER, "s-1", "councillor", who="the steward", at=NOW, districts=["Tidewick"])
    assert admitted(store, who, at=NOW).districts == {"Tidewick"}


def test_the_steward_must_say_which_districts():
    assert districts_chosen(["Tidewick"]) == ("Tidewick",)
    assert districts_chosen([ALL_DISTRICTS, "Tidewick"]) is None
    with pytest.raises(BadValue, match="Choose the districts"):
        districts_chosen([])


def test_a_role_unknown_to_the_program_is_no_role(store):
    grant(store, ISSUER, "s-1", "superuser", who="x", at=NOW)
    with pytest.raises(NotAllowed):
        admitted(store, signed_in(), at=NOW)


GOOD = {"iss": ISSUER, "sub": "s-1", "iat": NOW.replace(tzinfo=UTC).timestamp(), "name": "Pat", "email": "p@x"}


def test_claims_without_issuer_subject_or_time_are_refused():
    assert sign_in_of(GOOD, roles_claim="roles") == SignIn(ISSUER, "s-1", "Pat", NOW, (), ())
    for missing in ("iss", "sub", "iat"):
        with pytest.raises(NotAllowed):
            sign_in_of({k: v for k, v in GOOD.items() if k != missing}, roles_claim="roles")
    with pytest.raises(NotAllowed):
        sign_in_of(GOOD | {"iat": "yesterday"}, roles_claim="roles")


def test_a_sign_in_from_the_future_is_refused(store):
    with pytest.raises(SignInEnded, match="clocks"):
        admitted(store, signed_in("councillor", at=NOW + HOUR), at=NOW)


def test_roles_are_given_and_taken_in_the_audit_trail(store):
    grant(store, ISSUER, "s-1", "councillor", who="the steward", at=NOW, name="Pat")
    revoke(store, ISSUER, "s-1", who="the steward", at=NOW)
    lines = trail(store)
    assert list(lines["action"]) == ["revoke", "grant"] and set(lines["who"]) == {"the steward"}
    assert accounts(store).loc[0, "role"] == "none"
    with pytest.raises(BadValue):
        revoke(store, ISSUER, "nobody", who="x", at=NOW)
    with pytest.raises(BadValue):
        grant(store, "", "s", "councillor", who="x", at=NOW)
