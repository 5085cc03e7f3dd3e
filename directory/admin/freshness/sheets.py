"""Confirmation sheets: what the public sees of an organisation, on paper, with boxes to tick, a code and a picture of the link."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from ...choices import ConfirmBy
from ...exchange.qr import qr_code
from ...freshness.due import note_asked
from ...freshness.links import HOLDS, new_code, token_for
from ...hours.text import describe_schedule
from ...models import Office, Organisation, PublicRecord
from ...public.projection import read_all
from .access import EDIT, needs
from .overview import PER_PAGE


@needs(EDIT)
def sheets(request: HttpRequest) -> HttpResponse:
    """Organisations to make a sheet for: those that want paper and are due first; any other by name."""
    today, asked = timezone.localdate(), request.GET.get("q", "").strip()[:100]
    due = Q(resources__public_record__due_on__lte=today)
    organisations = Organisation.objects.annotate(
        due=Count("resources", filter=due, distinct=True),
        shown=Count("resources__public_record", distinct=True),
    ).filter(shown__gt=0)
    if asked:
        organisations = organisations.filter(Q(name__icontains=asked) | Q(reading__icontains=asked))
    else:
        organisations = organisations.filter(confirm_by=ConfirmBy.SHEET, due__gt=0)
    page = Paginator(organisations.order_by("-due", "reading", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "directory/admin/freshness/sheets.html", {"page": page, "asked": asked})


@require_POST
@needs(EDIT)
@transaction.atomic
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet, made now: its code is new, and is shown this once. The organisation counts as asked from today."""
    organisation = get_object_or_404(Organisation, pk=pk)
    today = timezone.localdate()
    records = PublicRecord.objects.filter(resource__organisation=organisation).order_by("due_on", "pk")
    entries = list(read_all(records))
    note_asked([record.pk for record in records.filter(due_on__lte=today)], today)
    owner = Office.objects.filter(resources__public_record__in=records).order_by("pk").first()
    link = urljoin(
        settings.WAGTAILADMIN_BASE_URL, reverse("confirm_link", args=[token_for(organisation, is_whole=True)])
    )
    context = {
        "organisation": organisation,
        "entries": [{"resource": entry, "hours": describe_schedule(entry.schedule, today)} for entry in entries],
        "office": owner or Office.default(),
        "code": new_code(organisation),
        "qr": qr_code(link),
        "address": urljoin(settings.WAGTAILADMIN_BASE_URL, reverse("confirm_code")),
        "today": today,
        "until": today + HOLDS,
    }
    return render(request, "directory/admin/freshness/sheet.html", context)
