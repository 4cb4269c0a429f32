"""The chart of a card: what is written on it can be read whatever the line does."""

import pandas as pd

from hotspots.views import charts, room_charts
from hotspots.views.palette import COLOURS


def _layers(spec: dict) -> list[dict]:
    return [deep for layer in spec["layer"] for deep in (_layers(layer) if "layer" in layer else [layer])]


def test_words_on_the_line_are_drawn_after_it_with_a_halo_behind_them():
    template = charts._month_template(tuple(COLOURS.items()), 2, 170, "Reports a month")
    layers = _layers(template)
    line = next(at for at, layer in enumerate(layers) if layer["mark"]["type"] == "line")
    for words in ("usual_words", "last"):
        halo, word = [
            (at, layer["mark"])
            for at, layer in enumerate(layers)
            if layer["encoding"].get("text", {}).get("field") == words
        ]
        assert line < halo[0] < word[0], words
        assert halo[1]["strokeWidth"] >= 3 and "stroke" not in word[1]


def test_the_usual_range_is_written_once_and_under_the_band_where_the_last_count_is_near_its_edge():
    class Released:
        table = pd.DataFrame(
            {
                "period": pd.date_range("2025-01-01", periods=6, freq="MS"),
                "n": [20, 25, 22, 21, 24, 23],
                "low": [18] * 6,
                "high": [24] * 6,
            }
        )

    rows = charts.month_rows(Released)
    assert rows["usual_words"].dropna().tolist() == ["usual 18 to 24"]
    assert rows["usual_at"].dropna().item() < 18


def test_the_words_of_a_usual_range_keep_off_a_line_that_climbs_through_its_edge():
    class Released:
        table = pd.DataFrame(
            {
                "period": pd.date_range("2025-01-01", periods=24, freq="MS"),
                "n": [4] * 19 + [4, 5, 6, 11, 17],
                "low": [0] * 24,
                "high": [11] * 24,
            }
        )

    at = charts.month_rows(Released)["usual_at"].dropna().item()
    assert at < 3, "the line runs from 4 to 17 over the months that the words cover"


def test_no_words_of_a_usual_range_where_a_line_leaves_no_room_for_them():
    class Released:
        table = pd.DataFrame(
            {
                "period": pd.date_range("2025-01-01", periods=24, freq="MS"),
                "n": [0, 11] * 12,
                "low": [0] * 24,
                "high": [11] * 24,
            }
        )

    assert charts.month_rows(Released)["usual_words"].dropna().empty


def test_a_chart_for_a_room_has_all_its_words_larger_and_the_same_rows():
    spec = {"layer": [{"mark": {"type": "text", "fontSize": 12}, "encoding": {"x": {"axis": {"labelFontSize": 13}}}}],
            "datasets": {"rows": [{"fontSize": 1}]}, "height": 118}  # fmt: skip
    drawn = room_charts.enlarged(spec, 1.5)
    assert drawn["layer"][0] == {
        "mark": {"type": "text", "fontSize": 18}, "encoding": {"x": {"axis": {"labelFontSize": 20}}},
    }  # fmt: skip
    axis = room_charts.enlarged({"axis": {"labelLimit": 160, "titleFontSize": 10, "fontSize": {"expr": "width"}}}, 1.5)
    assert axis["axis"] == {"labelLimit": 240, "titleFontSize": 15, "fontSize": {"expr": "(width) * 1.5"}}
    named = {"layer": [{"encoding": {"y": {"field": "agency", "type": "nominal"}}}], "height": 100}
    assert room_charts.enlarged(named, 1.5)["height"] == 150, "rows of names would lie on each other"
    assert drawn["datasets"] is spec["datasets"] and drawn["height"] == 118
