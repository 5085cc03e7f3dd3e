"""The XML parts of a workbook, read as streams: no part is ever in memory as a whole, and none may declare entities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from .grid import Unreadable

BLOCK = 1 << 16
Attributes = dict[str, str]


def broken() -> Unreadable:
    """What is said of a workbook that cannot be read."""
    return Unreadable(
        _("Excelのファイルとして読めません。壊れているかもしれません。Excelで開き、「.xlsx」で保存し直してください。")
    )


class Handler:
    """Hears what a part consists of, by local names: workbooks use several namespaces for the same thing."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text within an element; in pieces."""


def parse(part: IO[bytes], handler: Handler) -> Iterator[None]:
    """Reads a part block by block; yields after each, so that what was heard can be handed on. Raises Unreadable."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = _by_local_name(handler.start)
    parser.EndElementHandler = _by_local_name(handler.end)
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        while block := part.read(BLOCK):
            parser.Parse(block)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise broken() from error


def read(part: IO[bytes], handler: Handler) -> None:
    """Reads a part to its end. Raises Unreadable."""
    for _block in parse(part, handler):
        pass


def _by_local_name(hear: Callable[..., None]) -> Callable[..., None]:
    known: dict[str, str] = {}

    def heard(name: str, *rest: Any) -> None:
        local = known.get(name)
        if local is None:
            local = known[name] = name.rpartition(" ")[2]
        hear(local, *rest)

    return heard


def _refuse(*_declaration: object) -> None:
    # No workbook declares anything of its own; who does wants the reader to unfold it without end.
    raise broken()
