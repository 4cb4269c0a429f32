"""The still picture on a councillor's page: the outline of a ward or district, from the published file alone.

A place is shown by the ward it lies in; its own outline is not in that file, nor is any hotspot's.
"""

from hotspots.release.outlines import Drawing, drawing_from_json
from hotspots.release.tally import district_area, ward_area
from hotspots.store.published import Published
from hotspots.views.paper import Outlines, Rings

WIDTH = 0.28
"""Share of the text's width on paper."""
_LIMITS = "No place or report is drawn."


def picture_for(held: Published, area: str) -> Outlines | str:
    """The outline for the page of an area, or the sentence that says why there is none.

    held: what holds now (`Published.current`)
    """
    row = held.areas.set_index("area").loc[area]
    district, ward = str(row["district"]), str(row["ward"])
    wanted = ward_area(district, ward) if ward else district_area(district)
    name = f"{ward} ward" if ward else f"{district} district"
    drawing = _drawing_of(held, district)
    if drawing is None or wanted not in drawing.rings:
        return f"The hub has no outline of {name} to show."
    others = [a for a in drawing.rings if a.startswith("ward:") and a != wanted]
    among = f" among the wards of {district}" if ward and others else f" with its {len(others)} wards" if others else ""
    where = f"{row['name']} lies in {name}{among}" if row["level"] == "place" else f"{name}{among}"
    return Outlines(
        shapes=(("", _metres(drawing, wanted)),),
        around=tuple(_metres(drawing, a) for a in others),
        caption=f"{where}. {_LIMITS}",
        alt=f"Outline of {name}{among}, north up. {_LIMITS}",
        width=WIDTH,
    )


def _drawing_of(held: Published, district: str) -> Drawing | None:
    own = held.outlines.loc[held.outlines["district"] == district, "drawing"]
    return None if own.empty else drawing_from_json(own.iloc[0])


def _metres(drawing: Drawing, area: str) -> Rings:
    return tuple(tuple((x * drawing.metres, y * drawing.metres) for x, y in ring) for ring in drawing.rings[area])
