"""Blocks that show what is registered, each from the public records, never from the register."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from directory.areas.index import area_index
from directory.cache import remembered
from directory.choices import Kind
from directory.finding.filters import area_options, field_options
from directory.finding.hotlines import lines_of
from directory.finding.query import search_address
from directory.models import NationalLine, kind_tables
from directory.public.projection import read
from directory.public.selectors import card, successor_of
from search.engines.base import EngineUnavailable

from ..cms.programmes import councils_by_prefecture, programme_rows
from ..listing import hits_for


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


class EntryChooser(SnippetChooserBlock):
    """An entry of the register, read together with its public record."""

    def __init__(self, target_model: str = "directory.ConsultationDesk", **kwargs: Any) -> None:
        super().__init__(target_model, **kwargs)

    def bulk_to_python(self, values: list) -> list:
        """All chosen entries in one query; a deleted one is None."""
        rows = self.target_model.objects.select_related("public_record").in_bulk([pk for pk in values if pk])
        return [rows.get(pk) for pk in values]


class EntryCard(blocks.StructBlock):
    """An entry out of the register; one that is public no more says so, and what came after it."""

    class Meta:
        icon = "form"
        template = "components/blocks/desk.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """The card of the public record, or of what came after; `is_gone` where the entry itself is not public."""
        context = super().get_context(value, parent_context)
        entry = next(iter(value.values()), None)
        record = getattr(entry, "public_record", None)
        today = timezone.localdate()
        public = read(record) if record and not (record.until and record.until < today) else None
        context["is_gone"] = public is None
        if public is None and entry is not None:
            public = successor_of(entry.succeeded_by) if entry.succeeded_by else None
        context["card"] = card(public, timezone.localtime()) if public else None
        return context


def entry_card(kind: Kind) -> EntryCard:
    """The card of a kind. Its one value is called like the kind, as those of desks were from the beginning."""
    table = kind_tables()[kind]
    chooser = EntryChooser(f"directory.{table.__name__}", label=kind.label)
    return EntryCard(
        [(kind.value, chooser)], label=format_lazy(_("{kind}のカード"), kind=kind.label), icon=table.admin_icon
    )


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
