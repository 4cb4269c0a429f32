"""Minutes and the SARA export: self-contained, escaped, in order, without what is restricted."""

from datetime import date

import pandas as pd
import pytest

from hotspots.errors import BadValue
from hotspots.register.clocks import local_time
from hotspots.register.sara import SaraPlan, sara_rows
from hotspots.views.minutes import Meeting, minutes_html, sara_html
from hotspots.views.register_words import clocks_title

MEETING = Meeting(
    title="Tidewick hub",
    held_on=date(2017, 11, 8),
    marking="OFFICIAL",
    chair_role="Community safety manager",
    data_to=date(2017, 10, 31),
    present=["Saltreach Homes", "Farwater <b>Constabulary</b>"],
    next_on=date(2017, 11, 15),
    sample=True,
)
EMPTY = pd.DataFrame()


def action(**given) -> dict:
    row = {
        "id": 7, "place": "Park View (fictional)", "task": "Mend <script>alert(1)</script> the door",
        "owner": "Saltreach Homes", "role": "Repairs", "due": pd.Timestamp("2017-11-22"), "power_id": "P145",
        "status": "open", "outcome": "", "epic": "Prevention", "raised": pd.Timestamp("2017-11-08"),
        "address_key": "SECRET-ADDRESS",
    }  # fmt: skip
    return {**row, **given}


def minutes(**tables) -> str:
    names = ("overdue", "closed", "news", "assessed", "to_assess", "decisions", "new_actions", "clocks")
    return minutes_html(MEETING, **{n: tables.get(n, EMPTY) for n in names})


def test_minutes_escape_what_was_typed_and_load_nothing():
    page = minutes(new_actions=pd.DataFrame([action()]))
    assert "<script" not in page and "&lt;script&gt;" in page and "<b>" not in page
    assert "http://" not in page and "https://" not in page and "src=" not in page
    assert "default-src 'none'" in page


def test_an_address_that_strays_into_a_table_is_not_printed():
    assert "SECRET-ADDRESS" not in minutes(new_actions=pd.DataFrame([action()]))


def test_the_agenda_order_marking_dates_and_empty_parts_are_printed():
    page = minutes(new_actions=pd.DataFrame([action()]))
    heads = [
        "Actions overdue", "Actions closed", "New and rising", "Assessed", "Assessments still due",
        "Interventions decided", "Clocks", "New actions",
    ]  # fmt: skip
    places = [page.index(f"<h2>{head}</h2>") for head in heads]
    assert places == sorted(places)
    assert page.count("OFFICIAL") == 2 and "Sample data." in page and "Not legal advice" in page
    assert "22 Nov 2017" in page and "Data to 31 October 2017" in page
    assert "No action was overdue." in page and "nan" not in page.lower() and "NaT" not in page


def test_what_was_assessed_is_printed_with_who_when_and_what_was_found():
    row = {"place": "Park View", "what": "Closure order", "weeks": 26, "done_on": pd.Timestamp("2017-11-08"),
           "by": "Council", "found": "No clear change"}  # fmt: skip
    page = minutes(assessed=pd.DataFrame([row]))
    cells = "".join(f"<td>{v}</td>" for v in ("Park View", "Closure order", 26, "8 Nov 2017", "Council"))
    assert f"{cells}<td>No clear change</td>" in page


def test_what_was_closed_and_what_is_still_to_be_assessed_are_printed():
    done = action(task="Joint visit", status="done", outcome="Nobody home", closed=pd.Timestamp("2017-11-08"))
    due = {"place": "Park View", "what": "Closure order", "weeks": "4, 12", "assess_on": pd.Timestamp("2017-10-02"),
           "days_late": 37}  # fmt: skip
    page = minutes(closed=pd.DataFrame([done]), to_assess=pd.DataFrame([due]))
    assert "<td>8 Nov 2017</td><td>done</td><td>Nobody home</td>" in page
    assert "<td>4, 12</td><td>2 Oct 2017</td><td>37</td>" in page


