"""The figures that the data protection papers state are those the program keeps."""

from pathlib import Path

from hotspots.release import rounding
from hotspots.release.due import DELAY_MONTHS
from hotspots.release.entry import IDLE, LONGEST
from hotspots.release.outcomes import FEWEST_ADDRESSES
from hotspots.settings import Settings
from tests.test_architecture import ROOT

DPIA = (ROOT / "docs" / "dpia.md").read_text(encoding="utf-8")
DEPLOYMENT = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")


def test_the_assessment_states_the_limits_in_force() -> None:
    kept = Settings()
    stated = (
        f"| detail of reports (time, place, address, reference) | {kept.keep_detail_years} years",
        f"| closed actions, residents' meetings, concerns | {kept.keep_actions_years} years |",
        f"| audit trail | {kept.keep_audit_years} years |",
        f"| rows in quarantine | {kept.keep_quarantine_days} days |",
        f"Counts of 0 to {rounding.THRESHOLD - 1} read *{rounding.FEWER}*, others are rounded to {rounding.BASE}",
        f"percentage on a base under {rounding.LEAST_BASE}",
        f"places of {FEWEST_ADDRESSES} or more homes",
    )
    assert [line for line in stated if line not in " ".join(DPIA.split("\n"))] == []
    assert DELAY_MONTHS == 1 and "a month's delay" in DPIA


def test_sign_in_ends_when_the_papers_say() -> None:
    hours, minutes = LONGEST.seconds // 3600, IDLE.seconds // 60
    told = " ".join(DEPLOYMENT.split())
    assert f"ends after {hours} hours, after {minutes} minutes without a click" in told
    assert f"{hours} hours at most, {minutes} idle minutes" in " ".join(DPIA.split())


def test_what_the_papers_name_exists() -> None:
    for name in ("serve.py", "hotspots/release/roles.py", "docs/deployment.md"):
        assert Path(ROOT / name).exists()
    assert "hosts" in Settings.__dataclass_fields__ and "roles_claim" in Settings.__dataclass_fields__
