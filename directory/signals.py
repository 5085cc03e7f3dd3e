"""What happens when an editor publishes, takes back, deletes or renames: the public copy and the index follow.

Publication is heard through Wagtail's `published`, not `post_save`: at `post_save` the children and the many-to-many
relations are still those of the version before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext as _
from wagtail.log_actions import get_active_log_context
from wagtail.signals import published, unpublished

from search.indexing import record_change

from .areas.index import area_index, forget_areas
from .cache import forget
from .checker.world import MEMORY as HARD_WORDS
from .freshness.confirming import keep_confirmed
from .ladder import MEMORY as LADDER
from .models import (
    Area,
    AreaLayer,
    Banner,
    DangerPattern,
    DangerTopic,
    Field,
    FreshnessSettings,
    HardWord,
    InstitutionType,
    NationalLine,
    Need,
    NextStep,
    Organisation,
    Phrase,
    PreparedList,
    PreparedPage,
    Programme,
    Promotion,
    Resource,
    StopWord,
    SynonymGroup,
    Town,
)
from .public import store
from .public.days import MEMORY as DAYS
from .public.days import RECORDS
from .vocabulary.provider import new_version

# What is remembered of a table and must be forgotten when a row of it changes.
MEMORIES: dict[type[Model], tuple[str, ...]] = {
    Field: ("fields", "needs"),
    # What lines and dangers remember of a type is its code, and what part it plays.
    InstitutionType: ("needs", "lines", "dangers"),
    NationalLine: ("lines", "dangers"),
    Need: ("needs", "dangers"),
    DangerTopic: ("dangers",),
    FreshnessSettings: (LADDER,),
    # What is kept of a prepared page stands with the records that it lists.
    Banner: (DAYS,),
    PreparedPage: (DAYS, RECORDS),
    PreparedList: (DAYS, RECORDS),
    HardWord: (HARD_WORDS,),
}
# Words of the vocabulary: a change of one is a new version of all, which every process then reads.
WORDS = (DangerPattern, DangerTopic, Need, Phrase, Promotion, StopWord, SynonymGroup)


def _note_words(instance: Model, done: str) -> None:
    """A change of the vocabulary, with who made it if that is known."""
    context = get_active_log_context()
    new_version(f"{done}：{instance._meta.verbose_name}「{instance}」", context.user)


def _with_neighbours(resource: Resource) -> list[int]:
    """The resource and those whose ladder leads to it: they show its name, and only while it is public."""
    return [resource.pk, *NextStep.objects.filter(target_id=resource.pk).values_list("resource_id", flat=True)]


@receiver(published)
@receiver(unpublished)
def follow_publication(sender: type, instance: Model, **kwargs: Any) -> None:
    """Write or take away the public record."""
    if isinstance(instance, Resource):
        keep_confirmed(instance)
        store.refresh_public_records(resource_ids=_with_neighbours(instance))


@receiver(pre_delete, sender=Resource)
def follow_burial(sender: type, instance: Resource, **kwargs: Any) -> None:
    """What was public leaves a stone at its address; a draft that nobody saw does not."""
    if instance.live:
        store.bury([instance])


@receiver(post_delete)
def follow_deletion(sender: type, instance: Model, **kwargs: Any) -> None:
    """The record goes with its resource (cascade); the index must hear of it."""
    for group in MEMORIES.get(sender, ()):
        forget(group)
    if sender in WORDS:
        _note_words(instance, _("削除"))
    if sender is Resource and isinstance(instance, Resource):
        forget("records")
        record_change([f"resource:{instance.short_id}"])


# What a public record shows of other tables: when one of them changes, these resources are written anew.
SHOWN_IN: dict[type[Model], Callable[[Any], QuerySet[Resource]]] = {
    AreaLayer: lambda layer: Resource.objects.filter(areas__layer=layer),
    Field: lambda field: Resource.objects.filter(fields=field),
    Need: lambda need: Resource.objects.filter(needs=need),
    InstitutionType: lambda type_: Resource.objects.filter(type=type_),
    Organisation: lambda organisation: Resource.objects.filter(organisation=organisation),
    Programme: lambda programme: Resource.objects.filter(consultationdesk__programme=programme),
    Town: lambda town: Resource.objects.filter(town=town),
}


def _follow(resources: QuerySet[Resource]) -> None:
    ids = resources.filter(live=True).values_list("pk", flat=True).distinct()
    store.refresh_public_records(resource_ids=list(ids))


@receiver(post_save)
def follow_words(sender: type, instance: Model, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """A renamed field, organisation ... is renamed on every page and in the index."""
    if sender in (AreaLayer, Town):
        forget_areas()
    for group in MEMORIES.get(sender, ()):
        forget(group)
    if sender in WORDS:
        _note_words(instance, _("追加") if created else _("変更"))
    if isinstance(instance, Resource) and not instance.live and not created:
        store.name_successor(instance)
    if not raw and not created and sender in SHOWN_IN:
        _follow(SHOWN_IN[sender](instance))


@receiver(post_save, sender=Area)
def follow_area(sender: type, instance: Area, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """A renamed or moved area: what was made for it, and for all areas that were or are related to it."""
    before = area_index().relevant_to(instance.pk)
    forget_areas()
    if not raw and not created:
        _follow_areas(before | area_index().relevant_to(instance.pk), instance.pk)


@receiver(m2m_changed, sender=Town.areas.through)
def follow_town_areas(sender: type, instance: Model, action: str, pk_set: set[int] | None, **kwargs: Any) -> None:
    """Which areas share a 町字 decides who is found where."""
    if not action.startswith("post_"):
        return
    before = area_index()
    forget_areas()
    of_town = set(pk_set or ()) | before.areas_of_town(instance.pk)
    changed = {instance.pk} if isinstance(instance, Area) else of_town
    related = {other for pk in changed for index in (before, area_index()) for other in index.relevant_to(pk)}
    _follow_areas(related)


def _follow_areas(areas: Collection[int], municipality: int | None = None) -> None:
    made_for = Q(areas__in=areas)
    _follow(
        Resource.objects.filter(made_for | Q(organisation__municipality=municipality) if municipality else made_for)
    )
