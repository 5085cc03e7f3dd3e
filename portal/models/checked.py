"""What of each kind of page the checker looks at (`directory.checker.offered`); a field without a decision fails a test."""

from __future__ import annotations

from directory.checker.offered import Offer, Roles, register
from directory.checker.rule import Role

from . import pages
from .base import PortalPage

# Of Wagtail's own fields, and of what all our pages have. Bodies are looked at block by block.
_EVERY_PAGE: Roles = {
    "title": Role.HEADING,
    "slug": None,
    "seo_title": Role.HEADING,
    "search_description": Role.SENTENCE,
    "intro": Role.SENTENCE,
}


_OWN: dict[type[PortalPage], Roles] = {
    pages.HomePage: {"lead": Role.SENTENCE},
    pages.GuidanceIndexPage: {},
    pages.GuidancePage: {
        "photo_alt": lambda get: Role.ALT if get("photo") else None,
        "body": Role.RICH,
    },
    pages.SituationIndexPage: {},
    pages.SituationPage: {
        # What somebody says is told in their own words.
        "voices": None,
        "signs": Role.SENTENCE,
        "what_happens": Role.SENTENCE,
        "if_refused": Role.SENTENCE,
        "questions": Role.RICH,
        # Chosen from a list.
        "topics": None,
    },
    pages.NewsIndexPage: {},
    pages.NewsPage: {"body": Role.RICH},
    pages.StandardPage: {"body": Role.RICH},
}


def register_pages() -> None:
    """Let the pages of the site be looked at (called when the site's application is ready)."""
    for model, roles in _OWN.items():
        register(model, Offer({**_EVERY_PAGE, **roles}))
