"""Badges: the few words beside a name in lists and on cards. Each is declared here, once; their order is that on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..choices import Cost, Eligibility
from .record import PublicResource


@dataclass(frozen=True, slots=True)
class Badge:
    """What it says, and of which resources; `is_warm`: it invites, and stands out."""

    code: str
    text: str | Promise
    applies: Callable[[PublicResource], bool]
    is_warm: bool = False


BADGES = (
    Badge("anyone", _("どなたでも"), lambda resource: resource.accepts_anyone, is_warm=True),
    Badge("only", _("対象が決まっています"), lambda resource: resource.eligibility == Eligibility.ONLY),
    Badge("free", _("無料"), lambda resource: resource.shown_cost == Cost.FREE),
    Badge("partly", _("一部有料"), lambda resource: resource.shown_cost == Cost.PARTLY),
    Badge("paid", _("有料"), lambda resource: resource.shown_cost == Cost.PAID),
)


def badges_of(resource: PublicResource) -> list[Badge]:
    """Those of a resource."""
    return [badge for badge in BADGES if badge.applies(resource)]


def badges_named(codes: Iterable[str]) -> list[Badge]:
    """Those of a row of the index, which keeps their codes; one that is no more is left out."""
    kept = set(codes)
    return [badge for badge in BADGES if badge.code in kept]
