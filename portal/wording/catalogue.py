"""Catalogues of gettext as files: reading a .po, and writing the .mo that Django reads.

The format is that of GNU gettext (https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html and MO-Files.html).
Done here so that nobody needs the tools of gettext to change a word.
"""

from __future__ import annotations

import ast
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# What stands between a context and its message, and between singular and plural, in a .mo.
CONTEXT, PLURAL = "\x04", "\x00"
MAGIC = 0x950412DE

Key = tuple[str, str]


@dataclass
class Entry:
    """One message of a .po; `strings` are its translations, one for each plural form."""

    text: str = ""
    plural: str = ""
    context: str = ""
    strings: list[str] = field(default_factory=list)
    is_fuzzy: bool = False

    @property
    def key(self) -> Key:
        """By what gettext finds it."""
        return self.context, self.text

    @property
    def is_translated(self) -> bool:
        """Whether gettext would use it."""
        return bool(self.strings) and all(self.strings) and not self.is_fuzzy

    def as_po(self) -> str:
        """The lines of a .po that wait for a translation."""
        lines = [f"msgctxt {_quoted(self.context)}"] if self.context else []
        lines.append(f"msgid {_quoted(self.text)}")
        lines += [f"msgid_plural {_quoted(self.plural)}", 'msgstr[0] ""'] if self.plural else ['msgstr ""']
        return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def read_po(path: Path) -> list[Entry]:
    """The messages of a file, without its header and without what is commented out.

    Raises ValueError for a line that is none of a .po.
    """
    return [entry for entry in _entries(path) if entry.text]


def _entries(path: Path) -> Iterator[Entry]:
    entry, part = Entry(), ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if line.startswith("#"):
            if part:
                yield entry
                entry, part = Entry(), ""
            # "#~" comments a whole message out; of flags only one says that a translation is a guess.
            entry.is_fuzzy = entry.is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        if not line:
            continue
        if not line.startswith('"'):
            word, _, line = line.partition(" ")
            if word in {"msgid", "msgctxt"} and part.startswith("msgstr"):
                yield entry
                entry = Entry()
            part = word
            if part.startswith("msgstr"):
                entry.strings.append("")
        value = _unquoted(line, path, number)
        if part == "msgid":
            entry.text += value
        elif part == "msgid_plural":
            entry.plural += value
        elif part == "msgctxt":
            entry.context += value
        elif part.startswith("msgstr"):
            entry.strings[-1] += value
        else:
            raise ValueError(f"{path}:{number}: {part!r} is no part of a message")
    if part:
        yield entry


def _unquoted(line: str, path: Path, number: int) -> str:
    """A string as C writes it; Python's are the same for what stands in catalogues."""
    try:
        return str(ast.literal_eval(line))
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{path}:{number}: not a string: {line}") from error


def compiled(entries: Iterable[Entry], language: str) -> bytes:
    """The .mo of these messages, for a language with one form for every number."""
    header = f"Language: {language}\nContent-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=1; plural=0;\n"
    pairs = {"": header}
    for entry in entries:
        if entry.is_translated:
            key = entry.context + CONTEXT + entry.text if entry.context else entry.text
            pairs[key + PLURAL + entry.plural if entry.plural else key] = PLURAL.join(entry.strings)
    rows = sorted((key.encode(), text.encode()) for key, text in pairs.items())
    # Seven numbers, two tables of (length, place), then all keys, then all translations, each with an end of its own.
    start = 7 * 4
    place = start + 2 * 8 * len(rows)
    tables, texts = [], []
    for column in (0, 1):
        for row in rows:
            tables.append(struct.pack("<II", len(row[column]), place))
            texts.append(row[column] + b"\x00")
            place += len(row[column]) + 1
    numbers = struct.pack("<7I", MAGIC, 0, len(rows), start, start + 8 * len(rows), 0, start + 16 * len(rows))
    return numbers + b"".join(tables) + b"".join(texts)
