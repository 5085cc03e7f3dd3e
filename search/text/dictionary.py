"""SudachiPy's user dictionary: words that its own breaks or reads wrongly, and the register's own names.

<dir>/CURRENT       name and size of the dictionary in use, replaced atomically
<dir>/<hash>.dic    the dictionary; the hash is that of its words, so that the same words give the same file

Documents and questions must be read with the same dictionary: `manage.py build_dictionary` says when to rebuild the index.
"""

import csv
import hashlib
import io
import re
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import jaconv
from django.conf import settings
from sudachipy import Config, Dictionary
from sudachipy.sudachipy import build_user_dic

from ..files import replace_text
from .characters import normalise

# Connection ids and class of a common noun in SudachiDict, as its guide to user dictionaries recommends.
_NOUN = ("名詞", "普通名詞", "一般", "*", "*", "*")
_NOUN_ID = "5146"
# Dear enough that ordinary words win where they fit, cheap enough to win against a row of splinters.
_COST = {"hiragana": 6_000, "other": 4_000}
WORD_LENGTHS = range(2, 31)
MOST_WORDS = 50_000
CHECK_SECONDS = 1.0

_WORD = re.compile(r"[\wー々〆ヶ・]+")
_KATAKANA = re.compile(r"[ァ-ヺー]+")
_HIRAGANA = re.compile(r"[ぁ-ゖー]+")


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A word of the dictionary: as it is written, read (katakana), and the spelling that stands for all."""

    surface: str
    reading: str
    normal: str


_providers: list[Callable[[], Iterable[Word]]] = []


def register_words(provider: Callable[[], Iterable[Word]]) -> None:
    """Let an upper floor add words to every dictionary that is built."""
    if provider not in _providers:
        _providers.append(provider)


def collected_words() -> list[Word]:
    """The words of all providers, the first of each spelling; unusable ones are left out."""
    words: dict[str, Word] = {}
    for provider in _providers:
        for word in provider():
            clean = _clean(word)
            if clean and len(words) < MOST_WORDS:
                words.setdefault(clean.surface, clean)
    return sorted(words.values())


def build(words: Iterable[Word] | None = None) -> tuple[Path, int]:
    """Build the dictionary of these words, or all collected ones, and use it from now on; returns file and number."""
    chosen = sorted(collected_words() if words is None else filter(None, map(_clean, words)))
    rows = [_row(word) for word in chosen]
    name = hashlib.blake2b(repr(rows).encode(), digest_size=10).hexdigest() + ".dic"
    folder = Path(settings.SEARCH_DICTIONARY_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    if not target.exists() or is_damaged():
        lexicon = io.StringIO()
        csv.writer(lexicon, lineterminator="\n").writerows(rows)
        with tempfile.TemporaryDirectory(dir=folder) as workshop:
            fresh = Path(workshop) / name
            build_user_dic(_system_path(), [lexicon.getvalue().encode()], fresh)
            fresh.replace(target)
    replace_text(folder / "CURRENT", f"{name} {target.stat().st_size}")
    for old in folder.glob("*.dic"):
        # Processes that have it open keep it; the next look at CURRENT brings the new one.
        if old.name != name:
            old.unlink(missing_ok=True)
    _looked.clear()
    return target, len(chosen)


_looked: dict[str, tuple[float, str]] = {}


def current() -> str:
    """The name of the dictionary in use, "" without one or with half a one; looked up at most once a second."""
    folder = str(settings.SEARCH_DICTIONARY_DIR)
    known = _looked.get(folder)
    now = time.monotonic()
    if known and now - known[0] < CHECK_SECONDS:
        return known[1]
    name, is_whole = _named(Path(folder))
    _looked[folder] = (now, name if is_whole else "")
    return _looked[folder][1]


def is_damaged() -> bool:
    """Whether a dictionary is in use that is gone or cut short: texts are then read without it."""
    name, is_whole = _named(Path(settings.SEARCH_DICTIONARY_DIR))
    return bool(name) and not is_whole


def mend() -> tuple[str, bool]:
    """Make a damaged dictionary anew; its name, and whether it has the words of before (then it is the very same)."""
    before, _is_whole = _named(Path(settings.SEARCH_DICTIONARY_DIR))
    path, _count = build()
    return path.name, path.name == before


def _named(folder: Path) -> tuple[str, bool]:
    """The dictionary that CURRENT names, and whether it is all there."""
    try:
        name, _space, size = (folder / "CURRENT").read_text().strip().partition(" ")
        # An earlier version noted no size.
        return name, (folder / name).is_file() and (not size or (folder / name).stat().st_size == int(size))
    except (OSError, ValueError):
        return "", False


def load(name: str) -> Dictionary:
    """The system dictionary with the user dictionary of that name, or alone; a file that is gone counts as none."""
    path = Path(settings.SEARCH_DICTIONARY_DIR) / name
    if name and path.exists():
        return Dictionary(config=Config(system="core", user=[str(path)]))
    return Dictionary(dict="core")


def _clean(word: Word) -> Word | None:
    surface = _surface(word.surface)
    reading = jaconv.hira2kata(jaconv.normalize(word.reading)).replace(" ", "").replace("・", "")
    if len(surface) not in WORD_LENGTHS or not _WORD.fullmatch(surface) or not _KATAKANA.fullmatch(reading):
        return None
    return Word(surface, reading, _surface(word.normal) or surface)


def _surface(text: str) -> str:
    return normalise(text, limit=100).replace(" ", "")


def _row(word: Word) -> tuple[str, ...]:
    cost = _COST["hiragana" if _HIRAGANA.fullmatch(word.surface) else "other"]
    return (
        word.surface,
        _NOUN_ID,
        _NOUN_ID,
        str(cost),
        word.surface,
        *_NOUN,
        word.reading,
        word.normal,
        "*",
        "*",
        "*",
        "*",
        "*",
    )


def _system_path() -> Path:
    import sudachidict_core

    return Path(sudachidict_core.__file__).parent / "resources" / "system.dic"
