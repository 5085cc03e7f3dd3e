"""What pages are made of: whatever of it changes, every kept page is old.

One mark for all pages: a town's editors publish some dozen times a day, and a page is made anew in some milliseconds. To know
of each page what it shows would be one more thing that can be wrong.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.signals import page_slug_changed, post_page_move

from directory.cache import forget
from directory.models import (
    Call,
    ChangeProposal,
    CheckRound,
    ConfirmCode,
    ContentChange,
    CountedAs,
    CoverageSnapshot,
    DaysNotice,
    ImportChange,
    ImportFile,
    ImportProfile,
    ImportRun,
    Intake,
    MailedAddress,
    MissingResource,
    Offer,
    Office,
    PhoneCheck,
    PhoneTry,
    PublicRecord,
    Resource,
    Verification,
    VocabularyVersion,
    kind_tables,
)
from directory.models.base import Child
from search.indexing import renewed

from ..cms.tree import PAGES

OF_OTHERS = (Page, Site, Locale, PageViewRestriction)
# PublicRecord: its one writer marks what it writes. The others stand on no page.
ON_NO_PAGE = (
    Call,
    ChangeProposal,
    CheckRound,
    ConfirmCode,
    ContentChange,
    CountedAs,
    CoverageSnapshot,
    # Its writers mark what it says as they mark records (`directory.days`); one that waits stands nowhere.
    DaysNotice,
    DaysNotice.entries.through,
    ImportChange,
    ImportFile,
    ImportProfile,
    ImportRun,
    Intake,
    MailedAddress,
    MissingResource,
    Offer,
    Offer.fields.through,
    Office,
    Office.fields.through,
    Office.people.through,
    PhoneCheck,
    PhoneTry,
    PublicRecord,
    Verification,
    VocabularyVersion,
)
# What editors write stands on pages by its public record, and so does who works on it: a draft that saves itself every few
# seconds must not make a page anew.
_ENTRIES: tuple[type[Resource], ...] = (Resource, *kind_tables().values())
BY_THEIR_RECORD = (
    *_ENTRIES,
    *(getattr(table, field.name).through for table in _ENTRIES for field in table._meta.local_many_to_many),
    *(
        relation.related_model
        for relation in Resource._meta.related_objects
        if issubclass(relation.related_model, Child)
    ),
)
# A save of these alone is one of a draft, and of who works on it.
OF_DRAFTS = frozenset(
    {"latest_revision", "latest_revision_created_at", "has_unpublished_changes", "draft_title", "updated_at"}
)
LABELS = ("directory", "portal", "wagtailimages", "wagtaildocs", "wagtailredirects")


def listen() -> None:
    """Follow everything that stands on pages (called when the applications are ready)."""
    chosen = [model for label in LABELS for model in apps.get_app_config(label).get_models(include_auto_created=True)]
    # Made while pages are made; a picture that changes says so itself.
    renditions = get_image_model().renditions.rel.related_model
    followed: set[Any] = {*chosen, *OF_OTHERS} - {*ON_NO_PAGE, *BY_THEIR_RECORD, renditions}
    for model in followed:
        post_save.connect(_saved, sender=model)
        post_delete.connect(_changed, sender=model)
        if model._meta.auto_created:
            m2m_changed.connect(_changed, sender=model)
    page_slug_changed.connect(_changed)
    post_page_move.connect(_changed)
    renewed.connect(_changed)


def _saved(sender: type[Model], update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    if update_fields is None or not OF_DRAFTS.issuperset(update_fields):
        forget(PAGES)


def _changed(sender: object, **kwargs: Any) -> None:
    forget(PAGES)
