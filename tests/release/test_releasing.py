"""The sample published as a hub would: what councillors then hold, and that an attacker gets no small cell out."""

import json
import re
import shutil
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box
from sqlalchemy import select

from hotspots import store as stores
from hotspots.errors import BadFile, NotAllowed, StoreError
from hotspots.periods import Window
from hotspots.pipeline.areas import read_areas
from hotspots.pipeline.outcomes import area_counts, first_action, gaps_of, ward_cases
from hotspots.register.interventions import Intervention
from hotspots.release.outcomes import facts_from_json
from hotspots.release.outlines import drawing_from_json
from hotspots.release.partition import ALL
from hotspots.release.recipe import fingerprint, recipe_from_json
from hotspots.release.releasing import publish_store
from hotspots.release.roles import Role, Viewer
from hotspots.release.tally import GROUP_OF
from hotspots.sample.store import PUBLISHED_AT
from hotspots.store import open_store
from hotspots.store.published import published_file, read_published
from hotspots.store.released_areas import keep_outlines, kept_outlines
from hotspots.store.tables import audit as audit_lines
from tests.release.test_attacks import KINDS, Attacker, month_cells, quarter_cells, recovered
from tests.release.towns import rows_of

BOTH = ("Tidewick", "Brineholt")
STEWARD = Viewer(Role.DATA_STEWARD, name="the steward")
NOVEMBER = datetime(2018, 11, 2, 9)


class Town:
    """The sample's store, published once, in a folder of its own."""

    def __init__(self, folder) -> None:
        self.store = open_store(folder / "sample.sqlite", at=PUBLISHED_AT)
        self.path = published_file(str(folder / "sample.sqlite"))
        self.told: list[tuple[float, str]] = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
        self.held = read_published(self.path)

    def lines(self) -> list[dict]:
        """What the audit trail says of each time it was published."""
        with self.store.reading() as connection:
            found = connection.scalars(select(audit_lines.c.after).where(audit_lines.c.action == "publish"))
            return [json.loads(after) for after in found]

    @property
    def facts(self) -> dict:
        pages = self.held.current().pages
        return {f.name: f for text in pages["facts"] if (f := facts_from_json(text)).level == "place"}


@pytest.fixture(scope="module")
def town(published_sample, tmp_path_factory) -> Town:
    return Town(shutil.copytree(published_sample, tmp_path_factory.mktemp("released"), dirs_exist_ok=True))


def test_the_sample_has_a_page_for_every_place_that_may_have_one(town):
    verdicts = {name.removesuffix(" (fictional)"): f.verdict for name, f in town.facts.items()}
    assert verdicts["Park View"] == "fell"
    assert set(verdicts) == {"Park View", "Ropewalk Court", "Station Parade", "Lantern Terrace"}
    assert verdicts["Station Parade"] != "fell", "its fall is luck alone"
    assert "Mill Lane car park (fictional)" in town.lines()[0]["refused"]


def test_it_says_how_far_it_is(town):
    shares = [done for done, _ in town.told]
    assert shares == sorted(shares) and (shares[0], shares[-1]) == (0.0, 1.0) and len(set(shares)) >= 5
    assert any("worked out" in what for _, what in town.told)


def test_park_view_reads_as_in_its_story(town):
    facts = town.facts["Park View (fictional)"]
    figures = town.held.current().figures
    own = figures[(figures["area"] == facts.area) & (figures["kind"] == ALL)].sort_values("start")
    assert own["shown"].to_list()[-4:] == ["about 15", "about 50", "about 45", "fewer than 5"]
    assert (facts.before, facts.after) == (
        (date(2017, 3, 1), date(2017, 8, 31)),
        (date(2018, 3, 1), date(2018, 8, 31)),
    )
    assert facts.order_end == date(2018, 2, 27)
    assert "POS" not in {d.kind for d in facts.done} and "cuckooing" not in facts.problems


def test_it_is_written_into_the_audit_trail(town):
    assert [line["version"] for line in town.lines()] == [1]
    assert town.store.meta("published_version") == "1"


def test_the_audit_trail_names_the_files_and_the_published_file_only_counts_them(town):
    files = stores.files_in_force(town.store)
    line = town.lines()[0]
    assert line["files"] == [f"{f.file} {f.sha256[:12]}" for f in files.itertuples()]
    recipe = recipe_from_json(town.held.releases[-1].recipe)
    assert recipe.fingerprint == line["recipe"] == fingerprint(files["sha256"], key=town.store.meta("identity"))
    assert {s.source: s.files for s in recipe.sources} == dict(files["source"].value_counts())
    content = town.path.read_bytes()
    told = {name.rsplit("/")[-1] for name in files["file"]} | set(files["sha256"].str[:12])
    assert len(told) > 20 and not [text for text in told if text.encode() in content]


def test_the_outlines_are_of_wards_and_districts_and_the_file_holds_no_coordinate(town, project):
    outlines = town.held.outlines.set_index("district")["drawing"].map(drawing_from_json)
    drawn = {area for drawing in outlines for area in drawing.rings}
    wide = {a for a in town.held.figures["area"] if a.startswith(("ward:", "district:"))}
    assert drawn == wide and len(drawn) == 16 and town.lines()[0]["undrawn"] == []
    held = town.held
    words = " ".join(frame.to_csv(index=False) for frame in (held.figures, held.areas, held.pages, held.outlines))
    assert re.findall(r"\d{5,}|\d\.\d{4,}", words) == [], "metres have six digits, degrees more than four decimals"
    boundaries = read_areas(project / "data" / "sample" / "boundaries.geojson", town.store.crs)
    of = {"Tidewick": sum(name.startswith("ward:Tidewick") for name in drawn)}
    assert of["Tidewick"] == (boundaries["of_district"] == "Tidewick").sum() == 9


