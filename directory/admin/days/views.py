"""The list of what stands, comes and is over; one notice, one band; and the button that opens a prepared page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.models import ModelLogEntry

from ...days import bands, measures, notices
from ...hours import text
from ...models import Banner, DaysNotice, MeasureState, PreparedPage, PublicRecord, Resource
from ...models.days import Measure
from ...public.days import MEMORY, RECORDS, as_told
from ..freshness.access import EDIT, LEAD, needs, tell
from ..freshness.owning import offices_of, theirs
from .choosing import chosen
from .forms import BandForm, EndForm, end_fields, key_of

PER_PAGE = 30
MOST_LINES = 20
SHOWS = ("now", "waiting", "ask", "over")


@needs(EDIT)
def overview(request: HttpRequest) -> HttpResponse:
    """What stands and comes, what waits, what somebody should look at, and what is over (`?show=`)."""
    show = request.GET.get("show", "now")
    show = show if show in SHOWS else "now"
    now = timezone.now()
    tables = (DaysNotice.objects.all(), Banner.objects.all())
    found = {name: sum(_of(table, name, request.user).count() for table in tables) for name in SHOWS}
    own = _of(DaysNotice.objects.all(), show, request.user)
    page = Paginator(
        own.annotate(count=Count("entries")).select_related("made_by").order_by("-made_at", "-pk"), PER_PAGE
    ).get_page(request.GET.get("page"))
    banners = _of(Banner.objects.all(), show, request.user).select_related("area", "page", "made_by")[:PER_PAGE]
    context = {
        "tabs": [
            {"name": name, "label": label, "count": found[name], "current": name == show}
            for name, label in zip(
                SHOWS,
                (_("出ている・これから"), _("承認待ち"), _("まだ続くか確かめる"), _("終わった・取り消した")),
                strict=True,
            )
        ],
        "show": show,
        "page": page,
        "query": f"show={show}&",
        "rows": [_row(one, now) for one in page],
        "bands": [_row(one, now) for one in banners],
        "prepared": [
            {"page": one, "standing": bands.standing(one, now), "url": reverse("days_open", args=[one.pk])}
            for one in PreparedPage.objects.all()
        ],
        "may_open": request.user.has_perm(LEAD),
        "may_edit_pages": request.user.has_perm("directory.change_preparedpage"),
        "pages_url": reverse(PreparedPage.snippet_viewset.get_url_name("list")),  # type: ignore[attr-defined]
    }
    return render(request, "directory/admin/days/list.html", context)


def _of(table: QuerySet, show: str, user: Any) -> QuerySet:
    """The measures of a tab."""
    now = timezone.now()
    if show == "waiting":
        return table.filter(state=MeasureState.WAITING)
    if show == "over":
        return table.filter(Q(state=MeasureState.UNDONE) | Q(state=MeasureState.OPEN, until__lte=now))
    if show == "ask":
        return to_ask(user) if table.model is DaysNotice else table.none()
    return table.lasting(now)  # type: ignore[attr-defined]


def to_ask(user: Any) -> QuerySet[DaysNotice]:
    """Notices that somebody should look at again; people of an office those of entries that are theirs."""
    found = notices.to_ask_about(timezone.localdate())
    if user.has_perm(LEAD) or not offices_of(user):
        return found
    own = DaysNotice.entries.through.objects.filter(resource__in=theirs(user, Resource.objects.all()).values("pk"))
    return found.filter(pk__in=own.values("daysnotice_id"))


def _row(one: Any, now: Any) -> dict[str, Any]:
    """A measure in words."""
    today = timezone.localdate()
    return {
        "one": one,
        "span": text.describe_span(one.since, one.until, today),
        "state": state_of(one, now),
        "told": text.describe_notice(as_told(one), today) if isinstance(one, DaysNotice) else one.words,
    }


def state_of(one: Measure, now: Any) -> str:
    """How it stands at a moment, in words."""
    if one.state != MeasureState.OPEN:
        return str(MeasureState(one.state).label)
    if one.is_over(now):
        return _("終わりました")
    return _("これから始まります") if one.since > now else _("いま出ています")


@needs(EDIT)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: its entries and history; open it, take it back, change its end, say that it goes on, take out entries."""
    one = get_object_or_404(DaysNotice, pk=pk)
    form = EndForm(request.POST if request.POST.get("do") == "end" else None, initial=_end(one))
    if request.method == "POST":
        do = request.POST.get("do", "")
        steps: dict[str, tuple[bool, Callable[[], object], str]] = {
            "open": (False, lambda: measures.approve(one, request.user, RECORDS), _("出しました。")),
            "undo": (True, lambda: measures.take_back(one, request.user, RECORDS), _("取り消しました。案内は元のとおりです。")),
            "goes_on": (True, lambda: notices.goes_on(one, request.user), _("まだ続くと記録しました。1週間あとに、またたずねます。")),
            "release": (True, lambda: _release(request, one), _("選んだ案内を外しました。")),
            "end": (
                True,
                lambda: measures.set_end(one, form.until(), request.user, RECORDS, asked_on=None),
                _("終わりを変えました。"),
            ),
        }  # fmt: skip
        if do in steps and _done(request, one, form if do == "end" else None, *steps[do]):
            return redirect("days_notice", pk=one.pk)
    entries = one.entries.select_related("organisation").defer("body", "easy").order_by("reading", "pk")
    page = Paginator(entries, 100).get_page(request.GET.get("page"))
    public = set(PublicRecord.objects.filter(pk__in=[entry.pk for entry in page]).values_list("pk", flat=True))
    context = {
        **_row(one, timezone.now()),
        **_about(request, one),
        "form": form,
        "page": page,
        "query": "",
        "entries": [{"entry": entry, "is_public": entry.pk in public} for entry in page],
        "asks": one.state == MeasureState.OPEN and not one.is_over(timezone.now()) and one.until is None,
    }
    return render(request, "directory/admin/days/notice.html", context)


