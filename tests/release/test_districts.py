"""Two hubs in one store: a hub can neither read, count, guess nor change what is another's, on either database.

Everything is tried through the store as a signed-in member of one district is handed it.
"""

import shutil
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import text

from hotspots import store as stores
from hotspots.errors import BadValue, NotAllowed
from hotspots.intake import read_incidents
from hotspots.pipeline.comparing import comparison_for
from hotspots.pipeline.finding import find_in_store
from hotspots.pipeline.query import last_query
from hotspots.pipeline.watching import watch_for
from hotspots.register.actions import Action
from hotspots.register.annotations import EVENT, Annotation
from hotspots.register.assessments import Assessment
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place
from hotspots.register.prompts import CONFIDENCES, HANDLING, MEMBER_KINDS, TAGS, Concern, Tag
from hotspots.register.sara import SaraPlan
from hotspots.register.site_checks import ResidentMeeting, SiteCheck
from hotspots.release.releasing import publish_store
from hotspots.release.roles import Role, Viewer
from hotspots.settings import Settings
from hotspots.store import access, ledger, register, retention, sharing, trail
from hotspots.store import register_reads as reads
from hotspots.store.tables import metadata

AT = datetime(2018, 9, 12, 10)
DAY = date(2018, 9, 12)
ME = {"who": "A member of one hub", "at": AT}
SECRET = "callers at the back door nightly"
NOUNS = (Place, Intervention, Action, Assessment, SiteCheck, ResidentMeeting, SaraPlan, Concern)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def county(request, sample_file, tmp_path_factory):
    """The sample's two districts, each with a restricted tag, a concern and an action of its own."""
    where = str(tmp_path_factory.mktemp("county") / "county.sqlite")
    if request.param == "sqlite":
        shutil.copy(sample_file, where)
    else:
        where = request.getfixturevalue("postgresql").new_place()
        stores.copy_store(stores.open_store(sample_file, at=AT), where, **ME)
    store = stores.open_store(where, at=AT)
    theirs = theirs_of(store)
    name = stores.districts(store)["district"].iloc[1]
    if theirs is None:
        shape = reads.listed(store, Place)[0].geometry
        theirs = register.add(store, Place("Their block", "block", shape, DAY, dwellings=12, district=name), **ME)
    register.add(store, Tag(theirs.id, "9 THEIR ROW", TAGS[0], date(2030, 1, 1)), **ME)
    register.add(store, Concern(theirs.id, DAY, "drugs", MEMBER_KINDS[0], CONFIDENCES[0], HANDLING[0], SECRET), **ME)
    register.add(store, Action(theirs.id, f"Visit {SECRET}", "Their agency", "Manager", DAY, DAY), **ME)
    yield store
    store.close()


def theirs_of(store):
    """An active place of the second district, None where there is none."""
    other = stores.districts(store)["district"].iloc[1]
    return next((p for p in reads.listed(store, Place) if p.district == other and p.status == "active"), None)


@pytest.fixture
def own(county):
    """The district of the hub that asks."""
    return stores.districts(county)["district"].iloc[0]


@pytest.fixture
def theirs(county):
    return theirs_of(county)


@pytest.fixture
def hub(county, own):
    """The store as the first district's member is handed it."""
    return county.within({own})


def everything(store) -> dict[str, list[tuple]]:
    """Every row of every table, by a query for each that knows nothing of districts."""
    with store.reading() as connection:
        return {name: [tuple(r) for r in connection.execute(text(f"SELECT * FROM {name}"))] for name in metadata.tables}


def test_not_one_row_of_any_table_names_the_other_district_or_its_secrets(hub, county, theirs):
    held, whole = everything(hub), everything(county)
    words = (theirs.district, theirs.name, SECRET, "9 THEIR ROW")
    shared = {"partner", "attendance"}  # who sits at the tables of the county, another district's council too
    found = {n for n, rows in held.items() for row in rows if any(w in str(v) for w in words for v in row)} - shared
    assert found == set()
    assert any(SECRET in str(row) for row in whole["concern"])  # it is there, for the county
    assert len(held["incident"]) > 1_000 and len(held["place"]) >= 1  # and the hub's own is there for the hub


def test_every_table_is_limited_or_known_to_be_shared(hub, county):
    shared = {"meta", "mapping", "partner", "attendance"}
    with hub.reading() as connection:
        for name in set(metadata.tables) - shared:
            view = "SELECT count(*) FROM pg_views WHERE viewname = :n" if county.path is None else (
                "SELECT count(*) FROM sqlite_temp_master WHERE type = 'view' AND name = :n"
            )  # fmt: skip
            assert connection.scalar(text(view), {"n": name}), f"{name} can be read by every hub"


