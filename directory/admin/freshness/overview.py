"""How the register stands, whom to ask, and the form in which an answer is entered in ten seconds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from ...choices import Confirmer, Decision, Step
from ...freshness import calls, sample
from ...freshness.due import DueEntry, due_entries
from ...freshness.proposals import asked_fields
from ...freshness.reminders import overview as counted
from ...hours.text import describe_schedule
from ...models import ChangeProposal, FreshnessSettings, Office, PublicRecord
from ...public.projection import read
from ...public.record import PublicResource
from .access import EDIT, needs, tell

PER_PAGE = 50
# So many entries are offered while somebody types a name.
MOST_OFFERED = 2_000
# What an editor enters for others; an organisation answers by itself.
ROLES = [(role.value, role.label) for role in (Confirmer.FAX, Confirmer.PHONE, Confirmer.SITE, Confirmer.EDITOR)]


@needs(EDIT)
def overview(request: HttpRequest) -> HttpResponse:
    """The rungs of the ladder with their entries, narrowed to one rung and one office."""
    today = timezone.localdate()
    chosen = _step(request.GET.get("step", ""))
    offices = list(Office.objects.filter(retired=False))
    office = next((one for one in offices if str(one.pk) == request.GET.get("office")), None)
    entries = [
        entry
        for entry in due_entries(today)
        if (chosen is None or entry.step == chosen)
        and (office is None or (entry.addressee.office and entry.addressee.office.pk == office.pk))
    ]
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    state = counted(today)
    context = {
        "rungs": [
            {"step": step, "count": count, "url": f"?step={step.value}" if step else ""}
            for step, count in state["counts"].items()
        ],
        "total": state["total"],
        "without_owner": state["without_owner"],
        "default_office": Office.default(),
        "page": page,
        "rows": [_row(entry) for entry in page],
        "query": _kept(request, "step", "office"),
        "chosen": chosen,
        "offices": offices,
        "office": office,
        "waiting": ChangeProposal.objects.filter(state=Decision.WAITING).values("resource").distinct().count(),
        "calls": calls.open_calls().count(),
        "figures": sample.figures(),
        "each_month": sample.EACH_MONTH,
        "settings_url": reverse("wagtailsettings:edit", args=["directory", FreshnessSettings._meta.model_name]),
        "may_set": request.user.has_perm("directory.change_freshnesssettings"),
    }
    return render(request, "directory/admin/freshness/overview.html", context)


def _kept(request: HttpRequest, *names: str) -> str:
    """What narrows a list, for the addresses of its other pages."""
    return "".join(f"{urlencode({name: request.GET[name][:100]})}&" for name in names if request.GET.get(name))


def _step(text: str) -> Step | None:
    return Step(int(text)) if text.isascii() and text.isdigit() and int(text) in Step.values else None


def _row(entry: DueEntry) -> dict[str, Any]:
    whom = entry.addressee
    return {
        "entry": entry,
        "resource": entry.resource,
        "owner": whom.office,
        "has_no_owner": entry.resource.owner is None,
        "way": _("係へメール") if whom.organisation is None and whom.mail else whom.way.label,
        "is_unreachable": not whom.mail and whom.organisation is None,
        "url": f"{reverse('freshness_entry')}?entry={entry.resource.short_id}",
    }


class AnswerForm(forms.Form):
    """What an organisation said: how it came, and whether all is right."""

    role = forms.ChoiceField(label=gettext_lazy("どうやって聞いたか"), choices=ROLES, widget=forms.RadioSelect)
    is_right = forms.ChoiceField(
        label=gettext_lazy("答え"),
        choices=[("yes", gettext_lazy("このままで正しい")), ("no", gettext_lazy("変わったところがある"))],
        widget=forms.RadioSelect,
    )


@needs(EDIT)
def entry(request: HttpRequest) -> HttpResponse:
    """One form: which entry, how it was heard, right as it is or what changed. A changed field is a proposal like any other."""
    typed = request.POST.get("entry", request.GET.get("entry", ""))
    public = _named(typed)
    form = AnswerForm(request.POST if request.method == "POST" else None, initial={"role": "fax", "is_right": "yes"})
    problems: dict[str, list[str]] = {}
    if request.method == "POST" and public is None:
        messages.error(request, _("その案内が見つかりません。名前を打ち、出てきたものから選んでください。"))
    elif request.method == "POST" and public is not None and form.is_valid():
        values = None
        if form.cleaned_data["is_right"] == "no":
            values = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        try:
            calls.answered(public, Confirmer(form.cleaned_data["role"]), values=values)
        except ValidationError as error:
            problems = error.message_dict if hasattr(error, "error_dict") else {}
            if not problems:
                tell(request, error)
        else:
            said = (
                _("「{name}」を、確かめたと記録しました。")
                if values is None
                else _("「{name}」の変更を受け付けました。")
            )
            messages.success(request, said.format(name=public.name))
            return redirect("freshness_entry" if values is None else "freshness_proposals")
    context = {
        "form": form,
        "typed": typed,
        "offered": [] if public else _offered(),
        **answer_context(public, request.POST if request.method == "POST" else {}, problems),
    }
    return render(request, "directory/admin/freshness/entry.html", context)


def answer_context(public: PublicResource | None, values: Any, problems: dict[str, list[str]]) -> dict[str, Any]:
    """What the form of an answer shows of an entry: what the public sees, and the fields that may change."""
    if public is None:
        return {"public": None}
    return {
        "public": public,
        "hours": describe_schedule(public.schedule, timezone.localdate()),
        "fields": [
            {"field": field, "value": values.get(field.name, field.value), "problems": problems.get(field.name, [])}
            for field in asked_fields(public)
        ],
    }


def _named(typed: str) -> PublicResource | None:
    """The public entry of an id, or of "name（id）" as the list of names fills it in."""
    words = typed.strip().removesuffix("）").removesuffix(")").replace("(", "（").rpartition("（")
    short_id = words[2].strip().lower()[:10]
    record = PublicRecord.objects.filter(short_id=short_id).first() if short_id else None
    return read(record) if record else None


def _offered() -> list[str]:
    """Names to choose from, those that are due first."""
    records = PublicRecord.objects.order_by("due_on", "pk").values_list("resource__name", "short_id")
    return [f"{name}（{short_id}）" for name, short_id in records[:MOST_OFFERED]]
