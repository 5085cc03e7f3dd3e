"""What an offer may be another copy of: an organisation, an entry, or an offer that looks like it.

One sign is enough to show it: somebody looks at them side by side, and nothing is decided here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from ..choices import ChannelKind
from ..exchange.importing.duplicates import digits, plain
from ..models import Channel, Offer, Organisation, Resource

# So many of each are shown, and so many are looked at for them.
MOST = 8
MOST_LOOKED_AT = 200
# What names begin or end with and what says nothing of who it is.
_FORM = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|特定非営利活動法人|(?:認定)?NPO法人|(?:一般|公益)(?:社団|財団)法人|社会福祉法人"
    r"|医療法人|学校法人|\((?:株|有|合|福|特非)\)|㈱|㈲"
)
# Everybody has a mail there.
FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "yahoo.co.jp", "ymail.ne.jp", "yahoo.com", "outlook.jp", "outlook.com", "hotmail.com",
    "hotmail.co.jp", "live.jp", "icloud.com", "me.com", "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp",
    "i.softbank.jp", "nifty.com", "ocn.ne.jp", "biglobe.ne.jp", "so-net.ne.jp", "plala.or.jp", "rakuten.jp",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What can be compared, of an offer or of what is there."""

    what: str
    name: str
    reading: str = ""
    phone: str = ""
    domains: tuple[str, ...] = ()
    record: Any = None
    signs: tuple[str, ...] = ()


def look_of(offer: Offer) -> Look:
    """What an offer looks like."""
    return Look(_("申し出"), offer.name, offer.reading, offer.phone, _domains(offer.contact_mail, offer.website), offer)


def core(name: str) -> str:
    """A name without the form of the company, as it is compared."""
    return plain(_FORM.sub("", unicodedata.normalize("NFKC", name)))


def alike(offer: Offer) -> list[Look]:
    """What shares a sign with an offer: organisations first, then entries, then other offers; most signs first."""
    own = look_of(offer)
    found = [*_organisations(own), *_resources(own), *_offers(own)]
    return found


def _organisations(own: Look) -> list[Look]:
    near = _near(own)
    for domain in own.domains:
        near |= Q(confirm_mail__iendswith=f"@{domain}") | Q(website__icontains=domain)
    if tail := _tail(own.phone):
        near |= Q(resources__channels__value__endswith=tail)
    rows = _some(Organisation.objects.filter(near).distinct()).prefetch_related(
        Prefetch("resources__channels", _PHONES), "type"
    )
    looks = []
    for row in rows:
        phones = [one.value for each in row.resources.all() for one in each.channels.all()]
        phone = next((one for one in phones if digits(one) == digits(own.phone)), next(iter(phones), ""))
        looks.append(Look(_("機関・団体"), row.name, row.reading, phone, _domains(row.confirm_mail, row.website), row))
    return _judged(own, looks)


def _resources(own: Look) -> list[Look]:
    near = _near(own)
    if tail := _tail(own.phone):
        near |= Q(channels__value__endswith=tail)
    rows = _some(Resource.objects.filter(near).distinct()).prefetch_related(Prefetch("channels", _PHONES))
    looks = []
    for row in rows:
        phones = [one.value for one in row.channels.all()]
        phone = next((one for one in phones if digits(one) == digits(own.phone)), next(iter(phones), ""))
        looks.append(Look(row.get_kind_display(), row.name, row.reading, phone, (), row))
    return _judged(own, looks)


def _offers(own: Look) -> list[Look]:
    near = _near(own)
    for domain in own.domains:
        near |= Q(contact_mail__iendswith=f"@{domain}") | Q(website__icontains=domain)
    if tail := _tail(own.phone):
        near |= Q(phone__endswith=tail)
    others = Offer.objects.filter(near, arrived_at__isnull=False).exclude(pk=own.record.pk).order_by("-sent_at")
    return _judged(own, [look_of(row) for row in others[:MOST_LOOKED_AT]])


_PHONES = Channel.objects.filter(kind__in=(ChannelKind.PHONE, ChannelKind.FAX))


def _some(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("pk")[:MOST_LOOKED_AT]


def _near(own: Look) -> Q:
    """What the database can tell by itself; `_judged` looks closer."""
    bare = _FORM.sub("", unicodedata.normalize("NFKC", own.name)).strip()
    near = Q(name__iexact=own.name)
    for one in {bare, own.name}:
        if len(one) > 1:
            near |= Q(name__icontains=one)
    if own.reading:
        near |= Q(reading__iexact=own.reading)
    return near


def _tail(phone: str) -> str:
    """The last figures of a number, which everybody writes together."""
    return digits(phone)[-4:] if len(digits(phone)) > 8 else ""


def _judged(own: Look, looks: list[Look]) -> list[Look]:
    name, phone = core(own.name), digits(own.phone)
    judged = []
    for look in looks:
        signs = (
            ("name", len(name) > 1 and name in core(look.name)),
            ("reading", bool(own.reading) and plain(own.reading) == plain(look.reading)),
            ("phone", bool(phone) and phone == digits(look.phone)),
            ("domains", bool(set(own.domains) & set(look.domains))),
        )
        if agree := tuple(sign for sign, agrees in signs if agrees):
            judged.append(Look(look.what, look.name, look.reading, look.phone, look.domains, look.record, agree))
    return sorted(judged, key=lambda look: -len(look.signs))[:MOST]


def _domains(mail: str, website: str) -> tuple[str, ...]:
    """What stands behind the @, and the site's name; of both only what is somebody's own."""
    host = (urlsplit(website).hostname or "").removeprefix("www.")
    found = {mail.rpartition("@")[2].casefold(), host.casefold()}
    return tuple(sorted(found - FREE_MAIL - {""}))
