"""The admin's menu by what somebody came to do. Each item stands in one place; who may not, does not see it.

Items are registered where they are made, as Wagtail does it; here they are only put in order, by the names of their addresses.
What nobody has put anywhere stays where it was registered: behind the tasks, in 「ふりかえる」 or in the settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.coreutils import cautious_slugify
from wagtail.permission_policies import ModelPermissionPolicy

from directory.admin.freshness.access import EDIT, LEAD
from directory.models import Organisation, kind_tables

from .writing import WRITTEN, may_write


def _list(name: str, app: str = "directory") -> str:
    return f"wagtailsnippets_{app}_{name}:list"


@dataclass(frozen=True, slots=True)
class Task:
    """A menu: what stands in it, by the names of addresses, and smaller menus."""

    name: str
    label: str | Promise
    icon: str
    holds: tuple[str | Task, ...]


WORDS = Task(
    "words",
    _("さがすことば"),
    "openquote",
    (
        *map(
            _list,
            ("phrase", "synonymgroup", "dangerpattern", "dangertopic", "stopword", "promotion", "hardword", "call"),
        ),
        "vocabulary_files",
    ),
)
PARTNERS = Task(
    "partners",
    _("連携機関（職員限り）"),
    "group",
    (
        *(_list(name, "partners") for name in ("contactpoint", "partner", "sharingpack", "training")),
        "partners:office",
    ),
)
REGISTER = Task(
    "register",
    _("登録簿の設定"),
    "sliders",
    tuple(
        map(
            _list,
            ("office", "arealayer", "area", "town", "field", "need", "institutiontype", "programme", "preparedpage"),
        )
    ),
)
KINDS = tuple(table._meta.model_name or "" for table in kind_tables().values())
# What somebody adds is not registered by anybody else (`added`).
ADDED = tuple(f"wagtailsnippets_directory_{name}:add" for name in (*KINDS, "organisation"))
TASKS = (
    Task("put", _("載せる"), "plus-inverse", (*ADDED, "imports", "wagtailimages:index", "wagtaildocs:index")),
    Task("mend", _("直す"), "edit", (*map(_list, (*KINDS, "organisation", "nationalline")), WORDS, "trash")),
    Task(
        "check",
        _("確かめる"),
        "circle-check",
        (
            "freshness",
            "freshness_proposals",
            "freshness_calls",
            "freshness_sheets",
            "freshness_handover",
            "offers",
            "broken_calls",
            "pages_with_gone",
        ),
    ),
    Task(
        "approve",
        _("承認する"),
        "tasks",
        (
            "approvals",
            "wagtailadmin_reports:workflow ?reviewable=true",
            "wagtailadmin_reports:workflow",
            "wagtailadmin_reports:workflow_tasks",
            "wagtailadmin_reports:locked_pages",
        ),
    ),
    Task(
        "tell",
        _("知らせる"),
        "mail",
        (
            "days",
            "write_page newspage",
            "write_page guidancepage",
            "write_page situationpage",
            "wagtailadmin_explore_root",
            PARTNERS,
        ),
    ),
    Task(
        "review",
        _("ふりかえる"),
        "history",
        (
            "coverage",
            "misses",
            "checker_report",
            _list("missingresource"),
            "wagtailadmin_reports:site_history",
            "wagtailadmin_reports:aging_pages",
            "wagtailadmin_reports:page_types_usage",
        ),
    ),
)
# Menus that Wagtail fills, and that keep what nobody has put anywhere.
LOOK_BACK, SETTINGS, HELP = "reports", "settings", "help"


class AddItem(MenuItem):
    """To an empty form; shown to those who may add."""

    def __init__(self, table: Any, label: str, order: int) -> None:
        super().__init__(label, reverse(f"wagtailsnippets_directory_{table._meta.model_name}:add"), order=order)
        self.icon_name = table.snippet_viewset.icon
        self.policy = ModelPermissionPolicy(table)

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return self.policy.user_has_permission(request.user, "add")


class WriteItem(MenuItem):
    """Something about pages; shown to those who write them."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return may_write(request.user)


class CheckItem(MenuItem):
    """A page of `directory.admin.freshness`."""

    def __init__(self, label: str | Promise, name: str, icon: str, permission: str = EDIT) -> None:
        super().__init__(label, reverse(name), icon_name=icon)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return request.user.has_perm(self.permission)


