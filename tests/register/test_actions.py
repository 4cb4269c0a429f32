"""Actions: what cannot be saved, who is late, how soon we act together."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import BadValue
from hotspots.register.actions import (
    VALID_TRANSITIONS,
    Action,
    days_to_joint_action,
    on_time,
    overdue,
    overdue_by_agency,
    require_transition,
)

GOOD = Action(1, "Mend the communal door", "Saltreach Homes", "Repairs manager", date(2017, 11, 22), date(2017, 11, 8))


def frame(*rows: tuple) -> pd.DataFrame:
    """owner, due, status, closed."""
    table = pd.DataFrame(rows, columns=["owner", "due", "status", "closed"])
    return table.astype({"due": "datetime64[us]", "closed": "datetime64[us]"})


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("place_id", None, "it needs a place"),
        ("task", "  ", "it needs a task"),
        ("owner", "", "it needs an owner agency"),
        ("role", " ", "it needs the owner's role"),
        ("due", None, "it needs a due date"),
    ],
)
def test_it_cannot_be_made_without_owner_due_date_and_place(field, value, says):
    with pytest.raises(BadValue, match=f"not saved: {says}"):
        replace(GOOD, **{field: value})


def test_everything_missing_is_named_at_once():
    with pytest.raises(BadValue, match="a place, a task, an owner agency, the owner's role, a due date"):
        Action(None, "", "", "", None, date(2017, 11, 8))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"due": date(2017, 11, 7)}, r"due \(07/11/2017\) before it was raised"),
        ({"status": "done", "closed": date(2017, 11, 20)}, "needs its outcome"),
        ({"status": "cancelled", "outcome": "moved away"}, "needs the day it was closed"),
        ({"status": "done", "outcome": "mended", "closed": date(2017, 11, 1)}, "closed before it was raised"),
        ({"epic": "Hope"}, "must be one of Enforcement"),
        ({"side": "outside"}, "must be one of victim"),
        ({"status": "lost"}, "status must be one of"),
    ],
)
def test_what_does_not_fit_is_refused(given, says):
    with pytest.raises(BadValue, match=says):
        replace(GOOD, **given)


@pytest.mark.parametrize(("old", "new"), list(product(VALID_TRANSITIONS, VALID_TRANSITIONS)))
def test_every_pair_of_statuses(old, new):
    if (old, new) in {("open", "done"), ("open", "cancelled"), ("done", "open"), ("cancelled", "open")}:
        require_transition(old, new)
    else:
        with pytest.raises(BadValue, match=f"{old} cannot become {new}"):
            require_transition(old, new)


LOG = frame(
    ("Police", "2026-03-02", "open", None),
    ("Council", "2026-03-05", "open", None),
    ("Council", "2026-02-01", "open", None),
    ("Council", "2026-03-09", "open", None),
    ("Police", "2026-03-01", "done", "2026-03-01"),
    ("Police", "2026-03-01", "done", "2026-03-02"),
    ("Council", "2026-01-01", "cancelled", "2026-01-20"),
)


def test_overdue_starts_the_day_after_and_lists_by_agency_oldest_first():
    late = overdue(LOG, on=date(2026, 3, 5))
    assert list(zip(late["owner"], late["days_late"], strict=True)) == [("Council", 32), ("Police", 3)]
    assert overdue_by_agency(LOG, on=date(2026, 3, 6)).to_dict("list") == {
        "agency": ["Council", "Police"],
        "overdue": [2, 1],
        "oldest_days": [33, 4],
    }
    assert overdue(LOG[:0], on=date(2026, 3, 5)).empty


def test_on_time_counts_late_and_still_open_and_leaves_out_cancelled_and_not_yet_due():
    table = on_time(LOG, on=date(2026, 3, 5)).set_index("agency")
    assert table.loc["Police", ["due", "on_time"]].tolist() == [3, 1]
    assert table.loc["Council", ["due", "on_time"]].tolist() == [1, 0]
    assert table["share"].isna().all()


@pytest.mark.parametrize(("n", "given"), [(19, False), (20, True), (21, True)])
def test_a_share_needs_twenty_actions_under_it(n, given):
    rows = [("Police", "2026-03-01", "done", "2026-03-01" if i % 2 else "2026-03-03") for i in range(n)]
    share = on_time(frame(*rows), on=date(2026, 4, 1))["share"].item()
    assert (not np.isnan(share)) == given
    if given:
        assert share == pytest.approx((n // 2) / n)


def test_on_time_by_quarter_of_the_due_day():
    table = on_time(
        frame(("Police", "2026-03-31", "done", "2026-03-30"), ("Police", "2026-04-01", "done", "2026-04-09")),
        on=date(2026, 5, 1),
        by_quarter=True,
    )
    assert table["quarter"].dt.strftime("%Y-%m").tolist() == ["2026-01", "2026-04"]
    assert table["on_time"].tolist() == [1, 0]


def test_first_signal_to_first_joint_action_is_the_storys_95_days():
    done = pd.DataFrame(
        [
            (1, True, "2017-05-01", "ended"),  # joint, but before the signal
            (1, False, "2017-06-15", "ended"),  # one agency alone
            (1, True, "2017-08-01", "refused"),
            (1, True, "2017-09-04", "ended"),
            (1, True, "2017-11-14", "ended"),
            (2, True, "2017-12-01", "active"),
            (3, True, None, "decided"),
        ],
        columns=["place_id", "joint", "start", "status"],
    ).astype({"start": "datetime64[us]"})
    signals = {1: date(2017, 6, 1), 2: date(2017, 7, 1), 3: date(2017, 8, 1)}
    table = days_to_joint_action(signals, done, on=date(2017, 11, 8)).set_index("place_id")
    assert table["days"].to_dict() == {1: 95, 2: 130, 3: 99}
    assert table["waiting"].to_dict() == {1: False, 2: True, 3: True}
    assert pd.isna(table.loc[3, "first_joint_action"])
