"""Blocks that lead away: to a file, to a film on another site. Nothing of another site is loaded here."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

from .text import validate_link_words

# What people call them; others are called by the end of their name.
KINDS = {"docx": "Word", "xlsx": "Excel", "pptx": "PowerPoint", "odt": "Word", "ods": "Excel", "odp": "PowerPoint"}


class Document(blocks.StructBlock):
    """A file to open, with its kind and size before somebody opens it."""

    document = DocumentChooserBlock(label=_("ファイル"))
    title = blocks.CharBlock(label=_("リンクの文字"), max_length=80, validators=[validate_link_words])
    instead = blocks.CharBlock(
        label=_("ファイルを読めない人には"),
        max_length=200,
        required=False,
        help_text=_("同じ内容を知る、ほかの方法。例: 「同じ内容を、このページの上の表に書いています」"),
    )

    class Meta:
        label = _("ファイル（PDF など）")
        icon = "doc-full-inverse"
        template = "components/blocks/document.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """Its kind ("PDF", "Excel") and size in bytes (0: nobody noted it)."""
        context = super().get_context(value, parent_context)
        document = value.get("document")
        if document:
            ending = document.file_extension.lower()
            context.update(kind=KINDS.get(ending, ending.upper()), size=document.file_size or 0)
        return context


CAPTIONS = [("yes", _("字幕あり")), ("own", _("字幕と手話あり")), ("no", _("字幕なし"))]


class Video(blocks.StructBlock):
    """A way to a film on another site: nothing of it is loaded here, and what it says stands beside it."""

    title = blocks.CharBlock(label=_("動画の名前"), max_length=80, validators=[validate_link_words])
    url = blocks.URLBlock(label=_("アドレス"), max_length=500, validators=[URLValidator(schemes=["https"])])
    captions = blocks.ChoiceBlock(label=_("字幕"), choices=CAPTIONS)
    minutes = blocks.IntegerBlock(label=_("長さ（分）"), min_value=1, max_value=600, required=False)
    summary = blocks.TextBlock(
        label=_("動画の中身"),
        max_length=2_000,
        help_text=_("見られない人・聞こえない人にも分かるように、何を話しているかを書きます"),
    )

    class Meta:
        label = _("動画へのリンク")
        icon = "media"
        template = "components/blocks/video.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict:
        """Captions in words, and whose site it is."""
        context = super().get_context(value, parent_context)
        context["captions"] = dict(CAPTIONS).get(value.get("captions"), "")
        context["host"] = (urlsplit(value.get("url") or "").hostname or "").removeprefix("www.")
        return context
