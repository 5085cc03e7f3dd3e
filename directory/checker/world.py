"""What rules have to know of today and of this site: words of offices, names of places, and links that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.models import Page

from ..areas.index import MEMORY as AREAS
from ..areas.index import area_index
from ..cache import remembered
from ..models import Area, PublicRecord, Tombstone, Town
from ..models import HardWord as HardWordRow
from .pdf import is_picture_only
from .rule import HardWord, World

# Under this name the words of offices are remembered; a change of one forgets them (`directory.signals`).
MEMORY = "hard_words"
_ENTRY = re.compile(r"^(?:https?://[^/]+)?/resources/([0-9a-z]{10})/?(?:[?#].*)?$")
_PATH = re.compile(r"^/[^?#]*")


def world(today: date | None = None) -> World:
    """The world as it is, or as it is on a day; links are looked up when one is met, each once."""
    return World(today or timezone.localdate(), _hard_words(), _familiar(), _Links(today).trouble)


def _hard_words() -> tuple[HardWord, ...]:
    def read() -> tuple[HardWord, ...]:
        rows = HardWordRow.objects.order_by("word").values_list("word", "plain", "can_swap")
        return tuple(HardWord(*row) for row in rows)

    return remembered(MEMORY, "all", read)


def _familiar() -> frozenset[str]:
    """Characters of the names of areas and 町字 here: who lives here can read them."""

    def read() -> frozenset[str]:
        names = [node.name for node in area_index().nodes.values()]
        names += Area.objects.values_list("prefecture", flat=True).distinct()
        return frozenset("".join([*names, *Town.objects.values_list("name", flat=True)]))

    return remembered(AREAS, "familiar kanji", read)


class _Links:
    """What is the matter with a link, in words; "" where nothing is, or where only another site could say."""

    def __init__(self, today: date | None) -> None:
        self._today = today or timezone.localdate()
        self._known: dict[str, str] = {}

    def trouble(self, link: str) -> str:
        """Of "page:3", "document:5" or the address of a link."""
        if link not in self._known:
            self._known[link] = self._look(link)
        return self._known[link]

    def _look(self, link: str) -> str:
        kind, _colon, key = link.partition(":")
        look: Callable[[str], str] | None = {"page": self._page, "document": self._document}.get(kind)
        if look and (key.isdigit() or key == "None"):
            return look(key)
        if match := _ENTRY.match(link):
            return self._entry(match[1])
        if match := _PATH.match(link):
            return self._path(match[0])
        return _("リンクの行き先がありません。") if link in ("", "#") else ""

    @cached_property
    def _pages(self) -> dict[str, tuple[bool, str]]:
        """Of every page, whether it is public, and its path on the site."""
        rows = Page.objects.order_by().values_list("pk", "live", "url_path")
        return {str(pk): (live, "/" + path.strip("/").partition("/")[2]) for pk, live, path in rows}

    def _page(self, key: str) -> str:
        if key not in self._pages:
            return _("リンク先のページが、もうありません。別のページにするか、リンクを外してください。")
        return "" if self._pages[key][0] else _("リンク先のページが、公開されていません。")

    @cached_property
    def _hidden_paths(self) -> frozenset[str]:
        return frozenset(path.rstrip("/") for live, path in self._pages.values() if not live) - {""}

    def _path(self, path: str) -> str:
        return _("リンク先のページが、公開されていません。") if path.rstrip("/") in self._hidden_paths else ""

    def _entry(self, short_id: str) -> str:
        if PublicRecord.objects.filter(short_id=short_id).exists():
            return ""
        # What ended on a day of its own still has its row; what was taken back left a stone.
        of_old = (PublicRecord.written, Tombstone.objects)
        if any(rows.filter(short_id=short_id).exists() for rows in of_old):
            return _("リンク先の案内は、終わっています。ほかの案内にするか、リンクを外してください。")
        return _("リンク先の案内が、公開されていません。")

    def _document(self, key: str) -> str:
        document = get_document_model().objects.filter(pk=key).first() if key.isdigit() else None
        if document is None:
            return _("リンク先の文書が、もうありません。文書を選び直すか、リンクを外してください。")
        if is_picture_only(document):
            return _(
                "このPDFには、文字が入っていません（画像だけです）。読み上げも検索もできないので、大事なことは、このページにも文で書いてください。"
            )
        return ""
