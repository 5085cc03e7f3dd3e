"""What the beginning knows of the part for staff: who is of the city, and the 連絡調整担当. The one module here that may."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_otp import user_has_device

from directory.models import Area
from directory.partners.choices import Way
from directory.partners.doors.access import needs_second_factor
from directory.partners.exchange.reference import load_packs
from directory.partners.models import ContactPoint

from .file import CoordinatorTold, StartError
from .pages import DEMO, ORIGIN
from .register import Report, make_organisation

__all__ = ["has_coordinator", "has_second_factor", "is_staff", "load_packs", "make_coordinator"]


def is_staff(user: Any) -> bool:
    """Whether somebody works on the site, and has shown the second factor where one is wanted."""
    return user.is_authenticated and user.has_perm("wagtailadmin.access_admin") and not needs_second_factor(user)


def has_second_factor(user: Any) -> bool:
    """Whether somebody has set up a second factor."""
    return user_has_device(user)


def has_coordinator() -> bool:
    """Whether partners know whom to call when they do not know whom to call."""
    return _coordinators().filter(live=True).exists()


def make_coordinator(told: CoordinatorTold, municipality: Area, report: Report) -> ContactPoint:
    """The contact point of the 連絡調整担当, approved. Raises StartError."""
    known = _coordinators().first()
    if known is not None:
        report.compare(
            _("連絡調整担当"),
            (
                (_("機関・団体"), str(known.organisation or ""), told.organisation),
                (_("係・窓口"), known.unit, told.unit),
                (_("直通電話"), known.direct_line, told.phone),
                (_("FAX"), known.fax, told.fax),
                (_("メール"), known.mail, told.mail),
                (_("受付時間"), known.hours, told.hours),
            ),
        )
        return known
    way = Way.PHONE if told.phone else Way.MAIL if told.mail else Way.FAX
    contact = ContactPoint(
        origin=ORIGIN,
        organisation=make_organisation(told.organisation or municipality.name, municipality),
        unit=told.unit,
        duty=_("連絡調整担当"),
        direct_line=told.phone,
        fax=told.fax,
        mail=told.mail,
        hours=told.hours,
        preferred_way=way,
        is_coordinator=True,
    )
    contact.areas = [municipality]
    try:
        contact.full_clean()
    except ValidationError as error:
        raise StartError([_("連絡調整担当：{problems}").format(problems=" ".join(error.messages))]) from error
    contact.save()
    contact.save_revision().publish()
    report.made.append(_("連絡調整担当：{name}").format(name=contact))
    return contact


def _coordinators() -> Any:
    return ContactPoint.objects.filter(is_coordinator=True).exclude(origin=DEMO).order_by("-live", "pk")
