"""What a site still lacks before residents should see it, each with where it is done. Shown to staff until it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from directory.admin.roles import APPROVERS, EDITORS
from directory.areas.index import AreaNode, area_index
from directory.choices import WITHOUT_VOICE, Kind
from directory.models import Area, ConsultationDesk, Field, PublicRecord, Resource, Town, kind_tables
from directory.public.selectors import default_desk

from ..models import GuidanceIndexPage, GuidancePage, PortalSettings, SituationIndexPage, SituationPage
from .opening import site_settings
from .pages import DEMO, missing_pages, own_home, site_home
from .register import own_desk
from .staff import has_coordinator, has_second_factor

# What the pages that come with the software leave to the city (`fixtures/starting/pages.yaml`).
PLACEHOLDER = re.compile(r"ここに、([^。\n]*?)を書きます")
ENOUGH_ENTRIES = 10
SHOWN_NAMES = 5


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to do: in words, where, and the permission that this takes ("" for everybody who works here).

    `is_needed`: without it the site should not be opened; the others make it better.
    """

    text: str
    url: str = ""
    permission: str = ""
    is_needed: bool = True


def missing() -> list[Missing]:
    """Everything that is missing, what is needed most first; nothing of the demo, which is nobody's own."""
    home, own = site_home(), site_settings()
    if home is not None and home.origin == DEMO:
        return []
    if own is None or own.municipality is None:
        return [Missing(_("サイトの土台がありません。サーバーで manage.py start_municipality を動かしてください。"))]
    found = [*_base(own), *_desk(own.municipality), *_entries(), *_pages(), *_people(), *_server()]
    return sorted(found, key=lambda item: not item.is_needed)


def _base(own: PortalSettings) -> Iterator[Missing]:
    if Resource.objects.filter(origin=DEMO).exists():
        yield Missing(
            _(
                "架空のまち「よろず市」のデモが残っています。サーバーで manage.py demo_data --remove を動かすと、消えます。"
            )
        )
    if keys := missing_pages(own_home()):
        yield Missing(
            _(
                "はじめのページが{count}枚ありません。サーバーで manage.py start_municipality をもう一度動かすと、そろいます。"
            ).format(count=len(keys))
        )
    below = [node for node in area_index().choices(own.municipality_id) if node.pk != own.municipality_id]
    areas = reverse("wagtailsnippets_directory_area:list")
    if not below:
        yield Missing(
            _("圏域がまだありません（分けないまちでは、このままでかまいません）。"), areas, "directory.add_area", False
        )
    if not Town.objects.filter(municipality=own.municipality).exists():
        yield Missing(
            _("町字がまだありません。住所や郵便番号から、その人の圏域が分かりません。"),
            reverse("wagtailsnippets_directory_town:list"),
            "directory.add_town",
            False,
        )
    if unread := [node for node in below if not node.reading]:
        yield Missing(
            _("よみのない圏域が{count}つあります：{names}").format(count=len(unread), names=_names(unread)),
            areas,
            "directory.change_area",
            False,
        )
    if not own.night_guidance.strip():
        yield Missing(
            _("夜間・休日の案内が空です。窓口が閉まっているあいだの連絡先を書きます。"),
            reverse("wagtailsettings:edit", args=["portal", "portalsettings", own.site_id]),
            "portal.change_portalsettings",
            False,
        )


def _names(nodes: list[AreaNode]) -> str:
    return "、".join(node.name for node in nodes[:SHOWN_NAMES]) + (_(" ほか") if len(nodes) > SHOWN_NAMES else "")


def _desk(municipality: Area) -> Iterator[Missing]:
    """The desk for everything: there, for each area, reachable without a voice, with its hours."""
    index = area_index()
    home = index.nodes.get(municipality.pk)
    without = [node for node in index.choices(municipality.pk) if default_desk(node, home) is None]
    adding = reverse("wagtailsnippets_directory_consultationdesk:add")
    allowed = "directory.add_consultationdesk"
    desk = own_desk(municipality)
    if without and desk is not None and not desk.live:
        yield Missing(
            _("「分野を問わない窓口」の{name}が、まだ公開されていません。").format(name=desk.name),
            _edit(desk),
            _change(desk),
        )
    elif without:
        yield Missing(
            _("「分野を問わない窓口」が決まっていません：{names}。どのページも、この窓口で終わります。").format(
                names=_names(without)
            ),
            adding,
            allowed,
        )
    for found in ConsultationDesk.objects.filter(
        live=True, default_for__in=[node.pk for node in index.choices(municipality.pk)]
    ).distinct():
        channels = {channel.kind for channel in found.channels.all()}
        if not channels & WITHOUT_VOICE:
            yield Missing(
                _("{name}に、電話でない連絡方法がありません。").format(name=found.name), _edit(found), _change(found)
            )
        if not found.opening_rules.exists():
            yield Missing(
                _("{name}の、開いている時間がありません。").format(name=found.name), _edit(found), _change(found)
            )


