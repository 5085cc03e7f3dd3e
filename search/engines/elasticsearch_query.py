"""The mapping of the cluster's index, and our queries in Elasticsearch's words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from elasticsearch.dsl import A, Document, Float, GeoPoint, Integer, Keyword, Q, Search, Text
from elasticsearch.dsl.query import Query

from ..documents import GRAM_FIELDS, TEXT_FIELDS, AnalysedDocument, clean_value, known_facets
from .base import STALE_SHARE, TIE_BREAKER, Alternative, Clause, EngineQuery
from .tantivy_query import QUALITY_STEP

FACET_VALUES = 5_000


def _terms() -> Text:
    return Text(analyzer="whitespace", index_options="freqs")


class StoredDocument(Document):
    """A document as the cluster keeps it; facets are keywords, the row is text that nobody searches."""

    key = Keyword()
    title = _terms()
    labels = _terms()
    summary = _terms()
    body = _terms()
    grams = _terms()
    kana = _terms()
    order = Keyword()
    verified = Integer()
    until = Integer()
    due = Integer()
    place = GeoPoint()
    quality = Float()
    fingerprint = Keyword(index=False, doc_values=False)
    row = Keyword(index=False, doc_values=False)


def mapping() -> dict[str, Any]:
    """What the cluster is told of an index that is built now."""
    made = StoredDocument._doc_type.mapping.to_dict()
    made["properties"] |= {facet: {"type": "keyword"} for facet in known_facets()}
    # A new name in a document is a mistake, not a new field.
    return made | {"dynamic": "strict"}


def to_source(document: AnalysedDocument) -> dict[str, Any]:
    """A document as it is sent."""
    source: dict[str, Any] = {
        "key": document.key,
        **document.texts,
        **{name: list(values) for name, values in document.facets.items()},
        "order": document.order,
        # Elasticsearch multiplies scores by this column.
        "quality": 1 + QUALITY_STEP * document.quality,
        "fingerprint": document.fingerprint,
        "row": document.row,
    }
    if document.verified:
        source["verified"] = document.verified.toordinal()
    source["due"] = (document.due or date.max).toordinal()
    if document.until:
        source["until"] = document.until.toordinal()
    if document.lat is not None and document.lon is not None:
        source["place"] = {"lat": document.lat, "lon": document.lon}
    return source


def ask(search: Search, query: EngineQuery, *, count_only: bool = False) -> Search:
    """The whole query; filters narrow the hits after the facets were counted, each of which leaves out its own."""
    words = _words(query)
    search = search.extra(track_total_hits=True)
    if not query.facets:
        search = search.query(_ranked(Q("bool", must=[words], filter=_filters(query)), query))
    else:
        search = search.query(_ranked(words, query)).post_filter(Q("bool", filter=_filters(query)))
        for facet in query.facets:
            others = A("filter", Q("bool", filter=_filters(query, without=facet)))
            others.bucket("values", "terms", field=facet, size=FACET_VALUES)
            search.aggs.bucket(facet, others)
    if count_only or query.limit == 0:
        return search.extra(size=0)
    search = search.source(["row", "place"]).extra(from_=query.offset, size=query.limit)
    if query.sort == "reading":
        return search.sort("order")
    if query.sort == "verified":
        return search.sort({"verified": {"order": "desc", "missing": "_last"}})
    if query.sort == "distance" and query.near:
        lat, lon = query.near
        distance: Any = {"_geo_distance": {"place": {"lat": lat, "lon": lon}, "order": "asc", "unit": "km"}}
        return search.sort(distance, {"_score": {"order": "desc"}}).extra(track_scores=True)
    return search


def suggesting(
    search: Search, prefix: str, limit: int, filters: Mapping[str, tuple[str, ...]], on: date | None = None
) -> Search:
    """Documents whose reading begins with `prefix`, that pass the filters and have not ended, in its order."""
    narrowing = [*_current(on), *(_values(facet, values) for facet, values in filters.items() if values)]
    return (
        search.query(Q("bool", filter=[Q("prefix", order=f"0{prefix}"), *narrowing]))
        .sort("order")
        .source(["row", "place"])
        .extra(size=limit)
    )


def _ranked(words: Query, query: EngineQuery) -> Query:
    """With what only lifts, and as factors quality and whether it is stale."""
    lifting = [_clause(clause) for clause in query.clauses if clause.optional]
    lifting += [
        Q("constant_score", filter=_values(facet, (value,)), boost=weight) for facet, value, weight in query.boosts
    ]
    whole = Q("bool", must=[words], should=lifting) if lifting else words
    functions: list[Any] = [_QUALITY]
    if query.demoted:
        functions.append({"filter": Q("range", due={"lte": query.demoted.toordinal()}), "weight": STALE_SHARE})
    return Q("function_score", query=whole, functions=functions, boost_mode="multiply", score_mode="multiply")


_QUALITY = {"field_value_factor": {"field": "quality", "factor": 1, "missing": 1}}


def _words(query: EngineQuery) -> Query:
    """What a document must match."""
    needed = [_clause(clause) for clause in query.clauses if not clause.optional]
    if not needed:
        return Q("match_all")
    least = min(max(query.minimum_match, 1), len(needed))
    words = needed[0] if len(needed) == 1 else Q("bool", should=needed, minimum_should_match=least)
    others = [
        Q("constant_score", filter=_values(facet, values), boost=0.0) for facet, values in query.also.items() if values
    ]
    return Q("bool", should=[words, *others], minimum_should_match=1) if others else words


def _filters(query: EngineQuery, *, without: str = "") -> list[Query]:
    chosen = [_values(facet, values) for facet, values in query.filters.items() if values and facet != without]
    return [*chosen, *_current(query.on)]


def _current(on: date | None) -> list[Query]:
    """What leaves out documents whose last day was before."""
    return [] if on is None else [Q("bool", must_not=[Q("range", until={"lt": on.toordinal()})])]


def _values(facet: str, values: tuple[str, ...]) -> Query:
    return Q("terms", **{facet: [clean_value(value) for value in values]})


def _clause(clause: Clause) -> Query:
    parts = [_alternative(alternative) for alternative in clause.alternatives if alternative.terms]
    if not parts:
        return Q("match_none")
    return parts[0] if len(parts) == 1 else Q("dis_max", queries=parts, tie_breaker=TIE_BREAKER)


def _alternative(alternative: Alternative) -> Query:
    boost = alternative.weight
    terms = [Q("term", **{alternative.field: {"value": clean_value(term)}}) for term in alternative.terms]
    if len(terms) == 1:
        return Q("term", **{alternative.field: {"value": clean_value(alternative.terms[0]), "boost": boost}})
    if alternative.needed == len(terms):
        return Q("bool", must=terms, boost=boost)
    return Q("bool", should=terms, minimum_should_match=alternative.needed, boost=boost)


assert set(TEXT_FIELDS) | set(GRAM_FIELDS) <= set(mapping()["properties"])  # noqa: S101 - a field without a mapping
