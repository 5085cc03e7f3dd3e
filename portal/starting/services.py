"""Beginning: everything that a new site needs, written at once or not at all; and the same again changes nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from directory.admin.roles import set_up_roles
from directory.exchange.reference import load_reference
from directory.models import Area

from ..models import PortalSettings
from .areas import Land, read_land
from .file import AdministratorTold, StartError, Told
from .pages import DEMO, default_site, make_pages, own_home, set_up_site
from .register import Report, make_desk, make_fields, make_land, make_municipality
from .staff import load_packs, make_coordinator
from .table import TableError

# 96 bits, in words that can be typed.
PASSWORD_BYTES = 12


@dataclass(slots=True)
class Beginning:
    """What is to be begun with: checked as far as it can be without the database."""

    told: Told
    land: Land
    repaired: list[str] = field(default_factory=list)


def prepare(told: Told, repaired: list[str]) -> Beginning:
    """Read the tables that were named. Raises StartError with every problem of every row."""
    try:
        land = read_land(
            Path(told.towns) if told.towns else None, Path(told.areas) if told.areas else None, told.layers
        )
    except TableError as error:
        raise StartError(str(error).splitlines()) from error
    return Beginning(told, land, [*repaired, *land.repaired])


@transaction.atomic
def begin(beginning: Beginning, password: str = "") -> Report:
    """Write what is missing of everything. `password` is that of the first administrator, where one is made.

    What stands already is left as it is; where it was told otherwise, the report says so. Raises StartError; nothing is
    written then.
    """
    told, report = beginning.told, Report(repaired=list(beginning.repaired))
    created = load_reference()
    created["SharingPack"] += load_packs()
    if count := sum(created.values()):
        report.made.append(_("機関の種類・困りごと・ことば・全国の電話など：{count}件").format(count=count))
    set_up_roles()
    is_first = own_home() is None
    municipality = make_municipality(told.municipality, _current_municipality(), report)
    make_fields(told.fields, report, is_first=is_first)
    make_land(beginning.land, municipality, report)
    if told.desk:
        make_desk(told.desk, municipality, report)
    if told.coordinator:
        make_coordinator(told.coordinator, municipality, report)
    if told.administrator:
        _make_administrator(told.administrator, password, report)
    _make_site(told, municipality, report, is_first=is_first)
    return report


def needs_administrator() -> bool:
    """Whether nobody may do everything yet."""
    return not get_user_model().objects.filter(is_superuser=True, is_active=True).exists()


def check_password(password: str, told: AdministratorTold) -> None:
    """Whether the site would take the password. Raises StartError."""
    try:
        validate_password(password, get_user_model()(username=told.name, email=told.mail))
    except ValidationError as error:
        raise StartError(error.messages) from error


def new_password() -> str:
    """A random password, to be printed once."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def _current_municipality() -> Area | None:
    """The one that the site has, unless it is the demo's."""
    current = PortalSettings.objects.filter(site=default_site().pk).select_related("municipality").first()
    area = current.municipality if current else None
    return None if area is None or area.origin == DEMO else area


def _make_administrator(told: AdministratorTold, password: str, report: Report) -> None:
    if not needs_administrator():
        return
    check_password(password, told)
    model = get_user_model()
    if model.objects.filter(username=told.name).exists():
        raise StartError(
            [
                _("administrator「{name}」：この名前の人は、もういます。ほかの名前にしてください。").format(
                    name=told.name
                )
            ]
        )
    model.objects.create_superuser(told.name, told.mail, password)
    report.made.append(_("最初の管理者：{name}").format(name=told.name))


def _make_site(told: Told, municipality: Area, report: Report, *, is_first: bool) -> None:
    home, made = make_pages(municipality.name, municipality.slug)
    if made:
        report.made.append(_("ページ：{titles}").format(titles="、".join(made)))
    site = default_site()
    name = told.site_name or home.title
    if is_first or site.root_page_id != home.pk:
        # What the demo left in them is not the city's.
        set_up_site(home, municipality, site_name=name, notice="", night_guidance="", opened_at=None)
        _name_host()
        report.made.append(_("サイト「{name}」（準備中）").format(name=f"{municipality.name} {name}"))
        return
    current = PortalSettings.for_site(site)
    if current.municipality_id is None:
        current.municipality = municipality
        current.save()
        report.made.append(_("サイトの市町村：{name}").format(name=municipality.name))
    report.compare(_("サイト"), [(_("名前"), current.site_name, told.site_name)])


def _name_host() -> None:
    """Wagtail begins with localhost, which would stand in the sitemap."""
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    site = default_site()
    if site.hostname == "localhost" and host.hostname and host.scheme == "https":
        site.hostname, site.port = host.hostname, host.port or 443
        site.save()
