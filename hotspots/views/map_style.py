"""How a map looks: its tones on a white and on a dark ground, the states' outlines; map_assets/map.css has the rest."""

from collections.abc import Mapping

from hotspots.views import palette

LIGHT: Mapping[str, str] = {
    **palette.COLOURS, "casing": "#C3C9CD", "road": "#F7F8F9", "built": "#E3E6E9", "wall": "#CFD4D8",
    "water": "#E6EEF2", "green": "#EFF3EE", "label": "#5B666D",
    "alert-tint": "#F9BFA2", "steady-tint": "#BFCBD7", "low-tint": "#F3F6F8",
}  # fmt: skip
DARK: Mapping[str, str] = {
    **palette.DARK, "casing": "#3A444B", "road": "#232A30", "built": "#2A3239", "wall": "#38424A", "water": "#1B2F3D",
    "green": "#1B261F", "label": "#B4BDC3", "alert-tint": "#8A4323", "steady-tint": "#33516A", "low-tint": "#1C2830",
}  # fmt: skip
"""Tones of a map by what they mean, on a white and on a dark ground."""


TINTS = 5
"""Shades of an area from few reports to most."""


def looks(tones: Mapping[str, str]) -> dict[str, dict]:
    """Outline and fill of a hotspot by the state it is in, and of an area by its tint."""
    place = {"color": tones["place"], "weight": 2, "fillColor": tones["place"]}
    tints = {f"tint-{i}": {**place, "weight": 0.6, "fillOpacity": 0.08 + 0.16 * i} for i in range(TINTS)}
    hot = {f"{name}-hot": {**look, "color": tones["text"], "weight": 1.6} for name, look in tints.items()}
    return {
        **tints,
        **hot,
        "alert": {"color": tones["text"], "weight": 2, "fillColor": tones["alert"], "fillOpacity": 0.42},
        "steady": {**place, "fillOpacity": 0.26},
        "low": {**place, "dashArray": "6 4", "fillOpacity": 0.06},
    }
