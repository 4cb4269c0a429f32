"""Counts: zero-filled, half-open, local; a month not received is a gap everywhere."""

import zipfile
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.analysis.counts import count_by_period, count_grouped, period_starts
from hotspots.errors import BadFrame, BadValue
from hotspots.periods import Window

YEAR = Window(date(2019, 1, 1), date(2020, 1, 1))


def incidents(*rows, **columns):
    """Rows are (moment, source) or (moment, source, ward)."""
    frame = pd.DataFrame([(*r, None)[:3] for r in rows], columns=["occurred_from", "source", "ward"])
    frame["occurred_from"] = pd.to_datetime(frame["occurred_from"].astype(str), format="ISO8601").astype(
        "datetime64[us]"
    )
    return frame.assign(time_precision="exact", **columns)


def coverage(source, state_of_month, year=2019):
    months = pd.date_range(f"{year}-01-01", periods=12, freq="MS")
    return pd.DataFrame(
        {
            "source": source,
            "month": months,
            "state": [state_of_month.get(m.month, "complete") for m in months],
        }
    )


def n_of(frame, period, **groups):
    rows = frame[frame["period"] == pd.Timestamp(period)]
    for column, value in groups.items():
        rows = rows[rows[column] == value]
    return rows["n"].item()


def test_every_month_of_the_window_is_there_and_zero_where_nothing_was_reported():
    counts = count_by_period(incidents(("2019-03-05", "police")), window=YEAR, unit="month")
    assert counts["period"].tolist() == list(pd.date_range("2019-01-01", periods=12, freq="MS"))
    assert counts["n"].tolist() == [0, 0, 1] + [0] * 9
    assert list(counts.columns) == ["period", "n", "partial"]


def test_windows_are_half_open():
    rows = incidents(("2019-01-01 00:00", "police"), ("2019-12-31 23:59", "police"), ("2020-01-01", "police"))
    assert count_by_period(rows, window=YEAR, unit="month")["n"].sum() == 2


def test_every_combination_seen_has_every_period():
    rows = incidents(("2019-01-05", "police", "Abbey"), ("2019-06-05", "council", "Brook"))
    counts = count_by_period(rows, window=YEAR, unit="month", by=["ward"])
    assert len(counts) == 24
    assert n_of(counts, "2019-06-01", ward="Brook") == 1
    assert n_of(counts, "2019-06-01", ward="Abbey") == 0


def test_groups_asked_for_are_counted_though_nothing_was_reported_there():
    counts = count_by_period(
        incidents(("2019-01-05", "police", "Abbey")),
        window=YEAR,
        unit="month",
        by=["ward"],
        groups=pd.DataFrame({"ward": ["Brook"]}),
    )
    assert counts.groupby("ward")["n"].sum().to_dict() == {"Abbey": 1, "Brook": 0}


def test_rows_without_a_ward_are_a_group_of_their_own():
    rows = incidents(("2019-01-05", "police", "Abbey"), ("2019-01-06", "police", None))
    counts = count_by_period(rows, window=YEAR, unit="month", by=["ward"])
    assert counts.loc[counts["ward"].isna(), "n"].sum() == 1
    assert counts["n"].sum() == 2


def test_weeks_run_from_the_first_day_of_the_window():
    window = Window(date(2019, 1, 3), date(2019, 1, 17))
    rows = incidents(("2019-01-09 23:59", "police"), ("2019-01-10 00:00", "police"))
    counts = count_by_period(rows, window=window, unit="week")
    assert counts["period"].tolist() == [pd.Timestamp("2019-01-03"), pd.Timestamp("2019-01-10")]
    assert counts["n"].tolist() == [1, 1]


@pytest.mark.parametrize("day", ["2019-03-31", "2019-10-27"])
def test_days_of_a_clock_change_keep_their_incidents(day):
    moments = [f"{day} 00:59", f"{day} 01:30", f"{day} 01:30", f"{day} 02:30", f"{day} 23:30"]
    rows = incidents(*[(m, "police") for m in moments])
    counts = count_by_period(rows, window=YEAR, unit="day")
    assert n_of(counts, day) == 5
    assert len(counts) == 365


def test_a_window_inside_a_month_is_refused_for_months():
    with pytest.raises(BadValue, match="first of a month"):
        count_by_period(
            incidents(("2019-01-05", "police")),
            window=Window(date(2019, 1, 1), date(2019, 2, 15)),
            unit="month",
        )
    with pytest.raises(BadValue, match="multiple of seven"):
        period_starts(Window(date(2019, 1, 1), date(2019, 1, 9)), "week")
    with pytest.raises(BadValue, match="day, week or month"):
        period_starts(YEAR, "year")


