"""Reading the files of `fixtures/`: where they lie, and how what is wrong in one is told."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

FIXTURES = Path(settings.BASE_DIR) / "fixtures"


class FixtureError(Exception):
    """A file cannot be loaded; `problems` names every place that has to be mended."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


# The same in C takes a tenth of the time; PyYAML can be built without it.
_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[valid-type, misc]
    """YAML 1.2's idea of true and false: in PyYAML's 1.1 the key `on` is a truth value."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def read_csv(name: str, folder: Path = FIXTURES) -> list[dict[str, str]]:
    """Rows of a CSV file, UTF-8 with a header row."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_yaml(name: str, folder: Path = FIXTURES) -> Any:
    """The content of a YAML file; a broken one raises FixtureError with the line."""
    try:
        return yaml.load((folder / name).read_text(encoding="utf-8"), _Loader)  # noqa: S506  (a SafeLoader)
    except yaml.YAMLError as error:
        raise FixtureError([f"{name}: {error}"]) from error
