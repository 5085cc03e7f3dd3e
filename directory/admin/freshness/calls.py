"""The queue of calls, and one call with what to say."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from ...choices import ChannelKind, Confirmer, PhoneState, PhoneWay
from ...freshness import calls
from ...models import Office, PhoneCheck, PublicRecord
from ...public.projection import read
from .access import EDIT, needs, tell
from .overview import PER_PAGE, answer_context


@needs(EDIT)
def queue(request: HttpRequest) -> HttpResponse:
    """What is to be called, narrowed by state."""
    waiting = calls.open_calls()
    state = request.GET.get("state", "")
    if state in PhoneState.values:
        waiting = waiting.filter(state=state)
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(call) for call in page],
        "states": [one for one in PhoneState if one != PhoneState.CONFIRMED],
        "state": state,
    }
    return render(request, "directory/admin/freshness/calls.html", context)


def _row(call: PhoneCheck) -> dict[str, Any]:
    tries = list(call.tries.all())
    return {
        "call": call,
        "phones": [one.value for one in call.resource.channels.all() if one.kind == ChannelKind.PHONE and one.value],
        "tries": len(tries),
        "last": tries[-1] if tries else None,
    }


@needs(EDIT)
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: the numbers, the words, the tries, and the answer."""
    asked = get_object_or_404(PhoneCheck.objects.select_related("resource__organisation", "taken_by"), pk=pk)
    record = PublicRecord.objects.filter(pk=asked.resource_id).first()
    public = read(record) if record else None
    if public is None:
        raise Http404
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            if _do(request, asked, public):
                return redirect("freshness_calls" if asked_is_over(asked) else request.path)
        except ValidationError as error:
            problems = error.message_dict if hasattr(error, "error_dict") else {}
            if not problems:
                tell(request, error)
    context = {
        "call": asked,
        "tries": asked.tries.all(),
        "ways": PhoneWay.choices,
        "offices": Office.objects.filter(retired=False),
        "municipality": public.municipality,
        "today": timezone.localdate(),
        **answer_context(public, request.POST if problems else {}, problems),
    }
    return render(request, "directory/admin/freshness/call.html", context)


def asked_is_over(call: PhoneCheck) -> bool:
    """Whether the call was finished meanwhile."""
    return not PhoneCheck.objects.filter(pk=call.pk, closed_on=None).exists()


def _do(request: HttpRequest, asked: PhoneCheck, public: Any) -> bool:
    """What was pressed. Returns whether it was understood. Raises ValidationError."""
    match request.POST.get("do", ""):
        case "take":
            office = Office.objects.filter(pk=_number(request.POST.get("office", "")), retired=False).first()
            if office is None:
                raise ValidationError(_("どの係が持つかを選んでください。"))
            calls.take(asked, office)
            messages.success(request, _("{office} が持ちました。").format(office=office))
        case "give_back":
            calls.give_back(asked)
        case "missed":
            way = request.POST.get("way", "")
            calls.note_try(asked, PhoneWay(way) if way in PhoneWay.values else PhoneWay.PHONE, reached=False)
            messages.success(request, _("つながらなかったことを記録しました。列に残っています。"))
        case "later":
            calls.note_try(asked, PhoneWay.PHONE, reached=True)
            messages.success(request, _("つながったことを記録しました。あとでもう一度、確かめてください。"))
        case "right":
            calls.answered(public, Confirmer.PHONE)
            messages.success(request, _("「{name}」を、確かめたと記録しました。").format(name=public.name))
        case "change":
            values = {name: value for name, value in request.POST.items() if isinstance(value, str)}
            calls.answered(public, Confirmer.PHONE, values=values)
            messages.success(request, _("「{name}」の変更を受け付けました。").format(name=public.name))
        case _:
            return False
    return True


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
