"""What councillors read: only released figures, only what the verdict allows, in plain words."""

import re
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest

from hotspots.release.outcomes import HIDDEN, NOT_LOOKED_AT, TOO_FEW, Done, Facts
from hotspots.release.partition import ALL
from hotspots.release.recipe import Recipe, SourceFiles, recipe_as_json
from hotspots.store.published import Published, Release
from hotspots.views.outcome_answers import COME_BACK, NEXT_DOOR, NOT_REPORTING
from hotspots.views.outcome_dates import span, two_spans
from hotspots.views.outcome_paper import file_name, outcome_paper, titles_of
from hotspots.views.outcomes import bars_of, outcome_chart, outcome_words, ward_words

RELEASE = Release(1, datetime(2018, 10, 2, 9), date(2018, 8, 31), False, "police and council logs")
FACTS = Facts(
    level="place",
    name="Quay House",
    district="Mere",
    ward="Harbour",
    before=(date(2017, 3, 1), date(2017, 8, 31)),
    after=(date(2018, 3, 1), date(2018, 8, 31)),
    verdict="fell",
    area="place:1",
    ring_area="ring:1",
    control_area="control:2",
    kind="block",
    dwellings=31,
    adopted=date(2017, 6, 1),
    problems=("drugs", "ASB"),
    done=(
        Done("RES", date(2017, 9, 1), date(2017, 10, 1)),
        Done("WAR", date(2017, 11, 1), date(2017, 11, 1)),
        Done("CLO", date(2017, 11, 21), date(2018, 2, 20)),
    ),
    ring="no clear change",
    others="fell",
    drive=(date(2017, 9, 1), date(2017, 10, 1)),
    order_end=date(2018, 2, 20),
    next_test=date(2018, 11, 21),
)
HALVES = (("2016-09", "2017-03"), ("2017-03", "2017-09"), ("2017-09", "2018-03"), ("2018-03", "2018-09"))


def figures(place=("about 15", "about 50", "about 60", "fewer than 5"), ring=("about 25", "about 25")):
    rows = [("place:1", *half, shown) for half, shown in zip(HALVES, place, strict=True)]
    rows += [("ring:1", *HALVES[i], shown) for i, shown in zip((1, 3), ring, strict=True)]
    rows += [("control:2", *HALVES[1], "about 40"), ("control:2", *HALVES[3], "about 35")]
    frame = pd.DataFrame(rows, columns=["area", "start", "end", "shown"]).assign(kind=ALL, version=1)
    frame[["start", "end"]] = frame[["start", "end"]].apply(pd.to_datetime)
    return frame


def text_of(words):
    parts = [words.title, words.subtitle, *words.answer, words.chart_title, words.chart_caption, *words.foot]
    return "\n".join([*parts, *(line for pair in (*words.parts, *words.questions) for line in pair)])


def test_the_answer_comes_first_and_reads_from_about_fifty_to_fewer_than_five():
    words = outcome_words(FACTS, figures(), RELEASE)
    assert words.title == "Quay House: reports have almost stopped"
    assert words.answer == (
        "▼ From about 50 to fewer than 5",
        "March to August, 2017 to 2018",
        "Similar places: about 40 to about 35",
        "More than luck: yes",
    )
    assert [heading for heading, _ in words.parts] == [
        "What was wrong",
        "What was done",
        "What changed",
        "What happens next",
    ]


def test_what_was_done_is_told_in_order_and_in_plain_words():
    done = dict(outcome_words(FACTS, figures(), RELEASE).parts)["What was done"]
    assert done == (
        "Residents were asked in September to October 2017 to report what they see. Police carried out a search "
        "warrant in November 2017. A court closed premises here from 21 November 2017 to 20 February 2018."
    )


@pytest.mark.parametrize("verdict", ["no clear change", "cannot tell yet", "refused", TOO_FEW, HIDDEN, NOT_LOOKED_AT])
def test_no_change_is_claimed_without_a_verdict_that_allows_it(verdict):
    words = outcome_words(replace(FACTS, verdict=verdict, others=NOT_LOOKED_AT), figures(), RELEASE)
    text = text_of(words).replace("No fall has been shown", "")
    assert not re.search(r"▼|▲|reports fell|reports rose|almost stopped|More than luck: yes|would explain", text, re.I)


