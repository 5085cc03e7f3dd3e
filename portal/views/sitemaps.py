"""The sitemap: pages of the tree, and resources by their public records."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from wagtail.models import Page

from directory.models import PublicRecord

from ..models import HomePage


class PageSitemap(Sitemap):
    """Public pages of the tree, under the host that was asked, whatever Wagtail's site record says."""

    limit = 10_000

    def items(self) -> QuerySet:
        """In the order of the tree."""
        homes = HomePage.objects.live().order_by("path")[:1]
        pages = Page.objects.live().public().order_by("path")
        return pages.descendant_of(homes[0], inclusive=True) if homes else pages.none()

    def location(self, item: Page) -> str:
        """The address within the site."""
        return item.url

    def lastmod(self, item: Page) -> datetime | None:
        """When an editor last published it."""
        return item.last_published_at


class ResourceSitemap(Sitemap):
    """All public resources."""

    limit = 10_000

    def items(self) -> QuerySet:
        """In a stable order; the records' data are not needed."""
        return PublicRecord.objects.order_by("pk").only("short_id", "updated_at")

    def location(self, item: PublicRecord) -> str:
        """The address of a resource."""
        return f"/resources/{item.short_id}/"

    def lastmod(self, item: PublicRecord) -> datetime:
        """When its public record was last written."""
        return item.updated_at


class FixedSitemap(Sitemap):
    """Pages that are neither in the tree nor in the register."""

    def items(self) -> list[str]:
        """Their addresses."""
        return ["/find/", "/browse/", "/browse/desk/", "/browse/place/", "/browse/volunteer/", "/browse/work/"]

    def location(self, item: str) -> str:
        """As it is."""
        return item


SITEMAPS = {"pages": PageSitemap, "resources": ResourceSitemap, "fixed": FixedSitemap}
