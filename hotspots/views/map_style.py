"""How a map looks: its tones on a white and on a dark ground, the style of its frame, the states' outlines."""

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


def map_style(tones: Mapping[str, str], *, large: bool = False) -> str:
    """The style of a map's frame in the tones of a theme, as a `<style>` element; large: for a room to read."""
    named = "; ".join(f"--{name}: {tone}" for name, tone in tones.items())
    return f"<style>:root {{ {named} }}\n{_STYLE}{_LARGE * large}</style>"


_STYLE = """
html, body { margin: 0; background: var(--ground); }
#parent, #map_div { height: 100vh !important; width: 100% !important; }
.leaflet-container { background: var(--ground) !important; color: var(--text);
  font: 14px/1.3 "Source Sans", Arial, sans-serif; }
.leaflet-container:focus-visible { outline: 3px solid var(--text); box-shadow: inset 0 0 0 6px #ffdd00; }
.leaflet-control-scale-line { color: var(--text); border-color: var(--text); background: var(--ground);
  text-shadow: none; }
.leaflet-touch .leaflet-bar a, .leaflet-bar a { width: 44px; height: 44px; line-height: 44px; font-size: 22px;
  color: var(--text); background: var(--ground); }
.leaflet-bar a.leaflet-disabled { color: var(--second); background: var(--low-tint); }
.rank { width: 36px; height: 36px; margin: -18px 0 0 -18px; border-radius: 50%; background: #fff;
  border: 2px solid #0b0c0c; color: #0b0c0c; font: 700 17px/32px Arial, sans-serif; text-align: center;
  box-sizing: border-box; }
.rank.alert { box-shadow: 0 0 0 5px #F46A25, 0 0 0 7px #0b0c0c; }
.rank.steady { box-shadow: 0 0 0 3px var(--place); border-color: #12436d; }
.rank.low { border: 2px dashed #12436d; }
.far .rank { width: 24px; height: 24px; margin: -12px 0 0 -12px; font-size: 12px; line-height: 20px; }
.far .rank.low-rank { width: 10px; height: 10px; margin: -5px 0 0 -5px; font-size: 0; }
.far .rank.steady { box-shadow: 0 0 0 1.5px var(--place); }
.rank.chosen, .far .rank.chosen { width: 46px; height: 46px; margin: -23px 0 0 -23px; background: #0b0c0c; color: #fff;
  font-size: 21px; line-height: 42px; box-shadow: 0 0 0 6px #ffdd00, 0 0 0 8px var(--text); border-style: solid; }
.street { color: var(--label); font-size: 13px; white-space: nowrap;
  text-shadow: 0 0 3px var(--ground), 0 0 3px var(--ground);
  transform-origin: 0 0; }
.plain .rank::after { content: attr(title); position: absolute; left: 100%; top: 50%; transform: translateY(-50%);
  margin-left: 10px; color: var(--text); font: 13px/1.2 "Source Sans", Arial, sans-serif; white-space: nowrap;
  pointer-events: none; text-shadow: 0 0 3px var(--ground), 0 0 3px var(--ground), 0 0 4px var(--ground); }
.plain .rank.name-left::after { left: auto; right: 100%; margin: 0 10px 0 0; }
.plain.far .rank:not(.chosen)::after, .plain .rank.name-none::after { display: none; }
.plain .rank.chosen::after { font-weight: 700; font-size: 14px; margin-left: 14px; }
.district { color: var(--label); font-size: 15px; letter-spacing: .04em; white-space: nowrap;
  transform: translate(-50%, -50%); text-shadow: 0 0 3px var(--ground), 0 0 3px var(--ground), 0 0 5px var(--ground); }
.leaflet-control-legend { background: var(--ground); color: var(--text); border: 1px solid var(--gap);
  padding: 5px 10px; max-width: calc(100vw - 190px); box-sizing: content-box; }
@media (max-width: 420px) { .leaflet-control-legend { font-size: 13px; } }
.leaflet-control-credit { background: var(--ground); color: var(--second); font-size: 11px; padding: 0 4px;
  margin: 0 !important; }
.leaflet-control-legend span { margin-right: 12px; white-space: nowrap; }
.key-rank { display: inline-block; width: 18px; height: 18px; margin-right: 5px; border: 2px solid var(--place);
  border-radius: 50%; font: 700 12px/18px Arial, sans-serif; text-align: center;
  vertical-align: middle; }
.key-rank.key-low { width: 7px; height: 7px; }
.when-far { display: none; }
.far .when-far { display: inline; }
.leaflet-control-legend svg { vertical-align: -3px; margin-right: 5px; }
@media (prefers-reduced-motion: reduce) { .leaflet-container * { transition: none !important; } }
"""
_LARGE = """
.leaflet-container { font-size: 20px; }
.leaflet-control-legend svg { width: 24px; height: 18px; }
.leaflet-control-credit { font-size: 14px; }
.rank:not(.chosen) { font-size: 21px; }
.far .rank:not(.chosen):not(.low-rank) { width: 34px; height: 34px; margin: -17px 0 0 -17px; font-size: 18px;
  line-height: 30px; }
.street, .plain .rank::after { font-size: 19px; }
.plain .rank.chosen::after, .district { font-size: 21px; }
"""


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
