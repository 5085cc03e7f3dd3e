"""What a file is before anybody knows what it means: sheets of rows of text, and what had to be done to read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

# Sizes of what is read. A register of a whole prefecture has some 50,000 entries of thirty columns.
MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 500
# What a spreadsheet holds in one cell.
MOST_CHARACTERS = 32_767

# Characters that nobody sees and that change what is seen: the categories Cc, Cf and Cs of Unicode, without tab and line
# feed (`validators.validate_visible` refuses the same ones in forms; here they are taken out and told).
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029\u0085]")


class Unreadable(Exception):
    """A file that is not read at all; the text says in Japanese why, and what to do."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a cell as it lies in the file. `refuses`: its value is not known, so the row cannot be taken."""

    index: int
    value: str
    message: str
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands: `number` as a spreadsheet counts (from 1, blank rows too), texts without spaces around them."""

    number: int
    texts: tuple[str, ...]
    flaws: tuple[Flaw, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.texts)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its name (empty for CSV). Each call of `rows` reads it anew from the beginning, row by row."""

    name: str
    rows: Callable[[], Iterator[RawRow]]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """A file that was opened. `notes` says in Japanese what was found out or left out while opening it."""

    name: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    delimiter: str = ""
    notes: tuple[str, ...] = field(default=())

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of a name, or the first one for none; nothing where there is no such sheet."""
        if not name:
            return self.sheets[0]
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def cleaned(text: str, index: int, flaws: list[Flaw]) -> str:
    """A text without hidden characters and spaces around it; what was taken out or is too long is added to the flaws."""
    if "\r" in text or not text.isprintable():
        text = LINE_BREAKS.sub("\n", text)
        if HIDDEN.search(text):
            codes = "、".join(sorted({f"U+{ord(sign):04X}" for sign in HIDDEN.findall(text)})[:5])
            text = HIDDEN.sub("", text)
            flaws.append(
                Flaw(index, text[:100], _("目に見えない文字（%(codes)s）を取りのぞきました。") % {"codes": codes})
            )
    if len(text) > MOST_CHARACTERS:
        message = _("1つのセルの文字が多すぎます（%(count)s文字）。%(most)s文字までにしてください。")
        flaws.append(Flaw(index, text[:100], message % {"count": len(text), "most": MOST_CHARACTERS}, refuses=True))
        text = text[:MOST_CHARACTERS]
    return text.strip()


def counted(rows: Iterator[RawRow]) -> Iterator[RawRow]:
    """The rows that are not blank. Raises Unreadable when there are more rows or columns than are read."""
    count = 0
    for row in rows:
        if row.is_blank and not row.flaws:
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable(
                _("行が多すぎます。1つの表は%(most)s行までです。ファイルを分けてください。")
                % {"most": f"{MOST_ROWS:,}"}
            )
        if len(row.texts) > MOST_COLUMNS and any(row.texts[MOST_COLUMNS:]):
            raise Unreadable(
                _("%(row)s行目の列が多すぎます。%(most)s列までです。いらない列を消してください。")
                % {"row": row.number, "most": MOST_COLUMNS}
            )
        yield row
