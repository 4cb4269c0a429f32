"""Last used filters come back for the same person, on their own data, and only where they still mean something."""

from pathlib import Path

from hotspots.store.choices import read_choices, write_choices
from pages.parts.remembered import _valid

OFFERED = {"category": ["Drugs"], "source": ["housing"], "months": [1, 3, 6], "eps": (15, 200), "extent": (100, 1000)}


def test_choices_come_back_for_their_person_only(tmp_path: Path) -> None:
    path = tmp_path / "hub.choices.json"
    write_choices(path, "one", {"months": 3})
    write_choices(path, "two", {"months": 6, "category": ["Drugs"]})
    assert read_choices(path, "one") == {"months": 3}
    assert read_choices(path, "two") == {"months": 6, "category": ["Drugs"]}
    assert read_choices(path, "three") == {}


def test_a_damaged_file_is_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "hub.choices.json"
    path.write_text("{not json", encoding="utf-8")
    assert read_choices(path, "one") == {}
    write_choices(path, "one", {"eps": 60})
    assert read_choices(path, "one") == {"eps": 60}


def test_what_the_filters_can_no_longer_hold_is_left_out() -> None:
    held = {"category": ["Drugs", "Gone"], "months": 24, "eps": 9_999, "extent": True, "else": 1}
    assert _valid(held, OFFERED) == {"category": ["Drugs"], "eps": 200}
