"""The rules of the house, read from the syntax trees: what may import, call and say what.

Each rule is a function from a module to the breaches it holds. Every rule is also given a planted
breach, so that a rule that could not fail would itself fail here.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS = (
    ("errors",),
    ("schema", "periods"),
    ("settings",),
    ("intake", "register"),
    ("store", "analysis", "geojson"),
    ("pipeline",),
    ("sample",),
    ("release",),
    ("views",),
    ("briefs",),
    ("pages",),
    ("shell",),
    ("compare_verbs", "export_verbs", "label_verbs", "release_verbs"),
    ("dashboard", "serve", "__main__"),
)
"""Lowest first; a module imports from its own part and from lower layers, never across or up."""
RANK = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}

ONLY_IN = {
    "streamlit": ("pages/", "dashboard.py", "serve.py"),
    # Its maps paste what they are given into script; ours are drawn by map_assets/map.js.
    **dict.fromkeys(("folium", "streamlit_folium"), ()),
    "sklearn": ("hotspots/analysis/cluster.py", "benchmarks/"),
    "sqlalchemy": ("hotspots/store/",),
    "sqlite3": ("hotspots/store/",),
    "typer": (
        "hotspots/__main__.py",
        "hotspots/shell.py",
        "hotspots/compare_verbs.py",
        "hotspots/export_verbs.py",
        "hotspots/label_verbs.py",
        "hotspots/release_verbs.py",
    ),
    "distributed": ("hotspots/pipeline/spreading.py",),
    "psycopg": (),  # SQLAlchemy alone speaks to it
    **dict.fromkeys(
        ("urllib.request", "urllib.error", "http", "socket", "ssl", "ftplib", "smtplib", "requests", "httpx"),
        ("hotspots/intake/police_uk_fetch.py",),
    ),
    **dict.fromkeys(("urllib3", "aiohttp", "websockets"), ()),
    # A second SQLite in the process breaks the locks of the first, and two writers then corrupt the file.
    **dict.fromkeys(("apsw", "pysqlite3", "adbc_driver_sqlite", "connectorx", "aiosqlite", "duckdb"), ()),
}
"""Package → where it may be imported; nowhere when empty."""

CLOCKS = {"now", "today", "utcnow", "monotonic", "perf_counter", "time_ns", "localtime", "gmtime"}
CLOCK_HOMES = ("hotspots/__main__.py", "pages/parts/session.py")
MARKUP = (
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"),
    *("eval(", "new Function", "bindPopup", "bindTooltip"),
)
"""What would let a text of somebody's report become markup or script on the map."""
HOSTS = {
    "data.police.uk": ("hotspots/intake/police_uk_fetch.py",),
    "www.w3.org": ("hotspots/views/", "pages/parts/frame.py"),  # the name of SVG, never asked for
    "localhost": ("pages/parts/session.py",),
}
"""Host names that may be written in a module; every other one is a call to somebody else's machine."""


@dataclass(frozen=True)
class Module:
    """A source file: its path from the root with forward slashes, its text and its tree."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def parts(self) -> tuple[str, ...]:
        return Path(self.path).with_suffix("").parts

    @property
    def layer(self) -> str | None:
        """The part of the house it belongs to; None for the package's own docstring."""
        if self.parts[0] != "hotspots":
            return self.parts[0]
        return layer_of(".".join(self.parts))


def layer_of(name: str) -> str | None:
    """The part of the house a dotted module name belongs to, None when it is not ours."""
    first, _, rest = name.partition(".")
    if first in ("pages", "dashboard", "serve"):
        return first
    if first != "hotspots" or rest in ("", "__init__"):
        return None
    part = rest.split(".")[0]
    if part.startswith("sample"):
        return "sample"
    return "pipeline" if part.endswith("_pipeline") else part


@cache
def modules(*starts: str) -> tuple[Module, ...]:
    """Every source file of the program under the given folders or files."""
    paths = [ROOT / start for start in starts or ("hotspots", "pages", "dashboard.py", "serve.py")]
    files = [f for p in paths for f in (sorted(p.rglob("*.py")) if p.is_dir() else [p]) if f.exists()]
    return tuple(Module(f.relative_to(ROOT).as_posix(), f.read_text(encoding="utf-8")) for f in files)


