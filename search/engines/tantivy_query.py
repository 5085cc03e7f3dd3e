"""From the engines' common question to tantivy's own."""

from __future__ import annotations

import math

import tantivy

from .base import Alternative, Clause, EngineQuery

# Between the fields in which one clause is found: the best counts, the others a little.
TIE_BREAKER = 0.1
LONGEST_VALUE = 200


class QueryBuilder:
    """Builds tantivy queries over one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self.schema = schema

    def build(self, query: EngineQuery, without: str | None = None) -> tantivy.Query:
        """The whole question; `without` leaves the filter of one facet out, for counting it."""
        parts = [(tantivy.Occur.Must, self._words(query))]
        for name, values in query.filters.items():
            if values and name != without:
                known = [value[:LONGEST_VALUE] for value in values]
                wanted = tantivy.Query.term_set_query(self.schema, name, known)
                parts.append((tantivy.Occur.Must, tantivy.Query.const_score_query(wanted, 0.0)))
        return parts[0][1] if len(parts) == 1 else tantivy.Query.boolean_query(parts)

    def _words(self, query: EngineQuery) -> tantivy.Query:
        needed = [self._clause(clause) for clause in query.clauses if not clause.optional]
        lifting = [self._clause(clause) for clause in query.clauses if clause.optional]
        if not needed:
            asked = tantivy.Query.all_query()
        elif len(needed) == 1:
            asked = needed[0]
        else:
            least = max(1, min(query.minimum_match, len(needed)))
            asked = tantivy.Query.boolean_query(
                [(tantivy.Occur.Should, clause) for clause in needed], minimum_number_should_match=least
            )
        if not lifting:
            return asked
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, asked), *((tantivy.Occur.Should, clause) for clause in lifting)]
        )

    def _clause(self, clause: Clause) -> tantivy.Query:
        ways = [self._alternative(alternative) for alternative in clause.alternatives if alternative.terms]
        if not ways:
            return tantivy.Query.empty_query()
        return ways[0] if len(ways) == 1 else tantivy.Query.disjunction_max_query(ways, TIE_BREAKER)

    def _alternative(self, alternative: Alternative) -> tantivy.Query:
        terms = [
            tantivy.Query.term_query(self.schema, alternative.field, term, index_option="freq")
            for term in alternative.terms
        ]
        if len(terms) == 1:
            found = terms[0]
        else:
            least = max(1, math.ceil(len(terms) * alternative.share - 1e-9))
            found = tantivy.Query.boolean_query(
                [(tantivy.Occur.Should, term) for term in terms], minimum_number_should_match=least
            )
        # A long word found by many n-grams must not outweigh a short one.
        return tantivy.Query.boost_query(found, alternative.weight / math.sqrt(len(terms)))

    def within(self, wanted: tantivy.Query, box: tuple[float, float, float, float]) -> tantivy.Query:
        """The question within south, north, west, east."""
        south, north, west, east = box
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, wanted),
                (tantivy.Occur.Must, self._between("lat", south, north)),
                (tantivy.Occur.Must, self._between("lon", west, east)),
            ]
        )

    def _between(self, name: str, low: float, high: float) -> tantivy.Query:
        found = tantivy.Query.range_query(self.schema, name, tantivy.FieldType.Float, low, high)
        return tantivy.Query.const_score_query(found, 0.0)

    def somewhere(self, wanted: tantivy.Query, *, known: bool) -> tantivy.Query:
        """The question among documents with, or without, a place."""
        occur = tantivy.Occur.Must if known else tantivy.Occur.MustNot
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, wanted), (occur, tantivy.Query.exists_query("lat"))])
