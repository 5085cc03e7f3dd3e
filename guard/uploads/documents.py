"""Whether a document is what its name says, told by its content. Nothing is unpacked or opened but what the check needs."""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
import zlib
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .. import policy
from .names import ending

# What each must hold, and what its list of contents calls it.
OFFICE = {
    "docx": ("word/document.xml", "wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation.main+xml"),
}
OPEN = ("odt", "ods", "odp")
CONTENTS = "[Content_Types].xml"
# Macros by the places where Office and LibreOffice keep them, and files that bring their own.
MACROS = re.compile(
    r"vbaproject|vbadata|(^|/)(macrosheets|dialogsheets|activex|basic|scripts)/|macrosignatures"
    r"|\.(docm|dotm|xlsm|xltm|xlam|xlsb|pptm|potm|ppam|ppsm|exe|dll|com|scr|js|vbs|hta|bat|cmd|ps1|lnk|jar)$",
    re.IGNORECASE,
)
MACROS_IN_CONTENTS = re.compile(rb"macroenabled|vbaproject|ms-excel\.macrosheet", re.IGNORECASE)
END_OF_ZIP = b"PK\x05\x06"
END_SIZE = 22
LONGEST_COMMENT = 65_535
# A cell that a spreadsheet would work out and that calls something: =HYPERLINK(...), =cmd|'...'!A0, @SUM(...).
FORMULA = re.compile(r"(?:^|[,;\t\n])[ \"']*[=+\-@](?![\d(][\d() -]*(?:[,;\t\n\"]|$))[^,;\t\n]*?(?:\w\(|\|)")
WRITTEN = "\t\n\r\f"


def check(name: str, file: IO[bytes]) -> None:
    """Look at a document. The file is left where it was found, at its beginning.

    Raises ValidationError, with words for the person who uploads, for what may not be uploaded.
    """
    last = ending(name)
    if last not in policy.DOCUMENTS:
        raise ValidationError(
            _("この種類のファイルは載せられません。載せられるのは、名前の終わりが {endings} のファイルです。").format(
                endings="・".join(policy.DOCUMENTS)
            ),
            code="ending",
        )
    file.seek(0)
    try:
        if last == "pdf":
            _require(file.read(5) == b"%PDF-", last)
        elif last in OFFICE or last in OPEN:
            _check_zip(last, file)
        else:
            _check_text(last, file.read())
    finally:
        file.seek(0)


def _require(fits: bool, last: str) -> None:
    if not fits:
        raise ValidationError(
            _(
                "ファイルの中身が、名前の終わり（.{ending}）と合っていないか、こわれています。もとのアプリで開いて保存し直してから、もう一度選んでください。"
            ).format(ending=last),
            code="content",
        )


def _check_zip(last: str, file: IO[bytes]) -> None:
    # From its first byte: what has something in front of it may be a page as well.
    _require(file.read(4) == b"PK\x03\x04", last)
    _require(_list_is_short(file), last)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as parts:
            _check_parts(last, parts)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, ValidationError):
            raise
        _require(False, last)


def _list_is_short(file: IO[bytes]) -> bool:
    """Python reads the whole list of parts at once; a file of 25 MB could hold half a million."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_SIZE - LONGEST_COMMENT))
    tail = file.read()
    # As zipfile looks for it: at the very end, else the last one that stands before a comment.
    at = len(tail) - END_SIZE if tail[-END_SIZE:-18] == END_OF_ZIP else tail.rfind(END_OF_ZIP)
    if at < 0 or len(tail) - at < END_SIZE:
        return False
    length, _begins, comment = struct.unpack_from("<LLH", tail, at + 12)
    # And nothing stands behind it.
    return length <= policy.LARGEST_LIST_OF_PARTS and at + END_SIZE + comment == len(tail)


def _check_parts(last: str, parts: zipfile.ZipFile) -> None:
    entries = parts.infolist()
    names = {entry.filename for entry in entries}
    _require(len(names) == len(entries), last)
    _require(not any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names), last)
    _require(sum(entry.file_size for entry in entries) <= policy.LARGEST_UNPACKED, last)
    if any(MACROS.search(name) for name in names):
        raise _macros()
    if last in OPEN:
        _require("content.xml" in names and entries[0].filename == "mimetype", last)
        _require(_beginning(parts, "mimetype", 200) == policy.DOCUMENT_TYPES[last].encode(), last)
        return
    main, called = OFFICE[last]
    _require({main, CONTENTS} <= names, last)
    contents = _beginning(parts, CONTENTS, policy.LARGEST_LIST_OF_PARTS)
    if MACROS_IN_CONTENTS.search(contents):
        raise _macros()
    _require(called.encode() in contents, last)


def _beginning(parts: zipfile.ZipFile, name: str, size: int) -> bytes:
    """No more than this of a part is unpacked, whatever it says about itself."""
    with parts.open(name) as part:
        return part.read(size)


def _macros() -> ValidationError:
    return ValidationError(
        _("自動で動くしくみ（マクロなど）が入っているファイルは載せられません。マクロのない形で保存し直してください。"),
        code="macros",
    )


def _check_text(last: str, content: bytes) -> None:
    text = _decoded(content)
    if text is None or any(
        unicodedata.category(character) == "Cc" and character not in WRITTEN for character in set(text)
    ):
        raise ValidationError(
            _("文字だけのファイルとして読めませんでした。文字コードを UTF-8 にして、保存し直してください。"),
            code="text",
        )
    if last == "ics":
        _require(text.lstrip().upper().startswith("BEGIN:VCALENDAR"), last)
    if last == "csv" and FORMULA.search(text.replace("\r", "\n")):
        raise ValidationError(
            _("表の中に、式として動くセル（= や @ で始まるもの）があります。値だけにして、保存し直してください。"),
            code="formula",
        )


def _decoded(content: bytes) -> str | None:
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
