"""The register in the admin: one viewset a table, all words in Japanese."""

from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    Panel,
    TabbedInterface,
)
from wagtail.admin.ui.tables import LiveStatusTagColumn
from wagtail.search.index import class_is_indexed
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet, SnippetViewSetGroup

from ..models import (
    Area,
    AreaLayer,
    ConsultationDesk,
    Field,
    InstitutionType,
    MissingResource,
    NationalLine,
    Need,
    Office,
    Organisation,
    Programme,
    Resource,
    Town,
    kind_tables,
)
from .days.prepared import PreparedPageViewSet
from .entry_views import (
    DeskDeleteView,
    DeskEditView,
    DeskUnpublishView,
    ResourceCopyView,
    ResourceCreateView,
    ResourceEditView,
)
from .flow.editing import FlowViews
from .forms.listing import CompletenessColumn, ResourceIndexView
from .forms.previewing import EntryPreviewOnCreate, EntryPreviewOnEdit
from .forms.steps import edit_handler
from .list_files import FileViewSet
from .prefilled import Prefilled
from .rows import RowsPanel


class ResourceViewSet(FlowViews, FileViewSet):
    """What all kinds share in the admin."""

    index_view_class = ResourceIndexView
    add_view_class = ResourceCreateView
    edit_view_class = ResourceEditView
    copy_view_class = ResourceCopyView
    preview_on_add_view_class = EntryPreviewOnCreate
    preview_on_edit_view_class = EntryPreviewOnEdit
    list_display = ["name", "type", "organisation", "verified_on", CompletenessColumn(), LiveStatusTagColumn()]
    list_export = [
        "name",
        "reading",
        "type",
        "organisation",
        "fields",
        "areas",
        "live",
        "verified_on",
        "verified_by",
        "short_id",
    ]
    list_filter = ["type", "fields", "areas", "owner", "live", "is_template"]

    def get_edit_handler(self) -> TabbedInterface:
        """See `forms.steps`."""
        return edit_handler(self.model)


class DeskViewSet(ResourceViewSet):
    """相談窓口: a change may break calls of the city."""

    edit_view_class = DeskEditView
    delete_view_class = DeskDeleteView
    unpublish_view_class = DeskUnpublishView
    edit_template_name = "directory/admin/desk_edit.html"
    delete_template_name = "directory/admin/desk_delete.html"


def _viewset(table: type[Resource]) -> type[ResourceViewSet]:
    """The desk for editors of a kind."""
    base = DeskViewSet if table is ConsultationDesk else ResourceViewSet
    return type(f"{table.__name__}ViewSet", (base,), {"model": table, "icon": table.admin_icon})


class OrganisationViewSet(FileViewSet):
    """機関・団体."""

    model = Organisation
    icon = "group"
    list_display = ["name", "type", "municipality", "active_to"]
    list_filter = ["type", "municipality"]
    panels = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("reading"), FieldPanel("type")], heading=_("名前と種類")),
        MultiFieldPanel(
            [
                FieldPanel("municipality"),
                FieldRowPanel([FieldPanel("prefecture"), FieldPanel("locality")]),
                FieldPanel("operator"),
                FieldPanel("website"),
            ],
            heading=_("所属"),
        ),
        RowsPanel("roles", label=_("担う事業")),
        FieldRowPanel([FieldPanel("active_from"), FieldPanel("active_to")]),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("confirm_by"), FieldPanel("confirm_mail")])],
            heading=_("案内が今も正しいか、たずねるとき"),
        ),
        MultiFieldPanel([FieldPanel("source"), FieldPanel("quote")], heading=_("出典")),
        FieldPanel("staff_note"),
    ]


class LineViewSet(FileViewSet):
    """全国の相談電話."""

    model = NationalLine
    icon = "mobile-alt"
    list_display = ["name", "number", "topic", "checked_on", "show"]
    list_filter = ["topic", "show"]
    panels = [
        MultiFieldPanel(
            [FieldPanel("topic"), FieldPanel("name"), FieldRowPanel([FieldPanel("number"), FieldPanel("full_number")])],
            heading=_("名前と番号"),
        ),
        FieldPanel("type"),
        FieldPanel("hours"),
        RowsPanel(
            "opening_rules",
            label=_("つながる時間"),
            help_text=_("ここに書くと「いまつながります」が出ます。地域によって違うときは、書かないでください。"),
        ),
        FieldPanel("cost"),
        FieldPanel("for_whom"),
        FieldPanel("asked_by"),
        FieldPanel("languages"),
        FieldPanel("other_channels"),
        MultiFieldPanel(
            [FieldPanel("checked_on"), FieldPanel("source_url"), FieldPanel("source_kind"), FieldPanel("source_date")],
            heading=_("出典と確認"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("show"),
                FieldRowPanel([FieldPanel("show_from"), FieldPanel("show_until")]),
                FieldPanel("order"),
            ],
            heading=_("表示"),
        ),
        FieldPanel("caution"),
    ]


