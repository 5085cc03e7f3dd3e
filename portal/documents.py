"""What the index knows of pages: guidance, situations and standard pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from directory.areas.index import EVERYWHERE
from search.documents import SearchDocument

from .models import GuidancePage, NewsPage, SituationPage, StandardPage

# What a row of results calls them; a visitor need not know the names that editors use.
LABELS = {
    GuidancePage: _("くらしの案内"),
    SituationPage: _("こんなとき"),
    StandardPage: "",
    NewsPage: _("お知らせ"),
}
INDEXED = tuple(LABELS)


class PageSource:
    """All live public pages of the kinds that answer a question."""

    prefix = "page"

    def keys(self) -> Iterator[str]:
        """Keys of all of them."""
        for model in INDEXED:
            for pk in model.objects.live().public().order_by("pk").values_list("pk", flat=True):
                yield f"page:{pk}"

    def count(self) -> int:
        """How many they are."""
        return sum(model.objects.live().public().count() for model in INDEXED)

    def documents(self, keys: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Documents of all, or of those that the keys name and that are still public."""
        wanted = None if keys is None else [int(key.partition(":")[2]) for key in keys]
        for model in INDEXED:
            pages = model.objects.live().public().order_by("pk")
            for page in pages if wanted is None else pages.filter(pk__in=wanted):
                yield document(page)

    def everything(self) -> Iterator[SearchDocument]:
        """All documents; they are few."""
        return self.documents()


def document(page: Page) -> SearchDocument:
    """The search document of a page."""
    need = getattr(page, "need", None)
    # Some pages have fields of their own.
    owner: Any = need or page
    fields = list(owner.fields.all()) if hasattr(owner, "fields") else []
    return SearchDocument(
        key=f"page:{page.pk}",
        title=page.title,
        reading=need.reading if need else "",
        labels=" ".join(
            filter(None, [need.name if need else "", need.plain if need else "", *(f.name for f in fields)])
        ),
        summary=page.intro,
        body="\n".join(_body(page)),
        facets={"kind": ("guide",), "field": tuple(field.code for field in fields), "area": (EVERYWHERE,)},
        verified=localtime(page.last_published_at).date() if page.last_published_at else None,
        row={
            "title": page.title,
            "url": page.url or "",
            "kind": "guide",
            "type_name": str(LABELS[type(page)]),
            "institution_type": "",
            "summary": page.intro,
        },
    )


def _body(page: Page) -> Iterator[str]:
    for name in ("body", "voices", "signs", "questions"):
        if stream := getattr(page, name, None):
            yield from stream.stream_block.get_searchable_content(stream)
    for name in ("what_happens", "if_refused"):
        if text := getattr(page, name, ""):
            yield text
