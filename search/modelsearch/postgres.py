"""The admin's search on PostgreSQL: vectors and queries are written out, so that no parser and no locale cuts words anew."""

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorExact, SearchVectorField
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.expressions import Combinable, CombinedExpression, Value
from django.db.models.functions import Cast
from modelsearch.backends.database.postgres.postgres import (
    PostgresIndex,
    PostgresSearchBackend,
)

from .backend import Compiler, IndexEntry, IndexMixin, Results
from .tree import Every, No, Run, Tree

# Of D, C, B and A: a word of a name, which is an A, counts more.
WEIGHTS = "{0.12, 0.12, 0.12, 1.0}"


class WrittenQuery(SearchQuery):
    """A tsquery as it stands."""

    template = "(%(expressions)s)::tsquery"

    def __init__(self, expression: str) -> None:
        super().__init__(Value(expression, output_field=TextField()), search_type="raw")


def expression_of(tree: Tree) -> str:
    """A tree without denials in the language of tsquery."""
    if isinstance(tree, Run):
        *first, last = map(_quoted, tree.tokens)
        return f"({' <-> '.join([*first, f'{last}:*' if tree.prefix else last])})"
    if isinstance(tree, No):
        raise TypeError("A denial is no part of an expression")
    word = " & " if isinstance(tree, Every) else " | "
    return f"({word.join(map(expression_of, tree.parts))})"


def _quoted(token: str) -> str:
    doubled = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


class PostgresCompiler(Compiler):
    """Search by whole words."""

    def vector(self) -> Combinable:
        """What is searched: a word of the title and one of the text may answer one question together."""
        return CombinedExpression(F("title"), "||", F("body"), output_field=SearchVectorField())

    def entries(self, tree: Tree) -> QuerySet:
        """See Compiler."""
        rank = SearchRank(self.vector(), WrittenQuery(expression_of(tree)), weights=WEIGHTS)
        return self._rows(tree).values(key=F("object_id"), score=rank)

    def _rows(self, tree: Tree) -> QuerySet:
        rows = IndexEntry.objects.filter(content_type__in=self.content_types)
        return rows.filter(SearchVectorExact(self.vector(), WrittenQuery(expression_of(tree))))

    def found(self, tree: Tree) -> Q:
        """See Compiler."""
        # By the key as text: a cast of all keys to numbers would fail at the first that is none.
        return Q(Exists(self._rows(tree).filter(object_id=Cast(OuterRef("pk"), CharField()))))


class PostgresAutocompleteCompiler(PostgresCompiler):
    """Search by beginnings and parts; names stand first by their weight."""

    PARTS = True

    def vector(self) -> Combinable:
        """The column with parts of words."""
        return F("autocomplete")


class PostgresTermIndex(IndexMixin, PostgresIndex):
    """Wagtail's index table with our terms in it."""

    def column(self, tokens: list[tuple[str, bool]]) -> Cast:
        """See IndexMixin."""
        written = " ".join(
            f"{_quoted(token)}:{position}{'A' if weighty else ''}"
            for position, (token, weighty) in enumerate(tokens, start=1)
        )
        return Cast(Value(written, output_field=TextField()), SearchVectorField())


class PostgresBackend(PostgresSearchBackend):
    """See the package's docstring."""

    query_compiler_class = PostgresCompiler
    autocomplete_query_compiler_class = PostgresAutocompleteCompiler
    index_class = PostgresTermIndex
    results_class = Results