def test_the_foot_says_what_the_release_was_made_from_or_that_it_was_not_recorded():
    foot = " ".join(outcome_words(FACTS, figures(), RELEASE).foot)
    assert "Source: police and council logs. From which files the figures were made was not recorded." in foot
    made = Recipe((SourceFiles("police.uk", 12, 2017, 2018),), "0123456789ab", "1.0")
    later = replace(RELEASE, version=2, recipe=recipe_as_json(made))
    words = outcome_words(FACTS, figures(), later)
    told = " ".join(words.foot)
    assert (
        "Made from files of police.uk (12), reports of 2017 to 2018. "
        "To check it, quote 0123456789ab (community-safety-hub 1.0)" in told
    )
    assert "an earlier release brought were made from the files held then" in told
    assert "not recorded" not in told and "0123456789ab" in words.strip


def test_a_rise_is_told_as_a_rise():
    rising = figures(("about 15", "about 20", "about 20", "about 60"))
    words = outcome_words(replace(FACTS, verdict="rose"), rising, RELEASE)
    assert words.title == "Quay House: reports rose"
    assert words.answer[0] == "▲ From about 20 to about 60"
    assert dict(words.questions)[NOT_REPORTING].startswith("No fall has been shown")


def test_a_place_that_came_back_says_so_first():
    words = outcome_words(replace(FACTS, returned=True), figures(), RELEASE)
    assert words.title == "Quay House: the problem has come back"
    assert dict(words.questions)[COME_BACK].startswith("It has.")


@pytest.mark.parametrize(
    ("others", "start"),
    [
        ("fell", "Unlikely."),
        ("no clear change", "It is possible."),
        ("rose", "It is possible."),
        ("cannot tell yet", "We cannot tell."),
        (TOO_FEW, "We cannot tell."),
        (NOT_LOOKED_AT, "This has not been tested."),
    ],
)
def test_just_not_reporting_is_answered_from_reports_of_others(others, start):
    answer = dict(outcome_words(replace(FACTS, others=others), figures(), RELEASE).questions)[NOT_REPORTING]
    assert answer.startswith(start)


def test_reports_went_up_first_only_where_the_released_figures_show_it():
    told = "reports went up first"
    assert told in text_of(outcome_words(FACTS, figures(), RELEASE))
    flat = figures(("about 15", "about 50", "about 50", "fewer than 5"))
    assert told not in text_of(outcome_words(FACTS, flat, RELEASE))
    hidden = figures(("about 15", "about 50", "suppressed", "fewer than 5"))
    assert told not in text_of(outcome_words(FACTS, hidden, RELEASE))


@pytest.mark.parametrize(
    ("ring", "start"),
    [
        ("no clear change", "We see no sign of it."),
        ("fell", "We see no sign of it."),
        ("rose", "Some of it may have."),
        ("cannot tell yet", "We cannot tell."),
        (TOO_FEW, "We cannot tell."),
        (HIDDEN, "The numbers for the streets around are too small"),
        (NOT_LOOKED_AT, "This was not looked at."),
    ],
)
def test_next_door_is_answered_from_the_ring(ring, start):
    answer = dict(outcome_words(replace(FACTS, ring=ring), figures(), RELEASE).questions)[NEXT_DOOR]
    assert answer.startswith(start)


def test_every_number_on_the_page_is_a_released_one_a_home_or_a_date():
    words = outcome_words(FACTS, figures(), RELEASE)
    allowed = {"15", "50", "60", "5", "40", "35", "25", "31", "1", "2", "20", "21", "2016", "2017", "2018"}
    assert set(re.findall(r"\d+", text_of(words))) <= allowed


