"""Models of the site."""

from .base import PortalSettings
from .pages import (
    GuidanceIndexPage,
    GuidancePage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    SituationIndexPage,
    SituationPage,
    StandardPage,
)

__all__ = [
    "GuidanceIndexPage",
    "GuidancePage",
    "HomePage",
    "NewsIndexPage",
    "NewsPage",
    "PortalSettings",
    "SituationIndexPage",
    "SituationPage",
    "StandardPage",
]
