"""Where the sample's districts, towns and villages lie, and their irregular street lattices."""

import numpy as np
import pandas as pd

from hotspots.sample.story import MAIN, SECOND

DISTRICTS = {
    MAIN: [(574200, 430900), (583500, 429600), (593800, 431200), (597600, 436800), (598300, 444900),
           (596900, 451800), (588600, 453200), (579300, 452100), (573600, 446300), (572800, 437500)],
    SECOND: [(593800, 431200), (603100, 430100), (611800, 433900), (613900, 441700), (611200, 449800),
             (604800, 452900), (596900, 451800), (598300, 444900), (597600, 436800)],
}  # fmt: skip
CENTRES = {MAIN: (586400.0, 441300.0), SECOND: (605700.0, 440900.0)}
TOWNS = {MAIN: (2400.0, 0.2), SECOND: (1250.0, -0.35)}
VILLAGES = {
    MAIN: [(578300, 434800, 380), (580900, 448600, 430), (592900, 447300, 360), (593100, 435300, 400),
           (586100, 433200, 300), (576400, 441900, 330), (588700, 449900, 300)],
    SECOND: [(601200, 434600, 320), (608900, 446400, 350), (602400, 447700, 300)],
}  # fmt: skip


def town(rng: np.random.Generator, cx: float, cy: float, radius: float, turn: float, district: str) -> pd.DataFrame:
    """Street segments of an irregular lattice, 60 to 110 m a side, inside a ragged circle."""
    u, v = (_lines(rng, radius) for _ in range(2))
    gu, gv = np.meshgrid(u, v, indexing="ij")
    x = gu + rng.normal(0, 6, gu.shape) + 28 * np.sin(gv / 410) * (radius > 600)
    y = gv + rng.normal(0, 6, gv.shape) + 24 * np.sin(gu / 530 + 1) * (radius > 600)
    angle = np.arctan2(gv, gu)
    keep = np.hypot(gu, gv) < radius * (1 + 0.1 * np.sin(3 * angle) + 0.05 * np.sin(7 * angle))
    east, north = cx + x * np.cos(turn) - y * np.sin(turn), cy + x * np.sin(turn) + y * np.cos(turn)
    frames = []
    for axis in (0, 1):
        a, b = (slice(None, -1), slice(1, None))
        first, second = ((a, slice(None)), (b, slice(None))) if axis == 0 else ((slice(None), a), (slice(None), b))
        i, j = np.nonzero(keep[first] & keep[second])
        middle = np.abs(v[j] if axis == 0 else u[i]) < 60
        stays = (rng.random(len(i)) > 0.12) | middle
        i, j = i[stays], j[stays]
        line, step = (j, i) if axis == 0 else (i, j)
        frames.append(
            pd.DataFrame(
                {
                    "x0": east[first][i, j], "y0": north[first][i, j],
                    "x1": east[second][i, j], "y1": north[second][i, j],
                    "axis": axis, "line": line, "step": step, "main": middle[stays],
                    "from_centre": np.hypot(gu[i, j], gv[i, j]) / radius,
                }
            )
        )  # fmt: skip
    edges = pd.concat(frames, ignore_index=True)
    return edges.assign(town=f"{cx:.0f}", district=district, village=radius < 600)


def _lines(rng: np.random.Generator, radius: float) -> np.ndarray:
    gaps = rng.uniform(60, 110, int(2.4 * radius / 85))
    at = np.cumsum(gaps)
    return at - at[len(at) // 2]