def test_the_chart_holds_nothing_finer_than_the_released_table():
    held = figures(("suppressed", "about 50", "no data", "fewer than 5"))
    spec = outcome_chart(bars_of(held, "place:1")).to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows]
    assert {row["height"] for row in rows} <= {50.0, 5.0, 0.0, None}
    assert {row["height"] for row in rows if row["shown"] == "fewer than 5"} == {5.0}
    assert {row["height"] for row in rows if row["shown"] in ("suppressed", "no data")} <= {0.0, None}


def test_a_few_and_none_are_drawn_alike():
    """The box of "fewer than 5" has one height, whatever the count was."""
    one, other = (bars_of(figures(("fewer than 5",) * 4), "place:1")["height"] for _ in range(2))
    assert set(one) == set(other) == {5.0}


def test_words_are_those_of_a_newspaper():
    text = text_of(outcome_words(FACTS, figures(), RELEASE)).lower()
    jargon = "ratio|interval|p-value|significan|statistic|dbscan|cluster|hotspot|cohort|baseline|dispersion|control"
    assert not re.search(jargon, text)
    sentences = [s for _, part in outcome_words(FACTS, figures(), RELEASE).parts for s in part.split(". ")]
    assert max(len(s.split()) for s in sentences) <= 30


def test_no_sentence_says_because():
    for verdict in ("fell", "rose", "no clear change"):
        text = text_of(outcome_words(replace(FACTS, verdict=verdict), figures(), RELEASE)).lower()
        assert not re.search(r"\b(because|caused by|thanks to|due to|as a result)\b", text)


def test_the_foot_says_rounding_and_that_a_report_is_no_proven_crime():
    foot = " ".join(outcome_words(FACTS, figures(), RELEASE).foot)
    for phrase in ("nearest 5", "fewer than 5", "not a proven crime", "police and council logs", "31 August 2018"):
        assert phrase in foot


def ward_figures(shown="about 120"):
    starts = pd.date_range("2016-07-01", "2018-04-01", freq="QS")
    rows = [("ward:m/h", s, s + pd.DateOffset(months=3), ALL, shown) for s in starts]
    rows += [("ward:m/h", starts[-1], starts[-1] + pd.DateOffset(months=3), "Drugs", "about 30")]
    rows += [("ward:m/h", pd.Timestamp(2017, 1, 1), pd.Timestamp(2018, 1, 1), ALL, "about 480")]
    return pd.DataFrame(rows, columns=["area", "start", "end", "kind", "shown"]).assign(version=1)


def test_a_ward_without_a_comparison_claims_nothing():
    words = ward_words("Harbour", "ward:m/h", ward_figures(), RELEASE, places=["Quay House"])
    assert words.title == "Harbour ward: about 120 reports in April to June 2018"
    assert words.answer == ("About 120, as before", "April to June, 2017 to 2018", "More than luck: not tested")
    assert "about 25% of all" in dict(words.parts)["What was reported"]
    assert "can be published from 1 November 2018" in dict(words.parts)["What happens next"]


def test_a_first_years_quarter_has_nothing_to_compare_with():
    held = ward_figures()
    words = ward_words("Harbour", "ward:m/h", held[held["start"] >= pd.Timestamp(2017, 7, 1)], RELEASE)
    assert words.answer == (
        "About 120; nothing to compare with yet", "April to June 2018", "April to June 2017: no data"
    )  # fmt: skip
    told = dict(words.parts)
    assert "no whole figure for April to June 2017" in told["What changed"]
    assert "about 120" not in told["What changed"] + told["What was reported"], "the title and the box have said it"
    assert "From no data" not in text_of(words) and "luck has not been tested" not in text_of(words)


def test_a_quarter_that_could_long_have_been_published_is_not_promised_for_a_day_gone_by():
    late = replace(RELEASE, at=datetime(2026, 11, 29))
    words = ward_words("Harbour", "ward:m/h", ward_figures(), late)
    told = dict(words.parts)["What happens next"]
    assert "July to September 2018 follow once the hub holds" in told and "from 1 November" not in told


