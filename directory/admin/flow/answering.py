"""What an approver says of single fields, kept beside the version, and shown where it is to be mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from ...models import FieldAnswer, Resource
from .comparing import pieces

PREFIX = "answer-"
MOST = 200


def read_answers(form: Mapping[str, str]) -> dict[str, str]:
    """By row what was typed; nothing of rows that were left empty."""
    answers = {
        name.removeprefix(PREFIX): text.strip()
        for name, text in form.items()
        if name.startswith(PREFIX) and text.strip()
    }
    return dict(list(answers.items())[:MOST])


def answer_fields(entry: Resource, state: TaskState, answers: Mapping[str, str]) -> None:
    """Keep what is said of rows that there are."""
    known = {piece.key for piece in pieces(entry)} | {column.name for column in entry._meta.get_fields()}
    FieldAnswer.objects.bulk_create(
        FieldAnswer(resource_id=entry.pk, task_state=state, field=key, text=text)
        for key, text in answers.items()
        if key in known
    )


def answers_by_input(entry: Resource) -> dict[str, list[str]]:
    """What is to be mended, by the name of the form's field or child; nothing for what no approval is about."""
    answers = list(FieldAnswer.open_for(entry))
    if not answers:
        return {}
    first = {piece.key: piece.inputs[0] for piece in pieces(entry)}
    found: dict[str, list[str]] = {}
    for answer in answers:
        found.setdefault(first.get(answer.field, answer.field), []).append(answer.text)
    return found


def show_at_fields(panel: Any, answers: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """Put answers into the help of the bound panels of a form. Returns (label, text, anchor) of each, for a list above it."""
    shown = []
    for bound in _leaves(panel):
        name = getattr(bound, "field_name", "") or getattr(bound.panel, "relation_name", "")
        texts = answers.get(name)
        if not texts:
            continue
        bound.help_text = format_html("{}{}", bound.help_text or "", _as_help(texts))
        shown += [{"label": str(bound.heading), "text": text, "anchor": _anchor(bound)} for text in texts]
    return shown


def _leaves(bound: Any) -> Iterator[Any]:
    yield bound
    for child in getattr(bound, "children", ()):
        yield from _leaves(child)


def _anchor(bound: Any) -> str:
    """Where a field is, or the section around children (Wagtail's `object_list.html`)."""
    if not hasattr(bound.panel, "relation_name"):
        return str(bound.id_for_label())
    parent, _child, own = bound.prefix.rpartition("-child-")
    return f"{parent}-{own}-section"


def _as_help(texts: list[str]) -> SafeString:
    items = format_html_join("", "<br>{}", ((text,) for text in texts))
    return format_html('<strong class="flow-answer">{}{}</strong>', _("承認者から"), items)
