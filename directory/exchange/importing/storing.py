"""Records into their tables: resources many at a time, everything else through its own `save`.

For a resource nothing of what `publish` does may be missing: row, children, relations, revision, public record, a mark for the
index. Call it in a transaction, inside `waiting_for_renewal`. The entry of the admin's search takes longer than all of that and is
written afterwards (`write_entries`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Cast
from django.utils import timezone
from modelcluster.models import get_all_child_m2m_relations, get_all_child_relations
from modelsearch.backends import get_search_backend
from modelsearch.index import class_is_indexed
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry, Revision

from search.modelsearch.renewal import writing_at_once

from ...models import ImportRun, NextStep, Resource, kind_tables
from ...public.store import refresh_public_records
from ..tables.own import Table
from .composing import DRAFT, PENDING, Composed

ORIGIN = "import"
# What Wagtail's history calls it.
TAKEN_IN, TAKEN_BACK = "yorozu.import", "yorozu.import_undone"
BATCH = 500
# What an import never takes from a record that is made anew: when it was made.
_KEPT = frozenset({"id", "created_at"})


def store(table: Table, made: Sequence[Composed], user: Any) -> None:
    """Write these records of a table as they were composed."""
    for each in made:
        if each.is_new:
            each.record.origin = ORIGIN
    if table.model is Resource:
        _store_resources(made, user)
    elif table.has_drafts:
        for each in made:
            _store_revised(each, user)
    else:
        for each in made:
            _store_plain(each)


def write_entries(table: Table, keys: Collection[str]) -> None:
    """The entries of the admin's search for records of a table, of which no more is read than they say."""
    backend = get_search_backend()
    searched: Iterable[Any] = kind_tables().values() if table.model is Resource else (table.model,)
    with writing_at_once():
        for model in searched:
            if class_is_indexed(model):
                records = list(model.get_indexed_objects().filter(**{f"{table.identity}__in": list(keys)}))
                drafts = [record for record in records if getattr(record, "has_unpublished_changes", False)]
                models.prefetch_related_objects(drafts, "latest_revision")
                backend.add_bulk(model, records)


def note_history(run: ImportRun, action: str, records: Iterable[Any], *, deleted: bool = False) -> None:
    """A line a record for who opens 履歴, in the transaction in which they were written; they share the name of the run.

    It says who, when and that it was an import. What was changed stands in the journal, which goes with its run.
    """
    now = timezone.now()
    ModelLogEntry.objects.bulk_create(
        ModelLogEntry(
            content_type=ContentType.objects.get_for_model(record, for_concrete_model=False),
            object_id=str(record.pk),
            label=str(record),
            action=action,
            timestamp=now,
            user=run.user,
            uuid=run.uuid,
            data={},
            content_changed=True,
            deleted=deleted,
        )
        for record in records
        if registry.get_log_model_for_model(type(record)) is ModelLogEntry
    )


def _store_plain(made: Composed) -> None:
    record = made.record
    record.save()
    for name, others in made.later.items():
        relation: Any = type(record)._meta.get_field(name)
        if relation.model.__name__ == "Town":
            _store_quietly(record, relation, others)
        else:
            getattr(record, name).set(others)


def _store_quietly(record: Any, relation: Any, others: Iterable[Any]) -> None:
    """A relation whose signal would refresh the whole register for every row; who imports does so once at the end."""
    through = relation.remote_field.through
    own, other = relation.m2m_column_name(), relation.m2m_reverse_name()
    through._default_manager.filter(**{own: record.pk}).delete()
    through._default_manager.bulk_create([through(**{own: record.pk, other: each.pk}) for each in others])


def _store_revised(made: Composed, user: Any) -> None:
    """A record of a room above, by the way that its desk goes: signals note what they have to note."""
    record = made.record
    if made.is_new:
        record.live = False
        record.save()
    if not made.is_draft_only:
        revision = record.save_revision(user=user, clean=False)
        if made.state == DRAFT:
            if record.live:
                record.unpublish(user=user)
        else:
            revision.publish(user=user)
    if made.draft is not None:
        made.draft.pk = record.pk
        made.draft.save_revision(user=user, clean=False)


# resources


def _store_resources(made: Sequence[Composed], user: Any) -> None:
    whole = [each for each in made if not each.is_draft_only]
    _store_rows(whole)
    _store_children([each.record for each in whole], anew=[each.record for each in whole if not each.is_new])
    _store_revisions(made, user)
    shown = {each.record.pk for each in whole}
    # Ladders that lead to them show their names, and them only while they are public.
    steps = NextStep.objects.filter(target_id__in=shown).values_list("resource_id", flat=True)
    refresh_public_records(resource_ids=sorted(shown.union(steps)))


