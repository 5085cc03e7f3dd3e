"""The blocks of guidance pages. Each shows registered facts from the public records, never from the register."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from directory.areas.index import area_index
from directory.cache import remembered
from directory.choices import Kind
from directory.finding.filters import area_options, field_options
from directory.finding.hotlines import lines_of
from directory.finding.query import search_address
from directory.models import ConsultationDesk, NationalLine
from directory.public.projection import read
from directory.public.selectors import card
from search.engines.base import EngineUnavailable

from .cms.programmes import councils_by_prefecture, programme_rows
from .listing import hits_for

RICH_TEXT = ["bold", "ol", "ul", "link", "document-link", "h3"]


def field_choices() -> list[tuple[str, str]]:
    """Fields by code: a page outlives a retired field."""
    return list(field_options())


def area_choices() -> list[tuple[str, str]]:
    """Areas by slug."""
    return list(area_options())


def municipality_choices() -> list[tuple[str, str]]:
    """Municipalities by slug."""
    return [(node.slug, node.name) for node in area_index().choices() if node.is_municipality]


def topic_choices() -> list[tuple[str, str]]:
    """Topics of the national lines."""
    topics = remembered("lines", "topics", lambda: list(NationalLine.objects.values_list("topic", flat=True)))
    return [(topic, topic) for topic in dict.fromkeys(topics)]


class Step(blocks.StructBlock):
    """One step of several."""

    title = blocks.CharBlock(label=_("見出し"), max_length=60)
    text = blocks.TextBlock(label=_("説明"), required=False)

    class Meta:
        label = _("手順")


class Callout(blocks.StructBlock):
    """Something worth knowing beside the text."""

    title = blocks.CharBlock(label=_("見出し"), max_length=60)
    text = blocks.RichTextBlock(label=_("本文"), features=RICH_TEXT)

    class Meta:
        label = _("お知らせの囲み")
        icon = "info-circle"
        template = "components/blocks/callout.html"


class Warning_(Callout):
    """Something that must not be overlooked."""

    class Meta:
        label = _("注意の囲み")
        icon = "warning"
        template = "components/blocks/warning.html"


class Question(blocks.StructBlock):
    """A question and its answer."""

    q = blocks.CharBlock(label=_("質問"), max_length=120)
    a = blocks.RichTextBlock(label=_("答え"), features=RICH_TEXT)

    class Meta:
        label = _("よくある質問")
        icon = "help"
        template = "components/blocks/question.html"


class Picture(blocks.StructBlock):
    """A picture, never without words for those who cannot see it."""

    image = ImageChooserBlock(label=_("写真・絵"))
    alt = blocks.CharBlock(
        label=_("写真の説明"), max_length=200, help_text=_("写真が見えない人に、何が写っているかを伝えます")
    )

    class Meta:
        label = _("写真")
        icon = "image"
        template = "components/blocks/picture.html"


class DeskChooser(SnippetChooserBlock):
    """A desk of the register, read together with its public record."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("directory.ConsultationDesk", **kwargs)

    def bulk_to_python(self, values: list) -> list:
        """All chosen desks in one query; a deleted one is None."""
        desks = ConsultationDesk.objects.select_related("public_record").in_bulk([pk for pk in values if pk])
        return [desks.get(pk) for pk in values]


class DeskCard(blocks.StructBlock):
    """A desk out of the register."""

    desk = DeskChooser(label=_("相談窓口"))

    class Meta:
        label = _("窓口のカード")
        icon = "phone"
        template = "components/blocks/desk.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """The public record of the desk; an unpublished or deleted desk shows nothing."""
        context = super().get_context(value, parent_context)
        record = getattr(value.get("desk"), "public_record", None)
        public = read(record) if record else None
        context["card"] = card(public, timezone.localtime()) if public else None
        return context


class ResourceList(blocks.StructBlock):
    """Resources by field and area, as many as fit, and the way to all of them."""

    title = blocks.CharBlock(label=_("見出し"), max_length=60, required=False)
    kind = blocks.ChoiceBlock(label=_("種類"), choices=Kind.choices)
    field = blocks.ChoiceBlock(label=_("分野"), choices=field_choices, required=False)
    area = blocks.ChoiceBlock(label=_("圏域"), choices=area_choices, required=False)

    class Meta:
        label = _("社会資源の一覧")
        icon = "list-ul"
        template = "components/blocks/resources.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """The first hits of the index."""
        context = super().get_context(value, parent_context)
        filters = {name: (value[name],) for name in ("kind", "field", "area") if value.get(name)}
        try:
            hits, total = hits_for(filters, limit=4)
        except EngineUnavailable:
            hits, total = [], 0
        context.update(hits=hits, count=total, more_url=search_address(filters))
        return context


class NationalLines(blocks.StructBlock):
    """National lines of some topics, each with its source."""

    topics = blocks.ListBlock(
        blocks.ChoiceBlock(label=_("話題"), choices=topic_choices),
        label=_("話題"),
        help_text=_("空なら全部"),
        default=[],
    )

    class Meta:
        label = _("全国の相談電話")
        icon = "mobile-alt"
        template = "components/blocks/lines.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """Lines that may be shown today."""
        context = super().get_context(value, parent_context)
        context["lines"] = lines_of(list(value.get("topics") or ()))
        return context


class Programmes(blocks.StructBlock):
    """Who carries out 第1号イ ... 第6号 in a municipality."""

    municipality = blocks.ChoiceBlock(label=_("市町村"), choices=municipality_choices)

    class Meta:
        label = _("相談体制の表")
        icon = "table"
        template = "components/blocks/programmes.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """The rows of the table."""
        context = super().get_context(value, parent_context)
        context.update(programme_rows(value.get("municipality") or ""))
        return context


class Councils(blocks.StaticBlock):
    """The bodies of 生涯現役促進地域連携事業, as history."""

    class Meta:
        label = _("生涯現役促進地域連携事業の実施団体（終了）")
        icon = "history"
        template = "components/blocks/bodies.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """Grouped by prefecture."""
        context = super().get_context(value, parent_context)
        context["groups"] = councils_by_prefecture()
        return context


class Body(blocks.StreamBlock):
    """What guidance, news and standard pages are made of."""

    heading = blocks.CharBlock(
        label=_("見出し"), icon="title", max_length=80, template="components/blocks/heading.html"
    )
    text = blocks.RichTextBlock(label=_("文章"), features=RICH_TEXT, template="components/blocks/paragraph.html")
    steps = blocks.ListBlock(Step(), label=_("手順"), icon="list-ol", template="components/blocks/steps.html")
    callout = Callout()
    warning = Warning_()
    question = Question()
    picture = Picture()
    desk = DeskCard()
    resources = ResourceList()
    lines = NationalLines()
    programmes = Programmes()
    bodies = Councils()


WHO = [
    ("person", _("本人から")),
    ("family", _("家族から")),
    ("neighbour", _("ご近所・まわりの人から")),
    ("employer", _("職場から")),
]


class Voice(blocks.StructBlock):
    """A need told in plain words by somebody."""

    who = blocks.ChoiceBlock(label=_("だれの言葉"), choices=WHO)
    text = blocks.TextBlock(label=_("言葉"))

    class Meta:
        label = _("ひとの言葉")
        icon = "openquote"
        template = "components/blocks/voice.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """With the label of who speaks."""
        context = super().get_context(value, parent_context)
        context["who_label"] = dict(WHO).get(value.get("who"), "")
        return context
