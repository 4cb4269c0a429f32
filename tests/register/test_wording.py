"""What must not be written where everybody at the table reads it."""

import pytest

from hotspots.errors import BadValue
from hotspots.register.wording import require_nobody_named


@pytest.mark.parametrize(
    "text",
    ["Knock at Flat 12", "See Mr Smith", "Visit 12 Mill Lane", "Ring 01234 567890", "Ask at no. 4", "Apt 3b is open"],
)
def test_a_door_a_title_and_a_number_are_refused_in_one_sentence_that_does_not_repeat_them(text: str) -> None:
    with pytest.raises(BadValue, match="action was not saved: it seems to name") as told:
        require_nobody_named("action", "Nothing wrong here", text)
    assert text not in str(told.value)


@pytest.mark.parametrize(
    "text",
    ["28 of 31 flats seen", "Visit every flat and explain how to report", "Fit 5 new street lights", "Replace the "
     "closed flat's locks", "Patrol Station Parade on Friday and Saturday evenings", "Warrant, 2 arrests", ""],
)  # fmt: skip
def test_what_happens_at_a_place_is_taken(text: str) -> None:
    require_nobody_named("action", text)
