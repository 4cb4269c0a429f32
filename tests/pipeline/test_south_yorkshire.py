"""A real force's three years: the month it lacks is a gap on every screen, a noted lockdown is no success."""

import io
import zipfile
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from hotspots import store as stores
from hotspots.analysis.states import RISEN
from hotspots.intake.readers import read_incidents
from hotspots.pipeline import hub_view, last_query, trend_cube, trend_for
from hotspots.pipeline.alarming import alarms_for
from hotspots.pipeline.places import place_charts
from hotspots.register.annotations import Annotation
from hotspots.register.places import Place
from hotspots.settings import Settings
from hotspots.store.register import add
from tests.pipeline import small_town as town

ZIP = "data/policeuk-south-yorkshire-2018-2020/2018-01_2020-12-south-yorkshire.zip"
MISSING = pd.Timestamp("2019-07-01")
LOCKDOWN = Annotation("out of the ordinary", "Lockdown", date(2020, 3, 23), date(2020, 7, 4))


@pytest.fixture(scope="module")
def sheffield(tmp_path_factory, project):
    """The reports of the middle of Sheffield from the force's 35 street files, in a store."""
    path = project.parent / "shared" / ZIP
    if not path.exists():
        pytest.skip("the shared folder of real data is not on this machine")
    folder, hub = tmp_path_factory.mktemp("force"), tmp_path_factory.mktemp("hub")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            head, *rows = io.TextIOWrapper(archive.open(name), encoding="utf-8", newline="").readlines()
            kept = [row for row in rows if ",Sheffield 073" in row or ",Sheffield 074" in row]
            (folder / name.rsplit("/", 1)[-1]).write_text("".join([head, *kept]), encoding="utf-8", newline="")
    store = stores.open_store(hub / "hub.sqlite", at=town.NOW, create=True)
    stores.record_import(store, read_incidents(folder, crs=store.crs, today=date(2021, 2, 1)), who="t", at=town.NOW)
    yield SimpleNamespace(store=store, query=last_query(stores.months_held(store), Settings(), district="Sheffield"))
    store.close()


def gaps(chart: pd.DataFrame) -> list[pd.Timestamp]:
    return chart.loc[chart["n"].isna(), "period"].tolist()


def test_the_month_the_force_lacks_is_a_gap_on_every_screen(sheffield):
    store, query = sheffield.store, sheffield.query
    view = trend_for(trend_cube(store), query)
    hub = hub_view(store, query)
    area = hub.hotspots.areas.iloc[0]
    place = add(store, Place(name="A place", kind="block", district="Sheffield", dwellings=20,
                             adopted_on=date(2020, 1, 1), geometry=area.geometry), who="t", at=town.NOW)  # fmt: skip
    charts = [view.chart, *hub.charts.values(), *alarms_for(store, hub).charts.values()]
    charts += [part for _, part in view.parts.groupby("series")]
    charts += place_charts(store, [place], today=date(2021, 2, 1)).values()
    assert len(charts) > 4
    assert all(gaps(chart) == [MISSING] for chart in charts)
    rolling = view.chart.set_index("period")["rolling_12"]
    assert rolling["2019-07":"2020-06"].isna().all() and rolling["2020-07":].notna().all()
    assert view.chart.set_index("period")["last_year"].isna()["2020-07-01"]
    missing = view.coverage[view.coverage["state"] == "missing"]
    assert missing["month"].tolist() == [MISSING]


def test_the_lockdown_once_noted_is_set_aside_and_nothing_is_called_fading_for_it(sheffield):
    store = sheffield.store
    in_may = last_query(
        stores.months_held(store), Settings(), start=date(2019, 6, 1), end=date(2020, 6, 1), district="Sheffield"
    )
    before, hub_before = trend_for(trend_cube(store), in_may), hub_view(store, in_may)
    kept = stores.add_annotation(store, LOCKDOWN, who="t", at=town.NOW)
    after, hub = trend_for(trend_cube(store), in_may), hub_view(store, in_may)
    stores.remove_annotation(store, kept.id, who="t", at=town.NOW)
    april = before.chart.set_index("period").loc["2020-04-01"]
    assert april["outside"] == "below", "without the note the fall is one"
    aside = after.chart[after.chart["set_aside"]]
    assert aside["period"].dt.strftime("%Y-%m").tolist() == ["2020-03", "2020-04", "2020-05"]
    assert aside["n"].notna().all() and (aside["outside"] == "").all(), "drawn, and not judged"
    assert after.notes["note"].tolist() == ["Lockdown"]
    words = [set(view.table.loc[view.table["state"] == "fading", "name"]) for view in (hub_before, hub)]
    fewer = "areas that fell only while nobody was out are no longer called fading"
    assert 3 * len(words[1]) < len(words[0]), fewer
    assert not RISEN & set(after.states["state"])
