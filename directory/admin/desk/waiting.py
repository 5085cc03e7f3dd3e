"""What waits for somebody: each number with the list that it counts. Rooms above say theirs by the hook `WAITS`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail import hooks

from ...choices import Decision
from ...freshness.calls import open_calls
from ...models import ChangeProposal, OfferState, PublicRecord
from ...offers.answering import arrived
from ..flow.views import entries_to_approve, others_to_approve
from ..freshness.access import EDIT
from ..imports.views import MAY as MAY_IMPORT
from ..imports.views import open_runs
from ..offers.views import VIEW as MAY_READ_OFFERS

# A function of a request that tells `Wait`s.
WAITS = "desk_waits"
# Where Wagtail lists, further down on the same page, what waits for approval.
APPROVALS = "#awaiting-review-section"


@dataclass(frozen=True, slots=True)
class Wait:
    """So many of something wait; `url` lists just those."""

    count: int
    text: str
    url: str


def waits(request: HttpRequest) -> list[Wait]:
    """All that waits for whoever asks, and nothing of which there is none."""
    told = [*_own(request), *(wait for tell in hooks.get_hooks(WAITS) for wait in tell(request))]
    return [wait for wait in told if wait.count]


def _own(request: HttpRequest) -> Iterator[Wait]:
    user = request.user
    yield Wait(entries_to_approve(user).count(), _("承認を待っている案内"), reverse("approvals"))
    yield Wait(others_to_approve(user).count(), _("承認を待っているページと連絡先"), APPROVALS)
    if user.has_perm(EDIT):
        proposals = ChangeProposal.objects.filter(state=Decision.WAITING).order_by()
        yield Wait(
            proposals.values("resource_id").distinct().count(), _("団体から届いた変更"), reverse("freshness_proposals")
        )
        yield Wait(open_calls().count(), _("確かめる電話"), reverse("freshness_calls"))
        due = PublicRecord.objects.filter(due_on__lte=timezone.localdate())
        yield Wait(due.count(), _("確認の時期が来た案内"), reverse("freshness"))
    if user.has_perm(MAY_READ_OFFERS):
        yield Wait(arrived().filter(state=OfferState.WAITING).count(), _("会社や団体からの申し出"), reverse("offers"))
    if user.has_perm(MAY_IMPORT):
        yield Wait(open_runs().count(), _("途中の取り込み"), f"{reverse('imports')}?show=open#imports-runs")
