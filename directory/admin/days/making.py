"""A notice of many entries in three steps: which, what and when, how it will look. Each step carries all of it, nothing is kept
between them, so that the way back loses nothing and the back button is no trap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from ...days import notices
from ...hours import rules, text
from ...hours.schedule import TOKYO
from ...models import ConsultationDesk, DaysKind, DaysNotice, PublicRecord
from ...public.days import as_told, in_order
from ...public.projection import read_all
from ...public.record import PublicResource
from ..freshness.access import EDIT, LEAD, needs, tell
from .choosing import MOST_TICKED, SHOWN, ChooseForm, chosen, fitting
from .forms import NoticeForm

PREVIEWED = 2
MOST_NAMED = 8


@needs(EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """GET: which entries. POST: what and when (`do=what`), how it looks (`do=look`), and make it (`do=make`)."""
    if request.method != "POST":
        return _choose(request)
    entries = chosen(request.POST.getlist("entry"), request.user)
    problem = _problem(entries)
    if problem:
        messages.error(request, problem)
        return redirect("days_new")
    do = request.POST.get("do", "what")
    scope = request.POST.get("scope", "")[:200]
    if do == "what":
        return _what(request, NoticeForm(initial=NoticeForm.start()), entries, scope)
    form = NoticeForm(request.POST)
    if not form.is_valid() or do == "back":
        # Back to what was written: whether it is right is said when somebody goes on.
        return _what(request, form if do != "back" else NoticeForm(initial=_written(form)), entries, scope)
    if do == "make" and (answer := _make(request, form, entries, scope)):
        return answer
    return _look(request, form, entries, scope)


def _problem(entries: list[int]) -> str:
    if not entries:
        return _("案内を、1つは選んでください。（公開をやめた案内や、ほかの係の案内は選べません）")
    return notices.too_many(len(entries)) if len(entries) > notices.MOST_ENTRIES else ""


def _written(form: NoticeForm) -> dict[str, Any]:
    """What a form holds, as somebody typed it."""
    return {name: form[name].value() for name in form.fields}


def _choose(request: HttpRequest) -> HttpResponse:
    is_asked = "choose" in request.GET
    form = ChooseForm(request.GET if is_asked else None)
    found = fitting(form, request.user) if is_asked and form.is_valid() else None
    context = {
        "form": form,
        "found": found,
        "scope": form.words() if found else "",
        "pks": ",".join(map(str, found.pks)) if found and not found.can_tick else "",
        "most_ticked": MOST_TICKED,
        "shown": SHOWN,
        "too_many": notices.too_many(found.count) if found and found.is_too_many else "",
    }
    return render(request, "directory/admin/days/choose.html", context)


def _what(request: HttpRequest, form: NoticeForm, entries: list[int], scope: str) -> HttpResponse:
    context = {"form": form, "pks": ",".join(map(str, entries)), "scope": scope, **_named(entries)}
    return render(request, "directory/admin/days/what.html", context)


def _named(entries: list[int]) -> dict[str, Any]:
    """The first names, and how many more there are."""
    names = dict(PublicRecord.objects.filter(pk__in=entries[:MOST_NAMED]).values_list("pk", "resource__name"))
    return {
        "names": [names[pk] for pk in entries[:MOST_NAMED] if pk in names],
        "count": len(entries),
        "more": max(0, len(entries) - MOST_NAMED),
    }


@dataclass(frozen=True, slots=True)
class Look:
    """An entry as residents will see it when the notice begins."""

    name: str
    status: str
    lines: list[str]
    words: list[str]


def _look(request: HttpRequest, form: NoticeForm, entries: list[int], scope: str) -> HttpResponse:
    notice = form.notice(scope)
    now = timezone.localtime()
    at = max(now, notice.since.astimezone(TOKYO))
    context = {
        "hidden": [(name, form[name].value()) for name in form.fields if form[name].value() not in (None, "", False)],
        "notice": notice,
        "span": text.describe_span(notice.since, notice.until, now.date()),
        "told": text.describe_notice(as_told(notice), now.date()),
        "is_later": at > now,
        "looks": [_looks(public, notice, at) for public in _first(entries)],
        "leading": _leading(entries) if notice.what == DaysKind.CLOSED else [],
        "meeting": notices.meeting(notice, entries)[:MOST_NAMED],
        "may_open": request.user.has_perm(LEAD),
        "pks": ",".join(map(str, entries)),
        "scope": scope,
        **_named(entries),
    }
    return render(request, "directory/admin/days/look.html", context)


def _leading(entries: list[int]) -> list[str]:
    """Of the entries the desks for everything, by which every page ends."""
    desks = ConsultationDesk.objects.exclude(default_for=None).distinct().values_list("pk", "name")
    chosen_ones = set(entries)
    return [name for pk, name in desks if pk in chosen_ones][:MOST_NAMED]


def _first(entries: list[int]) -> list[PublicResource]:
    records = {record.pk: record for record in PublicRecord.objects.filter(pk__in=entries[:PREVIEWED])}
    return list(read_all(records[pk] for pk in entries[:PREVIEWED] if pk in records))


def _looks(public: PublicResource, notice: DaysNotice, at: datetime) -> Look:
    others = DaysNotice.objects.lasting(timezone.now()).filter(entries=public.id)
    notice.made_at = timezone.now()
    told = tuple(as_told(one) for one in in_order([*others, notice]))
    schedule = public.schedule.model_copy(update={"notices": told})
    return Look(
        public.name,
        text.describe_status(rules.status(schedule, at), at),
        text.describe_exceptions(schedule, at.date()),
        text.describe_words(schedule, at),
    )


def _make(request: HttpRequest, form: NoticeForm, entries: list[int], scope: str) -> HttpResponse | None:
    """Make it, once. None where it could not be made; the page says why."""
    at_once = request.user.has_perm(LEAD)
    try:
        made, is_new = notices.make(form.notice(scope), entries, request.user, at_once=at_once)
    except ValidationError as error:
        tell(request, error)
        return None
    if is_new:
        said = (
            _("{count}件の案内に出しました。元にもどすには、ここの「取り消す」を押します。")
            if at_once
            else _("{count}件の案内の分を準備しました。承認者が出すと、住民に見えます。")
        )
        messages.success(request, said.format(count=len(entries)))
    else:
        messages.info(request, _("もう受け付けています。同じものを2つ作ってはいません。"))
    return redirect(reverse("days_notice", args=[made.pk]))