@pytest.mark.parametrize("unit", ["day", "week"])
def test_rows_that_know_only_their_month_are_refused_by_day_and_week(unit):
    rows = incidents(("2019-01-01", "police")).assign(time_precision="month")
    with pytest.raises(BadValue, match="1 of these incidents know only their month"):
        count_by_period(rows, window=Window(date(2019, 1, 1), date(2019, 1, 15)), unit=unit)
    assert count_by_period(rows, window=YEAR, unit="month")["n"].sum() == 1


def test_month_only_rows_outside_the_window_do_not_refuse_it():
    rows = pd.concat(
        [
            incidents(("2018-01-01", "police")).assign(time_precision="month"),
            incidents(("2019-01-05", "council")),
        ]
    )
    window = Window(date(2019, 1, 1), date(2019, 1, 15))
    assert count_by_period(rows, window=window, unit="week")["n"].sum() == 1


def test_a_month_not_received_is_a_gap_never_a_zero():
    rows = incidents(("2019-06-05", "police"), ("2019-08-05", "police"))
    counts = count_by_period(rows, window=YEAR, unit="month", coverage=coverage("police", {7: "missing"}))
    assert np.isnan(n_of(counts, "2019-07-01"))
    assert counts["n"].isna().sum() == 1
    assert not counts.loc[counts["n"].isna(), "partial"].any()


def test_a_total_is_missing_where_one_of_its_sources_is():
    rows = incidents(("2019-07-05", "council"), ("2019-01-05", "police"))
    both = pd.concat([coverage("police", {7: "missing"}), coverage("council", {})])
    total = count_by_period(rows, window=YEAR, unit="month", coverage=both)
    assert np.isnan(n_of(total, "2019-07-01"))
    by_source = count_by_period(rows, window=YEAR, unit="month", by=["source"], coverage=both)
    assert n_of(by_source, "2019-07-01", source="council") == 1
    assert np.isnan(n_of(by_source, "2019-07-01", source="police"))


def test_a_group_misses_only_the_sources_that_feed_it():
    rows = incidents(("2019-07-05", "fire", "Abbey"), ("2019-01-05", "police", "Brook"))
    both = pd.concat([coverage("police", {7: "missing"}), coverage("fire", {})])
    counts = count_by_period(rows, window=YEAR, unit="month", by=["ward"], coverage=both)
    assert n_of(counts, "2019-07-01", ward="Abbey") == 1
    assert np.isnan(n_of(counts, "2019-07-01", ward="Brook"))


def test_a_group_without_any_report_is_unknown_where_any_source_is_missing():
    counts = count_by_period(
        incidents(("2019-01-05", "council", "Abbey")),
        window=YEAR,
        unit="month",
        by=["ward"],
        coverage=pd.concat([coverage("police", {7: "missing"}), coverage("council", {})]),
        groups=pd.DataFrame({"ward": ["Brook"]}),
    )
    assert np.isnan(n_of(counts, "2019-07-01", ward="Brook"))
    assert n_of(counts, "2019-07-01", ward="Abbey") == 0


def test_weeks_that_touch_a_missing_month_are_gaps():
    window = Window(date(2019, 6, 24), date(2019, 7, 8))
    rows = incidents(("2019-06-25", "police"))
    counts = count_by_period(rows, window=window, unit="week", coverage=coverage("police", {7: "missing"}))
    assert counts["n"].isna().tolist() == [False, True]
    start_inside = Window(date(2019, 6, 27), date(2019, 7, 4))
    counts = count_by_period(rows, window=start_inside, unit="week", coverage=coverage("police", {7: "missing"}))
    assert counts["n"].isna().all()


def test_partial_months_are_counted_and_flagged():
    rows = incidents(("2019-07-05", "police"))
    counts = count_by_period(rows, window=YEAR, unit="month", coverage=coverage("police", {7: "partial"}))
    assert n_of(counts, "2019-07-01") == 1
    assert counts["partial"].tolist() == [m == 7 for m in range(1, 13)]


def test_months_a_source_does_not_list_were_never_received():
    counts = count_by_period(
        incidents(("2019-01-05", "police")),
        window=Window(date(2018, 12, 1), date(2019, 2, 1)),
        unit="month",
        coverage=coverage("police", {}),
    )
    assert counts["n"].isna().tolist() == [True, False]


