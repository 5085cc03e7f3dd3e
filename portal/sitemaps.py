"""The sitemap: pages of the tree, and resources by their public records."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from wagtail.contrib.sitemaps import Sitemap as PageSitemap

from directory.models import PublicRecord


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
