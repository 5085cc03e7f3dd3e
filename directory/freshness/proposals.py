"""Changes that somebody proposes: field by field, in words, and what an editor makes of them.

Nothing here is public. What is taken goes into a draft, which an editor publishes the way that everything is published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import SAID_BY, Confirmer, Decision, PhoneState, label_of
from ..hours.text import describe_schedule
from ..models import ChangeProposal, Channel, PhoneCheck, Resource
from ..public.record import PublicResource
from ..validators import validate_visible

LONGEST = 2_000
CHANNEL = "channel:"
# So many channels are offered for a change one by one.
MOST_CHANNELS = 20


@dataclass(frozen=True, slots=True)
class Field:
    """What may be proposed: what it is called, and the column that it becomes. Without one an editor does it by hand, because a
    sentence is no opening rule and no new channel."""

    name: str
    label: str | Promise
    column: str = ""
    is_long: bool = False


FIELDS = (
    Field("contact", gettext_lazy("新しい連絡先・場所"), is_long=True),
    Field("hours", gettext_lazy("日時"), is_long=True),
    Field("who", gettext_lazy("対象の説明"), "eligibility_note"),
    Field("cost", gettext_lazy("費用の説明"), "cost_note"),
    Field("body", gettext_lazy("くわしい内容"), "body", is_long=True),
    Field("other", gettext_lazy("そのほか変わったこと"), is_long=True),
)
_BY_NAME = {field.name: field for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Asked:
    """A field as a form shows it, with what stands there now."""

    name: str
    label: str
    value: str
    is_long: bool
    longest: int


def asked_fields(public: PublicResource) -> list[Asked]:
    """All that may be changed of an entry, as the public sees it now."""
    channels = [
        Asked(f"{CHANNEL}{place}", label_of(channel.kind), channel.value, False, 300)
        for place, channel in enumerate(public.channels[:MOST_CHANNELS])
        if channel.value
    ]
    return channels + [
        Asked(field.name, str(field.label), _value(public, field.name), field.is_long, _longest(field))
        for field in FIELDS
    ]


def _longest(field: Field) -> int:
    column = Resource._meta.get_field(field.column) if field.column else None
    return min(getattr(column, "max_length", None) or LONGEST, LONGEST)


def _value(public: PublicResource, name: str) -> str:
    if name == "hours":
        lines = describe_schedule(public.schedule, timezone.localdate())
        return "\n".join(filter(None, (*lines, public.hours_note)))
    column = _BY_NAME[name].column
    return str(getattr(public, column)) if column else ""


def _plain(text: str) -> str:
    """One kind of line break, nothing at the ends."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()


@transaction.atomic
def propose(public: PublicResource, role: Confirmer, values: Mapping[str, str]) -> list[ChangeProposal]:
    """Keep what differs from what is public now; an earlier proposal for a field that waits is replaced.

    Raises ValidationError, by field, for what cannot stand there, and where nothing differs.
    """
    changed = [
        (field, proposed)
        for field in asked_fields(public)
        if field.name in values and (proposed := _plain(values[field.name])) != _plain(field.value)
    ]
    problems: dict[str, list[str]] = {}
    for field, proposed in changed:
        try:
            _check(public, field, proposed)
        except ValidationError as error:
            problems[field.name] = error.messages
    if problems:
        raise ValidationError(problems)
    if not changed:
        raise ValidationError(
            _("今の内容と同じです。変わったところを書きかえるか、「このままで正しい」を押してください。")
        )
    made = []
    for field, proposed in changed:
        ChangeProposal.objects.filter(resource_id=public.id, field=field.name, state=Decision.WAITING).delete()
        made.append(
            ChangeProposal.objects.create(
                resource_id=public.id,
                field=field.name,
                label=field.label,
                old=field.value,
                proposed=proposed,
                role=role,
            )
        )
    # Somebody was reached, and not all of it was right.
    PhoneCheck.objects.filter(resource_id=public.id, closed_on=None).update(
        state=PhoneState.CONFIRMED, closed_on=timezone.localdate(), was_right=False
    )
    return made


def _check(public: PublicResource, field: Asked, proposed: str) -> None:
    if len(proposed) > field.longest:
        raise ValidationError(_("{longest}字までで書いてください。").format(longest=field.longest))
    for line in proposed.split("\n"):
        if line:
            validate_visible(line)
    if field.name.startswith(CHANNEL) and proposed:
        channel = public.channels[int(field.name.removeprefix(CHANNEL))]
        Channel(kind=channel.kind, value=proposed).clean()


def waiting(resource: Resource) -> list[ChangeProposal]:
    """What an editor has not answered yet."""
    return list(resource.change_proposals.filter(state=Decision.WAITING))


def by_hand(proposal: ChangeProposal) -> bool:
    """Whether an editor writes it into the form, because it is a sentence."""
    return not proposal.field.startswith(CHANNEL) and not _BY_NAME[proposal.field].column


@transaction.atomic
def decide(resource: Resource, *, take: Collection[int], decline: Collection[int] = (), user: Any) -> bool:
    """Take proposals (by primary key) into the entry's draft, decline others; those named in neither go on waiting.

    Returns whether there is now a draft to look at and publish. It holds also the day on which it was said, so that publishing
    confirms the entry. Raises ValidationError where a draft would not be valid, where it is locked for this user, or where
    nothing was chosen.
    """
    chosen = [one for one in waiting(resource) if one.pk in {*take, *decline}]
    if not chosen:
        raise ValidationError(_("取り入れるものか、取り入れないものを選んでください。"))
    taken = [one for one in chosen if one.pk in take]
    if taken:
        _write_draft(resource.specific, taken, user)
    for one in chosen:
        one.state = Decision.TAKEN if one in taken else Decision.DECLINED
        one.decided_on = timezone.localdate()
        one.save(update_fields=["state", "decided_on"])
    return bool(taken)


def _write_draft(resource: Resource, taken: Iterable[ChangeProposal], user: Any) -> None:
    lock = resource.get_lock()
    if lock and lock.for_user(user):
        raise ValidationError(
            _("この案内は、いまほかの人が確かめているため、直せません。終わってから、もう一度してください。")
        )
    draft: Any = resource.get_latest_revision_as_object()
    for proposal in taken:
        if proposal.field.startswith(CHANNEL):
            _write_channel(draft, proposal)
        elif column := _BY_NAME[proposal.field].column:
            setattr(draft, column, proposal.proposed)
    newest = max(taken, key=lambda one: one.made_at)
    said_on = timezone.localtime(newest.made_at).date()
    if draft.verified_on is None or said_on > draft.verified_on:
        draft.verified_on, draft.verified_by = said_on, SAID_BY[Confirmer(newest.role)]
    draft.full_clean()
    draft.save_revision(user=user)


def _write_channel(draft: Any, proposal: ChangeProposal) -> None:
    """The channel that read as it did then reads otherwise, or goes; the others stay what they are."""
    channels = list(draft.channels.all())
    found = next((channel for channel in channels if channel.value == proposal.old), None)
    if found is None:
        raise ValidationError(
            _("「{label}」の {old} は、もうありません。編集の画面で直してください。").format(
                label=proposal.label, old=proposal.old
            )
        )
    if proposal.proposed:
        found.value = proposal.proposed
    else:
        channels.remove(found)
    draft.channels.set(channels)
