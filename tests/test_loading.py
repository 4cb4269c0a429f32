"""A page loads what it uses and no more: the first visitor waits for every library that is imported."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("statsmodels", "esda", "libpysal", "dask", "pyarrow.dataset")


def loaded_by(project: Path, modules: str) -> set[str]:
    """Names of all modules that a new process holds after importing these."""
    code = f"import sys\nimport {modules}\nprint('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_the_hub_screen_loads_no_library_of_another_page(project: Path) -> None:
    held = loaded_by(project, "pages.parts.menu, pages.parts.frame, pages.parts.signin, pages.hub_meeting")
    assert not [name for name in HEAVY if name in held]
    assert {"sklearn.cluster", "altair"} <= held


def test_the_menu_loads_no_page(project: Path) -> None:
    held = loaded_by(project, "pages.parts.menu")
    assert not [name for name in held if name.startswith("pages.") and not name.startswith("pages.parts")]


def test_what_the_deployment_loads_ahead_can_be_loaded(project: Path) -> None:
    loaded_by(project, "pages.parts.warm as w; w.up().join(); assert not [t for t in w.LIBRARIES if t not in "
                              "sys.modules]")  # fmt: skip


def test_the_deployments_entry_loads_by_itself(project: Path) -> None:
    """Before any page: modules that lean on each other would break here, and nowhere where pages come first."""
    assert "pages.parts.signin" in loaded_by(project, "serve")
