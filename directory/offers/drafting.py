"""From an offer to the draft of an entry: what its kind becomes, and what already can be filled in."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from ..areas.index import home_area
from ..choices import ChannelKind, Kind, Pathway, Pay
from ..models import Area, Channel, InstitutionType, Offer, OfferKind, Office, Organisation, Resource, kind_tables

# What each offer becomes where nobody decides otherwise.
TEMPLATES: dict[OfferKind, Kind] = {
    OfferKind.VISIT: Kind.WORK,
    OfferKind.WORK: Kind.WORK,
    OfferKind.PLACE: Kind.PLACE,
    OfferKind.ROOM: Kind.PLACE,
    OfferKind.JOBS: Kind.WORK,
    OfferKind.OTHER: Kind.VOLUNTEER,
}
# How an entry is called until an editor finds better words.
_CALLED = {
    OfferKind.VISIT: "見学・体験",
    OfferKind.WORK: "就労体験",
    OfferKind.PLACE: "居場所",
    OfferKind.ROOM: "場所の貸し出し",
    OfferKind.JOBS: "小さな仕事",
    OfferKind.OTHER: "手伝い",
}


def own_columns(offer: Offer, kind: Kind) -> dict[str, Any]:
    """What only entries of this kind have."""
    if kind == Kind.WORK:
        if offer.kind == OfferKind.JOBS:
            return {"pathway": Pathway.SHORT_TIME, "pay": Pay.WAGE}
        return {"pathway": Pathway.EXPERIENCE, "pay": Pay.NONE}
    if kind == Kind.PLACE:
        return {"capacity": offer.how_many, "run_by": offer.name}
    if kind == Kind.VOLUNTEER:
        return {"activity": _short(offer.text, 200), "commitment": offer.when}
    return {}


def draft_entry(
    offer: Offer,
    kind: Kind,
    organisation: Organisation,
    type_: InstitutionType,
    user: Any,
    owner: Office | None = None,
) -> Resource:
    """An entry that nobody sees yet, with everything that the offer says. Raises ValidationError.

    What the organisation asks for stands in the note on acceptance, which is never public.
    """
    home = home_area()
    area = offer.area or (Area.objects.filter(pk=home.pk).first() if home else None)
    name = _("{name}の{what}").format(name=offer.name, what=_CALLED[OfferKind(offer.kind)])
    resource = kind_tables()[kind](
        name=name[:120],
        summary=_short(offer.text, 160),
        body=offer.text,
        hours_note=offer.when,
        organisation=organisation,
        type=type_,
        owner=owner,
        source=_("団体からの申し出（{day}）").format(day=timezone.localtime(offer.sent_at).date().isoformat()),
        acceptance_note="\n".join(filter(None, (offer.how_many, offer.needs))),
        live=False,
        has_unpublished_changes=True,
        **own_columns(offer, kind),
    )
    resource.fields = list(offer.fields.all())
    resource.areas = [area] if area else []
    if offer.phone:
        resource.channels.set([Channel(kind=ChannelKind.PHONE, value=offer.phone)])
    resource.full_clean()
    resource.save()
    resource.save_revision(user=user)
    log(instance=resource, action="wagtail.create", user=user)
    return resource


def new_organisation(offer: Offer, type_: InstitutionType, user: Any) -> Organisation:
    """The organisation that offers, where the register does not know it. Raises ValidationError."""
    home = home_area()
    organisation = Organisation(
        name=offer.name,
        reading=offer.reading,
        type=type_,
        municipality_id=home.pk if home else None,
        website=offer.website,
    )
    organisation.full_clean()
    organisation.save()
    log(instance=organisation, action="wagtail.create", user=user)
    return organisation


def _short(text: str, longest: int) -> str:
    """The first words of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
