"""The finder 相談先をさがす: what is it about, where do you live, and then desks. Nothing is stored."""

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.areas.index import AreaNode, area_index
from directory.areas.locate import Whereabouts, locate
from directory.choices import NeedRole, TypeRole
from directory.finding.danger import band_of_needs
from directory.finding.filters import field_options
from directory.finding.leads import leading_types_of_needs
from directory.finding.needs import NeedEntry, all_needs, needs_of
from directory.finding.query import search_address
from directory.public.roles import types_as
from directory.public.selectors import card, desks_of_types

from ..cms.by_area import spread
from ..cms.tickets import keep
from ..models.base import home_municipality
from ..shell import night_guidance

# What the form's own box 「分からない」 says in the address; a need of this code is that box and no other.
UNKNOWN = "anything"
MOST_NEEDS = 30
# Why the desk for everything comes first, or last.
WHY_FOR_EVERYTHING = {
    "several": _("いくつかのことが重なっていても、まとめて話せます"),
    "not-understood": _("何の相談か、分からなくても大丈夫です"),
}
WHY_AT_LAST = _("どこに相談してよいか迷ったら、こちらへ")


@transaction.non_atomic_requests
def find(request: HttpRequest) -> HttpResponse:
    """The form, and below it the answer once something was asked. One address holds both, so it works without JavaScript."""
    asked = list(dict.fromkeys(request.GET.getlist("about")))[:MOST_NEEDS]
    typed, area_slug = request.GET.get("where", ""), request.GET.get("area", "")
    index, home = area_index(), home_municipality(request)
    needs = needs_of(asked)
    whereabouts = locate(typed)
    area = index.by_slug.get(area_slug) or whereabouts.area
    context: dict[str, Any] = {
        "topics": _topics({need.code for need in needs}),
        "areas": _area_groups(home, area),
        "where": whereabouts.text,
        "area_slug": area.slug if area else "",
        "unknown_checked": UNKNOWN in asked,
        "answered": "about" in request.GET or "where" in request.GET or "area" in request.GET,
    }
    if context["answered"]:
        context.update(_answer(needs, area, home, whereabouts, asked))
        if (band := context["band"]) and band.at_night:
            context["night_guidance"] = night_guidance(request)
    else:
        keep(request)
    return render(request, "portal/find.html", context)


def _topics(checked: set[str]) -> list[dict[str, Any]]:
    """What is sudden and cannot wait, then the other needs under their first field, each once."""
    sudden = str(_("急な病気・けが・火事・出産"))
    groups: dict[str, list[dict[str, Any]]] = {
        name: [] for name in (sudden, *(name for _code, name in field_options()))
    }
    for need in all_needs():
        if need.fields and need.code != UNKNOWN:
            groups.setdefault(sudden if need.role == NeedRole.SUDDEN else need.fields[0][1], []).append(
                {"code": need.code, "plain": need.plain, "name": need.name, "checked": need.code in checked}
            )
    return [{"field": name, "needs": members} for name, members in groups.items() if members]


def _area_groups(home: AreaNode | None, chosen: AreaNode | None) -> list[dict[str, Any]]:
    """The home municipality's areas by layer."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for node in area_index().choices(home.pk if home else None):
        if not node.is_municipality:
            groups.setdefault(node.layer, []).append(
                {"slug": node.slug, "name": node.name, "selected": chosen is not None and node.pk == chosen.pk}
            )
    return [{"layer": layer, "options": options} for layer, options in groups.items()]


def _answer(
    needs: list[NeedEntry], area: AreaNode | None, home: AreaNode | None, whereabouts: Whereabouts, asked: list[str]
) -> dict[str, Any]:
    """Desks in the order of `leading_types_of_needs`, each with why it is named."""
    now = timezone.localtime()
    served, reason = leading_types_of_needs(needs, UNKNOWN in asked)
    why = {code: need.plain for need in reversed(needs) for code in need.types}
    if reason in WHY_FOR_EVERYTHING:
        why |= dict.fromkeys(types_as(TypeRole.EVERYTHING), str(WHY_FOR_EVERYTHING[reason]))
    desks = desks_of_types(list(served), area, home, a_type=1, needs=served)
    fields = {code for need in needs for code, _name in need.fields[:1]}
    return {
        "band": band_of_needs({need.code for need in needs}),
        "chosen": [need.plain for need in needs],
        "place_label": area.name if area else "",
        "place_message": _place_message(whereabouts, area),
        "place_unknown": area is None and bool(whereabouts.text) and not whereabouts.is_ambiguous,
        "ambiguous": _ambiguous(whereabouts, asked) if area is None else [],
        "desks": spread(
            (card(desk, now, why.get(desk.type.code, str(WHY_AT_LAST))) for desk in desks),
            area,
            home,
            served,
            lambda node: "/find/?" + urlencode([*(("about", code) for code in asked), ("area", node.slug)]),
            now,
        ),
        "search_url": search_address({"field": tuple(sorted(fields)), **({"area": (area.slug,)} if area else {})}),
    }


def _place_message(whereabouts: Whereabouts, area: AreaNode | None) -> str:
    if area is not None or not whereabouts.text:
        return ""
    if whereabouts.is_ambiguous:
        return _("「{text}」は、いくつかの地域にあります。下から選んでください。").format(text=whereabouts.text)
    return _("「{text}」がどの地域か分かりませんでした。市全体の窓口を案内します。").format(text=whereabouts.text)


def _ambiguous(whereabouts: Whereabouts, asked: list[str]) -> list[dict[str, str]]:
    return [
        {"label": town.name, "url": "/find/?" + urlencode([*(("about", code) for code in asked), ("where", town.name)])}
        for town in whereabouts.towns[:12]
        if whereabouts.is_ambiguous
    ]
