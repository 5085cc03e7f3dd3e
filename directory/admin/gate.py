"""Forms of words and of desks that show which of the city's calls a change would break, before it is saved (see `gate`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import RevisionMixin
from wagtail.snippets.views.snippets import CopyView, CreateView, DeleteView, EditView, UnpublishView

from ..judging.gate import MOST_REASON, Broken, as_summary, desk_would_break, may_overrule, reason_of, would_break
from ..vocabulary.provider import because
from .drafts import OnlyDraftsSaveThemselves

SHOWN_IN_MESSAGE = 5
# Posted by whoever saw which calls break and publishes all the same.
KNOWN = "calls_known"


def verdict_context(user: Any, broken: Sequence[Broken], reason: str = "") -> dict[str, Any]:
    """What `directory/admin/broken_calls.html` shows above a form."""
    return {
        "broken_calls": broken,
        "may_overrule": may_overrule(user),
        "calls_reason": reason,
        "most_reason": MOST_REASON,
    }


class Gated(OnlyDraftsSaveThemselves, WagtailAdminTemplateMixin):
    """A view that makes a change only where no call that holds breaks, or somebody who may says why."""

    broken: Sequence[Broken] = ()

    # Judging takes seconds; a transaction of the whole request would let all others who write wait.
    @transaction.non_atomic_requests
    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Wagtail does, which saves in a transaction of its own."""
        return super().dispatch(*args, **kwargs)

    def try_change(self, form: Any) -> None:
        """Make the change, to be taken back."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        """Judge first; then as Wagtail does."""
        self.broken = would_break(lambda: self.try_change(form))
        reason = reason_of(self.request.POST) if may_overrule(self.request.user) else ""
        if self.broken and not reason:
            return self.refuse(form)
        with because(as_summary(self.broken, reason)):
            return super().form_valid(form)

    def refuse(self, form: Any) -> HttpResponse:
        """The form once more, with the calls."""
        self.form = form
        if getattr(self, "expects_json_response", False):
            return self.json_error_response("validation_error", _("確かめる呼びかけが外れるため、まだ変えていません。"))
        messages.warning(self.request, _("確かめる呼びかけが外れるため、まだ変えていません。"))
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """See `verdict_context`."""
        return super().get_context_data(**kwargs) | verdict_context(self.request.user, self.broken)


class GatedForm(Gated):
    """Words that are written."""

    def try_change(self, form: ModelForm) -> None:
        """Save another form with the same content: this one must stay as nobody had saved it."""
        kwargs = self.get_form_kwargs()
        instance = kwargs.get("instance")
        if instance is not None and instance.pk:
            kwargs["instance"] = type(instance)._default_manager.get(pk=instance.pk)
        tried = self.get_form_class()(**kwargs)
        if tried.is_valid():
            saved = tried.save()
            if isinstance(saved, RevisionMixin):
                saved.save_revision(clean=False)


class GatedCreateView(GatedForm, CreateView):
    """New words."""


class GatedCopyView(GatedForm, CopyView):
    """New words like others."""


class GatedEditView(GatedForm, EditView):
    """Other words."""


class GatedDeleteView(Gated, DeleteView):
    """Words that go."""

    def try_change(self, form: Any) -> None:
        """Delete the words; `self.object` stays as it is."""
        type(self.object)._default_manager.get(pk=self.object.pk).delete()


class WarnedEditView(GatedForm, EditView):
    """A desk: who publishes a change is shown first which calls it would break, and may do it all the same."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Judge what is published; a draft breaks nothing."""
        if "action-publish" in self.request.POST and KNOWN not in self.request.POST:
            types = {self.model._default_manager.get(pk=self.object.pk).type_id, form.instance.type_id}
            self.broken = desk_would_break(lambda: self.try_change(form), types)
            if self.broken:
                return self.refuse(form)
        return EditView.form_valid(self, form)

    def try_change(self, form: ModelForm) -> None:
        """Publish the form's content."""
        kwargs = self.get_form_kwargs() | {"instance": self.model._default_manager.get(pk=self.object.pk)}
        tried = self.get_form_class()(**kwargs)
        if tried.is_valid():
            saved = tried.save(commit=not kwargs["instance"].live)
            saved.save_revision(clean=False).publish(skip_permission_checks=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Nobody is asked for a reason."""
        return super().get_context_data(**kwargs) | {"may_confirm": True}


class WarnedUnpublishView(UnpublishView):
    """A desk that nobody will see: says which calls that breaks."""

    template_name = "directory/admin/desk_unpublish.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """See `verdict_context`."""
        return super().get_context_data(**kwargs) | _without(self.object, self.request.user, "unpublish")


class WarnedDeleteView(DeleteView):
    """A desk that goes: says which calls that breaks."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """See `verdict_context`."""
        return super().get_context_data(**kwargs) | _without(self.object, self.request.user, "delete")


def _without(desk: models.Model, user: Any, change: str) -> dict[str, Any]:
    """The calls that would break without a desk; asked before, so there is nothing to confirm besides."""
    tried: Any = type(desk)._default_manager.get(pk=desk.pk)
    broken = desk_would_break(getattr(tried, change), {tried.type_id}) if tried.live else ()
    return verdict_context(user, broken) | {"is_told": True}


def refuse_bulk(
    request: HttpRequest, model: type[models.Model], objects: Sequence[models.Model]
) -> HttpResponse | None:
    """Deleting many words at once has no place for a reason: what breaks calls must go one by one."""
    keys = [record.pk for record in objects]
    broken = would_break(lambda: model._default_manager.filter(pk__in=keys).delete())
    if not broken:
        return None
    names = "」「".join(call.text for call in broken[:SHOWN_IN_MESSAGE])
    messages.warning(
        request,
        _("まとめて削除すると、「%(names)s」など確かめる呼びかけ%(count)s件が外れます。ひとつずつ削除してください。")
        % {"names": names, "count": len(broken)},
    )
    return redirect(get_valid_next_url_from_request(request) or request.path)
