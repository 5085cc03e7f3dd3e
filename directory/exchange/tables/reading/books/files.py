"""Opening a file that somebody brought: what it is, by its content and not by its name, and the sheets in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from . import delimited, workbooks
from .grid import MOST_BYTES, Book, RawRow, Sheet, Unreadable, counted

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ENCODINGS = ("utf-8-sig", "utf-8", "cp932", "utf-16", "utf-16-le", "utf-16-be")
HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body|table|script|meta|div|\?xml)\b", re.IGNORECASE | re.DOTALL
)
OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
)


def open_book(name: str, data: bytes, encoding: str = "", delimiter: str = "") -> Book:
    """A file as sheets of rows; `encoding` and `delimiter` are told by the content unless somebody says them.

    Nothing of it is run. Blank rows are left out, sheets with nothing in them too. Raises Unreadable.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(
            _("ファイルが大きすぎます（%(size)s MB）。%(most)s MBまでです。ファイルを分けてください。")
            % {"size": round(len(data) / 1024 / 1024), "most": MOST_BYTES // 1024 // 1024}
        )
    if not data.strip():
        raise Unreadable(_("ファイルに何も入っていません。"))
    if data.startswith(OLE2):
        raise Unreadable(_old_or_locked(data))
    if data.startswith(b"PK"):
        sheets, notes = workbooks.sheets_of(data)
        return _book(name, sheets, notes)
    for signature, what in OTHERS:
        if data.startswith(signature):
            raise Unreadable(
                _("これは表のファイルではありません（%(what)s）。ExcelかCSVのファイルを選んでください。")
                % {"what": what}
            )
    return _text_book(name, data, encoding, delimiter)


def _old_or_locked(data: bytes) -> str:
    if ENCRYPTED in data:
        return _("パスワードがかかっているので読めません。Excelで開き、パスワードを外して保存し直してください。")
    return _(
        "古い形式のExcel（.xls）などは読めません。"
        "Excelで開き、「Excel ブック（.xlsx）」か「CSV UTF-8」で保存し直してください。"
    )


def _text_book(name: str, data: bytes, encoding: str, delimiter: str) -> Book:
    if encoding and encoding not in ENCODINGS:
        raise Unreadable(_("この文字コードは読めません: %(encoding)s") % {"encoding": encoding})
    if delimiter and (len(delimiter) != 1 or delimiter in '\r\n"'):
        raise Unreadable(_("区切りの文字は、1文字で選んでください（カンマ、タブ、セミコロン）。"))
    encoding = encoding or delimited.encoding_of(data)
    beginning = data[:8192].decode(encoding, "ignore").lstrip("\ufeff").encode("utf-8", "ignore")
    if HTML.match(beginning):
        raise Unreadable(
            _(
                "これはCSVではなく、ホームページのファイル（HTML）です。"
                "配っているページで「ダウンロード」を選び直すか、表計算ソフトで開いて「CSV UTF-8」で保存してください。"
            )
        )
    if beginning.lstrip()[:1] in (b"{", b"["):
        raise Unreadable(_("これはCSVではないようです（JSON）。ExcelかCSVのファイルを選んでください。"))
    delimiter = delimiter or delimited.delimiter_of(data, encoding)
    notes = []
    if delimited.has_open_quote(data) and not encoding.startswith("utf-16"):
        notes.append(_('閉じていない引用符（"）があるようです。行がつながっていないか確かめてください。'))

    def rows() -> Iterator[RawRow]:
        return delimited.rows_of(data, encoding, delimiter)

    return _book(name, [Sheet("", rows)], notes, encoding, delimiter)


def _book(name: str, sheets: list[Sheet], notes: list[str], encoding: str = "", delimiter: str = "") -> Book:
    """Sheets with something in them, their rows counted."""
    kept, empty = [], []
    for sheet in sheets:
        limited = Sheet(sheet.name, _Counted(sheet), sheet.hidden)
        if next(limited.rows(), None) is None:
            empty.append(sheet.name)
        else:
            kept.append(limited)
    if not kept:
        raise Unreadable(_("ファイルに何も入っていません。"))
    if empty:
        notes = [*notes, _("何も入っていないシートは読みません: %(names)s") % {"names": "、".join(empty)}]
    return Book(name, tuple(kept), encoding.removesuffix("-sig") if encoding else "", delimiter, tuple(notes))


class _Counted:
    """The rows of a sheet that are not blank, within the limits."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def __call__(self) -> Iterator[RawRow]:
        return counted(self._sheet.rows())


def sample(sheet: Sheet, rows: int = 200) -> list[RawRow]:
    """The first rows of a sheet, to find its table and to guess its columns."""
    return list(islice(sheet.rows(), rows))
