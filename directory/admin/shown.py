"""Which pages show an entry, and which pages show entries that are public no more: read from Wagtail's index of references.

The index says what live pages hold; lists that a page makes by a filter find their entries anew each time and are no part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.log_actions import log
from wagtail.models import Page, PageLogEntry, ReferenceIndex
from wagtail.permissions import page_permission_policy

from ..models import PublicRecord, Resource

# The line in a page's history that says that an entry on it was deleted: the index of references forgets such entries at once.
ENTRY_DELETED = "directory.entry_deleted"
# A city has hundreds of pages; what is more is cut, the newest pages first.
MOST = 500
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Showing:
    """A page, where it is edited ("" for who may not), and the names of what it shows of the question that was asked."""

    page: Page
    url: str
    names: tuple[str, ...] = ()


def _references() -> Any:
    """References of pages to entries: Wagtail keeps them by the tables that all pages and all kinds stand on."""
    page, entry = ContentType.objects.get_for_models(Page, Resource).values()
    return ReferenceIndex.objects.filter(base_content_type=page, to_content_type=entry)


def pages_with(resource: Resource, user: Any) -> list[Showing]:
    """The pages that show an entry, by their titles."""
    keys = _references().filter(to_object_id=str(resource.pk)).values_list("object_id", flat=True).distinct()[:SHOWN]
    pages = Page.objects.filter(pk__in=[int(key) for key in keys]).order_by("title", "pk")
    return [Showing(page, url) for page, url in _with_urls(pages, user)]


def entries_of(page: Page) -> list[Resource]:
    """What a page shows as it was saved last, by name."""
    keys = _references().filter(object_id=str(page.pk)).values_list("to_object_id", flat=True).distinct()[:SHOWN]
    return list(
        Resource.objects.filter(pk__in=[int(key) for key in keys]).only("pk", "name", "kind").order_by("reading")
    )


def pages_with_gone(user: Any) -> list[Showing]:
    """Live pages that show an entry which is not public: theirs, and those of nobody who still works here and that they may change."""
    pairs = list(_references().order_by("-pk").values_list("object_id", "to_object_id").distinct()[:MOST])
    public = {
        str(pk)
        for pk in PublicRecord.objects.filter(pk__in={int(to) for _page, to in pairs}).values_list("pk", flat=True)
    }
    gone: defaultdict[int, set[int]] = defaultdict(set)
    for page, to in pairs:
        if to not in public:
            gone[int(page)].add(int(to))
    deleted: defaultdict[int, list[str]] = defaultdict(list)
    lines = PageLogEntry.objects.filter(action=ENTRY_DELETED, page__live=True).order_by("-timestamp")
    # Whoever has saved the page since has seen it.
    unseen = lines.filter(
        Q(page__latest_revision_created_at=None) | Q(timestamp__gt=F("page__latest_revision_created_at"))
    )
    for page_id, data in unseen.values_list("page_id", "data")[:MOST]:
        deleted[page_id].append(str(_("{name}（削除されました）")).format(name=data.get("name", "")))
    if not (gone or deleted):
        return []
    theirs = Q(owner_id=user.pk) | Q(owner=None) | Q(owner__is_active=False)
    pages = Page.objects.filter(theirs, pk__in={*gone, *deleted}, live=True).order_by("title", "pk")
    names = dict(Resource.objects.filter(pk__in=set().union(*gone.values())).values_list("pk", "name"))
    return [
        Showing(page, url, (*(names[key] for key in sorted(gone[page.pk]) if key in names), *deleted[page.pk]))
        for page, url in _with_urls(pages, user)
        if url
    ]


def note_deletion(resource: Resource) -> None:
    """Write into the history of each page that shows an entry that it is being deleted."""
    keys = _references().filter(to_object_id=str(resource.pk)).values_list("object_id", flat=True).distinct()
    for page in Page.objects.filter(pk__in=[int(key) for key in keys]).specific(defer=True):
        log(instance=page, action=ENTRY_DELETED, data={"name": resource.name})


def _with_urls(pages: Iterable[Page], user: Any) -> list[tuple[Page, str]]:
    found = list(pages)
    may = set(
        page_permission_policy.instances_user_has_permission_for(user, "change")
        .filter(pk__in=[page.pk for page in found])
        .values_list("pk", flat=True)
    )
    return [(page, reverse("wagtailadmin_pages:edit", args=[page.pk]) if page.pk in may else "") for page in found]


class ShownPanel(BaseSidePanel):
    """Beside the form of an entry: the pages that show it."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        """With their number."""

        aria_label = _("この案内が出ているページ")
        icon_name = "doc-empty-inverse"
        counter_classname = "w-bg-secondary"

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            """See SidePanelToggle."""
            return {**super().get_context_data(parent_context), "count": len(self.panel.showing)}

    name = "shown"
    title = _("この案内が出ているページ")
    template_name = "directory/admin/shown_panel.html"
    order = 150

    def __init__(self, resource: Resource, request: Any) -> None:
        super().__init__(resource, request)
        self.showing = pages_with(resource, request.user)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """See BaseSidePanel."""
        return {**super().get_context_data(parent_context), "showing": self.showing}


class ShownEditView:
    """An edit view with the pages that show the entry."""

    object: Any
    request: Any
    expects_json_response: bool
    hydrate_create_view: bool

    def get_side_panels(self) -> Any:
        """As Wagtail's, with one more."""
        panels = super().get_side_panels()  # type: ignore[misc]
        # Nor where a new entry was saved: its page has no place for this one, and no page shows the entry yet.
        if not (self.expects_json_response or self.hydrate_create_view):
            panels.append(ShownPanel(self.object, self.request))
        return panels
