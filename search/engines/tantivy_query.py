"""The schema of the embedded index, and our queries in tantivy's words."""

import json
import math
import re
from binascii import b2a_base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import tantivy
from pydantic_core import to_json
from tantivy import Occur, Query

from ..documents import GRAM_FIELDS, ORDER_LIMIT, TEXT_FIELDS, AnalysedDocument, clean_value, known_facets
from .base import EARTH_RADIUS_KM, STALE_SHARE, TIE_BREAKER, Alternative, Clause, EngineQuery

# One step of quality is worth this share of the score: enough to order equals, too little to beat a better match.
QUALITY_STEP = 0.001
# By how much a facet's value lifts a document.
Lifts = dict[tuple[str, str], float]
# What the column is called that holds all values of a facet that a document has, as one; no facet can have such a name.
SETS = "{}-set"


@lru_cache(maxsize=4)
def build_schema(facets: tuple[str, ...]) -> tantivy.Schema:
    """Text as pre-joined terms, facets twice, sort keys as fast columns, the row as stored bytes.

    A facet's values are found one by one and counted as sets: a column with exactly one value a document is counted in a
    tenth of the time of one with several, and people combine few days, fields and areas in many ways but not in all.
    """
    builder = tantivy.SchemaBuilder()
    for name in (*TEXT_FIELDS, *GRAM_FIELDS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in facets:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("order", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("verified", fast=True)
    builder.add_float_field("lat", fast=True)
    builder.add_float_field("lon", fast=True)
    builder.add_float_field("quality", fast=True)
    builder.add_bytes_field("fingerprint", stored=True)
    builder.add_bytes_field("row", stored=True)
    # Last, for fields are numbered: an index of before is read right until it is rebuilt.
    builder.add_integer_field("until", fast=True)
    builder.add_integer_field("due", fast=True)
    for name in facets:
        builder.add_text_field(SETS.format(name), fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def schema() -> tantivy.Schema:
    """The schema of an index that is built now."""
    return build_schema(known_facets())


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one index. A question is put with those of the index that is asked: one that an earlier version built
    numbers them differently, and may lack some. What it lacks, nothing is found by."""

    schema: tantivy.Schema
    names: frozenset[str]

    @classmethod
    def of(cls, schema: tantivy.Schema) -> "Fields":
        """Those of a schema."""
        return cls(schema, frozenset(field["name"] for field in described(schema)))


def described(schema: tantivy.Schema) -> list[dict[str, Any]]:
    """A schema as plain data; tantivy tells it only to whoever makes a copy."""
    reduced: Any = schema.__reduce__()
    _maker, (description,) = reduced
    return description["inner"]


def made_of(document: AnalysedDocument, known: Fields) -> str:
    """A document as JSON that tantivy reads, with what the index knows."""
    fields: dict[str, Any] = {"key": document.key}
    fields |= {name: text for name, text in document.texts.items() if name in known.names}
    fields |= {name: values for name, values in document.facets.items() if values and name in known.names}
    for name in known_facets():
        if (column := SETS.format(name)) in known.names:
            # Also where there is none: a column without gaps is the fastest.
            fields[column] = packed(document.facets.get(name, ()))
    fields["order"] = document.order
    if document.verified:
        fields["verified"] = document.verified.toordinal()
    if document.lat is not None and document.lon is not None:
        fields |= {"lat": float(document.lat), "lon": float(document.lon)}
    # tantivy multiplies scores by log2(2 + value) of this column.
    fields["quality"] = 2 ** (1 + QUALITY_STEP * document.quality) - 2
    if document.until:
        fields["until"] = document.until.toordinal()
    if "due" in known.names:
        # Also where there is none: a column without gaps is the fastest.
        fields["due"] = (document.due or date.max).toordinal()
    # Bytes, which stand in JSON as base64.
    fields |= {"fingerprint": _base64(document.fingerprint), "row": _base64(document.row)}
    return to_json(fields).decode()


def _base64(text: str) -> str:
    return b2a_base64(text.encode(), newline=False).decode("ascii")


@lru_cache(maxsize=20_000)
def packed(values: tuple[str, ...]) -> str:
    """The values of a document as one, whatever their order."""
    return json.dumps(sorted(set(values)), ensure_ascii=False)


@lru_cache(maxsize=20_000)
def unpacked(value: str) -> tuple[str, ...]:
    """The values that were `packed`."""
    return tuple(json.loads(value))


def matching_query(query: EngineQuery, fields: Fields, *, without: Collection[str] = (), ranked: bool = True) -> Query:
    """All that a query asks for, as one tantivy query.

    `without` leaves these facets' filters out; `ranked=False` leaves out what only lifts, for counting.
    """
    lifts: Lifts = {}
    if ranked:
        for facet, value, weight in query.boosts:
            lifts[facet, clean_value(value)] = lifts.get((facet, clean_value(value)), 0.0) + weight
    musts = [
        _lifted(fields, facet, values, lifts)
        for facet, values in query.filters.items()
        if values and facet not in without
    ]
    needed = [_clause_query(fields, clause) for clause in query.clauses if not clause.optional]
    if needed:
        musts.append(_any_of(fields, _enough_of(needed, query.minimum_match), query.also, lifts))
    lifting = []
    if ranked:
        lifting += [_clause_query(fields, clause) for clause in query.clauses if clause.optional]
        lifting += [_lifted(fields, facet, (value,), lifts) for facet, value in list(lifts)]
    if not needed:
        # A constant, so that quality alone orders what is not asked about. Beside filters tantivy would leave out "all" alone,
        # with its score, and of nothing but zeros what nobody confirmed would come first.
        musts.append(Query.const_score_query(Query.all_query(), 1.0) if ranked else Query.all_query())
    ended = _ended(fields, query.on)
    if len(musts) == 1 and not lifting and not ended:
        return musts[0]
    return Query.boolean_query(
        [*((Occur.Must, part) for part in musts), *((Occur.Should, part) for part in lifting), *ended]
    )


def _ended(fields: Fields, on: date | None) -> list[tuple[Occur, Query]]:
    """What leaves out documents whose last day was before."""
    if on is None or "until" not in fields.names:
        return []
    gone = Query.range_query(
        fields.schema, "until", tantivy.FieldType.Integer, date.min.toordinal(), on.toordinal() - 1
    )
    # tantivy reads a union ahead, and a range anew for each document: this halves what it costs.
    return [(Occur.MustNot, Query.disjunction_max_query([gone, gone]))]


def stale(fields: Fields, demoted: date | None) -> Query | None:
    """Documents that wanted confirming on that day or before; None where the index does not know, or nobody asks."""
    if demoted is None or "due" not in fields.names:
        return None
    return Query.range_query(fields.schema, "due", tantivy.FieldType.Integer, date.min.toordinal(), demoted.toordinal())


def demoting(matching: Query, old: Query) -> Query:
    """The same documents, with a share of the score of those in `old`. tantivy multiplies only whole queries, so it is put twice,
    with what is old and without: that is worth its time only where there is anything old."""
    fresh = Query.boolean_query([(Occur.Must, matching), (Occur.MustNot, old)])
    behind = Query.boolean_query([(Occur.Must, matching), (Occur.Must, Query.const_score_query(old, 0.0))])
    return _union([fresh, Query.boost_query(behind, STALE_SHARE)])


def _enough_of(parts: list[Query], minimum: int) -> Query:
    if len(parts) == 1:
        return parts[0]
    least = min(max(minimum, 1), len(parts))
    return Query.boolean_query([(Occur.Should, part) for part in parts], minimum_number_should_match=least)


def _any_of(fields: Fields, words: Query, also: Mapping[str, tuple[str, ...]], lifts: Lifts) -> Query:
    """Documents with the words, or with one of the values."""
    return _union([words, *(_lifted(fields, facet, values, lifts) for facet, values in also.items() if values)])


def _lifted(fields: Fields, facet: str, values: tuple[str, ...], lifts: Lifts) -> Query:
    """Documents with one of the values, each with what it lifts by, which is taken out of `lifts`.

    What is asked for already and lifts too is read once: to look up 400,000 documents again costs as much as to find them.
    """
    if facet not in fields.names:
        return Query.empty_query()
    return _union(
        [
            Query.const_score_query(_term_query(fields, facet, value), lifts.pop((facet, value), 0.0))
            for value in dict.fromkeys(map(clean_value, values))
        ]
    )


def located(query: Query) -> Query:
    """The part of a query's documents that has a place."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.exists_query("lat"))])


def unlocated(query: Query) -> Query:
    """The part of a query's documents that has none."""
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, Query.exists_query("lat"))])


