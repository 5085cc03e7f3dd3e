"""The texts of a body made of blocks: as it is kept, and as a form posts it. Both name the same inputs.

A block is looked at for what it is: rich text, text, words for a picture. So a block that somebody adds is looked at without being
named anywhere; only what its words are for is told by its name (`_BY_NAME`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wagtail import blocks
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from .rule import Role, Text

# Nobody stacks more of them; forms of strangers may.
MOST_BLOCKS = 500
DEEPEST = 8
_BY_NAME = {"alt": Role.ALT, "title": Role.HEADING, "heading": Role.HEADING, "q": Role.HEADING}
Get = Callable[[str], str | None]


def role_of(block: Any, name: str) -> Role | None:
    """What the words of a block without blocks inside are for; None where it has no words of an editor."""
    if isinstance(block, (blocks.RichTextBlock, blocks.RawHTMLBlock)):
        return Role.RICH
    if isinstance(block, (blocks.CharBlock, blocks.TextBlock, blocks.BlockQuoteBlock)):
        return _BY_NAME.get(name, Role.SENTENCE)
    return None


class _Headings:
    """Under which heading the texts of a body stand: beneath the title until one of its headings has come."""

    def __init__(self, block: Any) -> None:
        self._has_headings = "heading" in getattr(block, "child_blocks", {})
        self._under = 1

    def of(self, block: Any, name: str, texts: Iterator[Text]) -> Iterator[Text]:
        """The texts of the next block; of one within another block nobody knows."""
        if self._has_headings and name == "heading":
            self._under = 2
        is_here = self._has_headings and isinstance(block, blocks.RichTextBlock)
        return (replace(text, under=self._under) for text in texts) if is_here else texts


def _text(block: Any, name: str, field: str, label: str, value: str) -> Iterator[Text]:
    role = role_of(block, name)
    if role and (value.strip() or role == Role.ALT):
        yield Text(field, label, role, value)


def texts_of_value(block: Any, value: Any, prefix: str, label: str, name: str = "") -> Iterator[Text]:
    """The texts of a value as it is kept; inputs are named as the form names them when it is opened anew."""
    if value is None:
        return
    if isinstance(block, blocks.StreamBlock):
        place = _Headings(block)
        for number, child in enumerate(value):
            here = _joined(label, child.block.label, number)
            own = texts_of_value(child.block, child.value, f"{prefix}-{number}-value", here, child.block_type)
            yield from place.of(child.block, child.block_type, own)
    elif isinstance(block, blocks.ListBlock):
        for number, item in enumerate(value):
            yield from texts_of_value(
                block.child_block, item, f"{prefix}-{number}-value", _joined(label, "", number), name
            )
    elif isinstance(block, blocks.StructBlock):
        for key, child in block.child_blocks.items():
            yield from texts_of_value(child, value.get(key), f"{prefix}-{key}", _joined(label, child.label), key)
    else:
        yield from _text(block, name, prefix, label, getattr(value, "source", None) or str(value))


def texts_of_form(block: Any, get: Get, prefix: str, label: str, name: str = "", depth: int = 0) -> Iterator[Text]:
    """The same of a form. `get` gives the value of an input, None where there is none."""
    if depth > DEEPEST:
        return
    if isinstance(block, (blocks.StreamBlock, blocks.ListBlock)):
        place = _Headings(block)
        for order, number in enumerate(_shown(get, prefix)):
            kind = get(f"{prefix}-{number}-type") or ""
            child = block.child_blocks.get(kind) if isinstance(block, blocks.StreamBlock) else block.child_block
            if child is not None:
                is_list = isinstance(block, blocks.ListBlock)
                here = _joined(label, "" if is_list else child.label, order)
                called = name if is_list else kind
                own = texts_of_form(child, get, f"{prefix}-{number}-value", here, called, depth + 1)
                yield from place.of(child, called, own)
    elif isinstance(block, blocks.StructBlock):
        for key, child in block.child_blocks.items():
            yield from texts_of_form(child, get, f"{prefix}-{key}", _joined(label, child.label), key, depth + 1)
    elif (value := get(prefix)) is not None:
        yield from _text(
            block, name, prefix, label, html_of(block, value) if role_of(block, name) == Role.RICH else value
        )


def _shown(get: Get, prefix: str) -> list[int]:
    """The numbers of the inputs of a stream or list, in the order in which they stand, without those taken out."""
    count = get(f"{prefix}-count") or ""
    numbers = range(min(int(count), MOST_BLOCKS)) if count.isdecimal() else range(0)
    there = [number for number in numbers if not get(f"{prefix}-{number}-deleted")]

    def order(number: int) -> int:
        said = get(f"{prefix}-{number}-order") or ""
        return int(said) if said.isdecimal() else number

    return sorted(there, key=order)


def html_of(block: Any, posted: str) -> str:
    """What the editor of rich text posts (its own JSON), as the HTML that is kept; as it is where it is none."""
    try:
        state: Any = json.loads(posted)
    except ValueError:
        return posted
    if not isinstance(state, Mapping):
        return ""
    features = getattr(block, "features", None)
    try:
        html: str = ContentstateConverter(features or []).to_database_format(posted)
    except (KeyError, TypeError, AttributeError, ValueError):
        # Not from our editor.
        return ""
    return html


def _joined(label: str, own: Any, number: int | None = None) -> str:
    place = f"{number + 1}" if number is not None else ""
    return " ".join(part for part in (str(label), place, str(own or "")) if part)


def mended_raw(block: Any, raw: Any, mend: Callable[[Text, int | None], str], name: str = "") -> Any:
    """A body as the database has it, with `mend` of each text (and the most that its block takes) in its place."""
    if isinstance(block, blocks.StreamBlock):
        return [
            {**item, "value": mended_raw(block.child_blocks[item["type"]], item["value"], mend, item["type"])}
            if item["type"] in block.child_blocks
            else item
            for item in raw
        ]
    if isinstance(block, blocks.ListBlock):
        return [{**item, "value": mended_raw(block.child_block, item["value"], mend, name)} for item in raw]
    if isinstance(block, blocks.StructBlock):
        return {
            key: mended_raw(block.child_blocks[key], value, mend, key) if key in block.child_blocks else value
            for key, value in raw.items()
        }
    role = role_of(block, name)
    if role is None or not isinstance(raw, str):
        return raw
    return mend(Text("", "", role, raw), getattr(block.field, "max_length", None))
