"""Caches are shared by all users: what decides an answer must be part of the key."""

import ast
import gc
import weakref

import pytest

from pages.parts import warm


def cached_functions(project):
    for path in [project / "dashboard.py", *(project / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                decorators = " ".join(ast.unparse(d) for d in node.decorator_list)
                if "cache_" in decorators:
                    yield path.name, node


def test_every_cache_over_a_store_is_keyed_on_its_data_version(project):
    found = 0
    for file, node in cached_functions(project):
        names = [a.arg for a in [*node.args.args, *node.args.kwonlyargs]]
        if "_store" in names:
            found += 1
            # Streamlit leaves arguments that begin with an underscore out of the key.
            assert "version" in names, f"{file}: {node.name} would show another store's or an older answer"
    assert found >= 5


def test_no_cached_function_reads_the_viewer_or_the_session(project):
    for file, node in cached_functions(project):
        text = ast.unparse(node)
        assert "session_state" not in text and "st.user" not in text, f"{file}: {node.name}"
        if "viewer" in [a.arg for a in node.args.args]:
            pytest.fail(f"{file}: {node.name} caches after the gate")


def test_the_collector_passes_over_what_is_loaded_and_still_clears_what_comes_after():
    class Ring:
        pass

    warm.freeze_libraries.clear()
    before = gc.get_freeze_count()
    try:
        warm.freeze_libraries("hub_meeting")
        assert gc.get_freeze_count() > before + 10_000
        ring = Ring()
        ring.itself, left = ring, weakref.ref(ring)
        del ring
        gc.collect()
        assert left() is None
    finally:
        gc.unfreeze()
        warm.freeze_libraries.clear()
