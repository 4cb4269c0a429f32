"""What the Data page says of the sample's own data."""

from datetime import datetime

from hotspots.pipeline.data_quality import data_quality
from hotspots.store import open_store


def test_the_samples_figures_add_up_and_months_only_sources_are_not_matched(sample_file):
    store = open_store(sample_file, at=datetime(2026, 1, 5))
    found = data_quality(store)
    same, sources = found.same, found.sources
    assert (sources[["exact_time", "day_time", "month_time"]].sum(axis=1) == sources["n"]).all()
    assert 0 < same.reports - same.events < 20 and same.unmatchable > 5_000
    assert same.by_category[["reports", "events"]].sum().tolist() == [same.reports, same.events]
    assert not same.can.to_numpy()[same.group.isna().to_numpy()].all()
    assert same.can[same.group.notna()].all()
    assert found.far.empty and found.stacks.empty
    store.close()


def test_an_empty_store_has_no_quality(tmp_path):
    store = open_store(tmp_path / "hub.sqlite", at=datetime(2026, 1, 5), create=True)
    assert data_quality(store) is None
    store.close()