class MissingCreateView(Prefilled, CreateView):
    """Something that the town does not have; where and in which field may come from a report."""

    prefilled = ("words", "field", "area")


class MissingViewSet(FileViewSet):
    """地域に無い社会資源."""

    model = MissingResource
    add_view_class = MissingCreateView
    icon = "circle-xmark"
    list_display = ["words", "field", "area", "since"]
    list_export = ["words", "field", "area", "since", "note"]
    list_filter = ["field", "area"]
    search_fields = ["words", "note"]
    panels = [
        HelpPanel(
            _(
                "探されているのに、この地域に無いものを書いておくところです。新しくつくる相談や、計画の材料にします。"
                "相談した人の名前や事情は書かないでください。"
            )
        ),
        FieldPanel("words"),
        FieldRowPanel([FieldPanel("field"), FieldPanel("area"), FieldPanel("since")]),
        FieldPanel("note"),
    ]


class ResourceGroup(SnippetViewSetGroup):
    """What editors change every day."""

    menu_label = _("社会資源")
    menu_icon = "folder-open-inverse"
    menu_order = 150
    items = (*map(_viewset, kind_tables().values()), OrganisationViewSet, LineViewSet, MissingViewSet)


def _protection(*names: str) -> MultiFieldPanel:
    """What a new row has until somebody decides otherwise; the form asks."""
    return MultiFieldPanel(
        [FieldPanel(name) for name in names],
        heading=_("人を守るために"),
        help_text=_(
            "新しく作るときは、はじめから印が付いています。隠さなくてよいと分かっているものだけ、印を外してください。"
            "変えると、もう出ているページや連絡先も、すぐにそのとおりになります。"
        ),
    )


def _plain(
    table: type, icon_name: str, columns: list[str], fields: list[str | Panel], inline: Panel | None = None
) -> type[SnippetViewSet]:
    """A viewset of a small table that has nothing of its own to say."""

    class PlainViewSet(FileViewSet):
        model = table
        icon = icon_name
        list_display = columns
        # Tables that are Indexed are searched by the terms of all their search_fields.
        search_fields = None if class_is_indexed(table) else ["name"]
        panels = [
            *(FieldPanel(field) if isinstance(field, str) else field for field in fields),
            *([inline] if inline else []),
        ]

    PlainViewSet.__name__ = f"{table.__name__}ViewSet"
    return PlainViewSet


AREA = [
    "layer", "parent", "slug", "name", "reading", "aliases", "code", "prefecture", "lat", "lon", "order", "retired",
]  # fmt: skip


class SettingsGroup(SnippetViewSetGroup):
    """What a city sets once and changes rarely."""

    menu_label = _("登録簿の設定")
    menu_icon = "sliders"
    menu_order = 900
    items = (
        _plain(
            Office,
            "group",
            ["name", "mail", "phone", "is_default", "retired"],
            [
                "name",
                "reading",
                FieldRowPanel([FieldPanel("mail"), FieldPanel("phone")]),
                "is_default",
                "retired",
                FieldPanel("fields", widget=CheckboxSelectMultiple),
                "areas",
                FieldPanel("people", widget=CheckboxSelectMultiple),
            ],
        ),
        _plain(AreaLayer, "globe", ["name", "order"], ["name", "order", "is_municipality"]),
        _plain(
            Area,
            "globe",
            ["name", "layer", "parent"],
            AREA,
        ),
        _plain(
            Town,
            "site",
            ["name", "municipality"],
            ["municipality", "name", "reading", "areas", "note"],
            InlinePanel("postal_codes", label=_("郵便番号")),
        ),
        _plain(
            Field,
            "tag",
            ["name", "order", "hides_names", "is_sensitive"],
            [
                "code",
                "name",
                "reading",
                "description",
                "leaflet_heading",
                "order",
                _protection("hides_names", "is_sensitive"),
                "needs_second",
                "second_office",
                "retired",
            ],
        ),
        _plain(
            Need,
            "help",
            ["name", "plain", "role"],
            ["code", "name", "reading", "plain", "fields", "role", "order", "retired"],
            InlinePanel("answers", label=_("答える機関")),
        ),
        _plain(
            InstitutionType,
            "tag",
            ["name", "code", "surface", "role", "hides_names", "hides_address", "is_sensitive"],
            [
                "code",
                "name",
                "surface",
                "description",
                "role",
                "order",
                _protection("hides_names", "hides_address", "is_sensitive"),
            ],
        ),
        _plain(
            Programme,
            "list-ol",
            ["item", "sub", "name"],
            ["code", "item", "sub", "function", "name", "field_name", "legal_basis", "order"],
        ),
        PreparedPageViewSet,
    )
