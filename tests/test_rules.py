"""Rules of the house that a test can hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from django.db.models import Model

from tests import quick

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("guard", "search", "directory", "portal")


def test_should_import_only_downwards() -> None:
    """portal, then directory, then search (pyproject.toml, tool.importlinter)."""
    tool = Path(sys.executable).parent / "lint-imports"
    found = subprocess.run([str(tool), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_should_have_no_other_package() -> None:
    packages = {folder.parent.name for folder in ROOT.glob("*/__init__.py")}
    assert packages == {*PACKAGES, "tests"}


def test_should_keep_modules_short() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if "migrations" not in file.parts and (lines := len(file.read_text().splitlines())) > 400
    }
    assert not long


def test_should_keep_rooms_small_enough_to_look_around() -> None:
    folders = {file.parent for package in PACKAGES for file in (ROOT / package).rglob("*.py")}
    crowded = {
        str(folder.relative_to(ROOT)): modules
        for folder in folders
        if folder.name != "migrations"
        and (modules := sum(file.name != "__init__.py" for file in folder.glob("*.py"))) > 15
    }
    assert not crowded


def test_should_name_only_tests_that_exist_among_those_that_take_long() -> None:
    """A line of another name would leave nothing out of `make test-quick`."""
    # Of a class the tests may stand elsewhere: all engines keep one contract.
    said = {tuple(function.split("::")[:2]) for function in quick.listed()}
    assert said
    assert not [
        (file, name)
        for file, name in said
        if not (ROOT / file).exists() or not re.search(rf"^(def|class) {name}\b", (ROOT / file).read_text(), re.M)
    ]


def test_should_take_no_port_from_the_system_for_later() -> None:
    """By the time a server starts it may be somebody else's: `tests.ports` keeps what it gives."""
    files = (ROOT / "tests").rglob("*.py")
    assert not [file for file in files if re.search(r"\.getsockname\(", file.read_text())]


def test_should_name_only_files_that_exist_in_the_documents() -> None:
    missing = set()
    for document in (ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"):
        for name in re.findall(rf"`((?:{'|'.join(PACKAGES)}|tests|fixtures)/[\w/.-]+)`", document.read_text()):
            # `room/module.function` names a function of room/module.py.
            candidates = (ROOT / name, ROOT / f"{name}.py", (ROOT / name).with_suffix(".py"))
            if not any(candidate.exists() for candidate in candidates):
                missing.add(f"{document.name}: {name}")
    assert not missing


def test_should_name_every_environment_variable_in_the_readme() -> None:
    settings = (ROOT / "portal" / "settings.py").read_text()
    starting = (ROOT / "guard" / "startup.py").read_text()
    names = set(re.findall(r'(?:env\.\w+\(|flag\(\s*env,)\s*"([A-Z_]+)"', settings + starting))
    assert {"BEHIND_PROXY", "RATE_LIMITS", "SECRET_KEY"} <= names
    readme = (ROOT / "README.md").read_text()
    assert names
    assert {name for name in names if f"`{name}`" not in readme} == set()


def test_should_describe_every_make_target_and_command_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*?##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("management/commands/*.py")]
    commands = {file.stem for file in files if file.stem != "__init__"}
    assert {"send_digests", "rebuild_index", "demo_data"} <= commands
    assert {name for name in targets if f"make {name}" not in readme} == set()
    assert {name for name in commands if name not in readme} == set()


def test_should_ask_no_other_host() -> None:
    pattern = re.compile(r'(?:src|href|url\()\s*=?\s*["\']?(?:https?:)?//[^"\')]+\.(?:js|css|woff2?|png|jpe?g|svg)')
    for file in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "portal" / "static").rglob("*.css")]:
        assert not pattern.search(file.read_text()), file


def test_should_leave_no_order_of_records_to_the_database() -> None:
    """What is equal to all that a model is ordered by comes as it lies, on PostgreSQL another time otherwise."""
    from django.apps import apps

    def is_one(model: type[Model], names: list[str]) -> bool:
        own = [name for name in names if "__" not in name]
        together = (set(one.fields) for one in model._meta.total_unique_constraints)
        return (
            "pk" in own
            or any(model._meta.get_field(name).unique for name in own)
            or any(fields <= set(own) for fields in together)
        )

    models = [model for model in apps.get_models() if model.__module__.partition(".")[0] in PACKAGES]
    ordered = {model: [name.lstrip("-") for name in model._meta.ordering] for model in models if model._meta.ordering}
    assert ordered
    assert not {model.__name__ for model, names in ordered.items() if not is_one(model, names)}


def test_should_find_what_each_program_of_the_bench_asks_for() -> None:
    """They run for minutes and rarely; what they name may have moved. Each sets Django up by itself, so not in this process."""
    programs = sorted(file.stem for file in (ROOT / "tests" / "bench").glob("[!_]*.py"))
    assert programs
    imports = "\n".join(f"import tests.bench.{program}" for program in programs)
    done = subprocess.run([sys.executable, "-c", imports], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
