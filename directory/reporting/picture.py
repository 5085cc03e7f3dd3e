"""The table of fields and areas as a picture that also says everything without colour: numbers, hatching, thickness of frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from django.utils.translation import gettext as _

SVG = "http://www.w3.org/2000/svg"
WIDTH, HEIGHT = 64, 34
SIGNS_A_LINE, LINES, SIGNS_OF_LABEL, SIGN = 5, 3, 13, 14
HEAD, HEAD_LINE = 12, 16
# From pale to strong, with a text colour that stays readable on each (7:1 and more). What is missing is white and hatched.
STEPS: tuple[tuple[int, str, str], ...] = (
    (2, "#e8f1fe", "#1a1a1a"),
    (5, "#c5d7fb", "#1a1a1a"),
    (10, "#9db7f9", "#1a1a1a"),
    (30, "#264af4", "#ffffff"),
    (100, "#00118f", "#ffffff"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A heading and the numbers of its cells."""

    name: str
    counts: tuple[int, ...]


def heat_table(title: str, columns: Sequence[str], rows: Sequence[Row]) -> str:
    """The picture as SVG: each cell with its number, 0 hatched closely, 1 hatched thinly, more by five strengths of blue.

    Its text alternative is its title and description; the page shows the same numbers as a table.
    """
    headings = [_lines(name) for name in columns]
    head = HEAD + HEAD_LINE * max(map(len, headings), default=0)
    labels = [_short(row.name, SIGNS_OF_LABEL) for row in rows]
    start = 12 + SIGN * max(map(len, labels), default=0)
    width, height = start + WIDTH * len(columns) + 2, head + HEIGHT * len(rows) + 2
    root = _add(
        None, "svg", xmlns=SVG, viewBox=f"0 0 {width} {height}", width=width, height=height,
        role="img", aria_labelledby="heat-title heat-text", font_family="sans-serif", font_size=SIGN,
    )  # fmt: skip
    _add(root, "title", id="heat-title").text = title
    _add(root, "desc", id="heat-text").text = _(
        "同じ数は、この下の表で読めます。斜めの線がこまかいところは0件、あらいところは1件です。"
    )
    patterns = _add(root, "defs")
    _hatching(patterns, "heat-none", 6, 1.6)
    _hatching(patterns, "heat-one", 14, 1)
    for number, lines in enumerate(headings):
        _heading(root, lines, start + WIDTH * number + WIDTH / 2, head)
    for number, row in enumerate(rows):
        y = head + HEIGHT * number
        label = _add(root, "text", x=start - 8, y=y + HEIGHT / 2 + 5, text_anchor="end", fill="#1a1a1a")
        label.text = labels[number]
        for place, (name, count) in enumerate(zip(columns, row.counts, strict=True)):
            _cell(root, start + WIDTH * place, y, count, f"{row.name} × {name}")
    return ElementTree.tostring(root, encoding="unicode")


def _add(parent: ElementTree.Element | None, tag: str, **attributes: object) -> ElementTree.Element:
    named = {
        name if name in {"viewBox", "patternUnits", "patternTransform"} else name.replace("_", "-"): str(value)
        for name, value in attributes.items()
    }
    return ElementTree.Element(tag, named) if parent is None else ElementTree.SubElement(parent, tag, named)


def _hatching(patterns: ElementTree.Element, name: str, gap: float, stroke: float) -> None:
    pattern = _add(
        patterns, "pattern", id=name, width=gap, height=gap, patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )  # fmt: skip
    _add(pattern, "rect", width=gap, height=gap, fill="#ffffff")
    _add(pattern, "line", x1=0, y1=0, x2=0, y2=gap, stroke="#595959", stroke_width=stroke)


def _lines(name: str) -> list[str]:
    short = _short(name, SIGNS_A_LINE * LINES)
    return [short[start : start + SIGNS_A_LINE] for start in range(0, len(short), SIGNS_A_LINE)]


def _heading(root: ElementTree.Element, lines: Sequence[str], x: float, head: int) -> None:
    for number, line in enumerate(lines):
        y = head - 8 - HEAD_LINE * (len(lines) - 1 - number)
        _add(root, "text", x=x, y=y, text_anchor="middle", font_size=12, fill="#1a1a1a").text = line


def _cell(root: ElementTree.Element, x: float, y: float, count: int, name: str) -> None:
    fill, ink = _paint(count)
    group = _add(root, "g")
    _add(group, "title").text = f"{name}: {count}"
    _add(group, "rect", x=x + 1, y=y + 1, width=WIDTH - 2, height=HEIGHT - 2, fill=fill, stroke="#767676")
    if count < STEPS[0][0]:
        # A plate behind the number: lines of the hatching must not run through it.
        _add(group, "rect", x=x + WIDTH / 2 - 11, y=y + 6, width=22, height=HEIGHT - 12, fill="#ffffff")
    weight = "bold" if count < STEPS[0][0] else "normal"
    text = _add(
        group, "text", x=x + WIDTH / 2, y=y + HEIGHT / 2 + 5, text_anchor="middle", fill=ink, font_weight=weight
    )
    text.text = str(count)


def _paint(count: int) -> tuple[str, str]:
    if count < STEPS[0][0]:
        return f"url(#{'heat-one' if count else 'heat-none'})", "#1a1a1a"
    _least, fill, ink = next(step for step in reversed(STEPS) if count >= step[0])
    return fill, ink


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