def _release(request: HttpRequest, one: DaysNotice) -> None:
    if one.is_over(timezone.now()):
        raise ValidationError(_("もう終わっています。"))
    if not notices.release(one, chosen(request.POST.getlist("entry"), request.user), request.user):
        raise ValidationError(_("外す案内に、印を付けてください。"))


def _end(one: Measure) -> dict[str, Any]:
    """What the form of another end begins with."""
    return end_fields(one.until or bands.proposed_end(timezone.now()))


def _about(request: HttpRequest, one: Measure) -> dict[str, Any]:
    """What pages of one measure share: who may do what, and what was done."""
    history = ModelLogEntry.objects.for_instance(one).select_related("user").order_by("-timestamp")[:MOST_LINES]
    is_over = one.is_over(timezone.now())
    leads = request.user.has_perm(LEAD)
    return {
        "may_open": leads and one.state == MeasureState.WAITING,
        "may_undo": not is_over and _may_change(request, one),
        "history": history,
    }


def _may_change(request: HttpRequest, one: Measure) -> bool:
    """An approver; and, while it waits, whoever prepared it."""
    is_own = one.state == MeasureState.WAITING and one.made_by_id == request.user.pk
    return bool(request.user.has_perm(LEAD) or is_own)


def _done(
    request: HttpRequest, one: Measure, form: EndForm | None, is_for_maker: bool, work: Callable[[], object], said: str
) -> bool:
    """Do a step, whole or not at all, and say how it went."""
    if not (_may_change(request, one) if is_for_maker else request.user.has_perm(LEAD)):
        raise PermissionDenied
    if form is not None and not form.is_valid():
        return False
    try:
        work()
    except ValidationError as error:
        tell(request, error)
        one.refresh_from_db()
        return False
    messages.success(request, said)
    return True


@needs(EDIT)
def band_new(request: HttpRequest) -> HttpResponse:
    """A band: an approver shows it, an editor prepares it."""
    form = BandForm(request.POST if request.method == "POST" else None, initial=BandForm.start())
    if request.method == "POST" and form.is_valid():
        at_once = request.user.has_perm(LEAD)
        try:
            made, _is_new = bands.make(form.band(), request.user, at_once=at_once)
        except ValidationError as error:
            tell(request, error)
        else:
            messages.success(
                request,
                _("帯を出しました。") if at_once else _("帯を準備しました。承認者が出すと、住民に見えます。"),
            )
            return redirect("days_band", pk=made.pk)
    return render(
        request, "directory/admin/days/band_new.html", {"form": form, "may_open": request.user.has_perm(LEAD)}
    )


@needs(EDIT)
def band(request: HttpRequest, pk: int) -> HttpResponse:
    """One band, and the prepared page that is open with it: open it, take it away, change its end."""
    one = get_object_or_404(Banner.objects.select_related("area", "page"), pk=pk)
    form = EndForm(request.POST if request.POST.get("do") == "end" else None, initial=_end(one))
    if request.method == "POST":
        do = request.POST.get("do", "")
        steps: dict[str, tuple[bool, Callable[[], object], str]] = {
            "open": (False, lambda: measures.approve(one, request.user, MEMORY), _("出しました。")),
            "undo": (True, lambda: measures.take_back(one, request.user, MEMORY), _("とじました。もう住民には見えません。")),
            "end": (
                True,
                lambda: measures.set_end(one, form.until(), request.user, MEMORY),
                _("終わりを変えました。"),
            ),
        }  # fmt: skip
        if do in steps and _done(request, one, form if do == "end" else None, *steps[do]):
            return redirect("days_band", pk=one.pk)
    context = {**_row(one, timezone.now()), **_about(request, one), "form": form}
    return render(request, "directory/admin/days/band.html", context)


@needs(LEAD)
def open_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A prepared page and the one button that opens it, made for a telephone. An open one is shown with its band instead."""
    page = get_object_or_404(PreparedPage, pk=pk)
    until = bands.proposed_end(timezone.now())
    initial = {"key": uuid4(), "until_on": until.date(), "until_at": until.time()}
    form = EndForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made, is_new = bands.open_page(page, form.until(), request.user, key_of(form))
        except ValidationError as error:
            tell(request, error)
        else:
            said = _("開きました。すべてのページの上に、帯が出ています。") if is_new else _("もう開いています。")
            messages.success(request, said)
            return redirect("days_band", pk=made.pk)
    lists = list(page.lists.all())
    context = {
        "prepared": page,
        "form": form,
        "level": page.get_level_display(),
        "standing": bands.standing(page, timezone.now()),
        "steps": page.steps.splitlines(),
        "lists": lists,
        "unwritten": [one for one in lists if not one.chooses and not one.places.strip()],
        "may_edit_pages": request.user.has_perm("directory.change_preparedpage"),
        "edit_url": reverse(page.snippet_viewset.get_url_name("edit"), args=[page.pk]),  # type: ignore[attr-defined]
    }
    return render(request, "directory/admin/days/open.html", context)
