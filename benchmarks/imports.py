"""A million police.uk rows through `python -m hotspots import`: time, memory and progress, beside plain pandas.

    python benchmarks/imports.py            36 monthly files and one large file; writes docs/imports.md (some minutes)
    python benchmarks/imports.py --quick    20,000 rows, writes nothing

Every run is a process of its own, from the files to a store that is closed: seconds of the clock, of the processor,
and the most memory it held. The plain way reads the same files with pandas.read_csv and puts them into SQLite with
to_sql: no row is judged, placed on the map, told from another or kept apart.
"""

import argparse
import itertools
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.force import write_force  # noqa: E402

ROWS, MONTHS = 1_000_000, 36
MOST_SECONDS, MOST_MEGABYTES = 60, 2_048
"""What an import of a million rows may take on two cores."""


def ours(files: Path, folder: Path) -> dict:
    """The command line's own import, its words of progress caught: how often it moved, and its longest halt."""
    from hotspots import __main__ as cli

    moments = [time.perf_counter()]
    shares: list[float] = []

    def moved(done: float, _what: str) -> None:
        shares.append(done)
        moments.append(time.perf_counter())

    cli._progress = moved
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    cli.app(["import", str(files), "--store", str(folder / "hub.sqlite")], standalone_mode=False)
    os.dup2(out, 1)
    waits = [b - a for a, b in zip(moments, [*moments[1:], time.perf_counter()], strict=True)]
    if any(after < before - 1e-9 for before, after in itertools.pairwise(shares)):
        raise SystemExit("The bar of progress went back.")
    return {"steps": len({round(share * 100) for share in shares}), "halt": max(waits)}


def plain(files: Path, folder: Path) -> dict:
    """read_csv and to_sql, a file at a time."""
    with sqlite3.connect(folder / "plain.sqlite") as connection:
        for path in sorted(files.rglob("*.csv")):
            pd.read_csv(path).to_sql("incident", connection, if_exists="append", index=False)
    return {}


WAYS: dict[str, Callable[[Path, Path], dict]] = {"ours": ours, "pandas": plain}


def child(way: str, files: Path, folder: Path) -> None:
    """One way in this process; prints what it took, the start of Python and all modules included."""
    told = WAYS[way](files, folder)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({**told, "processor": spent.ru_utime + spent.ru_stime, "megabytes": _peak()}))


def _peak() -> float:
    """Megabytes this process held at most; getrusage's own figure is inherited from whoever started it."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def measured(way: str, files: Path) -> dict:
    """One way on some files, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [sys.executable, str(Path(__file__).resolve()), "--child", way, str(files), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        held = {"seconds": time.perf_counter() - start, **json.loads(done.stdout)}
        (store,) = Path(folder).glob("*.sqlite")
        with sqlite3.connect(store) as connection:
            held["rows"] = connection.execute("SELECT COUNT(*) FROM incident").fetchone()[0]
    print(f"{files.name:>10} {way:>7}: {held}", flush=True)
    return held


def one_file(months: Path, into: Path) -> Path:
    """All months in one file under one heading, as a partner's export may be."""
    into.mkdir()
    path = into / "all-months.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        for number, month in enumerate(sorted(months.rglob("*.csv"))):
            lines = month.read_text(encoding="utf-8").splitlines(keepends=True)
            out.writelines(lines[min(number, 1) :])
    return into


def compared(rows: int, months: int) -> dict[str, dict[str, dict]]:
    """Both ways on monthly files and on one file; rows held must be the rows written."""
    found: dict[str, dict[str, dict]] = {}
    with tempfile.TemporaryDirectory() as folder:
        monthly = write_force(Path(folder) / "months", rows=rows, months=months)
        kinds = {f"{months} monthly files": monthly, "one file": one_file(monthly, Path(folder) / "one")}
        for name, files in kinds.items():
            found[name] = {way: measured(way, files) for way in WAYS}
            held = {told["rows"] for told in found[name].values()}
            if held != {rows // months * months}:
                raise SystemExit(f"Rows were lost: {held} of {rows // months * months}.")
    return found


def document(found: dict[str, dict[str, dict]], load: float) -> str:
    """What was measured, as Markdown."""
    rows = next(iter(found.values()))["ours"]["rows"]
    lines = [
        "# A million rows come in",
        "",
        f"Made by `python benchmarks/imports.py`: {rows:,} invented rows in police.uk's format through "
        "`python -m hotspots import` into a new SQLite store, on a machine of two cores that other work shared "
        f"(load {load:.1f}): trust the ratios. Plain pandas is read_csv and to_sql of the same rows, which judges, "
        "places and tells apart none of them. Progress: how many different whole percents the bar showed, and the "
        "longest time it stood still.",
        "",
        "| | clock, s | processor, s | most memory, MB | progress: steps, longest halt |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [_row(f"{name}, {way}", told) for name, ways in found.items() for way, told in ways.items()]
    lines.append("")
    for name, ways in found.items():
        own, other = ways["ours"], ways["pandas"]
        lines.append(
            f"- {name}: {own['processor'] / other['processor']:.1f} × the processor time of plain pandas and "
            f"{own['megabytes'] / other['megabytes']:.1f} × its memory; {verdict(own)}."
        )
    return "\n".join(lines) + "\n"


def _row(name: str, told: dict) -> str:
    moved = f"{told['steps']}, {told['halt']:.1f} s" if "steps" in told else ""
    return f"| {name} | {told['seconds']:.0f} | {told['processor']:.0f} | {told['megabytes']:,.0f} | {moved} |"


def verdict(told: dict) -> str:
    """Whether an import kept within its bounds."""
    kept = told["seconds"] < MOST_SECONDS and told["megabytes"] < MOST_MEGABYTES
    return f"{'within' if kept else 'beyond'} {MOST_SECONDS} s and {MOST_MEGABYTES / 1024:.0f} GiB"


def main() -> None:
    """Run the comparison, or one child of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20,000 rows; writes nothing")
    parser.add_argument("--child", nargs=3, metavar=("WAY", "FILES", "FOLDER"))
    asked = parser.parse_args()
    if asked.child:
        child(asked.child[0], *map(Path, asked.child[1:]))
        return
    load = os.getloadavg()[0]
    found = compared(20_000, 4) if asked.quick else compared(ROWS, MONTHS)
    print(document(found, load))
    if not asked.quick:
        (ROOT / "docs" / "imports.md").write_text(document(found, load), encoding="utf-8")


if __name__ == "__main__":
    main()
