"""Released tables and layers as files, each headed by its marking and its recipe."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd

import hotspots
from hotspots.geojson import as_geojson
from hotspots.intake.exports import safe_frame
from hotspots.intake.mending import to_mend
from hotspots.release.disclosure import Released


@dataclass(frozen=True)
class Recipe:
    """What a file was made from and how; written into every export.

    title: what it shows · made_on: day of export · sample: invented data · settings: name → value
    """

    title: str
    marking: str
    made_on: date
    sample: bool
    settings: Mapping[str, str]

    def lines(self, released: Released) -> list[str]:
        """The recipe as lines of text, most important first."""
        head = [
            self.title,
            self.marking or "no marking",
            "SAMPLE DATA: every report is invented" if self.sample else "",
        ]
        body = [f"{name}: {value}" for name, value in self.settings.items()]
        as_of = f"data to: {released.as_of}" if released.as_of else ""
        made = f"made on: {self.made_on}, community-safety-hub {hotspots.__version__}, policy: {released.policy}"
        return [line for line in [*head, *body, as_of, made, *released.footnotes] if line]


def csv_of(released: Released, recipe: Recipe) -> bytes:
    """The released table as CSV in UTF-8 with a BOM, safe to open in a spreadsheet.

    Lines beginning with # hold the recipe; geometry is left to `geojson_of`.
    """
    out = io.StringIO()
    for line in recipe.lines(released):
        out.write(f"# {line}\n")
    safe_frame(released.table.drop(columns="geometry", errors="ignore")).to_csv(out, index=False)
    return out.getvalue().encode("utf-8-sig")


def mending_of(released: Released) -> bytes:
    """Rows of quarantine of one source as a file to correct and import again; no recipe, it goes back as it is."""
    return safe_frame(to_mend(released.table)).to_csv(index=False).encode("utf-8-sig")


def geojson_of(released: Released, recipe: Recipe, *, crs: str) -> bytes:
    """The released outlines as GeoJSON (WGS84, 7 decimals) with the recipe as a member."""
    table = gpd.GeoDataFrame(released.table, geometry="geometry")
    names = [c for c in table.columns if c != "geometry"]
    collection = as_geojson(table, names, crs=crs)
    collection["recipe"] = recipe.lines(released)
    return json.dumps(collection, ensure_ascii=False, default=str).encode()