def test_counts_and_sums_are_the_hubs_own(hub, county, own):
    rows = stores.incidents(county)
    mine = rows[rows["district"] == own]
    assert stores.incidents(hub).index.equals(mine.index)
    assert stores.totals(hub)["incidents"] == len(mine) < len(rows)
    assert stores.month_counts(hub)["n"].sum() == len(mine)
    assert set(stores.month_counts(hub, by=["district"])["district"]) == {own}
    assert stores.districts(hub)["district"].tolist() == [own]
    assert sum(len(ids) for ids, _, _ in stores.incident_points(hub)) == len(mine)


def test_asking_for_the_other_district_by_name_finds_nothing(hub, theirs):
    assert stores.incidents(hub, districts=[theirs.district]).empty
    assert stores.month_counts(hub, districts=[theirs.district]).empty
    with pytest.raises(BadValue, match="No report lies in a district"):
        find_in_store(hub, lambda held: last_query(held, Settings(), district=theirs.district))
    with pytest.raises(BadValue, match="There is no place, ward or district"):
        comparison_for(hub, theirs.name, start=DAY)
    query = last_query(stores.months_held(hub), Settings())
    assert theirs.name not in watch_for(hub, query).watched.to_string()


@pytest.mark.parametrize("noun", NOUNS)
def test_an_id_of_another_hubs_item_is_as_good_as_no_id(hub, county, noun):
    own_ids = {item.id for item in reads.listed(hub, noun)}
    other = [item for item in reads.listed(county, noun) if item.id not in own_ids]
    for item in other:
        with pytest.raises(BadValue) as of_theirs:
            reads.get(hub, noun, item.id)
        with pytest.raises(BadValue) as of_nobody:
            reads.get(hub, noun, 10**6)
        assert str(of_theirs.value).replace(str(item.id), "N") == str(of_nobody.value).replace(str(10**6), "N")
    if noun in (Place, Action, Concern):
        assert other


def test_restricted_items_of_another_hub_do_not_open(hub, theirs):
    for place_id in (theirs.id, 10**6):
        with pytest.raises(NotAllowed, match="not signed up for"):
            register.open_restricted(hub, place_id=place_id, **ME)
    assert theirs.id not in set(reads.supported_addresses(hub, on=DAY)["place_id"])
    assert SECRET not in reads.concerns(hub).to_string() and SECRET not in reads.actions(hub).to_string()
    assert reads.place_history(hub, theirs.id).empty