class ApprovalsItem(MenuItem):
    """What waits for whoever asks; shown to those who publish entries of any kind."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return any(request.user.has_perm(f"directory.publish_{kind}") for kind in KINDS)


def added() -> list[MenuItem]:
    """Items of this menu's own: what is begun anew, and the pages of the confirmations."""
    tables: list[Any] = [*kind_tables().values(), Organisation]
    return [
        *(
            AddItem(table, _("{kind}を載せる").format(kind=table._meta.verbose_name), number)
            for number, table in enumerate(tables)
        ),
        *(
            WriteItem(
                _("{page}を書く").format(page=apps.get_model("portal", model)._meta.verbose_name),
                reverse("write_page", args=[model]),
                icon_name=icon,
            )
            for model, icon in WRITTEN.items()
        ),
        ApprovalsItem(_("案内の承認"), reverse("approvals"), icon_name="tasks"),
        ApprovalsItem(
            _("ページなどの承認"), _address("wagtailadmin_reports:workflow ?reviewable=true"), icon_name="tasks"
        ),
        CheckItem(_("団体から届いた変更"), "freshness_proposals", "mail"),
        CheckItem(_("確かめる電話"), "freshness_calls", "mobile-alt"),
        CheckItem(_("確認票（紙）"), "freshness_sheets", "doc-full"),
        WriteItem(_("終わった案内が出ているページ"), reverse("pages_with_gone"), icon_name="doc-empty-inverse"),
        CheckItem(_("係の引きつぎ"), "freshness_handover", "group", LEAD),
    ]


def by_task(request: HttpRequest, items: list[MenuItem]) -> None:
    """Put the main menu in the order of the tasks (`construct_main_menu`)."""
    own = {item.name: item for item in items if item.name in (LOOK_BACK, SETTINGS, HELP)}
    looked = [item.url for item in _leaves(request, [own[LOOK_BACK]])] if LOOK_BACK in own else []
    known = {item.url: item for item in [*_leaves(request, items), *(one for one in added() if one.is_shown(request))]}
    held = {task.name: _held(task, known) for task in TASKS}
    register = _held(REGISTER, known)
    review = held["review"]
    review += [_Placed(known.pop(url), len(review) + number) for number, url in enumerate(looked) if url in known]
    items[:] = [_menu(task, held[task.name], order) for order, task in enumerate(TASKS, start=100) if held[task.name]]
    items += [_Placed(item, order) for order, item in enumerate(known.values(), start=800)]
    settings = own[SETTINGS].menu.menu_items_for_request(request) if SETTINGS in own else []
    if register:
        settings.append(_menu(REGISTER, register, 10))
    if settings:
        items.append(
            SubmenuMenuItem(_("設定"), Menu(items=settings), name="task-settings", icon_name="cogs", order=10_000)
        )
    items += [own[HELP]] if HELP in own else []


def _leaves(request: HttpRequest, items: list[MenuItem]) -> Iterator[MenuItem]:
    for item in items:
        if item.name in (SETTINGS, HELP):
            continue
        if isinstance(item, SubmenuMenuItem):
            inner = item.menu.menu_items_for_request(request)
            yield from _leaves(request, sorted(inner, key=lambda one: one.order))
        else:
            yield item


def _held(task: Task, known: dict[str, MenuItem]) -> list[MenuItem]:
    """What of a task there is, taken out of `known`."""
    held: list[MenuItem] = []
    for place, entry in enumerate(task.holds):
        if isinstance(entry, Task):
            if inner := _held(entry, known):
                held.append(_menu(entry, inner, place))
        elif item := known.pop(_address(entry), None):
            held.append(_Placed(item, place))
    return held


def _menu(task: Task, held: list[MenuItem], order: int) -> MenuItem:
    return SubmenuMenuItem(task.label, Menu(items=held), name=f"task-{task.name}", icon_name=task.icon, order=order)


def _address(entry: str) -> str:
    """That of a name, with what stands behind it: parameters of the address, or a query."""
    name, *arguments = entry.split()
    query = "".join(argument for argument in arguments if argument.startswith("?"))
    return reverse(name, args=[argument for argument in arguments if not argument.startswith("?")]) + query


class _Placed(MenuItem):
    """An item at another place: those that are registered are shared by all requests, and stay as they are."""

    def __init__(self, item: MenuItem, order: int) -> None:
        super().__init__(
            item.label,
            item.url,
            # Of several that Wagtail calls "workflows" each needs a name of its own.
            name=f"at-{cautious_slugify(item.url.replace('/', '-'))}",
            classname=item.classname,
            icon_name=item.icon_name,
            attrs=item.attrs,
            order=order,
        )
