"""The form in which prepared pages are written in quiet days."""

from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from ...models import PreparedPage


class PreparedPageViewSet(SnippetViewSet):
    """備えのページ: written in quiet days, reached from the list of bad days."""

    model = PreparedPage
    icon = "warning"
    list_display = ["title", "slug", "level"]
    search_fields = ["title", "lead"]
    panels = [
        HelpPanel(
            gettext_lazy(
                "ふだんのうちに書いておくページです。承認者が「開く」を押すまで、住民には見えません。"
                "避難所の名前と住所は、ここの「手で書く場所」に書いておきます。"
            )
        ),
        MultiFieldPanel([FieldPanel("title"), FieldPanel("lead"), FieldPanel("slug")], heading=gettext_lazy("ページ")),
        MultiFieldPanel([FieldPanel("band"), FieldPanel("level")], heading=gettext_lazy("すべてのページの上に出す帯")),
        MultiFieldPanel([FieldPanel("steps"), FieldPanel("easy")], heading=gettext_lazy("すること")),
        InlinePanel(
            "lists",
            label=gettext_lazy("出す一覧"),
            max_num=6,
            panels=[
                FieldPanel("heading"),
                FieldPanel("note"),
                FieldRowPanel([FieldPanel("kind"), FieldPanel("field"), FieldPanel("need"), FieldPanel("type")]),
                FieldRowPanel([FieldPanel("indoors"), FieldPanel("open_now")]),
                FieldPanel("places"),
            ],
        ),
        FieldPanel("order"),
    ]
