"""Beside the forms of Wagtail: the panel for those who have scripts, and a word after saving for everybody.

The panel is put there by a script, as one more of Wagtail's side panels: so it stands beside every form of what is looked at, and no
form has to know of it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.side_panels import BaseSidePanel

from ...checker.checking import check
from ...checker.offered import offer_of, offered, texts_of
from ...checker.rule import Level
from ...checker.world import world
from .subjects import address_of

# What somebody does with a form when others are to see what it holds.
_SHOWING = ("action-publish", "action-submit", "action-restart-workflow", "action-workflow-action")


class WordsPanel(BaseSidePanel):
    """言葉の点検, as one of Wagtail's side panels."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        """The button that opens it, with the number of what has to be mended."""

        aria_label = gettext_lazy("言葉の点検を開く・閉じる")
        icon_name = "edit"
        counter_classname = "w-bg-critical-200"

    name = "words"
    title = gettext_lazy("言葉の点検")
    template_name = "directory/admin/checker/panel.html"
    order = 360

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Where to ask."""
        return {"panel": self, "url": reverse("checker_check"), "levels": Level.choices}


def panel_html() -> SafeString:
    """The panel and its button as templates, and the script that puts them beside the form."""
    panel = WordsPanel(None, None)
    pages = reverse("wagtailadmin_explore_root")
    lists = [model.snippet_viewset for model in offered() if hasattr(model, "snippet_viewset")]
    context = {
        "panel": panel,
        "toggle": _rendered(panel.toggle),
        "forms": [pages, *(reverse(viewset.get_url_name("list")) for viewset in lists)],
        "script": static("portal/checker.js"),
    }
    return render_to_string("directory/admin/checker/beside_form.html", context)


def _rendered(component: Component) -> SafeString:
    return component.render_html({})


def tell(request: HttpRequest, record: Any) -> None:
    """After a form was saved: what has to be mended, with the way there; never a refusal."""
    # What saves itself while somebody writes is told beside the form.
    if offer_of(type(record)) is None or not request.accepts("text/html"):
        return
    count = sum(finding.rule.level == Level.MEND for finding in check(texts_of(record), world()))
    if not count:
        return
    is_shown = any(name in request.POST for name in _SHOWING)
    text = (
        _("言葉の点検で、直したほうがよいところが%sつあります。出したあとでも直せます。")
        if is_shown
        else _("言葉の点検で、直したほうがよいところが%sつあります。")
    ) % count
    link = format_html('{} <a href="{}">{}</a>', text, address_of(record), _("見る"))
    (messages.warning if is_shown else messages.info)(request, link)