def imported(module: Module) -> Iterator[str]:
    """Dotted names a module imports, anywhere in it; `from hotspots import store` is hotspots.store."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = "." * node.level + (node.module or "")
            yield home
            yield from (f"{home}.{alias.name}" for alias in node.names)


def called(module: Module) -> Iterator[str]:
    """Last names of everything called: `print`, `now` of datetime.now()."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", ""))


def inside(path: str, homes: tuple[str, ...]) -> bool:
    return any(path == home or (home.endswith("/") and path.startswith(home)) for home in homes)


def climbs(module: Module) -> list[str]:
    """Imports of a layer above, or of a neighbour on the same one."""
    mine = module.layer
    return [
        name
        for name in imported(module)
        if mine is not None
        and (theirs := layer_of(name)) not in (None, mine)
        # `from hotspots.x import word` names a word that may be no module: unknown parts are words.
        and theirs in RANK
        and RANK[theirs] >= RANK[mine]
    ]


def relative(module: Module) -> list[str]:
    """Relative imports: they hide from the reader, and from this test, which layer is meant."""
    return [name for name in imported(module) if name.startswith(".")]


def strays(module: Module) -> list[str]:
    """Packages imported outside their one home."""
    return [
        name
        for name in imported(module)
        for package, homes in ONLY_IN.items()
        if (name == package or name.startswith(f"{package}.")) and not inside(module.path, homes)
    ]


def prints(module: Module) -> list[str]:
    return [name for name in called(module) if name in ("print", "pprint")]


def reads_clock(module: Module) -> list[str]:
    if module.path in CLOCK_HOMES:
        return []
    clocks = [name for name in called(module) if name in CLOCKS]
    named = [n for n in imported(module) if n in ("time.time", "time.monotonic", "time.perf_counter")]
    direct = re.findall(r"\btime\.time\b", module.text)
    return [c for c in clocks if not _own_word(module, c)] + named + direct


def _own_word(module: Module, word: str) -> bool:
    """`session.now()` and `session.today()` are the clock's one home, not another clock."""
    calls = [n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == word]
    return bool(calls) and all(getattr(n.func.value, "id", "") == "session" for n in calls)


def forges_released(module: Module) -> list[str]:
    """Only the gate makes a `Released`; a copy with another table would be one that never passed it."""
    if module.path == "hotspots/release/disclosure.py":
        return []
    return [name for name in called(module) if name == "Released"]


def runs_on_import(module: Module) -> list[str]:
    """Statements of a page that would run when Streamlit serves the file without the gate."""
    quiet = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    loud = []
    for node in module.tree.body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        constant = isinstance(node, ast.Assign | ast.AnnAssign) and not _calls(node)
        if not (isinstance(node, quiet) or docstring or constant or _is_main_guard(node)):
            loud.append(ast.unparse(node))
    return loud


def _calls(node: ast.AST) -> bool:
    """True when a constant is made by calling anything but a plain collection of other constants."""
    plain = {"tuple", "frozenset", "set", "list", "dict", "sorted"}
    calls = [child for child in ast.walk(node) if isinstance(child, ast.Call | ast.Await)]
    return any(getattr(getattr(call, "func", None), "id", "") not in plain for call in calls)


def _is_main_guard(node: ast.stmt, page: str = r"\w+") -> bool:
    """`if __name__ == "__main__": front_door.lead_to("its own name")`, which only sends to the gate."""
    guard = rf"if __name__ == '__main__':\n    front_door\.lead_to\('{page}'\)"
    return isinstance(node, ast.If) and re.fullmatch(guard, ast.unparse(node)) is not None


def names_hosts(module: Module) -> list[str]:
    """Addresses of other machines, in any text of the module."""
    hosts = re.findall(r"(?:https?:)?//((?:[\w-]+\.)+[a-z]{2,}|localhost)", module.text)
    return [host for host in hosts if not inside(module.path, HOSTS.get(host, ()))]


