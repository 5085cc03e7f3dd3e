"""What the index knows: documents, where they come from, and what engines receive of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from .text import DOCUMENT_LIMIT, analyse, joined, kana_grams, normalise

FACETS = ("kind", "field", "area", "day", "audience", "cost", "type")
TEXT_FIELDS = ("title", "grams", "labels", "summary", "body")
MOST_QUALITY = 10


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One thing that can be found.

    `key` is "<source prefix>:<id>". `labels` are names of its kind, fields, areas, institution. `quality` (0 to 10) only breaks
    ties. `row` is the JSON of what a result row shows; it comes back untouched.
    """

    key: str
    title: str
    reading: str = ""
    labels: str = ""
    summary: str = ""
    body: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    verified: date | None = None
    lat: float | None = None
    lon: float | None = None
    quality: int = 0
    row: Mapping[str, Any] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Changes whenever anything of the document changes."""
        content = [
            *(self.key, self.title, self.reading, self.labels, self.summary, self.body),
            {name: list(values) for name, values in sorted(self.facets.items())},
            *(str(self.verified), self.lat, self.lon, self.quality, self.row),
        ]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class AnalysedDocument:
    """What engines receive: terms joined by spaces per text field, and everything else as it is."""

    document: SearchDocument
    texts: Mapping[str, str]
    reading_key: str


def analyse_document(document: SearchDocument) -> AnalysedDocument:
    """Analyse a document once, for any engine."""
    title, labels = analyse(document.title), analyse(document.labels, DOCUMENT_LIMIT)
    grams = dict.fromkeys((*kana_grams(document.reading), *title.grams, *labels.grams))
    texts = {
        "title": joined(title.terms),
        "grams": joined(grams),
        "labels": joined(labels.terms),
        "summary": joined(analyse(document.summary, DOCUMENT_LIMIT).terms),
        "body": joined(analyse(document.body, DOCUMENT_LIMIT).terms),
    }
    return AnalysedDocument(document, texts, normalise(document.reading or title.reading))


class Source(Protocol):
    """Where documents of one prefix come from; a floor above registers it."""

    prefix: str

    def keys(self) -> Iterable[str]:
        """Keys of everything that is public now."""

    def documents(self, keys: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Documents of all, or of those keys that are still public."""


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Make a source known; one for each prefix."""
    _sources[source.prefix] = source


def sources() -> tuple[Source, ...]:
    """All registered sources."""
    return tuple(_sources.values())


def document_stream() -> Iterator[SearchDocument]:
    """Every document there is."""
    for source in sources():
        yield from source.documents()


def documents_for(keys: Iterable[str]) -> Iterator[SearchDocument]:
    """Documents of the keys; what is no longer public, or of no known source, is missing."""
    grouped: dict[str, list[str]] = {}
    for key in keys:
        grouped.setdefault(key.partition(":")[0], []).append(key)
    for prefix, members in grouped.items():
        if prefix in _sources:
            yield from _sources[prefix].documents(members)
