"""What can be found: documents that the upper floors describe, and the sources that hand them over."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from .text.analysis import Words, analysis_state, fold_long_vowels, kana_grams, to_hiragana, words_of
from .text.characters import normalise

TEXT_FIELDS: tuple[str, ...] = ("title", "labels", "summary", "body")
# "grams" holds the reading of title and names, "kana" that of labels and summary: the same question, a weaker answer.
GRAM_FIELDS: tuple[str, ...] = ("grams", "kana")

# What a document has beside them; no facet may be called the same.
_OWN = frozenset({"key", "order", "verified", "until", "lat", "lon", "place", "quality", "fingerprint", "row", "due"})

# Long enough for any page, short enough that one pasted statute does not slow the rest down.
DOCUMENT_LIMIT = 50_000
ORDER_LIMIT = 100
# What stands in a field that says nothing. Engines differ in whether documents without a field count when they reckon how
# rare a word is and how long a text usually is; with a term in every field of every document they agree.
NOTHING = "∅"


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One thing that can be found, in plain Japanese.

    `key` is "<source's prefix>:<id>"; `facets` maps names of `known_facets` to raw values; `quality` (0 to 10) decides
    between otherwise equal hits; `until` is the last day on which it may be found, if it has one; `due` the day from which
    it wants confirming, if it ever does; `row` is the JSON object that a result row shows, stored and handed back as it is.
    """

    key: str
    title: str
    reading: str = ""
    labels: str = ""
    summary: str = ""
    body: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    verified: date | None = None
    lat: float | None = None
    lon: float | None = None
    quality: int = 0
    until: date | None = None
    due: date | None = None
    row: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class AnalysedDocument:
    """What an engine receives.

    `texts` maps every name of `TEXT_FIELDS` and `GRAM_FIELDS` to terms joined by spaces; `order` sorts by reading, with
    documents without a reading after the others; `row` is JSON text.
    """

    key: str
    texts: Mapping[str, str]
    facets: Mapping[str, tuple[str, ...]]
    order: str
    verified: date | None
    lat: float | None
    lon: float | None
    quality: int
    until: date | None
    due: date | None
    row: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What a document is made of, before it is made.

    `text` is the record behind it, `state` names whatever else decides what becomes of it: the same two make the same document of a
    key.
    `make` answers None for a record that cannot be read.
    """

    key: str
    text: str
    state: str
    make: Callable[[], SearchDocument | None]


class Source(Protocol):
    """A kind of documents, registered by the floor that owns the records behind them."""

    prefix: str

    def keys(self) -> Iterable[str]:
        """Keys of everything that is public now."""
        ...

    def count(self) -> int:
        """How many `keys` are."""
        ...

    def documents(self, keys: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """The documents of these keys, or all; keys that are no longer public are not yielded."""
        ...

    def everything(self) -> Iterator[SearchDocument | Origin]:
        """All documents, or of what they are made: a rebuild does not make again what the last one made."""
        ...


_sources: dict[str, Source] = {}
_facets: tuple[str, ...] = ()


def register_facets(*names: str) -> None:
    """By what documents are narrowed, counted and lifted; the floor that owns them says so, before any engine is asked.

    Names again replace the earlier. Their order is that of the fields of an index. Raises ValueError for a name that an index
    uses otherwise.
    """
    global _facets
    if taken := {name for name in names if name in _OWN | {*TEXT_FIELDS, *GRAM_FIELDS} or not name.isidentifier()}:
        raise ValueError(f"No facets can be called {sorted(taken)}")
    _facets = tuple(dict.fromkeys(names))


def known_facets() -> tuple[str, ...]:
    """The names of all facets, in the order of their registration."""
    return _facets


def register_source(source: Source) -> None:
    """Let `source` answer for the keys that begin with its prefix; the same prefix again replaces the earlier."""
    if not source.prefix or ":" in source.prefix:
        raise ValueError(f"A source's prefix is a word without colon, not {source.prefix!r}")
    _sources[source.prefix] = source


def sources() -> tuple[Source, ...]:
    """All registered sources, in the order of their registration."""
    return tuple(_sources.values())


def document_stream() -> Iterator[SearchDocument]:
    """Every public document of every source, one after another."""
    for source in sources():
        yield from source.documents()


def everything() -> Iterator[SearchDocument | Origin]:
    """As `document_stream`, for a rebuild: documents, or what they are made of."""
    for source in sources():
        yield from source.everything()


def each_made(given: Iterable[SearchDocument | Origin]) -> Iterator[SearchDocument]:
    """The documents, made where only their origin is given."""
    for each in given:
        document = each.make() if isinstance(each, Origin) else each
        if document is not None:
            yield document


def documents_for(keys: Iterable[str]) -> Iterator[SearchDocument]:
    """The documents behind these keys; keys without source or no longer public yield nothing."""
    groups: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):
        groups.setdefault(key.partition(":")[0], []).append(key)
    for prefix, group in groups.items():
        if source := _sources.get(prefix):
            yield from source.documents(group)


class Text(NamedTuple):
    """A text of a document that is analysed; of a body no n-grams are kept."""

    text: str
    with_grams: bool


def texts_of(document: SearchDocument) -> tuple[Text, ...]:
    """What of a document is analysed, in the order of `TEXT_FIELDS`."""
    return (
        Text(document.title, True),
        Text(document.labels, True),
        Text(document.summary, True),
        Text(document.body, False),
    )


def analyse_text(text: Text) -> Words:
    """Terms and n-grams of a document's text."""
    return words_of(text.text, limit=DOCUMENT_LIMIT, with_grams=text.with_grams)