def boxed(fields: Fields, query: Query, near: tuple[float, float], radius_km: float) -> Query:
    """The part of a query's documents within a box that holds the circle of that radius; or all located ones."""
    lat, lon = near
    reach = math.degrees(radius_km / EARTH_RADIUS_KM)
    low, high = lat - reach, lat + reach
    shrink = math.cos(math.radians(min(max(abs(low), abs(high)), 90.0)))
    width = reach / shrink if shrink > 1e-6 else 360.0
    if low < -90 or high > 90 or lon - width < -180 or lon + width > 180:
        return located(query)
    return Query.boolean_query(
        [
            (Occur.Must, query),
            (Occur.Must, _range(fields, "lat", low, high)),
            (Occur.Must, _range(fields, "lon", lon - width, lon + width)),
        ]
    )


def read_as(fields: Fields, prefix: str, filters: Mapping[str, tuple[str, ...]], on: date | None = None) -> Query:
    """All documents whose reading begins with `prefix`, that pass the filters and have not ended before `on`."""
    reading = Query.regex_query(fields.schema, "order", "0" + re.escape(prefix[:ORDER_LIMIT]) + r"[^\t]*\t.*")
    narrowing = [_facet_query(fields, facet, values) for facet, values in filters.items() if values]
    return Query.boolean_query([*((Occur.Must, part) for part in (reading, *narrowing)), *_ended(fields, on)])


