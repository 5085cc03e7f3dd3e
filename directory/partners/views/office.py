"""The city's side: duties, deliveries, proposals, the trail."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guard.counting import count_of
from guard.policy import STRANGE_LINKS

from .. import audit
from ..choices import Act, FulfilledBy, ProposalState
from ..digests import NOTICE
from ..doors.access import AS_PARTNER, Denied, PartnerRequest, approver_page, office_page
from ..duty_status import doubtful_contacts, standings
from ..forms import DecisionForm, DutyForm, LookAsForm, TrailForm
from ..models import ContactPoint, Duty, Partner, Proposal, SharingPack
from ..services import decide, deliver, label, value_of

LINES = 100
PARTNERS = 50
DOUBTFUL = 20


@office_page
def office(request: PartnerRequest) -> HttpResponse:
    """What waits, what is no longer sure; per notice, when each duty was last fulfilled; the partners."""
    words = request.GET.get("q", "").replace("\x00", "")[:60]
    partners = Partner.objects.select_related("organisation__type").filter(
        Q(organisation__name__icontains=words) | Q(organisation__reading__icontains=words)
    )
    today = timezone.localdate()
    active = Q(members__is_active=True)
    counted = partners.annotate(
        people=Count("members", filter=active),
        ending=Count("members", filter=active & Q(members__confirmed_until__lte=today + NOTICE)),
    )
    doubtful = doubtful_contacts(today)
    context = {
        "standings": standings(),
        "doubtful": doubtful.select_related("organisation")[:DOUBTFUL],
        "doubtful_count": doubtful.count(),
        "proposals": Proposal.objects.filter(state=ProposalState.WAITING).select_related(
            "contact__organisation", "partner__organisation"
        ),
        "partners": Paginator(counted.order_by(*Partner._meta.ordering or ()), PARTNERS).get_page(
            request.GET.get("page")
        ),
        "words": words,
        "look_as": LookAsForm(initial={"partner": request.visitor.partner}),
        "today": today,
    }
    request.visitor.note(Act.VIEWED, _("市の画面"))
    return render(request, "partners/office.html", context)


@require_POST
@office_page
def send_pack(request: PartnerRequest, code: str) -> HttpResponse:
    """Deliver a pack to all its partners."""
    pack = SharingPack.objects.filter(code=code, retired=False).first()
    if pack is None or not request.visitor.can_edit:
        raise Denied
    sent = deliver(pack, request.visitor)
    if sent:
        messages.success(
            request, _("{count}機関に届けました。今日のお知らせメールで伝わります。").format(count=len(sent))
        )
    else:
        messages.error(request, _("届ける相手がいません。先に、連携機関を登録してください。"))
    return redirect("partners:office")


@require_POST
@office_page
def duty_done(request: PartnerRequest, pk: int) -> HttpResponse:
    """Record the day on which a duty was done."""
    duty = Duty.objects.select_related("pack").filter(pk=pk, fulfilled_by=FulfilledBy.RECORD).first()
    if duty is None or not request.visitor.can_edit:
        raise Denied
    form = DutyForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["on"])))
        return redirect("partners:office")
    duty.done_on, duty.done_by = form.cleaned_data["on"], request.user.get_username()
    duty.save(update_fields=["done_on", "done_by"])
    request.visitor.note(Act.DELIVERED, duty.pack, duty=str(duty), on=duty.done_on.isoformat())
    messages.success(request, _("した日を記録しました。"))
    return redirect("partners:office")


@office_page
def proposal(request: PartnerRequest, pk: int) -> HttpResponse:
    """A proposal beside what stands now; approvers decide, the others look."""
    found = Proposal.objects.select_related("contact__organisation", "partner__organisation").filter(pk=pk).first()
    if found is None:
        raise Denied
    form = DecisionForm(request.POST or None, names=list(found.changes))
    if request.method == "POST":
        if not request.visitor.can_approve:
            raise Denied
        if form.is_valid():
            try:
                decide(found, request.visitor, accept=form.cleaned_data["accept"], answer=form.cleaned_data["answer"])
            except ValidationError as error:
                form.add_error(None, " ".join(error.messages))
            else:
                messages.success(request, _("届け出に答えました。相手のページに表示されます。"))
                return redirect("partners:office")
    request.visitor.note(Act.VIEWED, found.title, page="proposal")
    return render(request, "partners/proposal.html", {"proposal": found, "rows": _differences(found), "form": form})


def _differences(found: Proposal) -> list[dict[str, object]]:
    """Field by field: now, proposed, and whether it changed after the partner looked."""
    rows = []
    for name, value in found.changes.items():
        trial = ContactPoint(**{name: value})
        now = getattr(found.contact, name) or "" if found.contact else ""
        rows.append(
            {
                "name": name,
                "label": label(name),
                "now": value_of(found.contact, name) if found.contact else "",
                "proposed": value_of(trial, name),
                "moved": now != found.seen.get(name, now),
            }
        )
    return rows


@require_POST
@office_page
def look_as(request: PartnerRequest) -> HttpResponse:
    """See the partner pages as one partner sees them, or as the city again."""
    form = LookAsForm(request.POST)
    partner = form.cleaned_data["partner"] if form.is_valid() else None
    if partner:
        request.session[AS_PARTNER] = partner.pk
        request.visitor.note(Act.VIEWED, partner, page="look_as")
        return redirect("partners:home")
    request.session.pop(AS_PARTNER, None)
    return redirect("partners:office")


@approver_page
def trail_page(request: PartnerRequest) -> HttpResponse:
    """The trail, searched."""
    form = TrailForm(request.GET or None)
    lines = _lines(form)
    context = {
        "form": form,
        "page": Paginator(lines, LINES).get_page(request.GET.get("page")),
        "query": _without_page(request),
        "strangers": count_of(STRANGE_LINKS),
    }
    return render(request, "partners/trail.html", context)


def _lines(form: TrailForm) -> audit.TrailQuerySet:
    if not form.is_bound:
        return audit.search()
    if not form.is_valid():
        return audit.search().none()
    found = form.cleaned_data
    return audit.search(words=found["q"], act=found["act"], since=found["since"], until=found["until"])


def _without_page(request: HttpRequest) -> str:
    keep = request.GET.copy()
    keep.pop("page", None)
    return keep.urlencode()


@approver_page
def trail_file(request: PartnerRequest) -> StreamingHttpResponse:
    """The same lines as JSON lines."""
    lines = _lines(TrailForm(request.GET or None))
    request.visitor.note(Act.EXPORTED, _("利用の記録"), lines=lines.count())
    response = StreamingHttpResponse(
        audit.json_lines(lines.iterator()), content_type="application/x-ndjson; charset=utf-8"
    )
    name = f"trail-{timezone.localdate():%Y%m%d}.jsonl"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
