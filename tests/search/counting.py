"""Every engine counts as one would by hand: random documents, questions and filters against a loop over all documents."""

from datetime import date, timedelta
from random import Random

import pytest

from search.documents import SearchDocument, known_facets
from search.engines.base import Alternative, Clause, EngineQuery

TODAY = date(2026, 11, 26)
# No dictionary knows them: they are found as they are written.
WORDS = ("xqa", "xqb", "xqc", "xqd")
VALUES = {
    "kind": ("desk", "place"),
    "field": ("child", "aged", "poverty", "in", "not", "0"),
    "area": ("north", "east", "north-east", "区", "north east", '"', "[east]"),
    "day": ("mon", "tue", "wed", "thu", "fri"),
    "type": ("hikiko", "sogo", "ibasho"),
}


def some(chance: Random, values: tuple[str, ...], most: int) -> tuple[str, ...]:
    return tuple(chance.sample(values, chance.randint(0, min(most, len(values)))))


def random_documents(chance: Random, count: int) -> list[SearchDocument]:
    return [
        SearchDocument(
            key=f"d:{number}",
            title=" ".join(some(chance, WORDS, 3)) or "xqz",
            labels=" ".join(some(chance, WORDS, 2)),
            facets={facet: some(chance, values, 4) for facet, values in VALUES.items()},
            until=TODAY + timedelta(days=chance.randint(-3, 3)) if chance.random() < 0.2 else None,
        )
        for number in range(count)
    ]


def random_query(chance: Random) -> EngineQuery:
    words = [some(chance, WORDS, 2) for _clause in range(chance.choice((0, 1, 1, 2, 3)))]
    clauses = tuple(
        Clause(
            # Twice, as synonyms do that say the same words again.
            tuple(Alternative(name, terms, weight) for name in ("title", "labels") for weight in (2.0, 1.0)),
            optional=chance.random() < 0.2,
        )
        for terms in words
        if terms
    )
    chosen = chance.sample(sorted(VALUES), chance.randint(0, 3))
    return EngineQuery(
        clauses,
        minimum_match=chance.randint(1, 2),
        filters={facet: some(chance, VALUES[facet], 2) for facet in chosen},
        facets=tuple(chance.sample(known_facets(), chance.randint(1, len(known_facets())))),
        also={"type": some(chance, VALUES["type"], 1)} if chance.random() < 0.5 else {},
        on=chance.choice((None, TODAY)),
        limit=3,
    )


def matches(document: SearchDocument, query: EngineQuery, without: str = "") -> bool:
    def has(facet: str, values: tuple[str, ...]) -> bool:
        return bool({*values} & {*document.facets.get(facet, ())})

    def says(clause: Clause) -> bool:
        return any({*item.terms} <= {*getattr(document, item.field).split()} for item in clause.alternatives)

    if query.on and document.until and document.until < query.on:
        return False
    if not all(has(facet, values) for facet, values in query.filters.items() if values and facet != without):
        return False
    needed = [clause for clause in query.clauses if not clause.optional]
    if not needed:
        return True
    enough = sum(map(says, needed)) >= min(query.minimum_match, len(needed))
    return enough or any(has(facet, values) for facet, values in query.also.items())


def by_hand(documents: list[SearchDocument], query: EngineQuery) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {facet: {} for facet in query.facets}
    for facet, found in counts.items():
        for document in documents:
            if matches(document, query, without=facet):
                for value in document.facets.get(facet, ()):
                    found[value] = found.get(value, 0) + 1
    return counts


class CountingContract:
    """Whatever an engine does to be quick; a class that inherits this gives a fixture `engine` with an empty index."""

    @pytest.mark.parametrize("seed", range(3))
    def test_should_count_as_one_would_by_hand(self, engine, seed):
        chance = Random(seed)
        documents = random_documents(chance, 150)
        engine.rebuild(documents)
        for change in range(2):
            for _question in range(40):
                query = random_query(chance)
                for _time in range(2):
                    found = engine.search(query)
                    assert found.total == sum(matches(document, query) for document in documents), query
                    assert found.facets == by_hand(documents, query), query
            # Some go and some become others: what was counted before is counted anew.
            documents = [*documents[20:], *random_documents(chance, 40 + change)]
            documents = list({document.key: document for document in documents}.values())
            gone = {f"d:{number}" for number in range(150)} - {document.key for document in documents}
            engine.apply(documents, gone)
