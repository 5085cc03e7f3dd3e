"""What templates do with texts, dates, numbers, lines and pictures; all that is HTML here has been escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.blocks import StreamValue
from wagtail.images.models import AbstractImage, SourceImageIOError

from directory.choices import Kind
from directory.exchange.shared import when
from directory.finding import hotlines
from directory.finding.hotlines import Opening, lines_of
from directory.hours import text as hours_text
from directory.ladder import is_labelled
from directory.models import NationalLine
from directory.public.badges import BADGES, Badge, badges_named
from directory.public.record import PublicResource
from search.text.phrases import phrases

from .cms.dialling import dialled as dial_numbers

WIDTHS = (400, 800, 1200)


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


def badges_shown(codes: Iterable[str] | None) -> list[Badge]:
    """The badges of a row; a row of an index of before, or of a page, has none."""
    known = _badges(settings.LANGUAGE_CODE)
    return [known[badge.code] for badge in badges_named(codes or ())]


def kind_label(kind: str) -> str:
    """A kind of resource in words; nothing for one that a row of an index of before names."""
    return _kinds(settings.LANGUAGE_CODE).get(kind, "")


# As the texts of the templates beside them: translated once, into the language of the site.
@cache
def _badges(language: str) -> dict[str, Badge]:
    with override(language):
        return {badge.code: replace(badge, text=str(badge.text)) for badge in BADGES}


@cache
def _kinds(language: str) -> dict[str, str]:
    with override(language):
        return {kind.value: str(kind.label) for kind in Kind}


def opening(line: NationalLine) -> Opening:
    """Whether a national line answers at this moment: `status` in words, `is_open`."""
    return hotlines.opening(line, timezone.localtime())


def hours_on_paper(resource: PublicResource) -> list[str]:
    """When it is open, a line each: paper cannot say whether it is open now."""
    return when(resource, timezone.localdate())


def span_end(until: datetime) -> str:
    """Until when something holds, in words: 「11月27日（金） 18:00 まで」."""
    return _("{end}まで").format(end=hours_text.describe_moment(until, timezone.localdate()))


def without_voice(line: NationalLine | None) -> str:
    """How to reach a national line without speaking, or nothing."""
    return hotlines.ways_without_voice(line) if line else ""


def has_urgent_lines(body: StreamValue | None) -> bool:
    """Whether what an editor wrote shows lines for somebody in danger, so that the page needs its quick way out."""
    return any(
        hotlines.is_sensitive(line)
        for block in body or ()
        if block.block_type == "lines"
        for line in lines_of(list(block.value.get("topics") or ()))
    )


def dialled(text: object) -> SafeString:
    """A sentence, or safe HTML, with the numbers in it as links to dial."""
    return dial_numbers(text)


def phrased(text: str) -> SafeString:
    """A heading that breaks at the ends of its phrases; the style sheet lets it break nowhere else (`.phrased`)."""
    return format_html_join(mark_safe("<wbr>"), "{}", ((phrase,) for phrase in phrases(str(text))))


def paragraphs(text: str | None) -> SafeString:
    """Plain text with blank lines between paragraphs, escaped, as `<p>` elements."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text or "") if part.strip()]
    return format_html_join("", "<p>{}</p>", ((_with_breaks(part),) for part in parts))


def _with_breaks(part: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((dial_numbers(line),) for line in part.splitlines()))


def jdate(value: date | datetime | str | None) -> str:
    """2026年9月3日; an ISO text is taken too."""
    if isinstance(value, str):
        value = parse_date(value[:10])
    elif isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def is_unconfirmed(due: date | str | None) -> bool:
    """Whether an entry that was due on a day says of itself that nobody has confirmed it for long; an ISO text is taken too."""
    day = parse_date(due[:10]) if isinstance(due, str) else due
    return day is not None and is_labelled(day, timezone.localdate())


def tel(number: str | None) -> str:
    """The `tel:` address of a single number, or nothing when it is not one."""
    number = (number or "").strip()
    return "tel:" + re.sub(r"[^\d+#*]", "", number) if re.fullmatch(r"[#+]?[\d()\- ]+", number) else ""
