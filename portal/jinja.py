"""What the templates of the pages know (`templates/jinja/`): translations, addresses, the shell, filters.

Their values are escaped unless they are safe already; a macro is imported without the page's context, so it sees what it is
given and nothing else.
"""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.defaultfilters import date, floatformat, linebreaksbr
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from jinja2 import ChainableUndefined, Environment
from markupsafe import Markup

from . import filters, shell
from .cms.tickets import keep_not
from .counter_list import Membership, membership


def environment(**options: Any) -> Environment:
    """Jinja as `settings.TEMPLATES` asks for it. What a view leaves out is nothing, as deep as somebody asks for it."""
    options |= {
        "extensions": ["jinja2.ext.i18n", *options.get("extensions", ())],
        "undefined": ChainableUndefined,
    }
    made = Environment(**options)  # noqa: S701 - Django's backend turns autoescape on
    # `{% trans %}` hands over its variables instead of putting them in unescaped.
    made.newstyle_gettext = True
    made.globals.update(
        _=translated,
        gettext=translated,
        ending_desk=ending_desk,
        ending_line=shell.ending_line,
        get_messages=get_messages,
        list_membership=list_membership,
        nothing_kept=nothing_kept,
        responsive_image=filters.responsive_image,
        shell_of=shell_of,
        static=static,
        url=url,
    )
    made.filters.update(
        date=local_date,
        dialled=filters.dialled,
        floatformat=floatformat,
        has_urgent_lines=filters.has_urgent_lines,
        hours_on_paper=filters.hours_on_paper,
        jdate=filters.jdate,
        linebreaksbr=linebreaksbr,
        opening=filters.opening,
        paragraphs=filters.paragraphs,
        phrased=filters.phrased,
        tel=filters.tel,
        without_voice=filters.without_voice,
    )
    return made


def translated(text: str, **values: Any) -> Markup:
    """A text of a template in the reader's language: HTML that its author wrote, with values that are escaped."""
    # As Jinja's own: a text of a template has each % twice.
    words = Markup(gettext(text))  # noqa: S704 - written in a template
    return words % values if values or "%" in text else words


def url(name: str, *args: Any) -> str:
    """The address of a view."""
    return reverse(name, args=args)


def local_date(value: Any, form: str) -> str:
    """Django's `date`, in the time of the city."""
    return date(timezone.template_localtime(value), form)


def shell_of(request: HttpRequest | None) -> dict[str, Any]:
    """What stands around the page; empty without a request (the page for a broken server)."""
    return shell.shell(request) if request else {}


def ending_desk(request: HttpRequest | None, area_slug: str = "") -> Any:
    """The card of the desk for everything, or None."""
    return shell.ending_desk(request, area_slug or "") if request else None


def nothing_kept(request: HttpRequest | None) -> str:
    """Of this page nothing is kept, for nobody."""
    if request:
        keep_not(request)
    return ""


def list_membership(request: HttpRequest | None, short_id: str) -> Membership | None:
    """Whether a resource is in the visitor's list; None without a request."""
    return membership(request, short_id) if request else None