def test_an_unknown_coverage_state_is_refused():
    with pytest.raises(BadValue, match="late"):
        count_by_period(
            incidents(("2019-01-05", "police")),
            window=YEAR,
            unit="month",
            coverage=coverage("police", {7: "late"}),
        )


def test_an_absent_column_is_named():
    with pytest.raises(BadFrame, match="beat"):
        count_by_period(incidents(("2019-01-05", "police")), window=YEAR, unit="month", by=["beat"])


def test_counts_grouped_by_the_store_become_the_same_frame():
    rows = incidents(
        ("2019-03-05", "police", "Abbey"),
        ("2019-03-06", "council", "Abbey"),
        ("2019-08-05", "police", "Brook"),
    )
    cover = pd.concat([coverage("police", {7: "missing", 9: "partial"}), coverage("council", {2: "missing"})])
    grouped = (
        rows.assign(month=rows["occurred_from"].dt.to_period("M").dt.to_timestamp())
        .groupby(["month", "ward", "source"])
        .size()
        .rename("n")
        .reset_index()
    )
    pd.testing.assert_frame_equal(
        count_grouped(grouped, window=YEAR, by=["ward"], coverage=cover),
        count_by_period(rows, window=YEAR, unit="month", by=["ward"], coverage=cover),
    )


def test_grouped_counts_that_do_not_say_their_source_miss_any_missing_source():
    grouped = pd.DataFrame({"month": [pd.Timestamp("2019-07-01")], "n": [4]})
    cover = pd.concat([coverage("police", {7: "missing"}), coverage("council", {})])
    assert np.isnan(n_of(count_grouped(grouped, window=YEAR, coverage=cover), "2019-07-01"))


def test_an_empty_window_is_all_zeros_or_gaps():
    counts = count_by_period(incidents(("2010-01-05", "police")), window=YEAR, unit="month")
    assert counts["n"].tolist() == [0] * 12
    counts = count_by_period(
        incidents(("2010-01-05", "police")),
        window=YEAR,
        unit="month",
        coverage=coverage("police", {7: "missing"}),
    )
    assert counts["n"].isna().sum() == 1


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 364), st.sampled_from(["police", "council"]), st.sampled_from(["Abbey", "Brook"])),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_row_order_changes_nothing_and_no_incident_is_lost(rows, random):
    made = incidents(*[(date(2019, 1, 1) + pd.Timedelta(days=d), s, w) for d, s, w in rows])
    shuffled = made.sample(frac=1, random_state=random.randint(0, 2**31))
    before = made.copy(deep=True)
    one = count_by_period(made, window=YEAR, unit="month", by=["ward", "source"])
    pd.testing.assert_frame_equal(one, count_by_period(shuffled, window=YEAR, unit="month", by=["ward", "source"]))
    pd.testing.assert_frame_equal(made, before)
    assert one["n"].sum() == len(rows)


@pytest.mark.real
def test_south_yorkshire_july_2019_is_a_gap_everywhere(shared):
    """The month that this copy of the force's files does not have; its neighbours hold 13,000 to 17,000."""
    archive = shared / "policeuk-south-yorkshire-2018-2020" / "2018-01_2020-12-south-yorkshire.zip"
    with zipfile.ZipFile(archive) as files:
        names = [n for n in files.namelist() if "2019-06" in n or "2019-07" in n or "2019-08" in n]
        rows = pd.concat([pd.read_csv(files.open(n), usecols=["Month", "Crime type"]) for n in names])
    made = pd.DataFrame(
        {
            "occurred_from": pd.to_datetime(rows["Month"] + "-01").astype("datetime64[us]"),
            "category": rows["Crime type"].to_numpy(),
            "source": "police.uk",
            "time_precision": "month",
        }
    )
    months = pd.date_range("2019-06-01", periods=3, freq="MS")
    cover = pd.DataFrame({"source": "police.uk", "month": months, "state": ["complete", "missing", "complete"]})
    window = Window(date(2019, 6, 1), date(2019, 9, 1))
    total = count_by_period(made, window=window, unit="month", coverage=cover)
    assert total["n"].isna().tolist() == [False, True, False]
    assert total["n"].sum() == len(rows) > 25_000
    by_category = count_by_period(made, window=window, unit="month", by=["category"], coverage=cover)
    assert by_category.loc[by_category["period"] == "2019-07-01", "n"].isna().all()
    with pytest.raises(BadValue, match="know only their month"):
        count_by_period(made, window=Window(date(2019, 6, 3), date(2019, 6, 10)), unit="day")
