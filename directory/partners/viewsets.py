"""Contact points, partners, packs and trainings in the admin."""

from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from .forms import ContactPointForm
from .models import ContactPoint, Partner, SharingPack, Training


class ContactPointViewSet(SnippetViewSet):
    """連絡先（職員限り）."""

    model = ContactPoint
    icon = "mobile-alt"
    list_display = [
        "__str__",
        "duty",
        Column("mark", label=_("しるし")),
        "confirmed_on",
        Column("state", label=_("状態")),
    ]
    list_filter = ["roles", "areas", "fields", "is_coordinator", "is_wide_area", "live"]
    # Not by the names of people: what somebody looks for stands in an address, and so in a log.
    search_fields = ["organisation__name", "organisation__reading", "unit", "duty", "direct_line", "fax"]
    inspect_view_enabled = False

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    HelpPanel(_("公開されません。住民ひとりひとりのこと、相談の中身は、どの欄にも書きません。")),
                    FieldRowPanel([FieldPanel("organisation"), FieldPanel("unit")]),
                    MultiFieldPanel(
                        [FieldPanel(name, widget=CheckboxSelectMultiple) for name in ("roles", "areas", "fields")],
                        heading=_("担当"),
                    ),
                    FieldRowPanel([FieldPanel("duty"), FieldPanel("person")]),
                    FieldRowPanel([FieldPanel("is_coordinator"), FieldPanel("is_wide_area")]),
                ],
                heading=_("どこの、だれ"),
            ),
            ObjectList(
                [
                    FieldRowPanel([FieldPanel("direct_line"), FieldPanel("extension")]),
                    FieldRowPanel([FieldPanel("fax"), FieldPanel("mail")]),
                    FieldPanel("preferred_way"),
                    FieldRowPanel([FieldPanel("hours"), FieldPanel("night_line")]),
                ],
                heading=_("連絡の方法"),
            ),
            ObjectList(
                [FieldPanel("when_to_call"), FieldPanel("what_to_say"), FieldPanel("consent"), FieldPanel("meetings")],
                heading=_("つなぎ方"),
            ),
            ObjectList(
                [
                    FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_to")]),
                    FieldRowPanel([FieldPanel("confirmed_on"), FieldPanel("confirmed_by")]),
                    FieldPanel("confirmed_with"),
                ],
                heading=_("確認"),
            ),
        ],
        base_form_class=ContactPointForm,
    )


class PartnerViewSet(SnippetViewSet):
    """連携機関; its people are looked after on the partner pages."""

    model = Partner
    icon = "group"
    list_display = ["__str__", Column("organisation.type", label=_("種類")), "is_active", "ends_on"]
    list_filter = ["is_active"]
    panels = [
        HelpPanel(_("メンバーの招待や確認は、連携機関のページの「市の画面」でします。")),
        FieldPanel("organisation"),
        FieldRowPanel([FieldPanel("is_active"), FieldPanel("ends_on")]),
    ]


class SharingPackViewSet(SnippetViewSet):
    """情報共有の一式."""

    model = SharingPack
    icon = "folder-open-1"
    list_display = ["__str__", "partner_name", "retired"]
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldRowPanel([FieldPanel("title"), FieldPanel("partner_name")]),
                    FieldRowPanel([FieldPanel("number"), FieldPanel("document"), FieldPanel("issued_on")]),
                    FieldPanel("intro"),
                    FieldPanel("types", widget=CheckboxSelectMultiple),
                    FieldRowPanel([FieldPanel("code"), FieldPanel("order"), FieldPanel("retired")]),
                ],
                heading=_("だれに"),
            ),
            ObjectList(
                [
                    InlinePanel("contact_lists", label=_("連絡先の一覧")),
                    InlinePanel("public_lists", label=_("公開情報の一覧")),
                ],
                heading=_("何を渡すか"),
            ),
            ObjectList([InlinePanel("duties", label=_("通知が求めること"))], heading=_("通知が求めること")),
        ]
    )


class TrainingViewSet(SnippetViewSet):
    """合同の研修."""

    model = Training
    icon = "date"
    list_display = ["title", "starts_at", "place"]
    panels = [
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        FieldRowPanel([FieldPanel("place"), FieldPanel("organiser")]),
        FieldRowPanel([FieldPanel("audience"), FieldPanel("how_to_join")]),
        FieldPanel("summary"),
    ]


class PartnersGroup(SnippetViewSetGroup):
    """What is shared with partner institutions."""

    menu_label = _("連携機関（職員限り）")
    menu_icon = "group"
    menu_order = 155
    items = (ContactPointViewSet, PartnerViewSet, SharingPackViewSet, TrainingViewSet)
