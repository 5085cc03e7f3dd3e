"""What happens when contact points, partners and packs change, and when somebody logs in or fails to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.log_actions import get_active_log_context
from wagtail.signals import published, unpublished

from guard.logins.tries import came_in, tries_refused

from ..models import Field, InstitutionType, Organisation
from .audit import note
from .choices import Act, ChangeKind
from .doors.access import is_office, owes_second_factor
from .models import ContactPoint, Member, Partner, SharingPack, Training
from .models.querysets import ContactPointQuerySet
from .packs import packs_with
from .services import QUIET, note_change
from .words import searchable_text

# What an institution that is being deleted keeps for a moment.
LEFT = "contacts_left"
NOTED = (Partner, SharingPack, Training)
SHOWN = tuple(field for field in ContactPoint._meta.concrete_fields if field.name not in QUIET)

# What the look-up knows of other tables: their names, and whether persons may be found by theirs.
FOUND_BY: dict[type[Model], Callable[[Any], ContactPointQuerySet]] = {
    Organisation: lambda organisation: organisation.contact_points.all(),
    InstitutionType: lambda type_: ContactPoint.objects.filter(organisation__type=type_),
    Field: lambda field: ContactPoint.objects.having(fields=field),
}


def _note(instance: Model, **detail: Any) -> None:
    user = get_active_log_context().user
    note(Act.CHANGED, user=user, target=instance, kind=instance._meta.model_name, **detail)


def _snapshot(contact: ContactPoint) -> dict[str, Any]:
    """What partners see of a contact point, for comparing."""
    values: dict[str, Any] = {field.name: field.value_from_object(contact) for field in SHOWN}
    for name in ("roles", "areas", "fields"):
        values[name] = sorted(record.pk for record in getattr(contact, name).all())
    return values


def _is_due(values: dict[str, Any]) -> bool:
    """Whether partners see it today; what begins later is told of when it begins (`services.note_turn_of_days`)."""
    today = timezone.localdate()
    return (values["valid_from"] or today) <= today <= (values["valid_to"] or today)


@receiver(pre_save, sender=ContactPoint)
def remember_before(sender: type, instance: ContactPoint, update_fields: Any = None, **kwargs: Any) -> None:
    """What was public until now; the same instance is what `published` brings afterwards."""
    if update_fields is None and instance.pk:
        before = ContactPoint.objects.filter(pk=instance.pk, live=True).first()
        instance.public_before = _snapshot(before) if before else None
        instance.packs_before = packs_with(before) if before else []


@receiver(published)
def follow_publication(sender: type, instance: Model, **kwargs: Any) -> None:
    """Approved: the partners whose packs hold it are to be told, unless nothing that they see has changed."""
    if isinstance(instance, ContactPoint):
        before, now = getattr(instance, "public_before", None), _snapshot(instance)
        fields = [name for name in now if before is not None and before[name] != now[name]]
        _note(instance, done="published", fields=fields)
        seen, shown = before is not None and _is_due(before), _is_due(now)
        if shown and not seen:
            note_change(instance, ChangeKind.NEW)
        elif seen and not shown:
            note_change(instance, ChangeKind.ENDED, stood_in=instance.packs_before)
        elif shown and fields:
            note_change(instance, ChangeKind.CHANGED, fields, stood_in=instance.packs_before)


@receiver(unpublished)
def follow_withdrawal(sender: type, instance: Model, **kwargs: Any) -> None:
    """Taken back."""
    if isinstance(instance, ContactPoint):
        _note(instance, done="unpublished")
        if _is_due(_snapshot(instance)):
            note_change(instance, ChangeKind.ENDED)


@receiver(pre_delete, sender=ContactPoint)
def follow_deletion(sender: type, instance: ContactPoint, **kwargs: Any) -> None:
    """Deleted: before, because its roles are gone afterwards."""
    _note(instance, done="deleted")
    if instance.live and _is_due(_snapshot(instance)):
        note_change(instance, ChangeKind.ENDED)


@receiver(post_save)
def follow_saving(sender: type, instance: Model, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """Partners, packs and trainings have no drafts; a renamed organisation is found by its new name, and where names became
    dangerous nobody is found by one any more.
    """
    if raw:
        return
    if sender in NOTED:
        _note(instance, done="added" if created else "changed")
    elif sender in FOUND_BY and not created:
        for contact in FOUND_BY[sender](instance).with_details():
            ContactPoint.objects.filter(pk=contact.pk).update(search_text=searchable_text(contact))


@receiver(pre_delete, sender=Organisation)
def remember_contacts(sender: type, instance: Organisation, **kwargs: Any) -> None:
    """Contact points outlive their institution, and then nothing leads from it to them."""
    instance.__dict__[LEFT] = list(instance.contact_points.approved())


@receiver(post_delete)
def follow_removal(sender: type, instance: Model, **kwargs: Any) -> None:
    """Partners, packs and trainings that are taken away; contact points whose institution is gone."""
    if sender in NOTED:
        _note(instance, done="deleted")
    elif sender is Organisation:
        for contact in instance.__dict__[LEFT]:
            contact.refresh_from_db()
            note_change(contact, ChangeKind.CHANGED, ["organisation"])


def _is_known(user: Any) -> bool:
    return is_office(user) or Member.objects.filter(user_id=user.pk).exists()


@receiver(user_logged_in)
def follow_login(sender: type, request: Any, user: Any, **kwargs: Any) -> None:
    """A log-in, of the admin's too: who comes in there sees contact points."""
    if not _is_known(user):
        return
    note(Act.SIGNED_IN, user=user)
    if not owes_second_factor(user):
        came_in(request, user)


@receiver(user_logged_out)
def follow_logout(sender: type, request: Any, user: Any, **kwargs: Any) -> None:
    """A log-out."""
    if user is not None and _is_known(user):
        note(Act.SIGNED_OUT, user=user)


@receiver(user_login_failed)
def follow_failure(sender: str, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
    """A wrong password for an account. Names of nobody leave no line: people type passwords there, and storms would fill
    the trail."""
    if hasattr(request, "refused"):
        # Nobody looked at the password; `follow_refusal` tells of it once.
        return
    if known := _account(credentials.get("username")):
        note(Act.SIGN_IN_FAILED, user=known)


@receiver(tries_refused)
def follow_refusal(sender: type, user: Any, **kwargs: Any) -> None:
    """Too many failures."""
    note(Act.LOCKED_OUT, user=user)


def _account(name: Any) -> Any:
    """The account of a name as typed."""
    typed = str(name or "")[:254].replace("\x00", "")
    return get_user_model().objects.filter(username=typed).first()
