"""Text files with a separator between the cells: which encoding, which separator, and the rows, read as a stream."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from .grid import MOST_CHARACTERS, Flaw, RawRow, Unreadable, cleaned

DELIMITERS = ",\t;"
BLOCK = 1 << 20
# Enough to tell the separator: lines of a sample, and what of them is looked at.
SAMPLE_BYTES, SAMPLE_ROWS = 200_000, 60
# One byte of so many is zero at least in UTF-16.
LEAST_ZEROS = 50
# The csv module refuses longer cells; a quotation mark that is never closed makes one of the whole file.
csv.field_size_limit(1 << 20)

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NOT_ASCII = bytes(range(128, 256))
# So many bytes of another encoding may look like UTF-8 by chance.
MOST_BY_CHANCE = 30
# Python reads these bytes as private characters; nobody writes them.
NEVER_CP932 = (b"\xfd", b"\xfe", b"\xff")


def encoding_of(data: bytes) -> str:
    """The encoding of a text: by its mark, by the zeros of UTF-16, else UTF-8, else CP932 (Windows' Shift_JIS with 髙, 﨑, ①).

    Raises Unreadable, with the line that cannot be read.
    """
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return encoding
    if utf_16 := _wide(data[:4096]):
        return utf_16
    failed = _fails_at(data, "utf-8")
    if failed is None:
        return "utf-8"
    # What reads well so far in UTF-8 is UTF-8 with a damage: as CP932 it would be read too, to nonsense.
    wide = failed - len(data[:failed].translate(None, NOT_ASCII))
    if wide <= MOST_BY_CHANCE and not any(byte in data for byte in NEVER_CP932):
        other = _fails_at(data, "cp932")
        if other is None:
            return "cp932"
        failed = max(failed, other)
    raise Unreadable(
        _(
            "文字コードが分かりません（%(line)s行目あたりで読めない文字があります）。"
            "表計算ソフトで開き、「CSV UTF-8」で保存し直してください。"
        )
        % {"line": data.count(b"\n", 0, failed) + 1}
    )


def delimiter_of(data: bytes, encoding: str) -> str:
    """The separator with which most lines of the beginning have the same number of cells, more than one."""
    text = data[:SAMPLE_BYTES].decode(encoding, "ignore")
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        if delimiter not in text:
            continue
        widths: Counter[int] = Counter()
        try:
            for row, _number in zip(
                csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), range(SAMPLE_ROWS), strict=False
            ):
                widths[len(row)] += bool(row)
        except csv.Error:
            continue
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        score = count / sum(widths.values()) * (1 + min(width, 40) / 40) if width > 1 else 0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def rows_of(data: bytes, encoding: str, delimiter: str) -> Iterator[RawRow]:
    """All rows, blank ones too, so that their numbers are those of a spreadsheet.

    Raises Unreadable where the text breaks off: bytes that are none of the encoding, a cell without an end.
    """
    number = 0
    stream = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    try:
        for number, cells in enumerate(csv.reader(stream, delimiter=delimiter), start=1):
            yield _row(number, cells)
    except UnicodeError:
        raise Unreadable(
            _(
                "%(row)s行目の次に、文字コード（%(encoding)s）では読めない文字があります。文字コードを選び直してください。"
            )
            % {"row": number, "encoding": encoding}
        ) from None
    except csv.Error:
        raise Unreadable(
            _('%(row)s行目の次のセルが長すぎます。引用符（"）が閉じているか確かめてください。') % {"row": number}
        ) from None


def _row(number: int, cells: list[str]) -> RawRow:
    line = "".join(cells)
    if line.isprintable() and len(line) <= MOST_CHARACTERS:
        return RawRow(number, tuple([text.strip() for text in cells]))
    flaws: list[Flaw] = []
    texts = tuple([cleaned(text, index, flaws) for index, text in enumerate(cells)])
    return RawRow(number, texts, tuple(flaws))


def has_open_quote(data: bytes) -> bool:
    """Whether the quotation marks of a text cannot all be closed; none of the encodings has this byte within a character."""
    return data.count(b'"') % 2 == 1


def _wide(beginning: bytes) -> str:
    """UTF-16 without its mark: of each comma, digit and line feed one half is zero, always the same one."""
    zeros = beginning[0::2].count(0), beginning[1::2].count(0)
    if sum(zeros) * LEAST_ZEROS < len(beginning) or min(zeros) * 10 > max(zeros):
        return ""
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def _fails_at(data: bytes, encoding: str) -> int | None:
    """Where a text cannot be read with an encoding; None if it can. Block by block: the text itself is not kept."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(data) or 1, BLOCK):
        try:
            decoder.decode(data[start : start + BLOCK], final=start + BLOCK >= len(data))
        except UnicodeDecodeError as error:
            return start + error.start
    return None
