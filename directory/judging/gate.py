"""What a change of words, a desk or the ear would break: it is tried out, judged by the city's own calls, and taken back unseen."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from search.ear import Ear, hearing
from search.questions.vocabulary import trying, vocabulary

from ..cache import aside
from ..finding import danger
from ..models import Call
from ..vocabulary.provider import MEMORY, read
from .calls import Broken, broken_calls

# Whoever may take a call away may also say that a change matters more than a call.
OVERRULES = "directory.delete_call"
# What is remembered of public records.
RECORDS = "records"
# What a version's summary holds beside what was done.
MOST_REASON = 100


def would_break(change: Callable[[], object]) -> list[Broken]:
    """Calls that hold now and would not after a change of words; raises what the change raises.

    The change is made in a transaction that ends at once, so that nobody waits for the judging; only what was read of it
    in between is judged, by this thread alone.
    """
    in_use = vocabulary()
    with aside(MEMORY, danger.MEMORY):
        with transaction.atomic():
            change()
            words = read("tried")
            danger.topics()
            transaction.set_rollback(True)
        with trying(words.sharing(in_use)):
            after = broken_calls()
    before = {call.pk for call in broken_calls({call.pk for call in after})} if after else set()
    return [call for call in after if call.pk not in before]


def desk_would_break(change: Callable[[], object], types: Collection[int]) -> list[Broken]:
    """Calls that hold now and would not after a change of a desk of these types; raises what the change raises.

    What leads is read from the register itself, so it is judged inside the transaction: of calls for other types nothing changes.
    """
    keys = Call.objects.filter(Q(leads__in=types) | Q(never_leads__in=types)).values_list("pk", flat=True)
    if not keys:
        return []
    with aside(RECORDS), transaction.atomic():
        change()
        after = broken_calls(set(keys))
        transaction.set_rollback(True)
    before = {call.pk for call in broken_calls({call.pk for call in after})} if after else set()
    return [call for call in after if call.pk not in before]


def ear_would_break(ear: Ear) -> list[Broken]:
    """Calls that hold now and would not with another ear; none where the database holds no calls."""
    with hearing(ear):
        after = broken_calls()
    before = {call.pk for call in broken_calls({call.pk for call in after})} if after else set()
    return [call for call in after if call.pk not in before]


def may_overrule(user: Any) -> bool:
    """Whether somebody may make a change that breaks calls, with a reason."""
    return user.has_perm(OVERRULES)


def reason_of(data: Any) -> str:
    """The reason as it was posted."""
    return data.get("calls_reason", "").replace("\x00", "").strip()[:MOST_REASON]


def as_summary(broken: Collection[Broken], reason: str) -> str:
    """What the version says of calls that were broken on purpose."""
    if not broken:
        return ""
    return _("（確かめる呼びかけ%(count)s件が外れる。理由：%(reason)s）") % {"count": len(broken), "reason": reason}
