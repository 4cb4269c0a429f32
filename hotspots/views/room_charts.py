"""Charts for the back of a room: the same, with larger words."""

from typing import Any

_LETTERS = ("fontSize", "labelFontSize", "titleFontSize", "labelLimit")
"""What grows: the letters, and the room that names on an axis have."""


def enlarged(spec: dict, by: float) -> dict:
    """A specification with the words on and beside the chart `by` times as large, for a room that reads it."""
    return {key: part if key == "datasets" else _larger(part, by) for key, part in spec.items()}


def _larger(part: Any, by: float) -> Any:
    if isinstance(part, dict):
        return {k: _times(v, by) if k in _LETTERS else _larger(v, by) for k, v in part.items()}
    return [_larger(one, by) for one in part] if isinstance(part, list) else part


def _times(size: Any, by: float) -> Any:
    return {"expr": f"({size['expr']}) * {by}"} if isinstance(size, dict) else round(size * by)
