"""What is found in a form as somebody types, and in a record as it was saved."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.models import Page

from ...checker.checking import MOST_CHARACTERS, check
from ...checker.offered import offered, texts_of_post
from ...checker.rule import Finding, Level, Role
from ...checker.world import world
from .subjects import Refused, address_of, findings, mend, model_of, subject, why_not

# Beside a form; who mends these sees the others.
MOST_SHOWN = 100
MOST_TEXTS = 1_000


@require_POST
def check_form(request: HttpRequest) -> JsonResponse:
    """The findings of a form that is being written, by its posted fields; nothing is kept.

    `checker-form` is the address of the form, which tells what type it is of. Answers 404 for every other address.
    """
    model = _model_of_form(request)
    data = {name: str(value)[:MOST_CHARACTERS] for name, value in request.POST.items()}
    texts = [text for _number, text in zip(range(MOST_TEXTS), texts_of_post(model, data), strict=False)]
    found = check(texts, world())
    return JsonResponse(
        {
            "findings": [as_json(finding) for finding in found[:MOST_SHOWN]],
            "count": len(found),
            "toMend": sum(finding.rule.level == Level.MEND for finding in found),
        }
    )


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding for the script beside a form. `mend` only where the input holds the text just as it is."""
    is_input = finding.text.role != Role.RICH and finding.start >= 0
    return {
        "field": finding.text.field,
        "label": finding.text.label,
        "level": finding.rule.level.value,
        "levelName": str(finding.rule.level.label),
        "title": str(finding.rule.title),
        "why": str(finding.rule.why),
        "say": finding.say,
        "found": finding.found,
        "start": finding.start,
        "end": finding.end,
        "mend": finding.mend if is_input else None,
    }


def _model_of_form(request: HttpRequest) -> type[models.Model]:
    """The type of the form at an address, for those who may use that form. Raises Http404, PermissionDenied."""
    try:
        match = resolve(request.POST.get("checker-form", "")[:500])
    except Resolver404:
        return model_of("", "")
    if match.namespaces == ["wagtailadmin_pages"]:
        return _page_of_form(request, match.url_name or "", match.kwargs)
    for model in offered():
        viewset = getattr(model, "snippet_viewset", None)
        if viewset and match.namespaces == [viewset.url_namespace] and match.url_name in ("add", "edit"):
            verb = "add" if match.url_name == "add" else "change"
            if not request.user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}"):
                raise PermissionDenied
            return model
    return model_of("", "")


def _page_of_form(request: HttpRequest, name: str, kwargs: dict[str, Any]) -> type[models.Model]:
    if name == "edit":
        page = get_object_or_404(Page, pk=kwargs["page_id"])
        allowed = page.permissions_for_user(request.user).can_edit()
        model = page.specific_class or Page
    elif name == "add":
        page = get_object_or_404(Page, pk=kwargs["parent_page_id"])
        allowed = page.permissions_for_user(request.user).can_add_subpage()
        model = model_of(kwargs["content_type_app_name"], kwargs["content_type_model_name"])
    else:
        return model_of("", "")
    if not allowed:
        raise PermissionDenied
    return model_of(model._meta.app_label, model._meta.model_name or "")


def record_page(request: HttpRequest, app: str, model: str, pk: int) -> HttpResponse:
    """All that is found in the newest draft of a record, and a button that mends what is safe; without any script."""
    found = subject(request.user, app, model, pk)
    around = world()
    if request.method == "POST":
        try:
            count = mend(request.user, found, request.POST.get("version", ""), around)
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _done(count, found.has_drafts)) if count else messages.warning(
                request, _("一度に直せるところは、もうありません。残りは、1つずつ見直してください。")
            )
        return redirect(address_of(found.record))
    told = findings(found, around)
    context = {
        "record": found.record,
        "findings": told,
        "safe": sum(finding.mend is not None for finding in told),
        "edit_url": found.edit_url,
        "has_drafts": found.has_drafts,
        "version": found.version,
        "why_not": why_not(request.user, found),
    }
    return render(request, "directory/admin/checker/record.html", context)


def _done(count: int, is_draft: bool) -> str:
    if is_draft:
        return _("%sつの項目を直して、下書きに保存しました。公開するには、いつものとおり承認に出してください。") % count
    return _("%sつの項目を直しました。") % count
