"""Notes on a trend: what each kind does, and what is refused in one sentence."""

from datetime import date

import pytest

from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.register.annotations import Annotation, concerning, months_missing, not_usual

LOCKDOWN = Annotation("out of the ordinary", "Lockdown", date(2020, 3, 23), date(2020, 7, 4))
CHANGE = Annotation("recording change", "New codes", date(2019, 4, 1), district="Barnsley", source="police.uk")
GAP = Annotation("missing month", "Log not sent", date(2019, 5, 1), date(2019, 7, 1), source="council")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("gossip", "x", date(2020, 1, 1)), "one of"),
        (("reporting drive", "  ", date(2020, 1, 1)), "1 to 80"),
        (("reporting drive", "x" * 81, date(2020, 1, 1)), "81 were given"),
        (("reporting drive", "x", date(2020, 1, 2), date(2020, 1, 2)), "before the first"),
        (("missing month", "x", date(2020, 1, 1), date(2020, 2, 1)), "which source"),
    ],
)
def test_what_does_not_fit_is_refused(given, says):
    with pytest.raises(BadValue, match=says):
        Annotation(*given)


def test_only_drives_and_events_make_no_usual_range():
    assert not_usual([LOCKDOWN, CHANGE, GAP], until=date(2021, 1, 1)) == [Window(date(2020, 3, 23), date(2020, 7, 4))]


def test_a_note_that_lasts_reaches_to_the_end_of_the_data_and_no_further():
    lasting = Annotation("out of the ordinary", "Road works", date(2020, 11, 1))
    assert lasting.window(date(2021, 1, 1)) == Window(date(2020, 11, 1), date(2021, 1, 1))
    assert lasting.window(date(2020, 11, 1)) is None
    assert CHANGE.window(date(2021, 1, 1)).days == 1


def test_notes_concern_their_district_and_source_or_all():
    held = [LOCKDOWN, CHANGE, GAP]
    assert concerning(held, districts=["Sheffield"], sources=["council"]) == [GAP, LOCKDOWN]
    assert concerning(held, districts=[], sources=[]) == [CHANGE, GAP, LOCKDOWN]


def test_every_month_a_missing_note_touches_is_missing():
    assert months_missing([GAP, LOCKDOWN]) == [("council", date(2019, 5, 1)), ("council", date(2019, 6, 1))]