def test_nothing_can_be_written_at_another_hubs_place_or_moved_there(hub, county, theirs, own):
    mine = next(p for p in reads.listed(hub, Place) if p.status == "active")
    before = everything(county)
    task = Action(theirs.id, "Ours now", "Us", "Manager", DAY, DAY)
    held = next(a for a in reads.listed(county, Action, place_id=theirs.id))
    concern = next(c for c in reads.listed(county, Concern, place_id=theirs.id))
    attempts = (
        lambda: register.add(hub, task, **ME),
        lambda: register.change(hub, replace(held, task="Ours now"), **ME),
        lambda: register.change(hub, replace(theirs, name="Ours now"), **ME),
        lambda: register.change(hub, replace(mine, district=theirs.district), **ME),
        lambda: register.change(hub, replace(theirs, district=own), **ME),
        lambda: register.remove(hub, concern, **ME),
        lambda: register.merge_places(hub, [mine, theirs], name="Ours now", on=DAY, **ME),
        lambda: stores.add_annotation(hub, Annotation(EVENT, "Theirs", DAY, district=theirs.district), **ME),
        lambda: stores.add_annotation(hub, Annotation(EVENT, "Everybody's", DAY), **ME),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    assert everything(county) == before


def test_what_all_districts_share_is_not_one_hubs_to_change(hub, county, tmp_path):
    steward = Viewer(Role.DATA_STEWARD, "Steward of one hub", hub.only)
    before = everything(county)
    attempts = (
        lambda: access.grant(hub, "issuer", "me", "data steward", **ME),
        lambda: hub.set_meta({"sample": "no"}),
        lambda: retention.purge(hub, retention.Limits.of(Settings(), DAY), **ME),
        lambda: stores.backup(hub, tmp_path, at=AT),
        lambda: stores.copy_store(hub, tmp_path / "all.sqlite", **ME),
        lambda: publish_store(hub, tmp_path / "out.sqlite", viewer=steward, at=AT, today=DAY, districts=hub.only),
        lambda: stores.undo_last_import(hub, **ME),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    assert everything(county) == before
    assert access.accounts(hub).empty and trail.trail(hub).empty
    assert [p.name for p in tmp_path.iterdir()] == []


def test_an_import_may_bring_and_replace_the_hubs_own_reports_only(hub, county, theirs, tmp_path):
    def take(district: str, kind: str):
        path = tmp_path / "log.csv"
        head = "Reference,Date,Time,Type,Address,Easting,Northing,District"
        path.write_text(f"{head}\nX1,03/02/2018,21:15,{kind},1 High Street,653000,403000,{district}\n")
        readings = read_incidents(path, source="a log", today=DAY)
        return stores.record_import(hub, readings, **ME).totals["accepted"]

    before = len(stores.incidents(county))
    with pytest.raises(NotAllowed, match="not known to lie in"):
        take(theirs.district, "Noise")
    assert len(stores.incidents(county)) == before


def test_a_sweep_of_hotspot_names_and_sets_finds_the_hubs_own(hub):
    assert set(ledger.sets(hub)["districts"]) <= {*hub.only}
    with pytest.raises(BadValue, match="There is no hotspot"):
        ledger.rename(hub, "H-9999", "Ours now", **ME)


def test_a_narrower_store_cannot_be_widened_again(hub, theirs, own):
    assert hub.within({theirs.district, own}).only == {own}
    assert hub.within({theirs.district}).only == frozenset()
    assert stores.totals(hub.within({theirs.district}))["incidents"] == 0
    assert hub.within(None) is hub


def test_caches_of_two_hubs_never_share_a_key(hub, county, theirs):
    versions = {county.data_version, hub.data_version, county.within({theirs.district}).data_version}
    assert len(versions) == 3


def test_a_hub_shares_a_place_with_a_neighbour_who_reads_it_and_nothing_else(hub, county, own, theirs):
    home = county.within({theirs.district})
    counted = stores.totals(hub), sorted(p.id for p in reads.listed(hub, Place))
    assert sharing.shared_places(hub).empty and sharing.others(home, theirs.district) == [own]
    sharing.share_place(home, theirs.id, [own], on=DAY, **ME)

    seen = sharing.shared_places(hub)
    assert seen["id"].tolist() == [theirs.id] and seen["home"].tolist() == [theirs.district]
    assert sharing.shared_with(home, theirs.id) == (own,) and sharing.shared_with(hub, theirs.id) == ()
    tasks = {a.task for a in reads.listed(county, Action, place_id=theirs.id) if a.status == "open"}
    assert set(sharing.shared_actions(hub, theirs.id)["task"]) == tasks
    done = sharing.shared_interventions(hub, theirs.id)
    assert len(done) == len(reads.listed(county, Intervention, place_id=theirs.id))

    # It is in none of the hub's own lists and counts, opens nothing more, and cannot be changed from there.
    assert (stores.totals(hub), sorted(p.id for p in reads.listed(hub, Place))) == counted
    with pytest.raises(BadValue):
        reads.get(hub, Place, theirs.id)
    with pytest.raises(NotAllowed):
        register.open_restricted(hub, place_id=theirs.id, **ME)
    with pytest.raises(NotAllowed):
        register.add(hub, Action(theirs.id, "Ours now", "Us", "Manager", DAY, DAY), **ME)
    with pytest.raises(BadValue, match="There is no place"):
        sharing.share_place(hub, theirs.id, [], on=DAY, **ME)

    sharing.share_place(home, theirs.id, [], on=DAY, **ME)
    assert sharing.shared_places(hub).empty and sharing.shared_actions(hub, theirs.id).empty
    told = trail.trail(county).query("action == 'share place'")
    assert len(told) == 2 and set(told["who"]) == {ME["who"]}


def test_a_place_is_shared_with_other_districts_of_the_store_only(county, theirs):
    home = county.within({theirs.district})
    for district in (theirs.district, "Atlantis"):
        with pytest.raises(BadValue, match="is not another district of this store"):
            sharing.share_place(home, theirs.id, [district], on=DAY, **ME)
    assert sharing.shared_with(home, theirs.id) == ()
    assert sharing.shared_places(county).empty  # the county holds it as its own


def test_the_county_sees_the_reports_of_both_districts(county, own, theirs):
    both = county.within({own, theirs.district})
    assert stores.totals(both)["incidents"] > stores.totals(county.within({own}))["incidents"]
    named = set(stores.districts(both)["district"])
    assert named == {own, theirs.district}


def test_hostile_names_of_districts_are_names(county):
    for name in ("x') OR ('1'='1", "100% {schema}", "O'Brien", ":n ?"):
        assert stores.totals(county.within({name}))["incidents"] == 0
