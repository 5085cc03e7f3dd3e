"""The whole site at a glance: how much of what is found, and whose it is."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from ...checker.checking import RULES, RULES_BY_CODE
from ...checker.rule import Level
from ...checker.scan import ORGANISATIONS, PAGES, Line, scan
from ...exchange.shared import BOM, safe_cell
from ...models import Office
from .. import reports
from .subjects import edit_url

A_PAGE = 50


class FilterForm(forms.Form):
    """By rule, by how sure it is, by whose it is."""

    rule = forms.ChoiceField(label=_("何を"), required=False)
    level = forms.ChoiceField(label=_("どのくらい"), required=False, choices=[("", _("すべて")), *Level.choices])
    owner = forms.ChoiceField(label=_("どの係"), required=False)

    def __init__(self, owners: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("すべて"))
        self.fields["rule"].choices = [every, *((rule.code, rule.title) for rule in RULES)]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [every, *owners]  # type: ignore[attr-defined]


class _Echo:
    def write(self, text: str) -> str:
        return text


def _owners() -> dict[str, str]:
    """Who answers for what is found, by key."""
    offices = {str(pk): name for pk, name in Office.objects.values_list("pk", "name")}
    return {
        **offices,
        ORGANISATIONS: _t("機関・団体（係は決まっていません）"),
        PAGES: _t("ページ（係は決まっていません）"),
    }


def _chosen(request: HttpRequest) -> tuple[int, list[Line], FilterForm, dict[str, str]]:
    """How many records are unread, the lines that an address asks for, the form, and the names of owners."""
    if not reports.may_see(request.user):
        raise PermissionDenied
    (lines, unread), owners = scan(), _owners()
    there = {line.owner for line in lines}
    form = FilterForm([(key, name) for key, name in owners.items() if key in there], request.GET)
    form.is_valid()
    rule, level, owner = (form.cleaned_data.get(name) or "" for name in ("rule", "level", "owner"))
    shown = [
        line
        for line in lines
        if (not rule or line.rule == rule)
        and (not level or RULES_BY_CODE[line.rule].level == level)
        and (not owner or line.owner == owner)
    ]
    order = {code: number for number, code in enumerate(Level.values)}
    shown.sort(key=lambda line: order[RULES_BY_CODE[line.rule].level])
    return unread, shown, form, owners


def report(request: HttpRequest) -> HttpResponse:
    """Counts by rule and by owner, and the findings page by page with the way to each field."""
    unread, shown, form, owners = _chosen(request)
    by_rule, by_owner = Counter(line.rule for line in shown), Counter(line.owner for line in shown)
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    page = Paginator(shown, A_PAGE).get_page(request.GET.get("p"))
    context = {
        "form": form,
        "unread": unread,
        "count": len(shown),
        "records": len({(line.model, line.pk) for line in shown}),
        "rules": [
            {
                "rule": rule,
                "count": by_rule[rule.code],
                "query": urlencode({**asked, "rule": rule.code}),
            }
            for rule in RULES
            if by_rule[rule.code]
        ],
        "owners": [
            {"name": owners.get(key, key), "count": count, "query": urlencode({**asked, "owner": key})}
            for key, count in by_owner.most_common()
        ],
        "page": page,
        "rows": [_row(line, owners) for line in page],
        "query": urlencode(asked),
    }
    return render(request, "directory/admin/checker/report.html", context)


def _row(line: Line, owners: dict[str, str]) -> dict[str, Any]:
    model = apps.get_model(line.model)
    meta = model._meta
    return {
        "line": line,
        "rule": RULES_BY_CODE[line.rule],
        "kind": meta.verbose_name,
        "owner": owners.get(line.owner, line.owner),
        # The script beside the form goes to the field; without it the form opens.
        "url": f"{edit_url(model, line.pk)}#checker={line.field}",
        "all_url": reverse("checker_record", args=[meta.app_label, meta.model_name, line.pk]),
    }


def report_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a file: a line a finding. A file that holds only a part would be taken for all of it."""
    unread, shown, _form, owners = _chosen(request)
    if unread:
        messages.warning(request, _t("まだ読んでいる途中です。読み終わってから、もう一度受け取ってください。"))
        return redirect("checker_report")
    writer = csv.writer(_Echo())

    def rows() -> Iterator[str]:
        heads = (
            _t("種類"),
            _t("名前"),
            _t("項目"),
            _t("どのくらい"),
            _t("何を"),
            _t("あったところ"),
            _t("すること"),
            _t("どの係"),
        )
        yield BOM + writer.writerow(heads)
        for line in shown:
            rule = RULES_BY_CODE[line.rule]
            cells = (
                apps.get_model(line.model)._meta.verbose_name,
                line.name,
                line.label,
                rule.level.label,
                rule.title,
                line.found,
                line.say,
                owners.get(line.owner, line.owner),
            )
            yield writer.writerow([safe_cell(str(cell)) for cell in cells])

    response = StreamingHttpResponse(rows(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="words-{timezone.localdate().isoformat()}.csv"'
    return response