def analyse_document(document: SearchDocument) -> AnalysedDocument:
    """Terms, n-grams and sort key of a document, the same for every engine.

    Raises ValueError for facets that nobody registered and TypeError for a `row` that is not JSON.
    """
    return assembled(document, [analyse_text(text) for text in texts_of(document)])


def assembled(document: SearchDocument, words: Sequence[Words]) -> AnalysedDocument:
    """A document with the words of its `texts_of`. Raises as `analyse_document`."""
    if unknown := document.facets.keys() - known_facets():
        raise ValueError(f"{document.key} has unknown facets {sorted(unknown)}; known are {known_facets()}")
    title, labels, summary, body = words
    row = _json(document.row)
    texts = {
        "title": title.terms,
        "labels": labels.terms,
        "summary": summary.terms,
        "body": body.terms,
        # A given reading corrects Sudachi's; names written in kana count as they are written.
        "grams": _joined(*title.grams.split(), *kana_grams(document.reading), *kana_grams(document.title)),
        "kana": _joined(*labels.grams.split(), *summary.grams.split()),
    }
    return AnalysedDocument(
        key=document.key,
        texts={name: text or NOTHING for name, text in texts.items()},
        facets={name: _clean(tuple(values)) for name, values in document.facets.items()},
        order=_order(document),
        verified=document.verified,
        lat=document.lat if document.lon is not None else None,
        lon=document.lon if document.lat is not None else None,
        quality=min(max(document.quality, 0), 10),
        until=document.until,
        due=document.due,
        row=row,
        fingerprint=_fingerprint(document, row),
    )


def fingerprint(document: SearchDocument) -> str:
    """A hash of all that an index keeps of a document; another one means that the index is out of date.

    Raises TypeError for a `row` that is not JSON.
    """
    return _fingerprint(document, _json(document.row))


def _fingerprint(document: SearchDocument, row: str) -> str:
    content = [
        analysis_state(),
        document.key,
        document.title,
        document.reading,
        document.labels,
        document.summary,
        document.body,
        document.facets if type(document.facets) is dict else dict(document.facets),
        document.verified.isoformat() if document.verified else None,
        document.lat,
        document.lon,
        document.quality,
        document.until.isoformat() if document.until else None,
        document.due.isoformat() if document.due else None,
    ]
    # No sign of a text is a line's end: JSON escapes it.
    said = f"{_SORTED.encode(content)}\n{row}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=16).hexdigest()


# `json.dumps` makes an encoder for each call.
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_ASCII = json.JSONEncoder(separators=(",", ":"))


# One of everything, in words of every script and spelling: what comes of it shows how documents are made.
_SAMPLE = SearchDocument(
    key="sample:1",
    title="ひきこもりの居場所 サロン・カフェ ２０２６",
    reading="ひきこもりのいばしょ さろんかふぇー",
    labels="相談窓口 障がい 東部圏域 子育て支援",
    summary="お母さんと子どもが、電話や ＬＩＮＥ で相談できます。",
    body="髙齢の方、引籠りの方もどうぞ。ＷＡＭ-ＮＥＴ Café 체육관",
    verified=date(2026, 4, 1),
    lat=35.5,
    lon=139.5,
    quality=7,
    due=date(2027, 4, 1),
    row={"title": "居場所"},
)


def sample() -> SearchDocument:
    """A document that has everything, a value of each facet too."""
    return replace(_SAMPLE, facets=dict.fromkeys(known_facets(), ("a", "b")))


def shape_of(made: object) -> str:
    """A digest of an index's own description and of what it makes of `sample`: the same for documents made the same way."""
    return hashlib.blake2b(json.dumps(made, sort_keys=True).encode(), digest_size=16).hexdigest()


def public_count() -> int:
    """How many documents are public now."""
    return sum(source.count() for source in sources())


def clean_value(value: str) -> str:
    """A facet's value as engines take it: lone surrogates, which no UTF-8 can carry, are left out."""
    if type(value) is str and value.isascii():
        return value
    return value.encode("utf-8", "ignore").decode()


# Thousands of documents share them, each area of a municipality among them.
@lru_cache(maxsize=10_000)
def _clean(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in map(clean_value, values) if value))


def reading_key(reading: str) -> str:
    """A reading as it is sorted and looked up: hiragana, long vowels written one way."""
    return fold_long_vowels(to_hiragana(normalise(reading, limit=ORDER_LIMIT)))


def _order(document: SearchDocument) -> str:
    reading = reading_key(document.reading)
    # The key makes the order total, so that no row appears on two pages.
    text = f"0{reading}" if reading else f"1{normalise(document.title, limit=ORDER_LIMIT)}"
    return clean_value(f"{text}\t{document.key}")


def _joined(*grams: str) -> str:
    return " ".join(dict.fromkeys(grams))


def _json(row: Mapping[str, Any]) -> str:
    said = dict(row)
    text = _COMPACT.encode(said)
    try:
        text.encode()
    except UnicodeEncodeError:
        # A stray surrogate in a title must not stop the index.
        return _ASCII.encode(said)
    return text
