"""Forks a server for each line on standard input: {arguments, environment, log}; prints its process id.

Each child is a server that nobody has visited: Streamlit's state is made in the child. What it need not
do again is import some hundreds of modules, which takes ten times as long as all the rest.
"""

import json
import os
import signal
import sys
from importlib import import_module

from streamlit.web import cli

from pages.parts import menu

for entry in menu.ENTRIES:  # a page's file is loaded with its first visit, and with it all that it stands on
    import_module(f"pages.{entry.url_path}")
# The libraries stay; our pages are loaded again by the child's own first visits, as on a server just started.
for name in [name for name in sys.modules if name.split(".")[0] == "pages"]:
    del sys.modules[name]


def become_server(ask: dict) -> None:
    """Turn this process into the server asked for; does not return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(ask["environment"])
    log = os.open(ask["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    cli.main(ask["arguments"], standalone_mode=False)
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become_server(json.loads(line))
        print(child, flush=True)
