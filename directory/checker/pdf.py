"""Whether a PDF is pictures of paper only, so that nothing of it can be read out or found.

No library for PDF is installed for this one question. Text in a PDF needs a font (ISO 32000-1, 9.2.2), and a font is a dictionary
with the name /Font, in the file itself or in a compressed object stream; a file that names none has no text.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

from django.core.cache import cache

# A scan of some hundred sheets; what is larger is not looked at.
MOST_BYTES = 20_000_000
# Of one object stream, and of all together: a small file may unpack to a great deal.
MOST_UNPACKED = 4_000_000
MOST_STREAMS = 2_000
SECONDS = 7 * 24 * 3600
_FONT = re.compile(rb"/Font\b|/Type0\b|/TrueType\b")
_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.S)


def is_picture_only(document: Any) -> bool:
    """Of a document of Wagtail, whether it is a PDF without any text; False where that cannot be told. Never raises."""
    if document.file_extension.lower() != "pdf":
        return False
    key = f"pdf_without_text:{document.pk}:{document.file_hash or document.file.name}"
    known = cache.get(key)
    if known is None:
        known = _look(document)
        cache.set(key, known, SECONDS)
    return bool(known)


def _look(document: Any) -> bool:
    try:
        if document.file.size > MOST_BYTES:
            return False
        with document.file.open("rb") as file:
            return has_no_text(file.read(MOST_BYTES))
    except (OSError, ValueError):
        # The file is gone: that is told by whoever opens it.
        return False


def has_no_text(content: bytes) -> bool:
    """Of the content of a PDF; False where it is none, or is encrypted."""
    if not content.startswith(b"%PDF-") or b"/Encrypt" in content or _FONT.search(content):
        return False
    left = MOST_UNPACKED
    for count, match in enumerate(_STREAM.finditer(content)):
        if count >= MOST_STREAMS or left <= 0:
            return False
        try:
            unpacked = zlib.decompressobj().decompress(content[match.end() :], left)
        except zlib.error:
            return False
        left -= len(unpacked)
        if _FONT.search(unpacked):
            return False
    return True
