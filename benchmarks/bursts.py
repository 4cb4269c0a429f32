"""What does looking for bursts cost in power? `compare` with and without the look, on the worlds of truth.py.

    python benchmarks/bursts.py            500 worlds a cell of (a), (b) and (d), printed
    python benchmarks/bursts.py --size N   as many as asked

The same worlds are judged twice. docs/truth.md quotes the cells where more than 2 points are lost.
"""

import argparse
import math
import sys
from multiprocessing import Pool
from pathlib import Path
from unittest.mock import patch

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.truth import World, draw, ours, worlds  # noqa: E402
from hotspots.analysis import dispersion  # noqa: E402

NO_LOOK = {
    "CORRELATION_Z": math.inf,
    "CORRELATION_Z_CHOSEN": math.inf,
    "_peak": lambda _windows, phi, df, _block: (phi, df),
}


def main() -> None:
    """Print a line a cell: how often it is called a fall, with the look and without, and the difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=500, help="worlds a cell")
    size = parser.parse_args().size
    cells = [(number, size, world) for number, world in enumerate(worlds()) if world.part in "abd"]
    print("| part | world | φ | fell: ours | without the look | points |\n|---|---|---|---|---|---|")
    with Pool(2) as pool:
        for world, look, none in pool.imap(fell, cells):
            shares = f"{100 * look:.1f} | {100 * none:.1f} | {100 * (none - look):.1f}"
            print(f"| {world.part} | {world.name} | {world.dispersion} | {shares} |", flush=True)


def fell(job: tuple[int, int, World]) -> tuple[World, float, float]:
    """Shares of a cell's worlds that are called a fall, with the look for bursts and without."""
    number, size, world = job
    rng = np.random.default_rng([7, number])
    draws = [draw(world, rng) for _ in range(size)]
    look = np.mean([ours(world, seen).fell for seen in draws])
    with patch.multiple(dispersion, **NO_LOOK):
        none = np.mean([ours(world, seen).fell for seen in draws])
    return world, float(look), float(none)


if __name__ == "__main__":
    main()
