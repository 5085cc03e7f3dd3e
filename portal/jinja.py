"""What the templates of the pages know (`templates/jinja/`): translations, addresses, the shell, filters.

Their values are escaped unless they are safe already; a macro is imported without the page's context, so it sees what it is
given and nothing else. Their texts are translated once, when a template is compiled, into the language of the site: a page
has hundreds of them, and asking gettext for each took a tenth of its time.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from functools import cache
from typing import Any, TypeGuard

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.defaultfilters import date, filesizeformat, floatformat, linebreaksbr
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override
from jinja2 import ChainableUndefined, Environment, TemplateSyntaxError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from directory.public.badges import badges_of
from directory.public.days import bands
from directory.public.record import PublicResource

from . import filters, shell
from .cms.tickets import keep_not
from .counter_list import Membership, membership
from .views.sharing import FORMATS

# What `{% trans %}` makes of a variable, and of a %.
VARIABLE = re.compile(r"%\((\w+)\)s|(%)%")


# What no text may bring into a page as it stands.
UNSAFE = re.compile("[&<>'\"]")
# Of a dictionary these are methods; any other name is a key.
METHODS = frozenset(dir(dict))


class Texts(NodeTransformer):
    """Puts a translation in the place of `_("...")` and `{% trans %}`: HTML that its author wrote, with values beside it."""

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        """Texts with values: each value is escaped like any other."""
        node.nodes = [piece for child in node.nodes for piece in self._pieces(child)]
        self.generic_visit(node)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """A text alone, wherever it stands."""
        self.generic_visit(node)
        if not _is_text(node):
            return node
        if node.kwargs:
            raise TemplateSyntaxError("a text with values stands in {% trans %}", node.lineno)
        return nodes.MarkSafe(nodes.Const(_translated(node).replace("%%", "%")))

    @staticmethod
    def _pieces(node: nodes.Expr) -> list[nodes.Expr]:
        if not _is_text(node) or not node.kwargs:
            return [node]
        values = {pair.key: pair.value for pair in node.kwargs}
        pieces: list[nodes.Expr] = []
        text, start = _translated(node), 0
        for found in VARIABLE.finditer(text):
            value = nodes.TemplateData("%") if found[2] else values[found[1]]
            pieces += [nodes.TemplateData(text[start : found.start()]), value]
            start = found.end()
        return [*pieces, nodes.TemplateData(text[start:])]


def _is_text(node: nodes.Node) -> TypeGuard[nodes.Call]:
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in {"_", "gettext"}


def _translated(node: nodes.Call) -> str:
    (text,) = node.args
    with override(settings.LANGUAGE_CODE):
        return gettext(text.as_const())


class Translating(CodeGenerator):
    """Compiles a template with its texts translated, and with `Pages.shown` in the place of `escape`."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """The whole of it."""
        super().visit_Template(Texts().visit(node), frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class Page(Context):
    """What a template knows while a page is made of it."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call something. Most of what is called are macros, of which Jinja asks again each time what they want."""
        if type(__obj) is not Macro:
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return __obj(__self.eval_ctx, *args, **kwargs)


class Pages(Environment):
    """Jinja for the site. What a view leaves out is nothing, as deep as somebody asks for it."""

    code_generator_class = Translating
    context_class = Page

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What a template knows besides its context: the environment's own, which no template changes.

        Jinja would lay an empty dictionary over it, and compare the two key by key for each component that a page imports.
        """
        return super().make_globals(d) if d else self.globals

    @staticmethod
    def shown(value: Any) -> str:
        """A value as it stands in a page: HTML as it is, anything else escaped.

        A page has 800 of them, most of them HTML already or texts with nothing to escape; `markupsafe.escape` makes a new object
        of each.
        """
        kind = type(value)
        if kind is str:
            return value if UNSAFE.search(value) is None else escape(value)
        return value if kind is Markup or kind is SafeString else escape(value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute, else a key. Asking a dictionary for an attribute that it cannot have costs an exception each time."""
        if type(obj) is dict and attribute not in METHODS:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        try:
            return getattr(obj, attribute)
        except AttributeError:
            # Something else that has keys, or nothing.
            return super().getattr(obj, attribute)


def environment(**options: Any) -> Environment:
    """Jinja as `settings.TEMPLATES` asks for it."""
    options |= {
        "extensions": ["jinja2.ext.i18n", *options.get("extensions", ())],
        "undefined": ChainableUndefined,
        # All of them stay: they are few, and none is made of what somebody sent.
        "cache_size": -1,
    }
    made = Pages(**options)
    # `{% trans %}` hands its variables over by name.
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.globals.update(
        bands_of=bands_of,
        ending_desk=ending_desk,
        ending_line=shell.ending_line,
        file_formats=FORMATS,
        get_messages=get_messages,
        list_membership=list_membership,
        nothing_kept=nothing_kept,
        responsive_image=filters.responsive_image,
        shell_of=shell_of,
        site_language=settings.LANGUAGE_CODE,
        # A process reads the list of its own files once, too.
        static=cache(static),
        url=url,
    )
    made.filters.update(
        badges_named=filters.badges_shown,
        badges_of=badges_of,
        date=local_date,
        dialled=filters.dialled,
        filesizeformat=filesizeformat,
        floatformat=floatformat,
        has_urgent_lines=filters.has_urgent_lines,
        hours_on_paper=filters.hours_on_paper,
        is_unconfirmed=filters.is_unconfirmed,
        jdate=filters.jdate,
        kind_label=filters.kind_label,
        linebreaksbr=linebreaksbr,
        opening=filters.opening,
        paragraphs=filters.paragraphs,
        phrased=filters.phrased,
        span_end=filters.span_end,
        tel=filters.tel,
        without_voice=filters.without_voice,
    )
    return made


def url(name: str, *args: Any) -> str:
    """The address of a view."""
    return reverse(name, args=args)


def local_date(value: Any, form: str) -> str:
    """Django's `date`, in the time of the city."""
    return date(timezone.template_localtime(value), form)  # type: ignore[attr-defined]


def shell_of(request: HttpRequest | None) -> dict[str, Any]:
    """What stands around the page; empty without a request (the page for a broken server)."""
    return shell.shell(request) if request else {}


def bands_of(request: HttpRequest | None, area_slug: Any = "", resource: Any = None) -> Any:
    """What the city says of today on a page of an area, or of an entry."""
    slugs = {area_slug} if isinstance(area_slug, str) and area_slug else set()
    if isinstance(resource, PublicResource):
        slugs |= {area.slug for area in resource.areas}
    return bands(timezone.localtime(), slugs) if request else ()


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
