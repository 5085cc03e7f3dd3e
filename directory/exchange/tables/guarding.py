"""Cells that no spreadsheet runs, and that come back as they were.

`shared.safe_cell` puts an apostrophe in front of what looks like the beginning of a formula. So that it can come off again, what
already looks so with apostrophes in front gets one more: `=1` and `'=1` are written `'=1` and `''=1`. Everything else, also an
apostrophe before an ordinary word, is written as it stands.
"""

from __future__ import annotations

import re

from ..shared import FORMULA_STARTS

_STARTS = re.escape("".join(FORMULA_STARTS))
_GUARDED = re.compile(f"'+[{_STARTS}]")
_DANGEROUS = re.compile(f"'*[{_STARTS}]")


def guarded(text: str, *, is_typed: bool = False) -> str:
    """The text of a cell. `is_typed`: the file itself says that it is a text (Excel), so that only doubt needs an apostrophe."""
    return f"'{text}" if (_GUARDED if is_typed else _DANGEROUS).match(text) else text


def unguarded(text: str) -> str:
    """What a cell meant."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text
