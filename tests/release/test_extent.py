"""A hub publishes its own districts: which they are, what is said first, and what stays hidden."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from hotspots import store as stores
from hotspots.errors import BadValue
from hotspots.register.places import Place
from hotspots.release.audit import Recoverable, require_safe
from hotspots.release.due import outlook
from hotspots.release.extent import LEAST_SHARE, own_districts
from hotspots.release.outcomes import facts_from_json
from hotspots.release.publishing import publish
from hotspots.release.releasing import outlook_of, publish_store
from hotspots.release.roles import Role, Viewer
from hotspots.release.tally import Tally
from hotspots.settings import Settings
from hotspots.store import access
from hotspots.store import register_reads as reads
from hotspots.store.published import published_file, read_published
from hotspots.views.publishing_words import FOR_GOOD, outlook_lines, publish_button, publish_lines
from tests.release import towns

AT = datetime(2018, 9, 12, 10)
STEWARD = Viewer(Role.DATA_STEWARD, "A steward")


def county() -> pd.DataFrame:
    """A town of our own, and a few reports that fall in a far district."""
    stray = towns.rows_of(np.full((1, int(towns.HELD.length_in_months), 1), 1), wards=["Ness"], categories=["Drugs"],
                          district="Far")  # fmt: skip
    return pd.concat([towns.town(mean=5.0, wards=2, least=8.0), stray], ignore_index=True)


def given(tmp_path, **more):
    return {"held": towns.HELD, "path": tmp_path / "hub-published.sqlite", "today": towns.TODAY} | more


def test_nothing_is_released_of_a_district_left_out_and_its_reports_are_said(tmp_path):
    made = publish(county(), **given(tmp_path, at=towns.AT), districts=["Mere"])
    held = read_published(tmp_path / "hub-published.sqlite")
    assert set(held.areas["district"]) == {"Mere"} and not held.figures["area"].str.contains("Far").any()
    assert made.districts == ("Mere",) and made.left_out == {"Far": 33}
    assert "Left out: 1 other district with 33 reports in all: Far (33)." in publish_lines(made)
    assert not any("Far" in name for name in made.undrawn)


def test_the_question_says_what_the_answer_then_does(tmp_path):
    seen = outlook(county(), **given(tmp_path))
    assert seen.table["district"].to_list() == ["Mere", "Far"]
    said = seen.table.set_index("district")
    made = publish(county(), **given(tmp_path, at=towns.AT), districts=["Mere"])
    assert (made.figures, made.as_of) == (said.loc["Mere", "figures"], seen.as_of)
    told = outlook_lines(seen, ["Mere"])
    assert told[0].startswith(f"{made.figures:,} figures of 1 district, data to 30 September 2018.")
    assert told[-1] == FOR_GOOD and any("Far (33)" in line for line in told)
    assert publish_button(seen, ["Mere"]) == f"Publish {made.figures:,} figures for good"
    again = outlook(county(), **given(tmp_path))
    assert (
        again.table.set_index("district").loc["Mere", "figures"] == 0 and publish_button(again, ["Mere"]) == "Publish"
    )
    assert again.table.set_index("district").loc["Far", "figures"] == said.loc["Far", "figures"] > 0


def test_a_district_released_before_is_audited_still_when_it_is_left_out(tmp_path):
    publish(county(), **given(tmp_path, at=towns.AT))
    before = read_published(tmp_path / "hub-published.sqlite").figures
    more = county()
    more.loc[more["district"] == "Mere", "n"] += 4
    made = publish(more, **given(tmp_path, at=towns.AT), districts=["Mere"])
    after = read_published(tmp_path / "hub-published.sqlite").figures
    far = after[after["area"].str.contains("Far")]
    assert made.revised > 0 and len(far) == before["area"].str.contains("Far").sum(), "kept as it was released"
    require_safe(after, Tally.of(more, held=towns.HELD).cells)
    # a figure of the district left out that gives a small number away stands in the way of all
    ward = far[(far["area"] == "ward:Far/Ness") & (far["kind"] == "Drugs")].iloc[0]
    leaks = after.assign(shown=after["shown"].mask(after.index == ward.name, "about 5"))
    clash = pd.concat([leaks, far.loc[[ward.name]].assign(version=made.version)], ignore_index=True)
    with pytest.raises(Recoverable):
        require_safe(clash, [("district:Far", "ward:Far/Ness")])


def test_a_place_in_a_district_left_out_has_no_page(tmp_path):
    counts = towns.with_place(county(), before=towns.QUAY_BEFORE, after=towns.QUAY_AFTER)
    place = towns.outcome(towns.QUAY_BEFORE, towns.QUAY_AFTER)
    asked = given(tmp_path, at=towns.AT, places=[place], drawn=towns.DRAWN)
    made = publish(counts, **asked, districts=["Far"])
    assert made.refused == {"Quay House": "its district is not among those published"}
    assert not read_published(asked["path"]).areas["area"].str.startswith(("place:", "ring:", "control:")).any()


def test_what_was_done_at_places_without_a_page_is_told_of_the_district_by_months_alone(tmp_path):
    small = towns.place(dwellings=3)
    made = publish(county(), **given(tmp_path, at=towns.AT), districts=["Mere"], acted=[(small, towns.DONE)])
    pages = read_published(tmp_path / "hub-published.sqlite").current().pages
    facts = next(f for f in map(facts_from_json, pages["facts"]) if f.level == "district")
    assert {d.kind for d in facts.done} == {"RES", "WAR", "CLO"}, "of the others not even that they happened"
    assert all(day.day == 1 for d in facts.done for day in (d.start, d.end) if day)
    assert facts.agencies == () and small.name not in pages.to_csv() and made.pages == 0


@pytest.fixture
def sample(sample_file, tmp_path):
    target = tmp_path / "hub.sqlite"
    target.write_bytes(sample_file.read_bytes())
    store = stores.open_store(target, at=AT)
    yield store
    store.close()


def test_its_own_districts_are_those_with_a_real_share_else_those_it_names(sample):
    both = tuple(stores.districts(sample)["district"])
    assert len(both) == 2 and own_districts(sample, Settings()) == both
    first, other = both
    adopted = {p.district for p in reads.listed(sample, Place) if p.status == "active"}
    named = replace(Settings(), district=first)
    assert own_districts(sample, named) == tuple(d for d in both if d == first or d in adopted)
    assert own_districts(sample, replace(Settings(), district="Nowhere")) == both
    access.grant(sample, "issuer", "member", "hub member", districts=[other], who="steward", at=AT)
    assert other in own_districts(sample, named)


def test_a_stray_share_is_not_a_real_one(monkeypatch, sample):
    counted = pd.DataFrame(
        {"district": ["Big", "Small", "Stray"], "n": [1000, 1000 * LEAST_SHARE, 1000 * LEAST_SHARE - 1]}
    )
    monkeypatch.setattr(stores, "districts", lambda _: counted)
    monkeypatch.setattr(reads, "listed", lambda *_: [])
    assert own_districts(sample, Settings()) == ("Big", "Small")


def test_looking_writes_nothing_and_a_district_not_held_is_refused(sample, tmp_path):
    where = published_file(str(sample.path))
    before = {p.name: p.stat().st_size for p in tmp_path.iterdir() if "published" in p.name}
    version = sample.data_version
    seen = outlook_of(sample, where, viewer=STEWARD, today=AT.date())
    assert seen.table["figures"].gt(0).all() and sample.data_version == version
    assert {p.name: p.stat().st_size for p in tmp_path.iterdir() if "published" in p.name} == before
    for districts, words in ((["Atlantis"], "no report of Atlantis"), ([], "No district was chosen")):
        with pytest.raises(BadValue, match=words):
            publish_store(sample, where, viewer=STEWARD, at=AT, today=AT.date(), districts=districts)
    assert not where.exists()
