"""Contact points in the admin."""

from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import ContactPoint


class ContactPointViewSet(SnippetViewSet):
    """連絡先（職員限り）."""

    model = ContactPoint
    icon = "mobile-alt"
    menu_label = _("連絡先（職員限り）")
    menu_order = 155
    add_to_admin_menu = True
    list_display = [
        "__str__",
        "duty",
        Column("mark", label=_("しるし")),
        "confirmed_on",
        LiveStatusTagColumn(),
    ]
    list_filter = ["roles", "areas", "fields", "is_coordinator", "is_wide_area", "live"]
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
        ]
    )
