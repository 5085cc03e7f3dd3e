"""Finding English on a page: in what it shows, in what it reads out, and in what its scripts are given to show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import html

# Attributes that somebody sees or hears; "value" of buttons only.
SHOWN = ("aria-label", "aria-description", "title", "placeholder", "alt", "data-w-tooltip-content-value")
UNREAD = frozenset({"style", "code", "pre", "kbd"})
# Keys of the data of scripts whose values nobody sees.
HIDDEN_KEY = re.compile(
    r"(?i)class|^_|url|href|^id$|icon|^type$|name$|key|attrs|src|format$|slug|selector|action|controller"
)
# Names of things, which are the same in Japanese.
NAMES = frozenset(
    re.findall(
        r"\w+",
        """AED API AVIF BODIK CSV Cmd Ctrl DV Django Elasticsearch Enter Esc Excel FAX GIF GeoJSON Google HSDS HTML HTTP HTTPS Hello
        Work ID IP JIS JPEG JSON JavaScript KB LGBT LGBTQ LINE MB Mac Microsoft Authenticator NET NHK NPO OK PDF PNG Python QR RSS
        SNS Schema Shift TOTP Tab UTF URL WAM Wagtail WebP Wi Fi Windows XLSX Yorozu Zoom iPhone Android""",
    )
)
WORD = r"[A-Za-z][A-Za-z'’]*"
RUN = re.compile(rf"(?<![\w.@/:%&=#+-])(?:{WORD}[,.:;!?]?\s+)+{WORD}(?![\w.@/:=%-])")
ALONE = re.compile(rf"\W*({WORD})\W*")
ADDRESS = re.compile(r"\S+@\S+|https?://\S+|\S*[\w-]\.[a-z]{2,4}\b\S*")


def english_on(content: bytes | str) -> set[str]:
    """Every piece of text of a page, or of an answer to one of its scripts, that is English."""
    text = content.decode() if isinstance(content, bytes) else content
    if text.lstrip().startswith(("{", "[")):
        return {piece for value in _of_data(json.loads(text)) if (piece := english_in(value))}
    return {piece for shown in _shown(text) if (piece := english_in(shown))}


@lru_cache(maxsize=50_000)
def english_in(text: str) -> str:
    """The English in a piece of text: two words or more in a row, or one that is all there is; "" for none."""
    text = ADDRESS.sub(" ", " ".join(text.split()))
    for run in RUN.findall(text):
        words = [word for word in re.findall(WORD, run) if word not in NAMES]
        # "A B" are points on a map, "km h" a measure.
        if len([word for word in words if len(word) > 2]) > 1:
            return run.strip()
    alone = ALONE.fullmatch(text)
    if alone and len(alone[1]) > 2 and alone[1] not in NAMES and alone[1].istitle():
        return alone[1]
    return ""


def _shown(page: str) -> Iterator[str]:
    if page.strip():
        # Not by Beautiful Soup: thousands of pages are read here.
        yield from _of_element(html.document_fromstring(page))


def _of_element(element: Any) -> Iterator[str]:
    """What an element shows, its own tail left out. Whose tag is no text is a comment."""
    tag, parts = element.tag, [part for part in element if isinstance(part.tag, str)]
    if tag == "script":
        if "json" in (element.get("type") or ""):
            yield from _of_data(json.loads(element.text or "null"))
        return
    if tag in UNREAD or ("hidden" in element.attrib and tag != "template" and not parts):
        return
    yield element.text or ""
    yield from (element.get(name) for name in SHOWN if element.get(name))
    if tag == "input" and element.get("type") in {"submit", "button", "reset"}:
        yield element.get("value") or ""
    for name, value in element.attrib.items():
        if name.startswith("data-") and value[:1] in ("{", "["):
            try:
                yield from _of_data(json.loads(value))
            except ValueError:
                continue
    for part in element:
        if isinstance(part.tag, str):
            yield from _of_element(part)
        yield part.tail or ""


def _of_data(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if HIDDEN_KEY.search(key):
            return
        if "</" in value or "/>" in value:
            yield from _shown(value)
        else:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _of_data(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _of_data(item, name)
