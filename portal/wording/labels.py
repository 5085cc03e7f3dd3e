"""Fields and columns that Wagtail leaves to be called by their names in code.

A field that an upgrade renames is told at the start of the site, by KeyError.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import choosers, workflows
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import DefaultPageForm
from wagtail.sites.views import IndexView
from wagtail.users.forms import PagePermissionsForm
from wagtail.users.views.bulk_actions.assign_role import RoleForm

LINK_TEXT = _("リンクの文字")
FIELDS: dict[Any, dict[str, Promise | str]] = {
    choosers.ExternalLinkChooserForm: {"link_text": LINK_TEXT},
    choosers.AnchorLinkChooserForm: {"url": _("ページの中の場所（#のあとの名前）"), "link_text": LINK_TEXT},
    choosers.EmailLinkChooserForm: {
        "email_address": _("メールアドレス"),
        "link_text": LINK_TEXT,
        "subject": _("件名"),
        "body": _("本文"),
    },
    choosers.PhoneLinkChooserForm: {"phone_number": _("電話番号"), "link_text": LINK_TEXT},
    workflows.WorkflowPageForm: {"page": _("ページ")},
    workflows.WorkflowContentTypeForm: {"content_types": _("登録情報の種類")},
    DefaultPageForm: {"include_descendants": _("下のページもいっしょに")},
    RoleForm: {"role": _("役割")},
    PagePermissionsForm: {"page": _("ページ"), "permissions": _("権限")},
}
COLUMNS: dict[str, Promise | str] = {
    "port": _("ポート番号"),
    "site_name": _("サイト名"),
    "root_page": _("ホーム"),
}


def put() -> None:
    """Name them all."""
    for form, names in FIELDS.items():
        for name, label in names.items():
            form.base_fields[name].label = label
    columns = {column.name: column for column in IndexView.columns}
    for name, label in COLUMNS.items():
        columns[name].label = label
