"""The page of a notice, and a pack in the forms in which it is taken away."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..choices import Direction, Format
from ..doors.access import Denied, PartnerRequest, member_page, partner_page
from ..exchange.exports import contacts_csv, excel, resources_csv
from ..models import SharingPack
from ..packs import Contents, contents, packs_of
from ..services import opened, received

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def find_pack(request: PartnerRequest, code: str) -> SharingPack:
    """The pack of an address. Raises Denied for one that is not for this partner, and for one that does not exist."""
    packs = packs_of(request.visitor.partner).prefetch_related("contact_lists", "public_lists", "duties")
    pack = packs.filter(code=code).first()
    if pack is None:
        raise Denied
    return pack


@partner_page
def pack(request: PartnerRequest, code: str) -> HttpResponse:
    """The page of a notice: whom to call when, what we send, what you send, and the lists as they are today."""
    found = find_pack(request, code)
    today = contents(found)
    opened(today, request.visitor, Format.PAGE)
    deliveries = found.deliveries.filter(partner=request.visitor.partner) if request.visitor.partner else None
    context = {
        "pack": found,
        "today": today,
        "duties": [
            (direction.label, [duty for duty in found.duties.all() if duty.direction == direction])
            for direction in Direction
            if direction != Direction.CALL
        ],
        "waiting": deliveries.filter(confirmed_at=None).first() if deliveries is not None else None,
        "received": deliveries.exclude(confirmed_at=None).first() if deliveries is not None else None,
        "leaflet": urlencode([("role", role) for role in _roles(today)]),
        "kinds": urlencode([("kind", one.kind) for one in found.public_lists.all()]),
    }
    return render(request, "partners/pack.html", context)


def _roles(today: Contents) -> list[str]:
    return sorted({role for part in today.contacts for role in part.list.roles})


@partner_page
def printed(request: PartnerRequest, code: str) -> HttpResponse:
    """A pack as an A4 list."""
    today = contents(find_pack(request, code), whole=True)
    opened(today, request.visitor, Format.PRINT)
    return render(
        request, "partners/pack_print.html", {"pack": today.pack, "today": today, "now": timezone.localtime()}
    )


@partner_page
def as_excel(request: PartnerRequest, code: str) -> HttpResponse:
    """A pack as one Excel file."""
    today = contents(find_pack(request, code), whole=True)
    opened(today, request.visitor, Format.EXCEL)
    return _file(
        excel(today, request.build_absolute_uri, timezone.localdate()), EXCEL, f"{today.pack.code}-{today.version}.xlsx"
    )


@partner_page
def as_csv(request: PartnerRequest, code: str, part: str) -> HttpResponse:
    """The contact points, or the public lists, of a pack as CSV."""
    today = contents(find_pack(request, code), whole=True)
    opened(today, request.visitor, Format.CSV)
    day = timezone.localdate()
    text = contacts_csv(today) if part == "contacts" else resources_csv(today, request.build_absolute_uri, day)
    return _file(text.encode("utf-8-sig"), "text/csv; charset=utf-8", f"{today.pack.code}-{part}-{today.version}.csv")


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@require_POST
@member_page
def confirm_received(request: PartnerRequest, code: str) -> HttpResponse:
    """「受け取りました」."""
    received(find_pack(request, code), request.visitor)
    messages.success(request, _("受け取ったことを市に伝えました。"))
    return redirect("partners:pack", code=code)
