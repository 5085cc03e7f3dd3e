"""Pages come into the index and leave it as they are published, taken back, moved and deleted."""

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from directory.admin.shown import note_deletion
from directory.cache import forget
from directory.models import Field, Need, Resource
from search.indexing import record_change

from .documents import PageSource
from .models import PortalSettings
from .models.base import MEMORY


@receiver(page_published)
@receiver(page_unpublished)
def follow_page(sender: type, instance: Page, **kwargs: Any) -> None:
    """The page itself, and the menu that may show it."""
    forget(MEMORY)
    record_change([f"page:{instance.pk}"])


@receiver(post_page_move)
@receiver(page_slug_changed)
def follow_tree(sender: type, instance: Page, **kwargs: Any) -> None:
    """A page that moves takes the addresses of all pages below it along."""
    forget(MEMORY)
    _follow_tree(instance)


def _follow_tree(page: Page) -> None:
    below = Page.objects.descendant_of(page, inclusive=True).values_list("pk", flat=True)
    record_change([f"page:{pk}" for pk in below])


@receiver(post_delete)
def follow_deletion(sender: type, instance: Any, **kwargs: Any) -> None:
    """A deleted page."""
    if sender is Page:
        forget(MEMORY)
        record_change([f"page:{instance.pk}"])


@receiver(post_save, sender=PortalSettings)
def follow_settings(sender: type, instance: Any, **kwargs: Any) -> None:
    """The names and the notice stand on every page."""
    forget(MEMORY)


@receiver(post_save, sender=PageViewRestriction)
@receiver(post_delete, sender=PageViewRestriction)
def follow_privacy(sender: type, instance: PageViewRestriction, **kwargs: Any) -> None:
    """A page that becomes private leaves the menu and the index, with all pages below it; and comes back the same way."""
    forget(MEMORY)
    page = Page.objects.filter(pk=instance.page_id).first()
    if page is not None:
        _follow_tree(page)


@receiver(post_save, sender=Field)
@receiver(post_save, sender=Need)
def follow_words(sender: type, instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """Pages are found by the names of their needs and fields; there are few enough of them to look at all."""
    if not raw and not created:
        record_change(PageSource().keys())


@receiver(pre_delete, sender=Resource)
def tell_pages(sender: type, instance: Resource, **kwargs: Any) -> None:
    """Pages that show an entry learn that it goes while it is still known on which it stands."""
    note_deletion(instance)
