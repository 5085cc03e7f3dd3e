"""The panels of an entry, in three steps and in the order in which a resident reads its page; behind them what only staff read."""

from __future__ import annotations

from django.db import models
from django.forms import CheckboxSelectMultiple
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    PublishingPanel,
    TabbedInterface,
)
from wagtail.admin.widgets import AdminAutoHeightTextInput

from ...models import Resource
from ..rows import RowsPanel
from .choosing import OneChip, areas_chips, needs_chips, town_chip
from .entry_form import ResourceForm
from .panels import Folded, HoursSentence, HoursShown, Steps, Tool

WHAT, WHERE, WHOM, STAFF = _("1 なにを・だれが"), _("2 いつ・どこで・どうやって"), _("3 だれのため"), _("確認・職員用")
# What only one kind has and needs a widget of its own.
OWN_WIDGETS = {"default_for": areas_chips}

# Rows of one line each, as far as there is room: an entry has several.
CHANNEL = [
    FieldRowPanel([FieldPanel("kind"), FieldPanel("value")]),
    FieldRowPanel([FieldPanel("note"), FieldPanel("hours")]),
]
RULE = [
    FieldPanel("weekdays"),
    FieldPanel("nth"),
    FieldRowPanel([FieldPanel("opens"), FieldPanel("closes")]),
    FieldPanel("holidays"),
    FieldPanel("note"),
    FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_to")]),
    FieldPanel("every_other_week_from"),
]


def own_columns(table: type[Resource]) -> list[models.Field]:
    """What only this kind has, in the order of its table."""
    return [field for field in (*table._meta.local_fields, *table._meta.local_many_to_many) if not field.primary_key]


def _own_panels(table: type[Resource]) -> list[Panel]:
    names = [field.name for field in own_columns(table)]
    return [FieldPanel(name, widget=OWN_WIDGETS[name]() if name in OWN_WIDGETS else None) for name in names]


def _what(table: type[Resource]) -> list[Panel]:
    return [
        MultiFieldPanel(
            [
                FieldPanel("name", required_on_save=True),
                FieldPanel("reading"),
                Tool("directory/admin/forms/reading.html"),
                FieldPanel("summary", widget=AdminAutoHeightTextInput),
                FieldPanel("body"),
            ],
            heading=_("何をしているところか"),
        ),
        MultiFieldPanel(_own_panels(table), heading=_("{kind}のこと").format(kind=table._meta.verbose_name)),
        MultiFieldPanel(
            [
                FieldPanel("organisation"),
                Tool("directory/admin/forms/bring.html"),
                FieldPanel("type", widget=OneChip()),
            ],
            heading=_("だれがしているか"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("fields", widget=CheckboxSelectMultiple, required_on_save=False),
                FieldPanel("needs", widget=needs_chips()),
            ],
            heading=_("何に困っている人に見つけてもらうか"),
        ),
        Folded([FieldPanel("photo"), FieldPanel("photo_alt")], heading=_("写真"), says=("photo",)),
    ]


def _where() -> list[Panel]:
    return [
        RowsPanel(
            "channels",
            CHANNEL,
            label=_("連絡の方法"),
            help_text=_("電話のほかの方法も、少なくとも1つ書いてください"),
        ),
        MultiFieldPanel(
            [
                HoursSentence("hours_sentence", disable_comments=True),
                RowsPanel("opening_rules", RULE, label=_("開いている時間")),
                HoursShown(),
                FieldPanel("hours_note"),
            ],
            heading=_("いつ開いているか"),
        ),
        Folded(
            [RowsPanel("opening_exceptions", label=_("臨時の休み・時間"))],
            heading=_("いつもとちがう日"),
            says=("opening_exceptions",),
        ),
        MultiFieldPanel(
            [
                FieldPanel("place_name"),
                FieldPanel("town", widget=town_chip()),
                FieldRowPanel([FieldPanel("postal_code"), FieldPanel("address")]),
                FieldPanel("access_note"),
                FieldPanel("areas", widget=areas_chips(), required_on_save=False),
            ],
            heading=_("どこ"),
        ),
        Folded(
            [Tool("directory/admin/forms/map.html"), FieldRowPanel([FieldPanel("lat"), FieldPanel("lon")])],
            heading=_("地図の位置"),
            says=("lat", "lon"),
        ),
    ]


def _whom() -> list[Panel]:
    return [
        MultiFieldPanel(
            [FieldPanel("eligibility"), FieldPanel("audiences"), FieldPanel("eligibility_note")],
            heading=_("来てよい人"),
        ),
        MultiFieldPanel([FieldPanel("cost"), FieldPanel("cost_note")], heading=_("費用")),
        MultiFieldPanel(
            [
                FieldPanel("first_visit_note"),
                FieldPanel("booking"),
                FieldRowPanel(
                    [FieldPanel("can_observe"), FieldPanel("can_come_alone"), FieldPanel("companion_welcome")]
                ),
            ],
            heading=_("はじめての日"),
        ),
        Folded(
            [FieldPanel("languages"), FieldPanel("accessibility")],
            heading=_("使える言葉と、設備・配慮"),
            says=("languages", "accessibility"),
        ),
        Folded(
            [FieldPanel("easy"), RowsPanel("texts", label=_("ほかの言語の文"))],
            heading=_("やさしい日本語と、ほかの言語"),
            says=("easy", "texts"),
        ),
        Folded([RowsPanel("next_steps", label=_("次の一歩"))], heading=_("次の一歩"), says=("next_steps",)),
    ]


def _staff() -> list[Panel]:
    return [
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("verified_on"), FieldPanel("verified_by")]), FieldPanel("source")],
            heading=_("確認（ページに出ます）"),
        ),
        MultiFieldPanel(
            [FieldPanel("owner"), FieldRowPanel([FieldPanel("check_every"), FieldPanel("no_check_reason")])],
            heading=_("これからの確認"),
        ),
        Folded(
            [FieldRowPanel([FieldPanel("ends_on"), FieldPanel("succeeded_by")])],
            heading=_("終わるとき"),
            says=("ends_on", "succeeded_by"),
        ),
        Folded([FieldPanel("is_template")], heading=_("ひな型にする"), says=("is_template",)),
        MultiFieldPanel(
            [
                HelpPanel(_("ここに書いたことは、どのページにも、検索にも、ファイルにも出ません。")),
                FieldPanel("staff_note"),
                FieldPanel("acceptance_note"),
                FieldPanel("fits_participation_support"),
            ],
            heading=_("職員用（公開されません）"),
        ),
        # A window of its own, which a button beside the form opens.
        PublishingPanel(),
    ]


def edit_handler(table: type[Resource]) -> TabbedInterface:
    """The form of a kind, bound to its table."""
    headings: list[str | Promise] = [WHAT, WHERE, WHOM, STAFF]
    contents = [_what(table), _where(), _whom(), _staff()]
    steps = [
        ObjectList([*panels, Tool("directory/admin/forms/onward.html", following=following)], heading=heading)
        for heading, panels, following in zip(headings, contents, [*headings[1:], ""], strict=True)
    ]
    return Steps(steps, base_form_class=ResourceForm).bind_to_model(table)
