"""Reading the files of `fixtures/`: where they lie, and names that stay the same whenever they are loaded again."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml
from django.conf import settings

from .models.resources import SHORT_ID_ALPHABET, SHORT_ID_LENGTH

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
NAMESPACE = uuid5(NAMESPACE_URL, "https://example.jp/yorozu")


class FixtureError(Exception):
    """A file cannot be loaded; `problems` names every place that has to be mended."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


# The same in C takes a tenth of the time; PyYAML can be built without it.
_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):
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


def stable_uuid(origin: str, key: str) -> UUID:
    """The same UUID for the same key, whenever and wherever it is loaded."""
    return uuid5(NAMESPACE, f"{origin}:{key}")


def stable_short_id(identity: UUID) -> str:
    """A public id out of the first 50 bits of a UUID."""
    number = identity.int >> (128 - 5 * SHORT_ID_LENGTH)
    signs = []
    for _position in range(SHORT_ID_LENGTH):
        number, rest = divmod(number, len(SHORT_ID_ALPHABET))
        signs.append(SHORT_ID_ALPHABET[rest])
    return "".join(signs)
