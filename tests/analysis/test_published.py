"""The checks shown to users: they agree now, and would say so if they did not."""

from hotspots.analysis import published


def test_every_published_number_shown_to_users_is_met():
    checks = published.published_numbers()
    assert checks["agrees"].all(), checks[~checks["agrees"]]


def test_a_wrong_number_gets_its_cross(monkeypatch):
    wrong = published.CHECKS[0]._replace(published=-117)
    monkeypatch.setattr(published, "CHECKS", (wrong,))
    assert not published.published_numbers()["agrees"].iloc[0]
