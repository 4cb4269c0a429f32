"""Tiles spread over Dask workers: an optional extra, for more locations than one machine holds.

Needs `requirements-dask.txt`; nothing else in the program imports it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from hotspots.analysis.stream import Labeller
from hotspots.analysis.tiles import Tile, TileFound, label_in_tiles
from hotspots.errors import BadValue

IN_FLIGHT = 4
"""Tiles sent ahead for each worker, so that memory stays bounded by tiles and not by the country."""


@contextmanager
def spread_over(workers: str) -> Iterator[Labeller]:
    """A labeller like `label_locations` that works on tiles in other processes or on other machines.

    workers: a number of processes on this machine, or the address of a running scheduler (tcp://host:8786)
    Raises `BadValue` when Dask is not installed, or cannot be reached.
    """
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        raise BadValue("--dask needs Dask: .venv/bin/pip install -r requirements-dask.txt") from error
    if not workers.isdigit() and "://" not in workers:
        raise BadValue(f"--dask takes a number of workers or a scheduler's address, tcp://…; {workers!r} was given.")
    local = None
    try:
        if workers.isdigit():
            local = LocalCluster(
                n_workers=max(1, int(workers)), threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
            )
        client = Client(local or workers, timeout=10)
    except OSError as error:
        raise BadValue(f"The Dask scheduler {workers} does not answer; check its address.") from error
    try:
        yield partial(label_in_tiles, each=partial(_each, client))
    finally:
        client.close()
        if local is not None:
            local.close()


def _each(client: object, work: Callable[[Tile], TileFound], tiles: Iterable[Tile]) -> Iterator[TileFound]:
    """Results in the order of the tiles, a few tiles ahead of the one waited for."""
    most = IN_FLIGHT * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
    waiting: deque = deque()
    for tile in tiles:
        waiting.append(client.submit(work, client.scatter(tile, hash=False), pure=False))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
