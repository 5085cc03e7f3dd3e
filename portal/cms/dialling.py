"""Numbers within sentences as links to dial: whoever reads 「119番へ」 on a phone must not have to type it."""

from __future__ import annotations

import re
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

# 110 and 119 where they are numbers to dial (番, or who answers stands behind) and no part of a name (いじめ110番 of a kanji,
# NET119); and whole telephone numbers that are no fax.
NUMBER = re.compile(
    r"(?<![\w々〇\-・#])(?P<after_sign>11[09])(?=番|（(?:警察|消防|救急))"
    r"|(?<=[ぁ-ん・])(?P<after_kana>11[09])(?=番|（(?:警察|消防|救急))"
    r"|(?<![\d\-])(?P<whole>0\d{1,4}-\d{1,4}-\d{3,4})(?![\d\-])"
)
FAX = re.compile(r"(?:fax|ファクス|ファックス)[^0-9]{0,4}$", re.IGNORECASE)
TAG = re.compile(r"(<[^>]*>)")


def dialled(text: Any) -> SafeString:
    """A text, or HTML that is safe already, with its numbers as `tel:` links; what is a link stays as it is."""
    pieces, links = [], 0
    for piece in TAG.split(conditional_escape(text)):
        if piece.startswith("<"):
            links += bool(re.match(r"<a\b", piece)) - piece.startswith("</a")
            pieces.append(piece)
        else:
            pieces.append(piece if links else NUMBER.sub(_link, piece))
    return mark_safe("".join(pieces))  # noqa: S308 - escaped above, and a number is digits and hyphens


def _link(found: re.Match[str]) -> str:
    if found["whole"] and FAX.search(found.string[: found.start()]):
        return found[0]
    return f'<a href="tel:{found[0].replace("-", "")}">{found[0]}</a>'
