"""The identity ledger: a hotspot keeps its name while it keeps its addresses or ground."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from hotspots.analysis.identity import follow, match_hotspots, rank_changes, remember
from hotspots.errors import BadFrame


def run(*areas, crs="EPSG:27700"):
    """Areas are (members, n) or (members, n, x): members are numbers on a street 20 m apart."""
    rows = []
    for members, n, *x in areas:
        shift = x[0] if x else 0
        ground = gpd.GeoSeries([Point(20 * m + shift, 0).buffer(15) for m in members]).union_all()
        rows.append({"members": {f"loc {m}" for m in members}, "n": n, "geometry": ground})
    return gpd.GeoDataFrame(rows, columns=["members", "n", "geometry"], geometry="geometry", crs=crs)


def named(frame, *ids, **columns):
    return frame.assign(id=list(ids), **columns)


def events(ledger):
    return {row.id: row.event for row in ledger.itertuples()}


FIRST = named(run((range(10), 50), (range(20, 26), 30)), "H1", "H2")


def test_the_first_run_is_all_born_in_order_of_size():
    ledger = follow([run((range(20, 26), 30), (range(10), 50))])[0]
    assert ledger["id"].tolist() == ["H1", "H2"]
    assert ledger["event"].tolist() == ["born", "born"]
    assert ledger["row"].tolist() == [1, 0]


@pytest.mark.parametrize(("n", "event"), [(62, "kept"), (63, "grew"), (38, "kept"), (37, "shrank"), (50, "kept")])
def test_kept_grew_and_shrank_by_a_quarter(n, event):
    ledger = match_hotspots(FIRST, run((range(1, 11), n), (range(20, 26), 30)))
    assert events(ledger) == {"H1": event, "H2": "kept"}


def test_ended_and_born():
    ledger = match_hotspots(FIRST, run((range(10), 50), (range(60, 66), 30)))
    assert events(ledger) == {"H1": "kept", "H3": "born", "H2": "ended"}
    ended = ledger.set_index("id").loc["H2"]
    assert ended["into"] is None and ended["row"] is None


def test_ids_are_never_reused():
    ledger = match_hotspots(FIRST, run((range(60, 66), 30)), used_ids=["H1", "H2", "H9"])
    assert events(ledger) == {"H10": "born", "H1": "ended", "H2": "ended"}


def test_split_keeps_the_id_with_the_part_that_overlaps_most():
    ledger = match_hotspots(FIRST, run((range(6), 30), (range(6, 10), 20), (range(20, 26), 30))).set_index("id")
    assert ledger.loc["H1", "event"] == "split" and ledger.loc["H1", "row"] == 0
    assert ledger.loc["H3", "event"] == "split" and ledger.loc["H3", "from_ids"] == ("H1",)
    assert ledger.loc["H2", "event"] == "kept"


def test_merged_keeps_the_id_it_overlaps_most_and_the_other_ends_into_it():
    ledger = match_hotspots(FIRST, run((range(26), 90))).set_index("id")
    assert ledger.loc["H1", "event"] == "merged"
    assert ledger.loc["H1", "from_ids"] == ("H1", "H2")
    assert ledger.loc["H2", "event"] == "ended" and ledger.loc["H2", "into"] == "H1"


def test_the_same_ground_is_the_same_hotspot_though_its_locations_are_keyed_anew():
    later = run((range(10), 50))
    later["members"] = [{"new key"}]
    assert events(match_hotspots(FIRST, later))["H1"] == "kept"


def test_the_same_addresses_are_the_same_hotspot_though_its_ground_moved():
    later = run((range(10), 50, 10_000))
    assert events(match_hotspots(FIRST, later))["H1"] == "kept"


def test_two_of_five_shared_is_not_most_and_three_are():
    earlier = named(run((range(5), 40)), "H1")
    assert events(match_hotspots(earlier, run((range(3, 8), 40)))) == {"H2": "born", "H1": "ended"}
    assert events(match_hotspots(earlier, run((range(2, 7), 40)))) == {"H1": "kept"}


def test_one_that_ended_takes_up_its_id_again():
    street, corner = (range(10), 50), (range(20, 26), 30)
    ledgers = follow([run(street, corner), run(street), run(street), run(street, corner)])
    assert [events(ledger).get("H2") for ledger in ledgers] == ["born", "ended", None, "returned"]
    assert all(events(ledger)["H1"] in ("born", "kept") for ledger in ledgers)


def test_an_active_hotspot_is_preferred_to_one_that_ended():
    earlier = named(run((range(9), 40), (range(10), 50)), "H1", "H2", active=[True, False])
    assert events(match_hotspots(earlier, run((range(10), 50)))) == {"H1": "grew"}


def test_remember_keeps_every_id_with_its_latest_shape():
    later = run((range(1, 11), 60))
    ledger = match_hotspots(FIRST, later)
    known = remember(FIRST, later, ledger).set_index("id")
    assert known["active"].to_dict() == {"H1": True, "H2": False}
    assert known.loc["H1", "n"] == 60 and known.loc["H2", "n"] == 30


def test_rank_changes():
    later = run((range(10), 20), (range(20, 26), 30), (range(40, 46), 25))
    ranks = rank_changes(match_hotspots(FIRST, later), later, FIRST).set_index("id")
    assert ranks["rank"].to_dict() == {"H2": 1, "H3": 2, "H1": 3}
    assert ranks.loc["H2", "change"] == 1 and ranks.loc["H1", "change"] == -2
    assert ranks["change"].isna().to_dict() == {"H2": False, "H3": True, "H1": False}


def test_empty_runs_on_either_side():
    assert events(match_hotspots(FIRST, run())) == {"H1": "ended", "H2": "ended"}
    assert match_hotspots(FIRST.iloc[:0], run()).empty
    assert [len(ledger) for ledger in follow([run(), run((range(3), 9)), run()])] == [0, 1, 1]


def test_what_is_wrong_is_named():
    with pytest.raises(BadFrame, match="members"):
        match_hotspots(FIRST.drop(columns="members"), run())
    with pytest.raises(BadFrame, match="more than once"):
        match_hotspots(FIRST.assign(id="H1"), run())
    with pytest.raises(BadFrame, match="metres"):
        match_hotspots(FIRST, run((range(3), 9), crs="EPSG:4326"))


areas = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 10), st.integers(1, 5)), min_size=0, max_size=7, unique=True
)


@settings(max_examples=30, deadline=None)
@given(areas, areas, st.integers(0, 1000))
def test_row_order_changes_nothing_and_ids_are_one_to_one(first, second, seed):
    earlier = run(*[(range(a, a + length), n) for a, length, n in first])
    earlier = named(earlier, *[f"H{i + 1}" for i in range(len(earlier))])
    later = run(*[(range(a, a + length), n) for a, length, n in second])
    ledger = match_hotspots(earlier, later)
    generator = np.random.default_rng(seed)
    mixed = match_hotspots(
        earlier.iloc[generator.permutation(len(earlier))], later.iloc[generator.permutation(len(later))]
    )
    one, other = (
        sorted((r.id, r.event, r.from_ids, str(r.into), str(r.row)) for r in frame.itertuples())
        for frame in (ledger, mixed)
    )
    assert one == other
    assert ledger["id"].is_unique
    assert sorted(ledger["row"].dropna()) == list(range(len(later)))
    assert set(earlier["id"]) <= set(ledger["id"])


def test_identical_areas_do_not_depend_on_row_order():
    square = box(0, 0, 10, 10)
    earlier = gpd.GeoDataFrame(
        {"id": ["H1", "H2"], "n": [5, 5], "members": [{"a"}, {"b"}], "geometry": [square, square]}, crs=27700
    )
    later = earlier.drop(columns="id")
    for order in ([0, 1], [1, 0]):
        ledger = match_hotspots(earlier.iloc[order], later.iloc[order])
        assert dict(zip(ledger["row"], ledger["id"], strict=True)) == {0: "H1", 1: "H2"}
