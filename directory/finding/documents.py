"""What the index knows of resources, built from their public records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from search.documents import Origin, SearchDocument, each_made
from search.files import digest_of_program

from ..areas.index import AreaIndex, area_index
from ..choices import Cost, label_in
from ..models import PublicRecord
from ..public.badges import badges_of
from ..public.facts import searched
from ..public.projection import read_text, texts_of
from ..public.record import PublicResource
from .facets import FACETS

# Of the body so much is kept for the passage that a row of results shows.
SHOWN_TEXT = 400
_PROGRAM = digest_of_program(Path(__file__).parent.parent)


class ResourceSource:
    """All public resources; see `search.documents.Source`."""

    prefix = "resource"

    def keys(self) -> Iterator[str]:
        """Keys of all public records."""
        for short_id in PublicRecord.written.order_by("pk").values_list("short_id", flat=True).iterator():
            yield f"resource:{short_id}"

    def count(self) -> int:
        """How many public records stand."""
        return PublicRecord.objects.count()

    def documents(self, keys: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Documents of all records, or of those that the keys name and that are still public."""
        records = PublicRecord.written.order_by("pk")
        if keys is not None:
            records = records.filter(short_id__in=[key.partition(":")[2] for key in keys])
        yield from each_made(_origins(records))

    def everything(self) -> Iterator[Origin]:
        """What all documents are made of."""
        yield from _origins(PublicRecord.written.order_by("pk"))


def _origins(records: QuerySet[PublicRecord]) -> Iterator[Origin]:
    index = area_index()
    # Beside the record: which areas belong together, the names of choices in the language in use, and what is done with it all.
    state = f"{index.digest} {get_language()} {_PROGRAM}"
    for short_id, text in texts_of(records):
        yield Origin(f"resource:{short_id}", text, state, partial(_read, short_id, text, index))


def _read(short_id: str, text: str, index: AreaIndex) -> SearchDocument | None:
    resource = read_text(short_id, text)
    return None if resource is None else document(resource, index)


def document(resource: PublicResource, index: AreaIndex) -> SearchDocument:
    """The search document of a public record."""
    language = get_language()
    return SearchDocument(
        key=f"resource:{resource.short_id}",
        title=resource.name,
        reading=resource.reading,
        labels=" ".join(_labels(resource, index, language)),
        summary=resource.summary,
        body="\n".join(_body(resource, language)),
        facets={facet.name: tuple(facet.values(resource, index)) for facet in FACETS},
        verified=resource.verified_on,
        lat=resource.place.lat if resource.place else None,
        lon=resource.place.lon if resource.place else None,
        quality=_quality(resource),
        until=resource.until,
        due=resource.due_on,
        row=row(resource),
    )


def row(resource: PublicResource) -> dict[str, Any]:
    """What a result row shows; stored with the index, so that a page of results asks the database nothing."""
    channel = resource.first_channel
    return {
        "title": resource.name,
        "url": resource.path,
        "kind": resource.kind,
        "institution_type": resource.type.code,
        "type_name": resource.type.name,
        "needs": [term.code for term in resource.needs],
        "summary": resource.summary,
        "text": resource.body[:SHOWN_TEXT],
        "organisation": resource.organisation.name,
        "municipality": resource.municipality,
        "areas": [area.name for area in resource.areas],
        "place": resource.place.address if resource.place else "",
        "place_name": resource.place.name if resource.place else "",
        "badges": [badge.code for badge in badges_of(resource)],
        "eligibility": resource.eligibility,
        "cost": resource.shown_cost,
        "channel": {"kind": channel.kind, "value": channel.value, "href": channel.href} if channel else None,
        "without_voice": [str(kind) for kind in resource.other_ways],
        "hours_note": resource.hours_note,
        "schedule": resource.schedule.model_dump(mode="json"),
        "verified_on": resource.verified_on.isoformat() if resource.verified_on else None,
        "due_on": resource.due_on.isoformat() if resource.due_on else None,
    }


def _labels(resource: PublicResource, index: AreaIndex, language: str | None) -> Iterator[str]:
    yield label_in(resource.kind, language)
    yield resource.type.name
    yield resource.organisation.name
    yield resource.municipality
    yield from (term.name for term in resource.fields)
    yield from (term.name for term in resource.needs)
    for area in resource.areas:
        yield area.name
        node = index.by_slug.get(area.slug)
        if node is not None:
            yield node.aliases
            yield from (index.nodes[pk].name for pk in index.ancestors(node.pk))
    if resource.place:
        yield resource.place.name
        yield resource.place.address
    yield from (label_in(audience, language) for audience in resource.audiences)
    if resource.shown_cost == Cost.FREE:
        yield label_in(Cost.FREE, language)


def _body(resource: PublicResource, language: str | None) -> Iterator[str]:
    yield resource.body
    yield resource.easy
    yield resource.eligibility_note
    yield resource.cost_note
    yield resource.first_visit_note
    yield from (label_in(access, language) for access in resource.accessibility)
    yield from (f"{label_in(channel.kind, language)} {channel.note}" for channel in resource.channels)
    yield from (f"{text.name} {text.summary} {text.body}" for text in resource.texts)
    yield from searched(resource)
    if resource.work:
        yield resource.work.pay_note


def _quality(resource: PublicResource) -> int:
    """Only a tie-breaker: open to anyone, reachable without a voice. Whether somebody confirmed it lately changes with the day,
    and is asked with each question (`due`)."""
    return 2 * resource.accepts_anyone + bool(resource.channels_without_voice)