def does_statistics(module: Module) -> list[str]:
    """A page shows numbers; it does not make them."""
    made = {"groupby", "merge", "pivot_table", "crosstab", "rolling", "resample"}
    packages = [
        n for n in imported(module) if n.split(".")[0] in ("scipy", "statsmodels", "sklearn", "esda", "libpysal")
    ]
    return [name for name in called(module) if name in made] + packages


def unsafe_html(module: Module) -> list[str]:
    """Text that is not ours must never be read as HTML or script."""
    keywords = {"unsafe_allow_html", "unsafe_allow_javascript"}
    return [
        word.arg
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg in keywords
    ]


def hands_out(module: Module) -> list[str]:
    """A download without its owner and its audit line."""
    return [name for name in called(module) if name == "download_button" and module.path != "pages/parts/taking.py"]


CORE = ("hotspots",)
SCREENS = ("pages", "dashboard.py", "serve.py")
EVERYTHING = CORE + SCREENS

RULES: dict[Callable[[Module], list[str]], tuple[tuple[str, ...], str, str]] = {
    climbs: (EVERYTHING, "hotspots/analysis/x.py", "from hotspots.store import reads"),
    relative: (EVERYTHING, "hotspots/store/x.py", "from ..analysis import trends"),
    strays: (EVERYTHING, "hotspots/analysis/x.py", "def f():\n    from streamlit import cache_data"),
    prints: (EVERYTHING, "hotspots/intake/x.py", "def f(n):\n    print(n)"),
    reads_clock: (EVERYTHING, "hotspots/register/x.py", "from datetime import date\nTODAY = date.today()"),
    forges_released: (EVERYTHING, "pages/x.py", "def render(viewer):\n    return Released(table, 'hotspots', None)"),
    names_hosts: (EVERYTHING, "hotspots/views/x.py", "CSS = 'https://cdn.jsdelivr.net/npm/leaflet.css'"),
    unsafe_html: (EVERYTHING, "pages/x.py", "def f(t):\n    st.markdown(t, unsafe_allow_html=True)"),
    hands_out: (SCREENS, "pages/x.py", "def f(t):\n    st.download_button('CSV', t)"),
    does_statistics: (("pages",), "pages/x.py", "def f(t):\n    return t.groupby('a').sum()"),
}
"""Rule → where it holds, and a breach (path, source) that it must see."""


def test_every_module_has_a_layer() -> None:
    homeless = {m.path: m.layer for m in modules() if m.layer is not None and m.layer not in RANK}
    assert homeless == {}, "give the new part its layer in LAYERS"
    assert len(modules()) > 60, "the search for modules finds too few to mean anything"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rule(rule: Callable[[Module], list[str]]) -> None:
    starts, _, _ = RULES[rule]
    breaches = {module.path: found for module in modules(*starts) if (found := rule(module))}
    assert breaches == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_sees_a_planted_breach(rule: Callable[[Module], list[str]]) -> None:
    _, path, source = RULES[rule]
    assert rule(Module(path, source))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("hotspots/store/x.py", "from hotspots.pipeline import Query"),
        ("hotspots/intake/x.py", "from hotspots import store as stores"),
        ("hotspots/intake/x.py", "from hotspots.register.places import Place"),
        ("hotspots/views/x.py", "from pages.parts import session"),
        ("hotspots/pipeline/x.py", "def f():\n    from hotspots.release.disclosure import release"),
        ("hotspots/errors.py", "import hotspots.schema"),
    ],
)
def test_imports_that_run_uphill_are_seen(path: str, source: str) -> None:
    assert climbs(Module(path, source))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("hotspots/analysis/x.py", "import sqlalchemy.exc"),
        ("hotspots/store/x.py", "import apsw"),
        ("hotspots/analysis/repeats.py", "from sklearn.cluster import DBSCAN"),
        ("pages/x.py", "from folium.plugins import HeatMap"),
        ("hotspots/views/x.py", "import urllib.request"),
        ("pages/x.py", "import requests"),
    ],
)
def test_packages_outside_their_home_are_seen(path: str, source: str) -> None:
    assert strays(Module(path, source))