def _edit(record: Any) -> str:
    return reverse(f"wagtailsnippets_{record._meta.app_label}_{record._meta.model_name}:edit", args=[record.pk])


def _change(record: Any) -> str:
    return f"{record._meta.app_label}.change_{record._meta.model_name}"


def _entries() -> Iterator[Missing]:
    """Entries in all, and in each field."""
    own = PublicRecord.objects.exclude(resource__origin=DEMO)
    adding, allowed = reverse("wagtailsnippets_directory_gatheringplace:add"), "directory.add_gatheringplace"
    count = own.count()
    if count < ENOUGH_ENTRIES:
        yield Missing(
            _("公開した相談窓口・居場所・ボランティア・就労が、まだ{count}件です。まず{enough}件をめざします。").format(
                count=count, enough=ENOUGH_ENTRIES
            ),
            adding,
            allowed,
        )
    for kind in Kind:
        if not own.filter(kind=kind).exists():
            model = kind_tables()[kind]._meta.model_name
            yield Missing(
                _("「{kind}」が、まだ1件もありません。").format(kind=kind.label),
                reverse(f"wagtailsnippets_directory_{model}:add"),
                f"directory.add_{model}",
                False,
            )
    # The desk for everything is of every field and answers for none of them.
    counted = Count(
        "resources",
        filter=Q(resources__public_record__isnull=False, resources__consultationdesk__default_for=None)
        & ~Q(resources__origin=DEMO),
    )
    empty = [field.name for field in Field.objects.filter(retired=False).annotate(entries=counted) if not field.entries]
    if empty:
        yield Missing(
            _("ひとつも載っていない分野があります：{names}").format(names="、".join(empty)),
            reverse("wagtailsnippets_directory_consultationdesk:add"),
            "directory.add_consultationdesk",
            False,
        )


def _pages() -> Iterator[Missing]:
    home = own_home()
    if home is None:
        return
    live = Page.objects.descendant_of(home, inclusive=True).live().specific()
    for page in live:
        if left := placeholders(page):
            yield Missing(
                _("「{title}」のページに、書くところが{count}つ残っています：{left}").format(
                    title=page.title, count=len(left), left="／".join(left)
                ),
                reverse("wagtailadmin_pages:edit", args=[page.pk]),
            )
    for model, index_model in ((SituationPage, SituationIndexPage), (GuidancePage, GuidanceIndexPage)):
        index = index_model.objects.child_of(home).first()
        if index is not None and not model.objects.descendant_of(home).live().exists():
            yield Missing(
                _("「{name}」のページが、まだありません。1枚書くまで、メニューに出ません。").format(name=index.title),
                reverse("wagtailadmin_pages:add", args=["portal", model._meta.model_name, index.pk]),
                is_needed=False,
            )


def placeholders(page: Page) -> list[str]:
    """What a page still leaves to be written, as it calls it itself."""
    body = getattr(page, "body", None)
    texts = body.stream_block.get_searchable_content(body) if body else ()
    return [found for text in (page.title, getattr(page, "intro", ""), *texts) for found in PLACEHOLDER.findall(text)]


def _people() -> Iterator[Missing]:
    users = get_user_model().objects.filter(is_active=True)
    listing, allowed = reverse("wagtailusers_users:index"), "auth.change_user"
    for group, verb in ((EDITORS, _("書く人")), (APPROVERS, _("公開を承認する人"))):
        if not users.filter(groups__name=group).exists():
            yield Missing(
                _("「{group}」（{verb}）の人が、まだいません。利用者をひとり作って、このグループに入れます。").format(
                    group=group, verb=verb
                ),
                listing,
                allowed,
                group == APPROVERS,
            )
    if settings.STAFF_SECOND_FACTOR:
        staff = users.filter(Q(is_superuser=True) | Q(groups__name__in=(EDITORS, APPROVERS))).distinct()
        if count := sum(not has_second_factor(user) for user in staff):
            yield Missing(
                _(
                    "二段階の確認をまだ登録していない職員が{count}人います。次にログインすると、登録の画面が出ます。"
                ).format(count=count),
                reverse("partners:second_factor"),
            )
    if not has_coordinator():
        yield Missing(
            _("連絡調整担当の連絡先がありません。連携機関の人が、だれにつなぐか迷ったときの相手です。"),
            reverse("wagtailsnippets_partners_contactpoint:add"),
            "partners.add_contactpoint",
            False,
        )


def _server() -> Iterator[Missing]:
    """What stands in the environment of the server, and not in the admin."""
    if settings.ENVIRONMENT != "production":
        return
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield Missing(
            _("メールの差出人が決まっていません。サーバーの設定 MAIL_FROM（と、送るサーバーの EMAIL_URL）を書きます。")
        )
    if not settings.SECURITY_CONTACT:
        yield Missing(
            _("サイトの弱点を見つけた人に知らせてもらう先がありません。サーバーの設定 SECURITY_CONTACT を書きます。"),
            is_needed=False,
        )
