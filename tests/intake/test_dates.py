"""Dates and times as written: each to its wall-clock moment and precision, or to nothing."""

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import BadValue
from hotspots.intake.dates import (
    DAY,
    EXACT,
    MONTH,
    UNREADABLE,
    check_order,
    date_evidence,
    parse_dates,
    parse_times,
)


def read(text: str, order: str = "dmy", zone: str = "Europe/London") -> tuple[str, int]:
    when, precision = parse_dates(pd.Series([text]), order=order, century_end=26, zone=zone)
    return str(when[0]), int(precision[0])


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("2021-01-05", "2021-01-05T00:00:00", DAY),
        ("2021/1/5", "2021-01-05T00:00:00", DAY),
        ("20210105", "2021-01-05T00:00:00", DAY),
        ("2021-01-05 10:11:12.123", "2021-01-05T10:11:12", EXACT),
        ("2021-01-05T10:11:12Z", "2021-01-05T10:11:12", EXACT),
        ("2021-07-05T10:11:12+00:00", "2021-07-05T11:11:12", EXACT),
        ("2021-07-05 10:11 BST", "2021-07-05T10:11:00", EXACT),
        ("2021-03-28 01:30", "2021-03-28T01:30:00", EXACT),
        ("05/01/2021", "2021-01-05T00:00:00", DAY),
        ("5.1.21 9:05 pm", "2021-01-05T21:05:00", EXACT),
        ("05-Jan-21", "2021-01-05T00:00:00", DAY),
        ("Tuesday 5th January 2021", "2021-01-05T00:00:00", DAY),
        ("January 5, 2021 12:00 AM", "2021-01-05T00:00:00", EXACT),
        ("01/01/70", "1970-01-01T00:00:00", DAY),
        ("2021-01", "2021-01-01T00:00:00", MONTH),
        ("Jan 2021", "2021-01-01T00:00:00", MONTH),
        ("01/2021", "2021-01-01T00:00:00", MONTH),
        ("44201", "2021-01-05T00:00:00", DAY),
        ("44201.5", "2021-01-05T12:00:00", EXACT),
        ("29/02/2020", "2020-02-29T00:00:00", DAY),
    ],
)
def test_forms_that_are_read(text, moment, precision):
    assert read(text) == (moment, precision)


@pytest.mark.parametrize(
    "text",
    ["", "x", "31/02/2021", "01/13/2021", "29/02/2021", "2021-13", "0/1/2021", "99999", "1/1/2021 24:00", "1/1/2021 9",
     "2021-01-05 10:61", "1609459200", "１/１/2021", "2021-01-05 13:00 PM", "1 Gull 2021", "-1/-1/2021"],
)  # fmt: skip
def test_forms_that_are_not(text):
    assert read(text) == ("NaT", UNREADABLE)


def test_order_decides_numbers_with_the_year_last_and_nothing_else():
    assert read("03/04/2021", "mdy")[0] == "2021-03-04T00:00:00"
    assert read("03/04/2021", "dmy")[0] == "2021-04-03T00:00:00"
    assert read("21/04/03", "ymd")[0] == "2021-04-03T00:00:00"
    assert read("2021-04-03", "mdy")[0] == "2021-04-03T00:00:00"


def test_every_day_of_thirty_years_is_read_back_in_both_orders():
    days = pd.date_range("1990-01-01", "2026-12-31", freq="D")
    for order, form in (("dmy", "%d/%m/%Y"), ("mdy", "%m/%d/%Y")):
        when, precision = parse_dates(pd.Series(days.strftime(form)), order=order, century_end=26, zone="UTC")
        assert (when == days.to_numpy()).all() and (precision == DAY).all()


def test_evidence_tells_dates_that_can_be_read_one_way_only():
    evidence = date_evidence(pd.Series(["03/04/2021", "13/04/2021", "04/13/2021", "2021-04-13", "99/99/2021"]))
    assert evidence.day_first.tolist() == [1] and evidence.month_first.tolist() == [2]


def test_times_of_day():
    texts = pd.Series(["14:05", "14.05", "1405", "2:05 pm", "9am", "14:05:30", "0.5", "12am", "12 PM"])
    hours = [14 + 5 / 60, 14 + 5 / 60, 14 + 5 / 60, 14 + 5 / 60, 9, 14 + 5.5 / 60, 12, 0, 12]
    assert np.allclose(parse_times(texts), np.array(hours) * 3600)
    assert np.isnan(parse_times(pd.Series(["", "25:00", "24:00", "14", "930", "x", "13 pm", "1:60"]))).all()


def test_an_order_that_is_none_is_refused():
    with pytest.raises(BadValue, match="auto, dmy, mdy, ymd"):
        check_order("dym")