def test_the_clocks_are_headed_as_on_the_screen():
    clock = {"place": "x", "label": "Court", "due": pd.Timestamp("2017-12-22"), "rule": "r", "source": "s"}
    page = minutes(clocks=pd.DataFrame([{**clock, "standing": "later"}] * 2))
    assert "2 clocks running, none ends within 14 days" in page and "No clock is running" not in page


@pytest.mark.parametrize(
    ("standings", "says"),
    [
        ((), "No clock is running"),
        (("passed",), "No clock is running; 1 has passed"),
        (("later", "passed", "passed"), "1 clock running, none ends within 14 days; 2 have passed"),
        (("within 48 hours", "later"), "1 of 2 running clocks ends within 14 days"),
        (("within 48 hours", "within 14 days"), "2 of 2 running clocks end within 14 days"),
    ],
)
def test_the_title_of_the_clocks_counts_those_that_run_and_those_that_passed(standings, says):
    assert clocks_title(standings) == says


def test_a_clock_prints_its_hour_and_a_day_prints_none():
    from datetime import datetime

    due = local_time(datetime(2017, 11, 22, 15, 30))
    clocks = pd.DataFrame(
        [{"place": "x", "label": "Court", "due": pd.Timestamp(due), "rule": "48 hours.", "source": "s.80"}]
    ).assign(standing="later")
    assert "22 Nov 2017, 15:30" in minutes(clocks=clocks)


def test_missing_values_are_blank():
    decided = pd.DataFrame([{"place": "x", "what": "Closure order", "start": pd.NaT, "last_day": pd.NaT, "lead": None}])
    assert "<td></td><td></td><td></td>" in minutes(decisions=decided)


PLAN = SaraPlan(
    1, "Reports rose from 2 to 19 a month", "reports a month", 11, 3, date(2018, 8, 31), date(2018, 9, 5),
    victim="Two tenants exploited", guardian="Neighbours", location="Door does not shut", manager="Landlord",
)  # fmt: skip


def test_a_plan_reads_in_sara_order_with_a_measured_objective():
    done = pd.DataFrame(
        [
            {"what": "Closure order", "lead": "Police", "partners": "Council", "status": "ended",
             "start": pd.Timestamp("2017-11-21"), "last_day": pd.Timestamp("2018-02-20")},
            {"what": "Search warrant", "lead": "Police", "partners": "", "status": "ended",
             "start": pd.Timestamp("2017-11-14"), "last_day": pd.NaT},
        ]
    )  # fmt: skip
    rows = sara_rows(PLAN, actions=pd.DataFrame([action(task="Mend the door")]), interventions=done)
    assert rows["stage"].drop_duplicates().tolist() == ["Scanning", "Analysis", "Response", "Assessment"]
    assert "Bring down reports a month from 11 to 3 by 31 August 2018." in rows["text"].tolist()
    response = rows.loc[rows["stage"] == "Response", "text"].tolist()
    assert response[0].startswith("Search warrant, Police: 14 November 2017 (ended)")
    assert "with Council: 21 November 2017 to 20 February 2018" in response[1]
    assert rows.loc[rows["stage"] == "Analysis", "heading"].tolist() == [
        "Victim",
        "Guardian",
        "Location",
        "Manager",
    ]
    page = sara_html(MEETING, place="Park View (fictional)", rows=rows)
    assert page.index("Scanning</h2>") < page.index("Analysis</h2>") < page.index("Assessment</h2>")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"measure": ""}, "say what is counted"),
        ({"problem": " "}, "say what the problem is"),
        ({"target": 11.0}, "same as the baseline"),
        ({"assess_on": date(2018, 8, 30)}, "before its target day"),
    ],
)
def test_an_objective_that_cannot_be_measured_is_refused(given, says):
    from dataclasses import replace

    with pytest.raises(BadValue, match=says):
        replace(PLAN, **given)


def test_each_rule_is_printed_once_with_its_source_under_the_clocks():
    row = {
        "place": "x",
        "label": "Court",
        "due": pd.Timestamp("2017-11-22"),
        "rule": "48 hours.",
        "source": "s.80",
        "standing": "within 48 hours",
    }
    page = minutes(clocks=pd.DataFrame([row, {**row, "place": "y"}]))
    assert page.count("Court: 48 hours. Source: s.80.") == 1