def test_a_file_of_areas_that_cannot_be_read_is_said_before_anything_is_published(town, tmp_path):
    before = town.path.read_bytes()
    told = {"viewer": STEWARD, "at": NOVEMBER, "today": NOVEMBER.date(), "districts": BOTH}
    with pytest.raises(BadFile, match="wards.gpkg could not be read"):
        publish_store(town.store, town.path, **told, areas=str(tmp_path / "wards.gpkg"))
    assert town.path.read_bytes() == before


def test_a_second_time_nothing_is_new_and_a_lost_file_is_noticed(town, tmp_path):
    again = publish_store(
        town.store, town.path, viewer=STEWARD, at=PUBLISHED_AT, today=PUBLISHED_AT.date(), districts=BOTH
    )
    assert (again.version, again.figures) == (0, 0)
    told = []
    with pytest.raises(StoreError, match="restore the file"):
        publish_store(
            town.store, tmp_path / "lost.sqlite", viewer=STEWARD, at=NOVEMBER, today=NOVEMBER.date(), districts=BOTH,
            progress=lambda *now: told.append(now),
        )  # fmt: skip
    assert told == [], "said before anything is worked out"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DATA_STEWARD], ids=str)
def test_nobody_but_the_steward_publishes(role, town):
    before = town.path.read_bytes()
    with pytest.raises(NotAllowed):
        publish_store(town.store, town.path, viewer=Viewer(role), at=NOVEMBER, today=NOVEMBER.date(), districts=BOTH)
    assert town.path.read_bytes() == before


def test_every_report_is_counted_in_exactly_one_row(town):
    counts = area_counts(town.store, kept_outlines(town.store))
    assert counts["n"].sum() == stores.totals(town.store)["incidents"]
    assert not counts.duplicated(["month", "district", "ward", "category", "areas"]).any()


def test_an_attacker_with_all_released_tables_of_the_sample_gets_no_small_cell(town):
    counts = area_counts(town.store, kept_outlines(town.store))
    attacker, true, cells = _attack(town.path, counts, stores.months_held(town.store))
    assert len(attacker.hidden()) + sum(c @ true <= 4 for c in cells) > 500
    assert recovered(attacker, cells, true) == []


def _attack(path, counts, held):
    """The attacker, the truth, and all he wants: every ward by quarter and kind, every place by month."""
    parts = sorted({_part(row) for row in counts.itertuples()})
    months = [pd.Timestamp(m) for m in held.months()]
    attacker = Attacker(path, parts, months)
    areas = sorted({area for part in parts for area in part})
    cells = quarter_cells(attacker, [a for a in areas if a.startswith("ward:")])
    cells += month_cells(attacker, [a for a in areas if a.startswith("place:")])
    return attacker, _truth(counts, parts, months), cells


def _part(row) -> tuple[str, ...]:
    wide = [f"district:{row.district}"] if row.district else []
    ward = [f"ward:{row.district}/{row.ward}"] if row.district and row.ward else []
    return (*wide, *ward, *row.areas)


def _truth(counts, parts, months):
    made = np.zeros((len(parts), len(months), len(KINDS)))
    for row in counts.itertuples():
        kind = GROUP_OF.get(row.category, "not shown")
        made[parts.index(_part(row)), months.index(row.month), KINDS.index(kind)] += row.n
    return made.ravel()


def test_a_redrawn_outline_gets_an_id_of_its_own_and_an_old_one_keeps_its(tmp_path):
    store = open_store(tmp_path / "hub.sqlite", at=NOVEMBER, create=True)
    assert keep_outlines(store, {"place:3": box(0, 0, 40, 40)}) == {"place:3": "place:3"}
    assert keep_outlines(store, {"place:3": box(0, 0, 40, 50)}) == {"place:3": "place:3.2"}
    assert keep_outlines(store, {"place:3": box(0, 0, 40, 40)}) == {"place:3": "place:3"}
    assert set(kept_outlines(store)) == {"place:3", "place:3.2"}


def test_the_order_that_shut_a_place_comes_before_what_was_done_first():
    drive = Intervention(1, "RES", "c", "ended", start=date(2017, 1, 1), end=date(2017, 1, 31),
                         expected_reporting_effect="up", id=1)  # fmt: skip
    warrant = Intervention(1, "WAR", "c", "ended", start=date(2017, 2, 1), end=date(2017, 2, 1), id=2)
    order = Intervention(1, "CLO", "c", "ended", start=date(2017, 3, 1), end=date(2017, 5, 31), id=3)
    assert first_action([drive, warrant, order]) is order
    assert first_action([drive, warrant]) is warrant
    assert first_action([drive]) is None


def test_of_wards_that_did_not_change_hardly_any_is_called_changed():
    """Forty wards of one rate each: tested one by one some would fall or rise by luck."""
    random = np.random.default_rng(11)
    counts = rows_of(random.poisson(12, size=(40, 33, 1)), wards=[f"W{i}" for i in range(40)], categories=["Drugs"])
    cases = ward_cases(counts, Window(date(2018, 4, 1), date(2018, 7, 1)))
    verdicts = pd.Series([c.comparison.verdict for c in cases])
    assert len(cases) == 40
    assert verdicts.isin(["fell", "rose"]).sum() == 0


def test_a_district_with_a_gap_has_no_ward_verdict(town):
    held = stores.months_held(town.store)
    gaps = gaps_of(town.store, held)
    assert {month for _, month in gaps} == {date(2016, 6, 1)}
    counts = area_counts(town.store, {})
    assert ward_cases(counts, Window(date(2017, 4, 1), date(2017, 7, 1)), gaps=gaps) == []
