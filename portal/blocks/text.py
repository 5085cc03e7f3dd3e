"""Blocks that editors write: text that says where its links lead, boxes, steps, questions, pictures, tables."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock

from . import plain

RICH_TEXT = ["bold", "ol", "ul", "link", "document-link", "h3"]


def validate_link_words(text: str) -> None:
    """Raises ValidationError for words that do not say where a link leads."""
    if plain.says_nothing(text):
        raise ValidationError(
            _t("リンクの文字だけを聞いても行き先が分かるように書いてください。例: 「申込書」「会場の地図」")
        )


class Text(blocks.RichTextBlock):
    """Text with links that say where they lead; a draft may still be without."""

    def clean(self, value: Any) -> Any:
        """Raises ValidationError, with the words that are to be changed."""
        value = super().clean(value)
        if not self.is_deferred_validation and (links := plain.empty_links(value.source)):
            words = "」「".join(link or _t("（文字なし）") for link in links)
            raise ValidationError(
                _t(
                    "「{words}」というリンクがあります。リンクの文字だけを聞いても行き先が分かるように、"
                    "行き先の名前に直してください。"
                ).format(words=words)
            )
        return value


class Step(blocks.StructBlock):
    """One step of several."""

    title = blocks.CharBlock(label=_("見出し"), max_length=60)
    text = blocks.TextBlock(label=_("説明"), required=False)

    class Meta:
        label = _("手順")


class Callout(blocks.StructBlock):
    """Something worth knowing beside the text."""

    title = blocks.CharBlock(label=_("見出し"), max_length=60)
    text = Text(label=_("本文"), features=RICH_TEXT)

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
    a = Text(label=_("答え"), features=RICH_TEXT)

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


class Table(blocks.StructBlock):
    """A table with a caption and headings, whoever made it: it is written or pasted as text."""

    caption = blocks.CharBlock(
        label=_("何の表か"), max_length=80, help_text=_("表の上に出ます。例: 「相談会の日と場所」")
    )
    cells = blocks.TextBlock(
        label=_("表の中身"),
        max_length=10_000,
        rows=6,
        help_text=_(
            "Excel の表を選んでコピーし、ここに貼り付けます。手で書くときは、1行を1つの行にして、ますのあいだに ｜ を入れます。"
            "いちばん上の行が見出しになります。"
        ),
    )
    row_headings = blocks.BooleanBlock(label=_("左はしの列も見出しにする"), required=False, default=True)

    class Meta:
        label = _("表")
        icon = "table"
        template = "components/blocks/table.html"

    def clean(self, value: Any) -> Any:
        """Raises StructBlockValidationError at the cells for what nobody could read as a table."""
        value = super().clean(value)
        rows = plain.rows_of(value.get("cells") or "")
        if rows and not self.is_deferred_validation and (problem := self._problem(rows)):
            raise StructBlockValidationError(block_errors={"cells": ValidationError(problem)})
        return value

    @staticmethod
    def _problem(rows: list[list[str]]) -> str:
        if len(rows) < 2 or len(rows[0]) < 2:
            return _t(
                "表には、見出しの行のほかに1行と、2つの列が要ります。ひと続きのものは「文章」の箇条書きで書けます。"
            )
        if len(rows) > plain.MOST_ROWS or len(rows[0]) > plain.MOST_COLUMNS:
            return _t("{rows}行・{columns}列までの表にしてください。大きな表は、ファイルで載せられます。").format(
                rows=plain.MOST_ROWS, columns=plain.MOST_COLUMNS
            )
        if not all(rows[0]):
            return _t("いちばん上の行（見出し）に、空のますがあります。列ごとに、何の列かを書いてください。")
        return ""

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """Headings of the columns, and rows as long as they."""
        context = super().get_context(value, parent_context)
        headings, *rows = plain.rows_of(value.get("cells") or "") or [[]]
        context.update(headings=headings, rows=rows)
        return context


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
