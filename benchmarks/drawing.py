"""The growth chart of benchmarks/national.py: two panels on logarithmic axes, as SVG."""

from math import log10

COLOURS = {"ours": "#0b6e4f", "scikit-learn": "#b3541e", "dbscan": "#4059ad"}
WIDTH, HEIGHT, LEFT, TOP = 420, 300, 70, 50
ROWS = (4.2, 8.0)
PANELS = (
    ("processor", "Seconds of processor time", (-2.0, 3.0)),
    ("extra_mb", "Megabytes beyond the start", (0.0, 4.5)),
)


def growth_chart(held: dict) -> str:
    """Time and memory against rows, a line a way; snapped sets only."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * (WIDTH + LEFT) + 30} {HEIGHT + 130}" '
        'font-family="sans-serif" font-size="13" role="img" aria-label="Time and memory by number of rows">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for number, (key, title, span) in enumerate(PANELS):
        parts += _panel(held, key, title, span, LEFT + number * (WIDTH + LEFT))
    for number, (way, colour) in enumerate(COLOURS.items()):
        x = LEFT + number * 150
        parts.append(f'<rect x="{x}" y="{HEIGHT + 105}" width="14" height="14" fill="{colour}"/>')
        parts.append(f'<text x="{x + 20}" y="{HEIGHT + 117}">{way}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _panel(held: dict, key: str, title: str, span: tuple[float, float], left: float) -> list[str]:
    def at(rows: float, value: float) -> tuple[float, float]:
        x = (log10(rows) - ROWS[0]) / (ROWS[1] - ROWS[0])
        y = (log10(max(value, 10 ** span[0])) - span[0]) / (span[1] - span[0])
        return left + x * (WIDTH - 20), TOP + (1 - y) * HEIGHT

    parts = [f'<text x="{left}" y="{TOP - 20}" font-weight="bold">{title}</text>']
    for power in range(int(span[0]), int(span[1]) + 1):
        y = at(1e6, 10**power)[1]
        parts.append(f'<line x1="{left}" x2="{left + WIDTH - 20}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:,g}</text>')
    for rows, name in ((20e3, "20 k"), (150e3, "150 k"), (1e6, "1 M"), (6e6, "6 M"), (60e6, "60 M")):
        x = at(rows, 1)[0]
        parts.append(f'<text x="{x:.0f}" y="{TOP + HEIGHT + 20}" text-anchor="middle">{name}</text>')
    parts.append(f'<text x="{left + WIDTH / 2:.0f}" y="{TOP + HEIGHT + 42}" text-anchor="middle">reports</text>')
    return parts + [line for way in COLOURS for line in _line(held, way, key, at)]


def _line(held: dict, way: str, key: str, at) -> list[str]:  # noqa: ANN001
    told = [(f["rows"], f["ways"].get(way, {}).get(key)) for f in held.values() if f["snapped"]]
    points = [at(rows, value) for rows, value in sorted(told, key=lambda p: p[0]) if value is not None]
    if not points:
        return []
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS[way]}"/>' for x, y in points]
    return [f'<polyline points="{path}" fill="none" stroke="{COLOURS[way]}" stroke-width="2.5"/>', *dots]
