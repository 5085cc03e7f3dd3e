"""Entries that somebody deleted in the admin: kept as they were for their days, and made drafts again where that was a mistake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from modelcluster.models import get_all_child_relations
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder

from ...choices import Kind
from ...freshness.retention import TRASH
from ...models import Resource, TrashedEntry, kind_tables

PER_PAGE = 30


def keep(entries: Iterable[Resource], user: Any) -> None:
    """Put entries that are about to be deleted into the trash; one that is in it already is written anew."""
    for one in entries:
        entry = one.specific
        draft = entry.get_latest_revision() if entry.has_unpublished_changes and entry.live else None
        TrashedEntry.objects.update_or_create(
            short_id=entry.short_id,
            defaults={
                "kind": entry.kind,
                "name": entry.name,
                "content": entry.serializable_data(),
                "draft": draft.content if draft else None,
                "was_live": entry.live,
                "trashed_by": user if user.pk else None,
            },
        )


@transaction.atomic
def restore(trashed: TrashedEntry, user: Any = None) -> Resource:
    """Make an entry a draft again, with its address and its content; a draft that was beside it is the newer version.

    Raises ValidationError where something has its place or something that it cannot be without is gone; nothing is done then.
    """
    if Resource.objects.filter(short_id=trashed.short_id).exists():
        raise ValidationError(_("「{name}」と同じ番号の案内が、もうあります。").format(name=trashed.name))
    if Resource.objects.filter(uuid=trashed.content["uuid"]).exists():
        raise ValidationError(_("「{name}」は、ファイルの取り込みで、もう登録されています。").format(name=trashed.name))
    model = kind_tables()[Kind(trashed.kind)]
    entry: Any = _read(model, trashed.content, trashed.name)
    for name in ("locked", "locked_at", "locked_by", "go_live_at", "expire_at", "live_revision", "latest_revision"):
        setattr(entry, name, False if name == "locked" else None)
    entry.live, entry.has_unpublished_changes = False, True
    entry.save(force_insert=True)
    entry.save_revision(user=user, clean=False, log_action=True)
    if trashed.draft:
        draft = _read(model, {**trashed.draft, "pk": entry.pk}, trashed.name)
        draft.live = False
        draft.save_revision(user=user, clean=False)
    trashed.delete()
    return entry


def _read(model: type[Resource], content: dict[str, Any], name: str) -> Resource:
    """Children are made anew: their own keys may be others' by now, and that of their parent is in no table yet."""
    own = dict(content)
    for relation in get_all_child_relations(model):
        rows = relation.get_accessor_name()
        without = {relation.field.name: None, "pk": None}
        own[rows] = [child | without for child in content.get(rows, ())]
    entry = model.from_serializable_data(own, check_fks=True, strict_fks=False)
    if entry is None:
        raise ValidationError(_("「{name}」は、もう戻せません。").format(name=name))
    return entry


def may_restore(user: Any) -> bool:
    """Whoever may delete entries may take them back."""
    return any(user.has_perm(f"directory.delete_{model._meta.model_name}") for model in kind_tables().values())


def trash(request: HttpRequest) -> HttpResponse:
    """What was deleted, the newest first, with the day on which it goes for good."""
    if not may_restore(request.user):
        raise PermissionDenied
    rows = TrashedEntry.objects.defer("content", "draft").select_related("trashed_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = [{"entry": row, "until": row.trashed_at + TRASH} for row in page]
    return render(
        request, "directory/admin/flow/trash.html", {"page": page, "rows": shown, "days": TRASH // timedelta(days=1)}
    )


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Restore one, and open it."""
    trashed = get_object_or_404(TrashedEntry, pk=pk)
    model = kind_tables()[Kind(trashed.kind)]
    if not request.user.has_perm(f"directory.delete_{model._meta.model_name}"):
        raise PermissionDenied
    try:
        entry = restore(trashed, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("trash")
    messages.success(
        request, _("「{name}」を下書きに戻しました。見なおして、公開してください。").format(name=entry.name)
    )
    return redirect(AdminURLFinder(request.user).get_edit_url(entry) or "trash")
