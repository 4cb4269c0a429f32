"""Charts for the back of a room: the same, with larger words."""

from typing import Any

_LETTERS = ("fontSize", "labelFontSize", "titleFontSize", "labelLimit")
"""What grows: the letters, and the room that names on an axis have."""


def enlarged(spec: dict, by: float) -> dict:
    """A specification with the words on and beside the chart `by` times as large, for a room that reads it.

    A chart with names down its side grows with them; any other keeps its height.
    """
    larger = {key: part if key == "datasets" else _larger(part, by) for key, part in spec.items()}
    if isinstance(spec.get("height"), (int, float)) and _has_names(spec):
        larger["height"] = round(spec["height"] * by)
    return larger


def _has_names(spec: dict) -> bool:
    """True where a layer has a row for each name."""
    y = spec.get("encoding", {}).get("y", {})
    return y.get("type") in ("nominal", "ordinal") or any(_has_names(layer) for layer in spec.get("layer", []))


def _larger(part: Any, by: float) -> Any:
    if isinstance(part, dict):
        return {k: _times(v, by) if k in _LETTERS else _larger(v, by) for k, v in part.items()}
    return [_larger(one, by) for one in part] if isinstance(part, list) else part


def _times(size: Any, by: float) -> Any:
    return {"expr": f"({size['expr']}) * {by}"} if isinstance(size, dict) else round(size * by)
