"""Every bad or odd file of the corpus gets exactly what it must: taken, quarantined, set aside or refused."""

import pytest

from hotspots.errors import HubError
from hotspots.intake import read_incidents
from tests.intake.corpus import CASES, TODAY, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_file_gets_its_outcome(case: Case, tmp_path):
    path = tmp_path / case.file
    path.write_bytes(case.make())
    if case.refuse is not None:
        with pytest.raises(HubError, match=f"(?i){case.refuse}") as error:
            list(read_incidents(path, today=TODAY, **case.options))
        assert "\n" not in str(error.value)
        return
    readings = list(read_incidents(path, today=TODAY, **case.options))
    totals = {name: sum(getattr(r, name) for r in readings) for name in ("accepted", "quarantined", "duplicates")}
    reasons = {reason for r in readings for reason in r.reasons}
    assert totals == {"accepted": case.accept, "quarantined": case.quarantine, "duplicates": case.duplicates}
    assert sum(r.unlocated for r in readings) == case.unlocated
    assert reasons == case.reasons
    assert case.warns is None or any(case.warns in w for r in readings for w in r.warnings)
    assert case.aside is None or case.aside in readings[0].set_aside


def test_corpus_is_large_and_its_names_differ():
    assert len({case.name for case in CASES}) == len(CASES) >= 80
