"""April: what an office looks after goes to another one, at once and whole."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from ..choices import CheckEvery, Decision
from ..ladder import next_on
from ..models import ChangeProposal, Office, PhoneCheck, Resource
from .confirming import write_columns


@dataclass(frozen=True, slots=True)
class Line:
    """An entry on the sheet of a hand-over."""

    resource: Resource
    due_on: date | None
    proposals: int

    def cells(self) -> list[str | int]:
        """As a row of the table."""
        resource = self.resource
        return [
            resource.name,
            str(resource.organisation),
            resource.get_kind_display(),
            _("公開中") if resource.live else _("公開していない"),
            _("下書きあり") if resource.has_unpublished_changes else "",
            resource.verified_on.isoformat() if resource.verified_on else "",
            str(CheckEvery(resource.check_every).label),
            self.due_on.isoformat() if self.due_on else "",
            self.proposals or "",
            resource.short_id,
        ]


def columns() -> list[str]:
    """The header of the table."""
    return [
        _("名前"),
        _("団体"),
        _("種類"),
        _("公開"),
        _("下書き"),
        _("最終確認日"),
        _("確認の間隔"),
        _("次に確認する日"),
        _("答えていない届け出"),
        _("番号"),
    ]


def looked_after(office: Office) -> QuerySet[Resource]:
    """All entries of an office, also those that are not public."""
    mine = Q(owner=office)
    if office.is_default:
        mine |= Q(owner=None) | Q(owner__retired=True)
    return Resource.objects.filter(mine).select_related("organisation").order_by("reading", "pk")


def sheet(office: Office) -> list[Line]:
    """What is handed over, in a fixed number of queries."""
    waiting: dict[int, int] = {}
    for pk in ChangeProposal.objects.filter(state=Decision.WAITING).values_list("resource_id", flat=True):
        waiting[pk] = waiting.get(pk, 0) + 1
    return [
        Line(
            resource,
            next_on(resource.verified_on, resource.check_every, timezone.localtime(resource.created_at).date()),
            waiting.get(resource.pk, 0),
        )
        for resource in looked_after(office)
    ]


def as_excel(lines: Iterable[Line], safe: Callable[[str], str]) -> bytes:
    """The sheet as a file; `safe` makes cells that no spreadsheet runs."""
    book = Workbook()
    page = book.active
    assert page is not None  # noqa: S101 - a new book has a page
    page.title = _("引きつぎ")
    page.append(columns())
    for cell in page[1]:
        cell.font = Font(bold=True)
    for line in lines:
        page.append([safe(value) if isinstance(value, str) else value for value in line.cells()])
    page.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJ", (32, 28, 12, 14, 12, 14, 14, 16, 18, 14), strict=True):
        page.column_dimensions[letter].width = width
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@transaction.atomic
def hand_over(old: Office, new: Office, *, retire: bool = False, people: bool = False) -> int:
    """Give everything that an office looks after to another: entries with their due days and drafts, calls that it holds, fields.

    What had no office of its own goes along where the old one answered for such. `retire`: the old office is no more; where it
    was the default, the new one becomes it. `people`: who works there goes along, as they do when it is no more. Returns how many
    entries went. Raises ValidationError where that makes no sense.
    """
    if old.pk == new.pk:
        raise ValidationError(_("同じ係です。別の係を選んでください。"))
    if new.retired:
        raise ValidationError(_("なくなった係には、移せません。"))
    resources: Sequence[Resource] = list(looked_after(old).select_for_update(of=("self",)))
    for resource in resources:
        write_columns(resource, owner_id=new.pk)
    PhoneCheck.objects.filter(taken_by=old, closed_on=None).update(taken_by=new)
    new.fields.add(*old.fields.all())
    old.fields.clear()
    if people or retire:
        new.people.add(*old.people.all())
        old.people.clear()
    if retire:
        if old.is_default:
            new.is_default = True
            new.save()
        Office.objects.filter(pk=old.pk).update(retired=True, is_default=False)
    return len(resources)
