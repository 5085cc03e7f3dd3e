"""Template tags of the shell, and filters for plain texts, dates and numbers."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from wagtail.blocks import StreamValue
from wagtail.images.models import AbstractImage, SourceImageIOError

from directory.exchange.shared import when
from directory.finding import hotlines
from directory.finding.hotlines import Opening, lines_of
from directory.models import NationalLine
from directory.public.record import PublicResource
from search.text.phrases import phrases

from ..cms.dialling import dialled as dial_numbers
from ..cms.tickets import keep_not
from ..shell import ending_desk as find_ending_desk
from ..shell import ending_line as find_ending_line
from ..shell import shell as build_shell

register = template.Library()
WIDTHS = (400, 800, 1200)


@register.simple_tag(takes_context=True)
def shell(context: template.Context) -> dict[str, Any]:
    """What stands around the page; empty without a request (the page for a broken server)."""
    request = context.get("request")
    return build_shell(request) if request else {}


@register.simple_tag(takes_context=True)
def ending_desk(context: template.Context, area_slug: str = "") -> Any:
    """The card of the desk for everything, or None."""
    request = context.get("request")
    return find_ending_desk(request, area_slug or "") if request else None


@register.simple_tag(takes_context=True)
def nothing_kept(context: template.Context) -> str:
    """Of this page nothing is kept, for nobody."""
    if request := context.get("request"):
        keep_not(request)
    return ""


@register.simple_tag
def ending_line() -> NationalLine | None:
    """A national line that answers now, while town halls are closed."""
    return find_ending_line()


@register.simple_tag
def national_lines(*topics: str) -> list[NationalLine]:
    """National lines of the topics, or all, that may be shown today."""
    return lines_of(topics)


@register.simple_tag
def responsive_image(image: AbstractImage | None, alt: str = "", sizes: str = "100vw", lazy: bool = True) -> SafeString:
    """A picture in WebP at several widths, with width and height so that nothing jumps while it loads."""
    if image is None:
        return mark_safe("")
    wanted = [f"width-{width}|format-webp" for width in WIDTHS if width <= image.width] or ["original|format-webp"]
    try:
        renditions = list(image.get_renditions(*wanted).values())
    except SourceImageIOError:
        # Its file is gone or damaged: the page goes on without it.
        return mark_safe("")
    largest = max(renditions, key=lambda rendition: rendition.width)
    sources = ", ".join(f"{rendition.url} {rendition.width}w" for rendition in renditions)
    return format_html(
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}"{} decoding="async">',
        largest.url,
        sources,
        sizes,
        largest.width,
        largest.height,
        alt,
        mark_safe(' loading="lazy"') if lazy else "",
    )


@register.filter
def opening(line: NationalLine) -> Opening:
    """Whether a national line answers at this moment: `status` in words, `is_open`."""
    return hotlines.opening(line, timezone.localtime())


@register.filter
def hours_on_paper(resource: PublicResource) -> list[str]:
    """When it is open, a line each: paper cannot say whether it is open now."""
    return when(resource, timezone.localdate())


@register.filter
def without_voice(line: NationalLine | None) -> str:
    """How to reach a national line without speaking, or nothing."""
    return hotlines.ways_without_voice(line) if line else ""


@register.filter
def has_urgent_lines(body: StreamValue | None) -> bool:
    """Whether what an editor wrote shows lines for somebody in danger, so that the page needs its quick way out."""
    return any(
        hotlines.is_sensitive(line)
        for block in body or ()
        if block.block_type == "lines"
        for line in lines_of(list(block.value.get("topics") or ()))
    )


@register.filter
def dialled(text: object) -> SafeString:
    """A sentence, or safe HTML, with the numbers in it as links to dial."""
    return dial_numbers(text)


@register.filter
def phrased(text: str) -> SafeString:
    """A heading that breaks at the ends of its phrases; the style sheet lets it break nowhere else (`.phrased`)."""
    return format_html_join(mark_safe("<wbr>"), "{}", ((phrase,) for phrase in phrases(str(text))))


@register.filter
def paragraphs(text: str | None) -> SafeString:
    """Plain text with blank lines between paragraphs, escaped, as `<p>` elements."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text or "") if part.strip()]
    return format_html_join("", "<p>{}</p>", ((_with_breaks(part),) for part in parts))


def _with_breaks(part: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((dial_numbers(line),) for line in part.splitlines()))


@register.filter
def jdate(value: date | datetime | str | None) -> str:
    """2026年9月3日; an ISO text is taken too."""
    if isinstance(value, str):
        value = parse_date(value[:10])
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


@register.filter
def tel(number: str | None) -> str:
    """The `tel:` address of a single number, or nothing when it is not one."""
    number = (number or "").strip()
    return "tel:" + re.sub(r"[^\d+#*]", "", number) if re.fullmatch(r"[#+]?[\d()\- ]+", number) else ""
