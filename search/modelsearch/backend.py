"""What both databases share: how a question becomes a queryset, and how records come into Wagtail's index table."""

from collections.abc import Iterable
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from modelsearch.backends.base import BaseSearchQueryCompiler, BaseSearchResults, FilterFieldError
from modelsearch.conf import get_app_config
from modelsearch.utils import get_content_type_pk, get_descendants_content_types_pks

from .reading import read
from .records import entry_of, rows_of
from .renewal import is_waiting
from .tokens import fitting
from .tree import EVERYTHING, NOTHING, Every, No, Run, Some, Tree, has_no, holds, wanted

IndexEntry = get_app_config().get_model("IndexEntry")
COLUMNS = ("title", "body", "autocomplete")
# More keys than this are not written into a query one by one.
MOST_KEYS = 500


class Compiler(BaseSearchQueryCompiler):
    """A question as a queryset of the records themselves: filters, order and pages are the database's own.

    `PARTS` tells search by whole words from autocompletion.
    """

    DEFAULT_OPERATOR = "and"
    PARTS = False

    @cached_property
    def tree(self) -> Tree:
        """What is asked."""
        return read(self.query, parts=self.PARTS)

    @cached_property
    def content_types(self) -> list[int]:
        """Where entries of the searched records stand."""
        return get_descendants_content_types_pks(self.queryset.model)

    def entries(self, tree: Tree) -> QuerySet:
        """Entries that hold what is asked, with `score`, the higher the better. For databases to say."""
        raise NotImplementedError

    def found(self, tree: Tree) -> Q:
        """The condition on records that one of `entries` is theirs. For databases to say."""
        raise NotImplementedError

    def matching(self) -> QuerySet:
        """All records that are found, in the order of the queryset."""
        if self.tree == EVERYTHING:
            return self.queryset
        if self.tree == NOTHING:
            return self.queryset.none()
        queryset = self.queryset.filter(self._condition(self.tree))
        return queryset if self.fields is None else queryset.filter(pk__in=self._in_fields(queryset))

    @cached_property
    def scores(self) -> dict[str, float]:
        """Points of records by their key as text. One look at the index: a subquery would be one for every record."""
        tree = wanted(self.tree)
        if isinstance(tree, Every | Some) and not tree.parts:
            return {}
        return dict(self.entries(tree).values_list("key", "score"))

    def _get_filters_from_queryset(self, check_only: bool = False) -> None:
        # modelsearch refuses filters that no FilterField names; the records stand in this very database, which filters
        # by any column. A list of the admin with a filter for areas would answer with an error otherwise.
        return None

    def _get_order_by(self) -> Iterable[Any]:
        # The same for the columns by which a list is sorted.
        return ()

    def _condition(self, tree: Tree) -> Q:
        if isinstance(tree, No):
            return ~self._condition(tree.part)
        if isinstance(tree, Run) or not has_no(tree):
            return self.found(tree)
        conditions = map(self._condition, tree.parts)
        return reduce(and_ if isinstance(tree, Every) else or_, conditions)

    def _in_fields(self, queryset: QuerySet) -> list[Any]:
        # The index knows no single fields. What it finds is few and read again: the same words, so the same answer.
        records = queryset.order_by().iterator(chunk_size=MOST_KEYS)
        return [record.pk for record in records if holds(self.tree, rows_of(record, self.fields, parts=self.PARTS))]


class Results(BaseSearchResults):
    """What is found: the best first, or in the order of the queryset."""

    supports_facet = True

    def _do_search(self) -> list[Any]:
        compiler = self.query_compiler
        matching = compiler.matching()
        if compiler.tree == EVERYTHING:
            return list(matching[self.start : self.stop])
        if not compiler.order_by_relevance:
            # Rows without an order would come twice on the pages of a list, or never.
            ordered = matching if matching.query.order_by else matching.order_by("-pk")
            found = list(ordered[self.start : self.stop])
        else:
            found = self._best(matching)
        if self._score_field:
            for record in found:
                setattr(record, self._score_field, self._points(record.pk))
        return found

    def _best(self, matching: QuerySet) -> list[Any]:
        keys = sorted(matching.order_by().values_list("pk", flat=True), reverse=True)
        keys = sorted(keys, key=self._points, reverse=True)[self.start : self.stop]
        page = matching.order_by() if len(keys) > MOST_KEYS else matching.order_by().filter(pk__in=keys)
        records = {record.pk: record for record in page}
        return [records[key] for key in keys if key in records]

    def _points(self, key: Any) -> float:
        return self.query_compiler.scores.get(str(key), 0.0)

    def _do_count(self) -> int:
        return len(range(*slice(self.start, self.stop).indices(self.query_compiler.matching().count())))

    def facet(self, field_name: str) -> dict[Any, int]:
        """How many are found of each value of a FilterField, the most frequent first."""
        if self.query_compiler._get_filterable_field(field_name) is None:
            name = self.query_compiler.queryset.model.__name__
            raise FilterFieldError(f"{name}.search_fields has no FilterField {field_name!r}", field_name=field_name)
        counts = self.query_compiler.matching().order_by().values(field_name).annotate(count=Count("pk"))
        return {row[field_name]: row["count"] for row in counts.order_by("-count")}


class IndexMixin:
    """Writes records into the index table in one statement a batch; before modelsearch's own index in the bases."""

    write_connection: Any

    def column(self, tokens: list[tuple[str, bool]]) -> Any:
        """Tokens as the column of this database."""
        raise NotImplementedError

    def add_items(self, model: Any, objs: Iterable[Model]) -> None:
        """Write the entries of these records, or write them anew."""
        if is_waiting() or not model.get_search_fields():
            return
        content_type = get_content_type_pk(model)
        rows = []
        for record in objs:
            entry = entry_of(record)
            columns = {name: self.column(list(fitting(getattr(entry, name)))) for name in COLUMNS}
            rows.append(IndexEntry(content_type_id=content_type, object_id=str(record.pk), **columns))
        IndexEntry.objects.using(self.write_connection.alias).bulk_create(
            rows, update_conflicts=True, unique_fields=["content_type", "object_id"], update_fields=COLUMNS
        )

    def _refresh_title_norms(self, full: bool = False) -> None:
        # Nothing here ranks by them, and the mean over all titles would read the whole table whenever somebody saves.
        return None
