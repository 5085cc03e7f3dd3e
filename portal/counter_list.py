"""The list for the counter 相談リスト: a few public resources that somebody takes along.

It lives in a cookie of the visitor's browser that ends with the session, and in links; both hold public ids and nothing else.
The server keeps nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from directory.identity import SHORT_ID_ALPHABET, SHORT_ID_LENGTH
from directory.models import PublicRecord
from directory.public.projection import read_all
from directory.public.record import PublicResource

COOKIE = "list"
PATH = "/list/"
MOST = 20
# A link may hold ids that are gone by now; beyond this many it was not made by the site.
MOST_READ = 100
LOOK_ALIKES = str.maketrans("oil", "011")
_ID = re.compile(f"[{SHORT_ID_ALPHABET}]{{{SHORT_ID_LENGTH}}}")

Ids = tuple[str, ...]


def parse(text: str) -> Ids:
    """The well-formed ids of a text, each once, in its order; typed capitals and look-alikes are understood."""
    pieces = text[: MOST_READ * (SHORT_ID_LENGTH + 1)].lower().translate(LOOK_ALIKES).split(".")
    return tuple(dict.fromkeys(piece for piece in pieces if _ID.fullmatch(piece)))


def kept(request: HttpRequest) -> Ids:
    """The ids in the visitor's cookie; whether they are public is not looked up."""
    return parse(request.COOKIES.get(COOKIE, ""))


def public_ids(ids: Sequence[str]) -> Ids:
    """Those that are public, in their order, as many as a list holds."""
    known = set(PublicRecord.objects.filter(short_id__in=ids).values_list("short_id", flat=True)) if ids else set()
    return tuple(short_id for short_id in ids if short_id in known)[:MOST]


def resources(ids: Sequence[str]) -> dict[str, PublicResource]:
    """The public resources of the ids, in their order, read at once."""
    known = (
        {public.short_id: public for public in read_all(PublicRecord.objects.filter(short_id__in=ids))} if ids else {}
    )
    return {short_id: known[short_id] for short_id in ids if short_id in known}


def link(ids: Iterable[str]) -> str:
    """The address of a list, the same on every device."""
    return f"{PATH}?{urlencode({'ids': '.'.join(ids)}, safe='.')}"


def added(ids: Ids, short_id: str) -> Ids:
    """With one more at the end; a full list stays as it is."""
    return ids if short_id in ids or len(ids) >= MOST else (*ids, short_id)


def removed(ids: Ids, short_id: str) -> Ids:
    """Without one."""
    return tuple(known for known in ids if known != short_id)


def moved_up(ids: Ids, short_id: str) -> Ids:
    """With one a place nearer to the beginning."""
    place = ids.index(short_id) if short_id in ids else 0
    return (*ids[: place - 1], short_id, ids[place - 1], *ids[place + 1 :]) if place else ids


def keep(request: HttpRequest, response: HttpResponse, ids: Ids) -> None:
    """Put the list into the visitor's cookie; an empty list needs none."""
    if ids:
        response.set_cookie(
            COOKIE, ".".join(ids), path="/", httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    elif COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, path="/", samesite="Lax")


@dataclass(frozen=True, slots=True)
class Membership:
    """What the page of a resource says about the list."""

    inside: bool
    count: int

    @property
    def is_full(self) -> bool:
        """Nothing more can be put in."""
        return self.count >= MOST


def membership(request: HttpRequest, short_id: str) -> Membership:
    """Whether a resource is in the visitor's list, and how long that is. Without a list nothing is looked up."""
    ids = public_ids(kept(request))
    return Membership(short_id in ids, len(ids))
