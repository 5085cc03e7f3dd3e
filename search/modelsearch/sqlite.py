"""The admin's search on SQLite: FTS5 receives words that stand apart already."""

from typing import Any

from django.db.models import F, FloatField, Q, QuerySet
from django.db.models.expressions import CombinedExpression, Value
from modelsearch.backends.database.sqlite.query import BM25, MatchExpression
from modelsearch.backends.database.sqlite.sqlite import (
    SQLiteFTSIndexEntry,
    SQLiteIndex,
    SQLiteSearchBackend,
)

from .backend import Compiler, IndexMixin, Results
from .tree import Every, No, Run, Tree

# In the order of the columns of FTS5's table: autocomplete, body, title.
WEIGHTS = (1.0, 1.0, 8.0)


class Match(MatchExpression):
    """A whole expression of FTS5, columns included."""

    def __init__(self, expression: str) -> None:
        super().__init__([], None)
        self.expression = expression

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[str]]:
        """See MatchExpression."""
        return self.template, [self.expression]


class WeightedBM25(BM25):
    """BM25 in which a word of the title counts more."""

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, list[Any]]:
        """See BM25."""
        return f"bm25({SQLiteFTSIndexEntry._meta.db_table}, {', '.join(map(str, WEIGHTS))})", []


def expression_of(tree: Tree) -> str:
    """A tree without denials in the language of FTS5."""
    if isinstance(tree, Run):
        tokens = " ".join(tree.tokens).replace('"', '""')
        return f'"{tokens}" *' if tree.prefix else f'"{tokens}"'
    if isinstance(tree, No):
        raise TypeError("A denial is no part of an expression")
    word = " AND " if isinstance(tree, Every) else " OR "
    return f"({word.join(map(expression_of, tree.parts))})"


class SQLiteCompiler(Compiler):
    """Search by whole words."""

    def entries(self, tree: Tree) -> QuerySet:
        """See Compiler."""
        # bm25 is the smaller the better.
        return self._rows(tree).values(
            key=F("index_entry__object_id"),
            score=CombinedExpression(Value(-1.0), "*", WeightedBM25(), output_field=FloatField()),
        )

    def _rows(self, tree: Tree) -> QuerySet:
        # The unused `+ 0` keeps SQLite from walking over all entries of the type and asking FTS5 about each.
        types = F("index_entry__content_type_id") + 0
        rows = SQLiteFTSIndexEntry.objects.filter(Match(self.expression(tree))).annotate(types=types)
        return rows.filter(types__in=self.content_types)

    def expression(self, tree: Tree) -> str:
        """The columns to look at, and what for."""
        return f"{{title body}} : ({expression_of(tree)})"

    def found(self, tree: Tree) -> Q:
        """See Compiler."""
        return Q(pk__in=self._rows(tree).values("index_entry__object_id"))


class SQLiteAutocompleteCompiler(SQLiteCompiler):
    """Search by beginnings and parts."""

    PARTS = True

    def expression(self, tree: Tree) -> str:
        """Found in what autocompletes; whoever has it in the title as well stands first."""
        wanted = expression_of(tree)
        found = f"({{autocomplete}} : ({wanted}))"
        return f"{found} OR ({found} AND ({{title}} : ({wanted})))"


class SQLiteTermIndex(IndexMixin, SQLiteIndex):
    """Wagtail's index table with our terms in it."""

    def column(self, tokens: list[tuple[str, bool]]) -> str:
        """See IndexMixin."""
        return " ".join(token for token, _weighty in tokens)


class SQLiteBackend(SQLiteSearchBackend):
    """See the package's docstring."""

    query_compiler_class = SQLiteCompiler
    autocomplete_query_compiler_class = SQLiteAutocompleteCompiler
    index_class = SQLiteTermIndex
    results_class = Results