def page_files() -> list[Module]:
    """Files that Streamlit itself would serve: those directly in pages/."""
    return [m for m in modules("pages") if len(m.parts) == 2 and m.parts[1] != "__init__"]


def test_pages_run_nothing_on_import() -> None:
    assert page_files()
    assert {m.path: loud for m in page_files() if (loud := runs_on_import(m))} == {}


def test_every_page_leads_to_the_front_door() -> None:
    """Served by file name on a cold server, a page without its last line stays blank for ever."""
    assert [m.path for m in page_files() if not _is_main_guard(m.tree.body[-1], Path(m.path).stem)] == []


@pytest.mark.parametrize(
    "source",
    [
        "import streamlit as st\nst.write('hello')",
        "TOTAL = load()",
        "for page in ():\n    pass",
        "if True:\n    render(None)",
        "if __name__ == '__main__':\n    render(Viewer(Role.DATA_STEWARD))",
    ],
)
def test_a_page_that_would_run_on_import_is_seen(source: str) -> None:
    assert runs_on_import(Module("pages/x.py", source))


def test_every_page_takes_a_viewer_and_asks_first() -> None:
    """`render(viewer)` begins by requiring a grant, whatever the menu has shown."""
    for module in page_files():
        render = next(n for n in module.tree.body if isinstance(n, ast.FunctionDef) and n.name == "render")
        assert [a.arg for a in render.args.args] == ["viewer"], module.path
        body = render.body[1:] if ast.get_docstring(render) else render.body
        assert ast.unparse(body[0]).startswith("viewer.require(Action."), module.path


def test_what_reruns_by_itself_asks_again_who_is_there() -> None:
    """A fragment or dialog reruns without the entry script: a revoked viewer would go on inside it."""
    open_ = ("pages/parts/display.py",)  # help on the screen's own words: nothing of the data
    bare = {
        f"{module.path}:{node.name}"
        for module in modules("pages")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and module.path not in open_
        for marks in [[ast.unparse(d) for d in node.decorator_list]]
        if any(m.startswith(("st.fragment", "st.dialog")) for m in marks) and marks[-1] != "signin.checked"
    }
    assert bare == set()


def test_dates_are_written_the_same_on_every_system() -> None:
    """strftime's `%-d` is refused on Windows; only the browser's charts may say it."""
    assert [
        m.path for m in modules("hotspots", "pages") if re.search(r"strftime\([^)]*%-|\{[^}]*:[^}]*%-", m.text)
    ] == []


def test_only_one_sqlite_library_is_required() -> None:
    names = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower()
    assert not [n for n in ("apsw", "pysqlite3", "adbc", "connectorx", "duckdb", "aiosqlite") if n in names]


def test_every_requirement_is_pinned() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert wanted and not [line for line in wanted if not re.fullmatch(r"[\w.-]+==[\w.]+", line)]


def test_no_file_of_the_core_outgrows_a_reader() -> None:
    longest = {m.path: m.text.count("\n") for m in modules("hotspots") if m.text.count("\n") > 400}
    assert longest == {}


def map_script() -> str:
    return (ROOT / "hotspots" / "views" / "map_assets" / "map.js").read_text(encoding="utf-8")


def test_the_map_writes_text_as_text() -> None:
    assert [word for word in MARKUP if word in map_script()] == []
    # Leaflet takes a mark's `html` as markup where it is a string: a number or an element we made is none.
    assert re.findall(r"\bhtml: ([^,}]+)", map_script()) == ["String(Number(rank)) ", "element "]


def test_the_map_names_no_other_machine() -> None:
    named = re.findall(r"https?://[^\s\"'`]+", map_script())
    assert named == ["http://www.w3.org/2000/svg"]  # the name of a kind of picture, never asked for
    style = (ROOT / "hotspots" / "views" / "map_assets" / "map.css").read_text(encoding="utf-8")
    assert "url(" not in style and "@import" not in style
