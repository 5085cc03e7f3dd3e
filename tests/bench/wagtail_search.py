"""Wagtail's own database search over the same records, for comparison: guidance pages made of the public records' texts.

Pages are what Wagtail's search is made for; their title is the name, their body the summary and the text.
"""

from __future__ import annotations

from django.db import transaction
from wagtail.search.backends import get_search_backend

from directory.models import PublicRecord
from directory.public.projection import read
from portal.models import HomePage, StandardPage
from search import indexing

BATCH = 500
# The site's own backend is search.modelsearch.
STOCK = "modelsearch.backends.database"


def build() -> None:
    """Put every public record into Wagtail's own index as a page."""
    home = HomePage.objects.get()
    backend = get_search_backend(STOCK)
    with indexing.waiting_for_rebuild(), transaction.atomic():
        last = home.get_last_child()
        for record in PublicRecord.objects.order_by("pk").iterator():
            public = read(record)
            text = f"<p>{public.summary}</p><p>{public.body}</p>"
            page = StandardPage(
                title=public.name[:200],
                slug=f"w-{public.short_id}",
                intro=public.summary,
                body=[("text", text)],
                origin="bench",
            )
            last.add_sibling(pos="right", instance=page)
            last = page
    index = backend.get_index_for_model(StandardPage)
    pages = StandardPage.objects.filter(origin="bench").order_by("pk")
    for start in range(0, pages.count(), BATCH):
        index.add_items(StandardPage, list(pages[start : start + BATCH]))


def find(words: str) -> int:
    """How many of them Wagtail finds, reading the first twenty as a page of results does."""
    results = StandardPage.objects.search(words, backend=STOCK)
    list(results[:20])
    return results.count()
