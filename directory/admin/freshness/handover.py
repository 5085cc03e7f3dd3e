"""April: an office hands over what it looks after, as one sheet and one action."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from ...exchange.shared import safe_cell
from ...freshness.handover import as_excel, columns, hand_over, sheet
from ...models import Office
from .access import LEAD, needs, tell

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# So many lines are shown; the file has all of them.
MOST_SHOWN = 200


class HandOverForm(forms.Form):
    """From where to where."""

    old = forms.ModelChoiceField(label=gettext_lazy("渡す係"), queryset=Office.objects.all())
    new = forms.ModelChoiceField(label=gettext_lazy("受け取る係"), queryset=Office.objects.filter(retired=False))
    people = forms.BooleanField(
        label=gettext_lazy("係の人（ログイン）も移る"),
        required=False,
        help_text=gettext_lazy("渡す係がなくなるときは、いつも移ります"),
    )
    retire = forms.BooleanField(label=gettext_lazy("渡す係は、なくなる"), required=False)


@needs(LEAD)
def handover(request: HttpRequest) -> HttpResponse:
    """What an office looks after (`?office=`), and the one action that gives all of it to another."""
    office = Office.objects.filter(pk=_number(request.GET.get("office", ""))).first()
    form = HandOverForm(request.POST if request.method == "POST" else None, initial={"old": office})
    if request.method == "POST" and form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        try:
            count = hand_over(old, new, retire=form.cleaned_data["retire"], people=form.cleaned_data["people"])
        except ValidationError as error:
            tell(request, error)
        else:
            messages.success(
                request, _("{old} の案内 {count}件を、{new} に移しました。").format(old=old, count=count, new=new)
            )
            return redirect(f"{request.path}?office={new.pk}")
    lines = sheet(office) if office else []
    context = {
        "form": form,
        "office": office,
        "offices": Office.objects.all(),
        "people": [person.get_full_name() or person.get_username() for person in office.people.all()] if office else [],
        "columns": columns(),
        "lines": [line.cells() for line in lines[:MOST_SHOWN]],
        "count": len(lines),
        "today": timezone.localdate(),
    }
    return render(request, "directory/admin/freshness/handover.html", context)


@needs(LEAD)
def handover_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet for Excel."""
    office = get_object_or_404(Office, pk=pk)
    response = HttpResponse(as_excel(sheet(office), safe_cell), content_type=EXCEL)
    name = _("引きつぎ_{office}_{day}.xlsx").format(office=office, day=timezone.localdate().isoformat())
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
