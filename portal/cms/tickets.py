"""What is noted while a page is made: whether it may be kept (`kept.front`)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

# In a request's environment: the ticket of a page that may be kept (`front`).
ENVIRON = "yorozu.ticket"


@dataclass(slots=True)
class Ticket:
    """One page in the making. `is_kept`: its view says that it holds nothing of a person and nothing that somebody typed.
    `is_closed`: the site is not open, and its 503 is no failure for which a page of before would stand in.
    """

    is_kept: bool = False
    is_closed: bool = False


def keep(request: HttpRequest, address: str = "") -> None:
    """Let the answer to this request be kept, if the request's address is just `address` (its path where none is given).

    Only views whose answer depends on the address alone call it. An address with parameters that the view does not know is
    left out: nobody fills the store with them.
    """
    ticket = request.META.get(ENVIRON)
    if ticket is not None:
        ticket.is_kept = request.get_full_path() == (address or escape_uri_path(request.path))


def keep_not(request: HttpRequest) -> None:
    """Take it back: the page turned out to be of a journey of which nothing is kept."""
    ticket = request.META.get(ENVIRON)
    if ticket is not None:
        ticket.is_kept = False


def close(request: HttpRequest) -> None:
    """The site is not open: the answer is meant, and what was kept before is gone."""
    ticket = request.META.get(ENVIRON)
    if ticket is not None:
        ticket.is_kept, ticket.is_closed = False, True
