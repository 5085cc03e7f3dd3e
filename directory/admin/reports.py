"""Reports for who plans: how well the town is covered, and what people looked for in vain."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from search.models import Miss

from ..areas.index import AreaNode, area_index, home_area
from ..choices import Kind
from ..models import MissingResource, SynonymGroup, kind_tables
from ..reporting import snapshots, words
from ..reporting.coverage import ALL, cover, gaps, layer_areas, layers
from ..reporting.distances import towns_without_place
from ..reporting.groups import HOLIDAY, Slot
from ..reporting.picture import Row, heat_table
from ..reporting.workbook import Report, excel

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_MISSES = 200
# Of more gaps and towns the file has the rest.
SHOWN_GAPS = 60
SHOWN_TOWNS = 100
# Fewer searches than this are told as "fewer than": words that only few people use are few people's words.
FEW_TIMES = 10


def may_see(user: Any) -> bool:
    """Whether somebody sees the whole register, and so may count it."""
    return all(user.has_perm(f"directory.view_{table._meta.model_name}") for table in kind_tables().values())


class ChoiceForm(forms.Form):
    """Of which layer and kind."""

    layer = forms.ChoiceField(label=_("圏域の層"), required=False)
    kind = forms.ChoiceField(label=_("種類"), required=False, choices=[("", _("すべて")), *Kind.choices])

    def __init__(self, names: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["layer"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


def coverage(request: HttpRequest) -> HttpResponse:
    """The numbers as tables and as a picture, with what is missing."""
    report, form = _report(request)
    lines, areas = report.lines, report.areas
    known = {node.slug: node for node in areas}
    missing = gaps(lines)
    found = report.coverage.slots(report.kind)
    context = {
        "report": report,
        "form": form,
        "picture": mark_safe(_picture(report)),  # noqa: S308  (made by `heat_table`, which escapes what it is given)
        "day": words.day_in_words(report.coverage.on),
        "definitions": words.definitions(report.coverage.fresh_days),
        "share_columns": words.shares(),
        "kinds": _shares(report.coverage.shares()),
        "fields": _shares(report.coverage.shares_of_fields(report.kind)),
        "parts": words.parts(),
        "days": [
            (words.DAYS[day], [found[Slot(day, code)] for code, _label in words.parts()]) for day in range(HOLIDAY + 1)
        ],
        "times": words.times(),
        "field_times": [
            (name, [count[code] for code, _label in words.times()])
            for name, count in report.coverage.times_of_fields(report.kind)
        ],
        "gaps": [_gap(report, cell.field, known[cell.area], cell.count) for cell in missing[:SHOWN_GAPS]],
        "more_gaps": max(0, len(missing) - SHOWN_GAPS),
        "none": sum(not cell.count for cell in missing),
        "one": sum(cell.count for cell in missing),
        "far": report.reach.far[:SHOWN_TOWNS],
        "unknown": report.reach.unknown[:SHOWN_TOWNS],
        "more_towns": max(0, len(report.reach.far) - SHOWN_TOWNS) + max(0, len(report.reach.unknown) - SHOWN_TOWNS),
        "missing": MissingResource.objects.select_related("field", "area")[:SHOWN_GAPS],
        "may_add": request.user.has_perm("directory.add_missingresource"),
        "query": urlencode({"layer": report.layer, "kind": report.kind or ""}),
    }
    return render(request, "directory/admin/coverage.html", context)


def coverage_excel(request: HttpRequest) -> HttpResponse:
    """The same numbers as a workbook."""
    report, _form = _report(request)
    response = HttpResponse(excel(report), content_type=XLSX)
    name = f"coverage-{report.coverage.on.isoformat()}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def misses(request: HttpRequest) -> HttpResponse:
    """What people looked for and did not find, on three different days at least, and what to do about it."""
    if not request.user.has_perm("directory.view_phrase"):
        raise PermissionDenied
    rows = Miss.objects.often()[:SHOWN_MISSES]
    noted = set(
        MissingResource.objects.filter(words__in=[row["words"] for row in rows]).values_list("words", flat=True)
    )
    context = {
        "misses": [{**row, "is_noted": row["words"] in noted, "steps": _steps(request, row["words"])} for row in rows],
        "few": FEW_TIMES,
    }
    return render(request, "directory/admin/misses.html", context)


def _report(request: HttpRequest) -> tuple[Report, ChoiceForm]:
    """What an address asks for; what does not exist is told by the form, and the rest is shown."""
    if not may_see(request.user):
        raise PermissionDenied
    index, home, on = area_index(), home_area(), timezone.localdate()
    names = layers(index, home)
    form = ChoiceForm(names, request.GET)
    form.is_valid()
    layer = form.cleaned_data.get("layer") or (names[0] if names else "")
    kind = Kind(form.cleaned_data["kind"]) if form.cleaned_data.get("kind") else None
    areas = layer_areas(index, home, layer)
    kept, found = snapshots.before(on), cover(home, on)
    month, counts = kept or (None, None)
    lines = found.lines(areas, kind, counts)
    return Report(found, layer, areas, kind, lines, towns_without_place(home, on), month), form


def _picture(report: Report) -> str:
    lines = [line for line in report.lines if line.code != ALL]
    rows = [Row(line.name, (line.whole.count, *(cell.count for cell in line.cells))) for line in lines]
    title = _t("分野×{layer}の件数（{day}）").format(layer=report.layer, day=words.day_in_words(report.coverage.on))
    return heat_table(title, [_t("市全体"), *(area.name for area in report.areas)], rows)


def _shares(shares: list[Any]) -> list[tuple[str, list[int]]]:
    return [(share.name or _t("すべて"), [getattr(share, name) for name, _l in words.shares()]) for share in shares]


def _gap(report: Report, code: str, area: AreaNode, count: int) -> dict[str, Any]:
    """A gap in words, and the form that notes it."""
    pk, name = next((pk, name) for pk, (known, name) in report.coverage.fields.items() if known == code)
    kind = f" {report.kind.label}" if report.kind else ""
    asked = {"words": f"{area.name} {name}{kind}", "field": pk, "area": area.pk}
    url = f"{reverse(MissingResource.snippet_viewset.get_url_name('add'))}?{urlencode(asked)}"  # type: ignore[attr-defined]
    return {"field": name, "area": area.name, "count": count, "url": url}


def _steps(request: HttpRequest, text: str) -> list[tuple[str, str]]:
    """What somebody may do about words that were not found: labels and addresses of forms that begin with them."""
    steps: list[tuple[Any, str, str]] = [
        (SynonymGroup, "words", _t("同じ意味のことばにする")),
        *((table, "name", _t("{kind}を登録する").format(kind=kind.label)) for kind, table in kind_tables().items()),
        (MissingResource, "words", _t("地域に無いものとして残す")),
    ]
    return [
        (label, f"{reverse(model.snippet_viewset.get_url_name('add'))}?{urlencode({name: text})}")
        for model, name, label in steps
        if request.user.has_perm(f"directory.add_{model._meta.model_name}")
    ]


def admin_urls() -> list[Any]:
    """Addresses below the admin's."""
    return [
        path("reports/coverage/", coverage, name="coverage"),
        path("reports/coverage.xlsx", coverage_excel, name="coverage_excel"),
        path("misses/", misses, name="misses"),
    ]