def test_a_district_says_what_was_done_neither_where_nor_by_whom():
    facts = Facts("district", "Mere", "Mere", "", (date(2017, 4, 1), date(2017, 6, 30)),
                  (date(2018, 4, 1), date(2018, 6, 30)), NOT_LOOKED_AT, "ward:m/h",
                  done=(Done("CLO", date(2017, 11, 1), date(2018, 2, 1)),))  # fmt: skip

    def done(facts, places=()):
        asked = {"facts": facts, "places": places, "level": "district"}
        return dict(ward_words("Mere", "ward:m/h", ward_figures(), RELEASE, **asked).parts)["What was done"]

    assert done(facts).startswith(
        "A court closed premises here in November 2017 to February 2018. A place gets its own"
    )
    assert "Quay House. Elsewhere in the district: A court closed" in done(facts, ["Quay House"])
    assert done(None).startswith("Nothing that may be told in public is recorded for this district.")
    assert "Elsewhere" not in done(None, ["Quay House"])


def test_a_ward_gives_no_share_on_a_base_under_twenty():
    words = ward_words("Harbour", "ward:m/h", ward_figures("about 15"), RELEASE)
    assert "%" not in text_of(words)


def test_a_wards_chart_has_quarters_only():
    bars = bars_of(ward_figures(), "ward:m/h")
    assert len(bars) == 8
    assert set(bars["height"]) == {120.0}


@pytest.mark.parametrize(("many", "lying"), [(4, False), (8, True)])
def test_more_bars_than_stand_side_by_side_on_a_phone_lie_down(many, lying):
    bars = bars_of(ward_figures("about 2,165"), "ward:m/h").tail(many)
    bar = outcome_chart(bars).to_dict()["layer"][1]["encoding"]
    assert bar["y" if lying else "x"]["field"] == "label"
    assert ("split" in bar["y" if lying else "x"]["axis"]["labelExpr"]) is not lying


def test_periods_in_words():
    assert span(date(2017, 3, 1), date(2017, 8, 31)) == "March to August 2017"
    assert span(date(2016, 9, 1), date(2017, 2, 28)) == "September 2016 to February 2017"
    assert span(date(2017, 3, 1), date(2017, 3, 31)) == "March 2017"
    apart = two_spans((date(2017, 3, 1), date(2017, 8, 31)), (date(2018, 2, 1), date(2018, 7, 31)))
    assert apart == "March to August 2017, then February to July 2018"


def test_a_hub_with_nothing_but_street_files_publishes_its_districts():
    """police.uk names no ward and no place has been adopted: councillors read the whole district."""
    quarters = pd.DataFrame({"start": pd.to_datetime(["2020-10-01", "2021-10-01"]), "shown": ["about 45", "about 60"]})
    own = quarters.assign(end=quarters["start"] + pd.DateOffset(months=3), area="district:Eastmark", kind=ALL)
    few = own.assign(area="district:Farmark", shown="fewer than 5")
    large = own.assign(area="district:Westmark", shown=["about 1,045", "about 990"])
    figures = pd.concat([own, few, large], ignore_index=True).assign(version=1)
    areas = pd.DataFrame(
        [(f"district:{name}", 1, "district", name, name, "") for name in ("Eastmark", "Farmark", "Westmark")],
        columns=["area", "version", "level", "name", "district", "ward"],
    )
    held = Published(
        (Release(1, datetime(2022, 3, 1), date(2021, 12, 31), False, "police.uk"),),
        figures,
        areas,
        pd.DataFrame(columns=["area", "version", "facts"]),
    )
    assert list(titles_of(held).values()) == ["Westmark, whole district", "Eastmark, whole district"]
    own = titles_of(held, "Eastmark")
    assert list(own.values()) == ["Eastmark, whole district", "Westmark, whole district"], "the hub's own first"
    assert file_name("East/../Mark', ward", 2, "pdf") == "east-mark-ward-release-2.pdf", "no path, no other sign"
    assert titles_of(held, "Nowhere") == titles_of(held)
    paper = outcome_paper(held, "district:Eastmark", marking="OFFICIAL")
    assert paper.title == "Eastmark district: about 60 reports in October to December 2021"
