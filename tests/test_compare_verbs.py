"""`compare` and `watch` on the command line: the keys of the contract, and one line for every refusal."""

import json
from datetime import date

import pandas as pd
import pytest
from shapely.geometry import mapping
from typer.testing import CliRunner

from hotspots.__main__ import app
from hotspots.analysis.comparison import Comparison
from hotspots.geojson import to_wgs84
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place
from hotspots.store import register
from tests.pipeline import small_town as town

FIELDS = set(Comparison.__dataclass_fields__)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store with one busy place, quiet for half a year after its closure, then busy again; and its outlines."""
    made = tmp_path_factory.mktemp("verbs")
    busy = town.DAYS[(town.DAYS < "2017-10-01") | (town.DAYS >= "2018-11-01")][::3]
    reports = pd.concat([town.at(town.CENTRE, busy), town.at((541_050, 421_050), town.DAYS[::4]), town.background()])
    store = town.store_of(made, reports)
    who = {"who": "test", "at": town.NOW}
    place = register.add(store, Place("Salt Row", "block", town.BLOCK, date(2017, 8, 1), district="Saltmere"), **who)
    closure = Intervention(place.id, "CLO", "Council", "ended", start=date(2017, 10, 1), end=date(2017, 12, 31))
    register.add(store, closure, **who)
    store.close()
    for name, area in (("place", town.BLOCK), ("control", town.ELSEWHERE)):
        (made / f"{name}.geojson").write_text(json.dumps(mapping(to_wgs84([area], "EPSG:27700", digits=7)[0])))
    return made


@pytest.fixture
def run(folder):
    def told(*args: str):
        return CliRunner().invoke(app, [*args, "--store", str(folder / "hub.sqlite")])

    return told


@pytest.fixture
def outline(folder):
    return lambda name: str(folder / f"{name}.geojson")


CLOSURE = ("--start", "2017-10-01", "--end", "2018-01-01")


def test_compare_prints_the_fields_of_a_comparison_and_how_it_was_made(run, outline):
    asked = ("--place", outline("place"), "--control", outline("control"), *CLOSURE)
    result = run("compare", *asked, "--unit", "month", "--periods", "4", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert FIELDS | {"windows", "unit", "ring", "control"} <= set(found)
    assert (found["unit"], found["periods_before"], found["periods_after"]) == ("month", 4, 4)
    assert found["windows"]["before"] == {"from": "2017-06-01", "to": "2017-10-01"}
    assert found["windows"]["after"] == {"from": "2018-01-01", "to": "2018-05-01"}
    assert found["windows"]["closed"]["reports"] == 0
    assert found["before"] > 30 and found["after"] == 0
    assert found["control"]["name"] == "given area"


def test_a_place_may_be_named_and_the_area_to_compare_with_is_then_suggested(run):
    result = run("compare", "--place", "salt row", *CLOSURE, "--json")
    found = json.loads(result.stdout)
    assert (found["place"], found["unit"]) == ("Salt Row", "week")
    assert found["control"]["reasons"]


def test_a_refused_verdict_is_an_answer(run, outline):
    result = run(
        "compare", "--place", outline("place"), "--control", outline("place").replace("place", "empty"), *CLOSURE
    )
    assert result.exit_code == 2
    far = outline("control")
    asked = ("--place", far, "--control", outline("place"), "--start", "2018-02-01", "--end", "2018-03-01")
    result = run("compare", *asked, "--unit", "month", "--periods", "1", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["verdict"], found["control_before"], found["ratio"]) == ("refused", 0, None)


def test_in_words_it_says_the_verdict_the_windows_and_the_caveats(run):
    lines = run("compare", "--place", "Salt Row", *CLOSURE).stdout.splitlines()
    assert lines[0].startswith(("FELL: ", "CANNOT TELL YET: "))
    assert "Before: 2 April to 30 September 2017. After: 1 January to 1 July 2018, by week." in lines


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--place", "Nowhere", "--start", "2017-10-01"), "no place, ward or district"),
        (("--place", "Salt Row", "--start", "1 October"), "--start takes a day as YYYY-MM-DD"),
        (("--place", "Salt Row", "--start", "2017-10-01", "--end", "soon"), "--end takes a day"),
        (("--place", "Salt Row", "--start", "2017-10-01", "--end", "2017-09-01"), "before its start"),
        (("--place", "Salt Row", "--start", "2017-10-01", "--unit", "day"), "--unit is week or month"),
        (("--place", "Salt Row", "--start", "2017-10-01", "--periods", "0"), "from 1 to 520"),
        (("--place", "Salt Row", "--start", "2019-06-01"), "compare once that is imported"),
        (("--place", "Salt Row", "--start", "2015-06-01"), "import earlier months"),
        (("--place", "Salt Row", "--start", "2017-10-01", "--control", "Salt Row"), "no other place"),
        (("--place", "none.geojson", "--start", "2017-10-01"), "cannot be read"),
        (("--place", " ", "--start", "2017-10-01"), "nothing was given"),
    ],
)
def test_a_refusal_is_one_line_and_exits_2(run, args, words):
    result = run("compare", *args, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    assert words in result.stderr


def test_watch_names_what_came_back_and_its_false_alarm_rate(run):
    result = run("watch", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["false_alarms_per_year"] > 0
    row = next(row for row in found["alarms"] if row["place"] == "Salt Row")
    assert set(row) == {"place", "since", "rule", "observed", "usual_low", "usual_high"}
    assert row["observed"] > row["usual_high"]
    assert "2018-11" <= row["since"] < "2019"


def test_watch_in_words_states_the_budget(run):
    assert "times a year" in run("watch").stdout.splitlines()[-1]
