"""The register's place in the admin."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.home import WorkflowObjectsToModeratePanel
from wagtail.snippets.models import register_snippet

from .admin import any_kind, reports, vocabulary
from .admin.checker import editor as checker
from .admin.checker import urls as checker_urls
from .admin.days import hooks as days
from .admin.desk.panel import DeskPanel
from .admin.desk.waiting import WAITS
from .admin.flow import mails, trash
from .admin.flow.urls import OthersToApprove, without_publish
from .admin.flow.urls import admin_urls as flow_urls
from .admin.forms.entry_form import PUBLISHING
from .admin.forms.urls import admin_urls as forms_urls
from .admin.freshness.access import EDIT
from .admin.freshness.owning import may_edit, to_proposal
from .admin.freshness.urls import admin_urls as freshness_urls
from .admin.gate import refuse_bulk
from .admin.imports import views as imports
from .admin.offers import views as offers
from .admin.register import ResourceGroup, SettingsGroup
from .admin.vocabulary import VocabularyGroup, WordsViewSet
from .exchange.importing.storing import TAKEN_BACK, TAKEN_IN
from .models import Resource

any_kind.register()
mails.register()
register_snippet(ResourceGroup)
register_snippet(VocabularyGroup)
register_snippet(SettingsGroup)
hooks.register(WAITS, days.waits)
hooks.register("register_admin_menu_item", days.menu_item)
hooks.register("register_log_actions", days.register_actions)
hooks.register("register_admin_viewset", lambda: any_kind.entry_chooser)


class WordsMenuItem(MenuItem):
    """Shown to those who may see the words."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return request.user.has_perm("directory.view_phrase")


class RegisterMenuItem(MenuItem):
    """Shown to those who may see the register."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return reports.may_see(request.user)


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    """Files of the vocabulary and of the register, whether entries are still right, forms, bad days, and reports."""
    return [
        *days.urls(),
        *vocabulary.admin_urls(),
        *forms_urls(),
        *imports.urls(),
        *freshness_urls(),
        *flow_urls(),
        *offers.urls(),
        *reports.admin_urls(),
        *checker_urls.urls(),
    ]


class ImportsMenuItem(MenuItem):
    """Shown to those who may bring in a register."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return request.user.has_perm(imports.MAY)


@hooks.register("register_admin_menu_item")
def register_imports() -> MenuItem:
    """See `admin.imports`."""
    return ImportsMenuItem(_("登録簿の出し入れ"), reverse("imports"), icon_name="download", order=151)


class FreshnessMenuItem(MenuItem):
    """Shown to those who keep the register."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return request.user.has_perm(EDIT)


@hooks.register("register_admin_menu_item")
def register_freshness() -> MenuItem:
    """See `admin.freshness`."""
    return FreshnessMenuItem(_("案内の確認"), reverse("freshness"), icon_name="check", order=152)


class OffersMenuItem(MenuItem):
    """Shown to those who may read what others offer."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return request.user.has_perm(offers.VIEW)


@hooks.register("register_admin_menu_item")
def register_offers() -> MenuItem:
    """See `admin.offers`."""
    return OffersMenuItem(_("申し出"), reverse("offers"), icon_name="mail", order=153)


@hooks.register("construct_homepage_panels")
def desk_panel(request: HttpRequest, panels: list[Component]) -> None:
    """For everybody who works here; each sees what they may do."""
    panels += [DeskPanel(request), days.DaysPanel(request)]
    panels[:] = [OthersToApprove() if type(one) is WorkflowObjectsToModeratePanel else one for one in panels]


hooks.register("construct_snippet_action_menu", without_publish)


class TrashMenuItem(MenuItem):
    """Shown to those who may delete entries."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return trash.may_restore(request.user)


@hooks.register("register_admin_menu_item")
def register_trash() -> MenuItem:
    """See `admin.flow.trash`."""
    return TrashMenuItem(_("ごみ箱"), reverse("trash"), icon_name="bin", order=154)


@hooks.register("before_delete_snippet")
def put_into_trash(request: HttpRequest, instances: Sequence[Model]) -> HttpResponse | None:
    """Entries that are deleted, one or many, are whoever's they are, and go into the trash."""
    entries = [one for one in instances if isinstance(one, Resource)]
    for entry in entries:
        if not may_edit(request.user, entry):
            return to_proposal(request, entry)
    if request.method == "POST":
        trash.keep(entries, request.user)
    return None


@hooks.register("register_admin_menu_item")
def register_files() -> MenuItem:
    """See `vocabulary_admin.files`."""
    return WordsMenuItem(_("ことばの出し入れ"), reverse("vocabulary_files"), icon_name="download", order=161)


@hooks.register("register_reports_menu_item")
def register_misses() -> MenuItem:
    """See `admin.reports.misses`."""
    return WordsMenuItem(_("見つからなかったことば"), reverse("misses"), icon_name="search", order=900)


@hooks.register("register_reports_menu_item")
def register_coverage() -> MenuItem:
    """See `admin.reports.coverage`."""
    return RegisterMenuItem(_("充足状況"), reverse("coverage"), icon_name="table", order=890)


@hooks.register("register_reports_menu_item")
def register_checker() -> MenuItem:
    """See `admin.checker.report`."""
    return RegisterMenuItem(_("言葉の点検"), reverse("checker_report"), icon_name="edit", order=880)


@hooks.register("insert_editor_js")
def beside_forms() -> SafeString:
    """See `admin.checker.editor`."""
    return checker.panel_html()


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def tell_of_words(request: HttpRequest, record: Any) -> None:
    """See `admin.checker.editor`."""
    checker.tell(request, record)


@hooks.register("register_log_actions")
def register_import_actions(actions: Any) -> None:
    """What the history of a record, and that of the site, say of imports."""
    actions.register_action(TAKEN_IN, _("ファイルから取り込み"), _("ファイルから取り込みました"))
    actions.register_action(TAKEN_BACK, _("取り込みを元に戻す"), _("ファイルからの取り込みを、元に戻しました"))


@hooks.register("construct_snippet_action_menu")
def no_template_is_published(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """A template is kept as a draft; the form refuses the rest, should somebody send it."""
    if getattr(context.get("instance"), "is_template", False):
        items[:] = [item for item in items if item.name not in PUBLISHING]


@hooks.register("before_bulk_action")
def judge_bulk(request: HttpRequest, action: str, objects: Sequence[Model], view: BulkAction) -> HttpResponse | None:
    """Words that are deleted together are judged as well."""
    is_words = any(issubclass(item, WordsViewSet) and item.model is view.model for item in VocabularyGroup.items)
    return refuse_bulk(request, view.model, objects) if action == "delete" and is_words else None
