"""What the installed parts want to say, whether there is Japanese for it, and our own catalogue for where there is none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.utils.translation import trans_real

from .catalogue import Entry, Key, compiled, read_po

LANGUAGE = "ja"
OWN = Path(__file__).with_name("locale")
# Messages of Python and templates, and those that scripts say.
DOMAINS = ("django", "djangojs")
# Libraries that stand behind the admin and bring no English catalogue (or are no app of Django): read from their source.
SOURCES = ("django_filters", "django_otp", "django_tasks", "treebeard", "modelcluster", "permissionedforms")
# Functions that take a message, by which of their arguments are context, message and plural.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# Their texts are Japanese as they are written.
OURS = frozenset({"portal", "directory", "search", "guard"})
JAPANESE = re.compile(r"[぀-ヿ㐀-鿿々]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd%]|\{\w*\}")
MARKUP = re.compile(r"<[^>]+>|&\w+;")
# Messages that are the same in Japanese.
SAME = frozenset({"URL", "ID", "IPv4", "IPv6", "%s KB", "%s MB", "%s GB", "%s TB", "%s PB"})


def own_file(domain: str) -> Path:
    """Our catalogue of a domain, as it is written."""
    return OWN / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"


def compile_own() -> list[Path]:
    """Write the .mo beside each of our catalogues; the files that were written."""
    written = []
    for domain in DOMAINS:
        target = own_file(domain).with_suffix(".mo")
        target.write_bytes(compiled(read_po(own_file(domain)), LANGUAGE))
        written.append(target)
    return written


def wanted(domain: str) -> dict[Key, Entry]:
    """All messages of the installed parts, ours excepted (they are written in Japanese)."""
    found: dict[Key, Entry] = {}
    for folder in _folders():
        path = folder / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"
        for entry in read_po(path) if path.exists() else ():
            found.setdefault(entry.key, entry)
    if domain == "django":
        for package in SOURCES:
            for entry in _of_source(package):
                found.setdefault(entry.key, entry)
    return found


def missing(domain: str) -> list[Entry]:
    """Messages of the installed parts that have no Japanese on this site."""
    spoken = translations(domain)
    return [entry for key, entry in wanted(domain).items() if not is_japanese(entry, spoken.get(key))]


def translations(domain: str) -> dict[Key, str]:
    """What this site says for each message, whoever translated it, as Django puts the catalogues together."""
    folders = [str(folder / "locale") for folder in _folders()]
    merged = trans_real.DjangoTranslation(LANGUAGE, domain=domain, localedirs=None if domain == "django" else folders)
    catalogue = merged._catalog  # type: ignore[attr-defined]
    found: dict[Key, str] = {}
    for key, text in catalogue.items():
        message = key[0] if isinstance(key, tuple) else key
        context, _, rest = message.rpartition("\x04")
        # Catalogues with other rules for plurals stand behind each other; the first one is asked first.
        found.setdefault((context, rest), text)
    return found


def is_japanese(entry: Entry, text: str | None) -> bool:
    """Whether that is a translation: Japanese, or nothing left in it that could be English."""
    if not text:
        return False
    words = MARKUP.sub("", PLACEHOLDER.sub("", text))
    return bool(JAPANESE.search(words)) or entry.text in SAME or not re.search(r"[A-Za-z]", words)


def placeholders(text: str) -> set[str]:
    """What is filled in when a message is shown."""
    return set(PLACEHOLDER.findall(text)) - {"%%"}


def _folders() -> list[Path]:
    """Django's own catalogue, and the folders of the apps that are not ours."""
    others = [Path(config.path) for config in apps.get_app_configs() if config.name.partition(".")[0] not in OURS]
    return [Path(trans_real.__file__).parents[2] / "conf", *others]


def _of_source(package: str) -> Iterator[Entry]:
    spec = find_spec(package)
    for place in spec.submodule_search_locations or () if spec else ():
        for path in sorted(Path(place).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Call):
                    yield from _of_call(node)


def _of_call(call: ast.Call) -> Iterator[Entry]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in CALLS:
        return
    context, text, plural = (
        "" if place is None else _text(call.args[place]) if place < len(call.args) else None for place in CALLS[name]
    )
    if text and context is not None and plural is not None:
        yield Entry(text=text, plural=plural, context=context)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