def _store_rows(made: Sequence[Composed]) -> None:
    now = timezone.now()
    records = [each.record for each in made]
    for each in made:
        record = each.record
        record.kind = type(record).KIND
        record.live = each.state != DRAFT
        record.has_unpublished_changes = each.state != "live"
        if record.live:
            record.first_published_at = record.first_published_at or now
            record.last_published_at = now
        record.id = record.pk
    # A record has the columns of all kinds, and its table takes no others.
    Resource.objects.bulk_create([record for record in records if record.pk is None])
    known = [(each.record, each.record.created_at) for each in made if not each.is_new]
    Resource.objects.bulk_create(
        [record for record, _created in known],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            field.name for field in Resource._meta.concrete_fields if not field.primary_key and field.name not in _KEPT
        ],
    )
    for record, created in known:
        record.created_at = created
        # raw: only the kind's own table; its base row stands already.
        record.save_base(raw=True, force_update=True)
    fresh: dict[Any, list[Any]] = {}
    for each in made:
        if each.is_new:
            each.record.pk = each.record.id
            fresh.setdefault(type(each.record), []).append(each.record)
    for table, rows in fresh.items():
        # As Django's own `save` does it for the last of several tables; `bulk_create` refuses to, and one by one takes ten times
        # as long. Nobody follows the signals of a row that is new and raw.
        table._base_manager.get_queryset()._batched_insert(rows, table._meta.local_concrete_fields, None)


def _store_children(records: Sequence[Any], *, anew: Sequence[Any]) -> None:
    """Children and relations of all of them; those that stand there are replaced."""
    keys = [record.pk for record in anew]
    for relation in get_all_child_relations(Resource):
        name, model, owner = relation.get_accessor_name(), relation.related_model, relation.field.attname
        children = []
        for record in records:
            own = list(getattr(record, name).all())
            if not own:
                continue
            for order, child in enumerate(own):
                child.pk, child._state.adding = None, True
                setattr(child, owner, record.pk)
                if hasattr(child, "sort_order"):
                    child.sort_order = order
            getattr(record, name).set(own)
            children += own
        model._default_manager.filter(**{f"{owner}__in": keys}).delete()
        model._default_manager.bulk_create(children)
    tables: dict[Any, tuple[list[int], list[Any]]] = {}
    relations = {kind: get_all_child_m2m_relations(kind) for kind in {type(record) for record in records}}
    for record in records:
        for relation in relations[type(record)]:
            through = relation.remote_field.through
            own, other = relation.m2m_column_name(), relation.m2m_reverse_name()
            replaced, rows = tables.setdefault(relation, ([], []))
            replaced.append(record.pk)
            rows += [through(**{own: record.pk, other: each.pk}) for each in getattr(record, relation.name).all()]
    for relation, (replaced, rows) in tables.items():
        through = relation.remote_field.through
        if keys:
            through._default_manager.filter(**{f"{relation.m2m_column_name()}__in": replaced}).delete()
        through._default_manager.bulk_create(rows)


def _store_revisions(made: Sequence[Composed], user: Any) -> None:
    """What an editor opens, and goes back to: the record as it is, and the draft that waits."""
    now = timezone.now()
    live, drafts = {}, {}
    for each in made:
        record = each.record
        if not each.is_draft_only:
            live[record.pk] = _revision(record, user, now)
        if each.draft is not None:
            each.draft.pk = each.draft.id = each.draft.resource_ptr_id = record.pk
            drafts[record.pk] = _revision(each.draft, user, now)
    Revision.objects.bulk_create([*live.values(), *drafts.values()])
    for each in made:
        record = each.record
        own, draft = live.get(record.pk), drafts.get(record.pk)
        if own is not None:
            record.live_revision = own if each.state != DRAFT else None
        record.latest_revision = draft or own
        record.has_unpublished_changes = each.state in (DRAFT, PENDING)
    # A statement for all of them: the newest revision of each is the one that was written just now.
    rows = Resource.objects.filter(pk__in=[each.record.pk for each in made])
    newest = Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Resource),
        object_id=Cast(OuterRef("pk"), models.CharField(max_length=255)),
    ).order_by("-pk")
    rows.update(latest_revision=Subquery(newest.values("pk")[:1]))
    public = [pk for pk in live if pk not in drafts]
    rows.filter(pk__in=public, live=True).update(live_revision=F("latest_revision"))
    rows.filter(pk__in=public, live=False).update(live_revision=None)
    for pk in drafts:
        if pk in live:
            Resource.objects.filter(pk=pk).update(live_revision=live[pk])
    Resource.objects.filter(pk__in=drafts).update(has_unpublished_changes=True)


def _revision(record: Any, user: Any, now: Any) -> Revision:
    return Revision(
        content_type=ContentType.objects.get_for_model(record, for_concrete_model=False),
        base_content_type=record.get_base_content_type(),
        object_id=str(record.pk),
        created_at=now,
        user=user,
        object_str=str(record),
        content=record.serializable_data(),
    )
