"""Panels that Wagtail has not: steps with what is missing above them, folded parts that say whether anything is in them, tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.forms import Media
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel, TabbedInterface

from .completeness import completeness
from .entry_form import as_written
from .hours import shown_of
from .linking import offers, templates_of


class Steps(TabbedInterface):
    """Tabs as steps. Above them, how complete the entry is, as of the last save or, with JavaScript, as of now."""

    class BoundPanel(TabbedInterface.BoundPanel):
        """See Panel.BoundPanel."""

        template_name = "directory/admin/forms/steps.html"

        @property
        def media(self) -> Media:
            """What makes of lists boxes with suggestions, and of the form one that answers."""
            own = Media(
                css={"all": ["portal/entry-form.css"]},
                js=["portal/chips.js", "portal/entry-form.js", "portal/entry-tools.js", "portal/entry-map.js"],
            )
            return super().media + own

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """With what is missing, and where to ask for it as one types."""
            table = self.panel.model._meta.model_name
            pk = self.instance.pk
            return {
                **super().get_context_data(parent_context),
                "filled": completeness(self.written),
                "offers": offers(self.instance) if pk else (),
                "templates": () if pk or self.instance.template_id else templates_of(self.panel.model),
                "copy_url": self.panel.model.snippet_viewset.get_url_name("copy"),
                "look_url": reverse("entry_look", args=[table, pk]) if pk else reverse("entry_look_new", args=[table]),
            }

        @cached_property
        def written(self) -> Any:
            """The entry as the form has it: that of a form that was refused as well."""
            return as_written(self.form) if self.form is not None and self.form.is_bound else self.instance


class Folded(MultiFieldPanel):
    """What is rarely needed: folded up, with a heading that says whether something is in it. `says`: the fields asked for that."""

    def __init__(self, *args: Any, says: Sequence[str] = (), **kwargs: Any) -> None:
        self.says = says
        kwargs.setdefault("classname", "collapsed")
        super().__init__(*args, **kwargs)

    def clone_kwargs(self) -> dict[str, Any]:
        """See Panel."""
        return {**super().clone_kwargs(), "says": self.says}

    class BoundPanel(MultiFieldPanel.BoundPanel):
        """See Panel.BoundPanel."""

        heading: str

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            if self.instance is not None:
                words = _("書いてあります") if any(map(self._is_written, self.panel.says)) else _("まだありません")
                self.heading = _("{heading}：{words}").format(heading=self.panel.heading, words=words)

        def _is_written(self, field: str) -> bool:
            value: Any = getattr(self.instance, field, None)
            return value.exists() if hasattr(value, "exists") else value not in (None, "", [], False)


class Tool(Panel):
    """Something that helps to fill in what stands around it; a template, with what it is given."""

    def __init__(self, template: str, *args: Any, following: str | Promise = "", **kwargs: Any) -> None:
        self.template, self.following = template, following
        super().__init__(*args, **kwargs)

    def clone_kwargs(self) -> dict[str, Any]:
        """See Panel."""
        return {**super().clone_kwargs(), "template": self.template, "following": self.following}

    class BoundPanel(Panel.BoundPanel):
        """See Panel.BoundPanel."""

        @property
        def template_name(self) -> str:
            """That of the tool."""
            return self.panel.template


class HoursSentence(FieldPanel):
    """A field of the form alone, in which opening times are written as a sentence."""

    class BoundPanel(FieldPanel.BoundPanel):
        """See Panel.BoundPanel."""

        template_name = "directory/admin/forms/hours_sentence.html"

        def get_comparison(self) -> list[Any]:
            """No version of an entry holds a sentence."""
            return []


class HoursShown(Panel):
    """The opening times in words and as the next days, as the rows say them."""

    class BoundPanel(Panel.BoundPanel):
        """See Panel.BoundPanel."""

        template_name = "directory/admin/forms/hours_shown.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """With the times."""
            shown = shown_of(self.instance, timezone.localdate())
            return {**super().get_context_data(parent_context), "shown": shown}
