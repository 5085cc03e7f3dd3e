"""Where the table is in a sheet: titles above it, one or several rows of headers, notes below and between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from .books.grid import RawRow, Unreadable
from .columns import by_word, normalised

LOOKED_AT, MOST_HEADER_ROWS, LONGEST_HEADER = 40, 3, 40
# A cell that is content and no header.
CONTENT = re.compile(r"[\d,.\-/:()~ ]+|.*\d{4,}.*|.*[@＠].*|https?:.*|.*[。]$|\d+[年月日時円人名件].*", re.DOTALL)
MARKS = re.compile(r"[※＊*注]|[(（]注|出典|資料[:：]|備考[:：]|注意")
TOTALS = frozenset({"合計", "計", "小計", "総計", "合 計"})
GUIDES = frozenset(
    {
        "必須",
        "任意",
        "推奨",
        "文字列",
        "数値",
        "半角",
        "全角",
        "◎",
        "○",
        "◯",
        "数字",
        "日付",
        "入力必須",
        "入力例",
        "記入例",
    }
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a sheet: its headers by position (empty where a column has none), their rows, what stands above."""

    headers: tuple[str, ...]
    first_row: int
    last_row: int
    above: tuple[str, ...] = ()

    def aside(self, row: RawRow) -> str:
        """Why a row below the headers is no record, in Japanese; empty where it is one."""
        if row.number <= self.last_row:
            return _("見出し")
        filled = [index for index, text in enumerate(row.texts) if text]
        if not filled:
            return _("空の行")
        first = row.texts[filled[0]]
        if first in TOTALS:
            return _("合計の行")
        if len(filled) <= 2 or first == row.texts[filled[1]] or MARKS.match(first):
            distinct = {row.texts[index] for index in filled}
            if len(distinct) == 1 and len(self.headers) >= 3:
                if MARKS.match(first) or len(filled) > 1 or filled[0] > 2 or "。" in first:
                    return _("表の外の説明")
            elif MARKS.match(first) and len(distinct) <= 2 and len(first) > 10:
                return _("表の外の説明")
        if len(filled) >= 2:
            if self._repeats(row, filled[0]) or self._repeats(row, filled[1]):
                same = sum(self._repeats(row, index) for index in filled)
                if same * 2 > len(filled):
                    return _("くり返された見出し")
            if row.number <= self.last_row + 3:
                distinct = {row.texts[index] for index in filled}
                if len(distinct & GUIDES) * 2 > len(distinct):
                    return _("書き方の説明")
        return ""

    def _repeats(self, row: RawRow, index: int) -> bool:
        return index < len(self.headers) and row.texts[index] == self.headers[index]


def find_table(rows: Sequence[RawRow], first_row: int = 0, header_rows: int = 0) -> Table:
    """The table of a sheet by its first rows; the row of headers may be told, and how many rows they take.

    Raises Unreadable where no row can be headers.
    """
    numbered = {row.number: row for row in rows}
    if first_row:
        if first_row not in numbered:
            raise Unreadable(
                _("%(row)s行目に見出しがありません。見出しの行を選び直してください。") % {"row": first_row}
            )
        last_row = first_row + max(header_rows, 1) - 1
    else:
        best = _best(rows)
        if best is None:
            raise Unreadable(_("見出しの行が見つかりません。1行に1つずつ列の名前を書いた表にしてください。"))
        first_row = last_row = best.number
        while last_row - first_row + 1 < MOST_HEADER_ROWS and _goes_on(numbered, last_row, last_row + 1):
            last_row += 1
        while last_row - first_row + 1 < MOST_HEADER_ROWS and _goes_on(numbered, first_row - 1, first_row):
            first_row -= 1
    header = [numbered[number] for number in range(first_row, last_row + 1) if number in numbered]
    above = [" ".join(dict.fromkeys(filter(None, row.texts))) for row in rows if row.number < first_row]
    return Table(_names(header), first_row, last_row, tuple(above))


def _is_headerlike(text: str) -> bool:
    return len(text) <= LONGEST_HEADER and not CONTENT.fullmatch(text)


def _best(rows: Sequence[RawRow]) -> RawRow | None:
    known = by_word()
    width = max((sum(map(bool, row.texts)) for row in rows), default=0)
    best, best_score = None, 0.0
    for row in rows[:LOOKED_AT]:
        distinct = list(dict.fromkeys(text for text in row.texts if text))
        if not distinct or (len(distinct) < 2 and width > 1):
            continue
        words = sum(normalised(text) in known for text in distinct)
        alike = sum(_is_headerlike(text) for text in distinct)
        score = 3 * words + alike - 2 * (len(distinct) - alike)
        if score > best_score:
            best, best_score = row, score
    return best


def _goes_on(rows: dict[int, RawRow], upper_number: int, lower_number: int) -> bool:
    """Whether two rows are headers of the same table: the lower one parts what the upper one joins."""
    if upper_number not in rows or lower_number not in rows:
        return False
    upper, lower = rows[upper_number].texts, rows[lower_number].texts
    width = max(len(upper), len(lower))
    at = _padded(upper, width), _padded(lower, width)
    if len({text for text in at[0] if text}) < 2:
        return False
    parted = kept = known = 0
    for index, (above, below) in enumerate(zip(*at, strict=True)):
        if not below:
            kept += bool(above)
        elif below == above:
            kept += 1
        elif not _is_headerlike(below):
            return False
        elif not above or _is_joined(at[0], index) or _begins_group(at, index):
            parted += 1
            known += normalised(below) in by_word()
        else:
            return False
    return parted >= 2 and (kept > 0 or known > 0)


def _begins_group(rows: tuple[Sequence[str], Sequence[str]], index: int) -> bool:
    """Whether a cell of the upper row stands for the next column too, as joined cells lie in a text file."""
    upper, lower = rows
    return index + 1 < len(upper) and not upper[index + 1] and bool(lower[index + 1])


def _is_joined(texts: Sequence[str], index: int) -> bool:
    return texts[index] in (*texts[max(index - 1, 0) : index], *texts[index + 1 : index + 2])


def _padded(texts: Sequence[str], width: int) -> tuple[str, ...]:
    return (*texts, *[""] * (width - len(texts)))


def _names(rows: Sequence[RawRow]) -> tuple[str, ...]:
    """One header for each column, no two the same: 連絡先_電話, 備考, 備考（2）."""
    width = max(len(row.texts) for row in rows)
    grid = [list(_padded(row.texts, width)) for row in rows]
    for upper, lower in pairwise(grid):
        # In a text file only the first cell of a joined header says it.
        for index in range(1, width):
            if not upper[index] and lower[index] and upper[index - 1] and lower[index - 1]:
                upper[index] = upper[index - 1]
    names: list[str] = []
    seen: dict[str, int] = {}
    for column in zip(*grid, strict=True):
        name = "_".join(dict.fromkeys(" ".join(text.split()) for text in column if text))
        seen[name] = seen.get(name, 0) + bool(name)
        names.append(f"{name}（{seen[name]}）" if seen[name] > 1 else name)
    while names and not names[-1]:
        names.pop()
    return tuple(names)
