"""What guidance, news and standard pages are made of."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.stream_block import StreamBlockValidationError

from directory.models import kind_tables

from . import plain
from .files import Document, Video
from .register import Councils, NationalLines, Programmes, ResourceList, entry_card
from .text import RICH_TEXT, Callout, Picture, Question, Step, Table, Text, Warning_


class Body(blocks.StreamBlock):
    """What guidance, news and standard pages are made of."""

    heading = blocks.CharBlock(
        label=_("見出し"), icon="title", max_length=80, template="components/blocks/heading.html"
    )
    text = Text(label=_("文章"), features=RICH_TEXT, template="components/blocks/paragraph.html")
    steps = blocks.ListBlock(Step(), label=_("手順"), icon="list-ol", template="components/blocks/steps.html")
    callout = Callout()
    warning = Warning_()
    question = Question()
    picture = Picture()
    table = Table()
    document = Document()
    video = Video()
    resources = ResourceList()
    lines = NationalLines()
    programmes = Programmes()
    bodies = Councils()

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__([*((kind.value, entry_card(kind)) for kind in kind_tables()), *(local_blocks or ())], **kwargs)

    def clean(self, value: Any) -> Any:
        """Raises StreamBlockValidationError where a smaller heading stands before any heading."""
        value = super().clean(value)
        if self.is_deferred_validation:
            return value
        for number, block in enumerate(value):
            if block.block_type in {"heading", "resources"}:
                break
            if any(plain.has_subheading(html) for html in _html_of(block.value)):
                raise StreamBlockValidationError(
                    block_errors={
                        number: ValidationError(
                            _t(
                                "小さい見出しの前に、「見出し」のブロックを置いてください。読み上げる人が、順番をたどれます。"
                            )
                        )
                    }
                )
        return value


def _html_of(value: Any) -> list[str]:
    """The rich texts of a block."""
    if isinstance(value, blocks.StructValue):
        return [html for part in value.values() for html in _html_of(part)]
    return [value.source] if hasattr(value, "source") else []
