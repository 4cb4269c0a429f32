"""What people last chose on the screens: a small JSON file, one entry a person, lost without harm."""

import json
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

MOST_PEOPLE = 500


def read_choices(path: Path, person: str) -> dict[str, object]:
    """What `person` last chose; nothing where the file is absent or damaged."""
    held = _read(path).get(person, {})
    return dict(held) if isinstance(held, dict) else {}


def write_choices(path: Path, person: str, chosen: Mapping[str, object]) -> None:
    """Keep what `person` chose, the latest 500 people; whole or not at all."""
    with FileLock(f"{path}.lock"):
        held = {name: said for name, said in _read(path).items() if name != person}
        latest = dict([*held.items(), (person, dict(chosen))][-MOST_PEOPLE:])
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_text(json.dumps(latest), encoding="utf-8")
        fresh.replace(path)


def _read(path: Path) -> dict[str, object]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}