def _range(fields: Fields, name: str, low: float, high: float) -> Query:
    return Query.const_score_query(Query.range_query(fields.schema, name, tantivy.FieldType.Float, low, high), 0.0)


def _facet_query(fields: Fields, facet: str, values: tuple[str, ...]) -> Query:
    if facet not in fields.names:
        return Query.empty_query()
    return _union([_term_query(fields, facet, value) for value in dict.fromkeys(map(clean_value, values))])


def _term_query(fields: Fields, facet: str, value: str) -> Query:
    # Not a set of terms, which tantivy reads to the end for every question.
    return Query.term_query(fields.schema, facet, value, "basic")


def _union(parts: list[Query]) -> Query:
    return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Should, part) for part in parts])


def _clause_query(fields: Fields, clause: Clause) -> Query:
    parts = [
        _alternative_query(fields, alternative)
        for alternative in clause.alternatives
        if alternative.terms and alternative.field in fields.names
    ]
    if not parts:
        return Query.empty_query()
    return parts[0] if len(parts) == 1 else Query.disjunction_max_query(parts, TIE_BREAKER)


def _alternative_query(fields: Fields, alternative: Alternative) -> Query:
    terms = [Query.term_query(fields.schema, alternative.field, term, "freq") for term in alternative.terms]
    if len(terms) == 1:
        query = terms[0]
    elif alternative.needed == len(terms):
        query = Query.boolean_query([(Occur.Must, term) for term in terms])
    else:
        query = Query.boolean_query(
            [(Occur.Should, term) for term in terms], minimum_number_should_match=alternative.needed
        )
    return Query.boost_query(query, alternative.weight)
