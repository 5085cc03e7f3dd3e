"""The page beside its form: also of a form that is half filled in, or has a mistake in one field."""

from __future__ import annotations

from typing import Any

from wagtail.snippets.views.snippets import PreviewOnCreateView, PreviewOnEditView

from ...models import Resource
from .entry_form import ResourceForm, as_written


class Unfinished:
    """A form of which whatever is valid counts."""

    is_bound: bool

    def is_valid(self) -> bool:
        """Whether there is anything to look at."""
        super().is_valid()  # type: ignore[misc]
        return self.is_bound

    def save(self, commit: bool = True) -> Resource:
        """The entry in memory; nothing is ever saved."""
        form: Any = self
        return as_written(form)


class _Previewing:
    def get_form_class(self) -> type[ResourceForm]:
        """That of the page, without its demands."""
        form: Any = super().get_form_class()  # type: ignore[misc]
        made: type[ResourceForm] = type(form)(form.__name__, (Unfinished, form), {})
        return made


class EntryPreviewOnCreate(_Previewing, PreviewOnCreateView):
    """Of an entry that is not saved yet."""


class EntryPreviewOnEdit(_Previewing, PreviewOnEditView):
    """Of an entry as it is changed."""
