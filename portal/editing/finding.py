"""One box for all that editors look for: pages, entries, organisations, national lines, and what rooms below add.

Each group is found by the admin's own search (`search.modelsearch`), drafts too, and shows somebody only what they may open. The
contact points are no part of this module: their room names its table by the hook `FOUND`, and their permissions are asked here as
those of every other table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.search import SearchForm
from wagtail.admin.search import SearchArea
from wagtail.models import DraftStateMixin, Page
from wagtail.permissions import page_permission_policy
from wagtail.search.backends import get_search_backend
from wagtail.search.index import class_is_indexed

from directory.models import NationalLine, Organisation, Resource, kind_tables

# A function that names a table with a desk in the admin (its snippet viewset asks for permissions).
FOUND = "found_everywhere"
# So many of each group; the list behind the group has all of them.
MOST = 6
LONGEST = 200
MAY_OPEN = {"add", "change", "delete", "view"}


@dataclass(frozen=True, slots=True)
class Hit:
    """One that was found; `url` is where it is changed ("" for who may only look at the list)."""

    name: str
    url: str
    state: str | Promise
    about: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one table, and the list with all of it."""

    label: str | Promise
    icon: str
    hits: list[Hit]
    count: int
    url: str


def everything(request: HttpRequest) -> HttpResponse:
    """The page of results. Words that are too long are cut, as nobody types so many; signs that nobody sees are left out."""
    words = " ".join(request.GET.get("q", "").split())
    words = "".join(filter(str.isprintable, words))[:LONGEST]
    groups = [group for group in find(request.user, words) if group.count] if words else []
    context = {
        "words": words,
        "form": SearchForm({"q": words}, placeholder=_("名前、よみ、番号、ページのことば")),
        "groups": groups,
        "count": sum(group.count for group in groups),
    }
    return render(request, "portal/admin/everything.html", context)


def find(user: Any, words: str) -> Iterator[Group]:
    """Groups in the order in which editors need them; those of tables that somebody may not open are not asked for."""
    for table in tables():
        policy = table.snippet_viewset.permission_policy
        if policy.user_has_any_permission(user, MAY_OPEN):
            yield _of_table(user, table, words)
    if page_permission_policy.user_has_any_permission(user, {"add", "change", "publish"}):
        yield _of_pages(user, words)


def tables() -> list[Any]:
    """The tables of the register that are looked through, and those that rooms add."""
    return [*kind_tables().values(), Organisation, NationalLine, *(name() for name in hooks.get_hooks(FOUND))]


def _of_table(user: Any, table: Any, words: str) -> Group:
    viewset = table.snippet_viewset
    rows: QuerySet = table._default_manager.all()
    if any(field.name == "organisation" for field in table._meta.fields):
        rows = rows.select_related("organisation")
    found = (
        get_search_backend().autocomplete(words, rows)
        if class_is_indexed(table)
        else _containing(rows, viewset.search_fields, words)
    )
    shown: Iterable[Model] = found[:MOST]
    may_change = viewset.permission_policy.user_has_permission(user, "change")
    hits = [
        Hit(
            str(row),
            reverse(viewset.get_url_name("edit"), args=[row.pk]) if may_change else "",
            _state(row),
            str(row.organisation) if isinstance(row, Resource) else "",
        )
        for row in shown
    ]
    address = f"{reverse(viewset.get_url_name('list'))}?{urlencode({'q': words})}"
    return Group(table._meta.verbose_name, viewset.icon, hits, found.count(), address)


def _containing(rows: QuerySet, names: Iterable[str], words: str) -> QuerySet:
    """For tables that the admin's search does not hold: each word somewhere in the columns by which their list is searched."""
    for word in words.split():
        one = Q()
        for name in names:
            one |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(one)
    return rows.distinct().order_by("pk")


def _of_pages(user: Any, words: str) -> Group:
    pages = Page.objects.filter(pk__in=page_permission_policy.explorable_instances(user).values_list("pk", flat=True))
    found = get_search_backend().autocomplete(words, pages)
    changeable = set(
        page_permission_policy.instances_user_has_permission_for(user, "change")
        .filter(pk__in=[page.pk for page in found[:MOST]])
        .values_list("pk", flat=True)
    )
    hits = [
        Hit(
            page.get_admin_display_title(),
            reverse("wagtailadmin_pages:edit", args=[page.pk]) if page.pk in changeable else "",
            _state(page),
            str(page.page_type_display_name),
        )
        for page in found[:MOST]
    ]
    address = f"{reverse('wagtailadmin_pages:search')}?{urlencode({'q': words})}"
    return Group(_("ページ"), "doc-empty-inverse", hits, found.count(), address)


def _state(row: Model) -> str | Promise:
    if not isinstance(row, DraftStateMixin):
        return ""
    if not row.live:
        return _("公開が終わりました") if row.expired else _("下書き")
    return _("公開中（直しかけあり）") if row.has_unpublished_changes else _("公開中")


class EverythingArea(SearchArea):
    """The first of the admin's searches, and so the one that the box in the menu asks."""

    def __init__(self) -> None:
        super().__init__(_("すべて"), reverse("find_everything"), name="everything", icon_name="search", order=0)
