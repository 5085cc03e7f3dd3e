"""The vocabulary in the admin: a group of tables, and files in and out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from search.models import Miss

from .files import FixtureError
from .models import DangerPattern, DangerTopic, Phrase, Promotion, StopWord, SynonymGroup, VocabularyVersion
from .vocabulary_files import FORMATS, MOST_BYTES, Format, export_csv, import_csv

SHOWN_VERSIONS = 20
SHOWN_MISSES = 200


class SynonymViewSet(SnippetViewSet):
    """同じ意味のことば."""

    model = SynonymGroup
    icon = "link"
    list_display = ["words", "layer", "note"]
    list_filter = ["layer"]
    search_fields = ["words", "note"]
    panels = [FieldPanel("layer"), FieldPanel("words"), FieldPanel("note")]


class PhraseViewSet(SnippetViewSet):
    """言い回し."""

    model = Phrase
    icon = "openquote"
    list_display = ["text", "need", "type", "language", "speaker"]
    list_filter = ["need", "type", "language", "speaker"]
    search_fields = ["text"]
    panels = [
        HelpPanel(
            _(
                "「部屋から出てこない」のような、ふだんの言い方を書きます。語尾や送りがなの違いは、書き分けなくてかまいません。"
            )
        ),
        FieldPanel("text"),
        FieldRowPanel([FieldPanel("need"), FieldPanel("type")]),
        FieldRowPanel([FieldPanel("language"), FieldPanel("speaker")]),
    ]


class DangerPatternViewSet(SnippetViewSet):
    """危険のことば."""

    model = DangerPattern
    icon = "warning"
    list_display = ["say", "topic", "unless"]
    list_filter = ["topic"]
    search_fields = ["say", "unless", "note"]
    panels = [FieldPanel("topic"), FieldPanel("say"), FieldPanel("unless"), FieldPanel("note")]


class DangerTopicViewSet(SnippetViewSet):
    """危険の話題."""

    model = DangerTopic
    icon = "warning"
    list_display = ["name", "heading", "order"]
    search_fields = ["name", "heading"]
    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("name"), FieldPanel("need")]),
        MultiFieldPanel(
            [FieldPanel("heading"), FieldPanel("text"), FieldPanel("family_text")], heading=_("帯に書くこと")
        ),
        InlinePanel("lines", label=_("帯に出す相談電話")),
        FieldRowPanel([FieldPanel("emergency"), FieldPanel("at_night")]),
        FieldRowPanel([FieldPanel("order"), FieldPanel("retired")]),
    ]


class StopWordViewSet(SnippetViewSet):
    """読みとばすことば."""

    model = StopWord
    icon = "minus"
    list_display = ["word"]
    search_fields = ["word"]
    panels = [FieldPanel("word")]


class PromotionViewSet(SnippetViewSet):
    """先頭に出すもの."""

    model = Promotion
    icon = "pick"
    list_display = ["words", "resource", "page", "starts_on", "ends_on"]
    search_fields = ["words"]
    panels = [
        FieldPanel("words"),
        FieldPanel("resource"),
        FieldPanel("page"),
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
    ]


class VocabularyGroup(SnippetViewSetGroup):
    """How the city's people speak."""

    menu_label = _("さがすことば")
    menu_icon = "openquote"
    menu_order = 160
    items = (
        PhraseViewSet,
        SynonymViewSet,
        DangerPatternViewSet,
        DangerTopicViewSet,
        StopWordViewSet,
        PromotionViewSet,
    )


class ImportForm(forms.Form):
    """A file, and what to do with entries that it does not name."""

    kind = forms.ChoiceField(label=_("種類"), choices=lambda: [(form.name, form.label) for form in FORMATS.values()])
    file = forms.FileField(
        label=_("CSVファイル"), help_text=_("UTF-8で、1行目は列の名前です。書き出したファイルと同じ形にします。")
    )
    replace = forms.BooleanField(
        label=_("ファイルにないことばを削除する"), required=False, help_text=_("付けなければ、追加と変更だけをします。")
    )

    def text(self) -> str:
        """The content as text. Raises FixtureError when it is not UTF-8 or too long."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise FixtureError([_t("ファイルが大きすぎます（5MBまで）。")])
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise FixtureError([_t("UTF-8で保存したファイルではないようです。")]) from None


def files(request: HttpRequest) -> HttpResponse:
    """Export links, the form for a file, and the latest versions."""
    if not any(_may(request, form, "view") for form in FORMATS.values()):
        raise PermissionDenied
    problems: list[str] = []
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kind = FORMATS[form.cleaned_data["kind"]]
        verbs = ("add", "change", "delete") if form.cleaned_data["replace"] else ("add", "change")
        if not all(_may(request, kind, verb) for verb in verbs):
            raise PermissionDenied
        try:
            counts = import_csv(kind.name, form.text(), user=request.user, replace=form.cleaned_data["replace"])
        except FixtureError as error:
            problems = error.problems
        else:
            messages.success(
                request,
                _t("取り込みました：追加%(created)s、変更%(updated)s、そのまま%(unchanged)s、削除%(deleted)s")
                % {name: counts[name] for name in ("created", "updated", "unchanged", "deleted")},
            )
            return redirect("vocabulary_files")
    context = {
        "form": form,
        "problems": problems,
        "formats": [
            {
                "label": kind.label,
                "count": kind.model.objects.count(),
                "url": reverse("vocabulary_export", args=[kind.name]),
            }
            for kind in FORMATS.values()
        ],
        "versions": VocabularyVersion.objects.select_related("user")[:SHOWN_VERSIONS],
    }
    return render(request, "directory/admin/vocabulary_files.html", context)


def export(request: HttpRequest, kind: str) -> HttpResponse:
    """A kind of words as a CSV file that spreadsheets open as Japanese."""
    if kind not in FORMATS:
        raise Http404
    if not _may(request, FORMATS[kind], "view"):
        raise PermissionDenied
    response = HttpResponse("\ufeff" + export_csv(kind), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response


def misses(request: HttpRequest) -> HttpResponse:
    """What people looked for and did not find, on three different days at least."""
    if not request.user.has_perm("directory.view_phrase"):
        raise PermissionDenied
    return render(request, "directory/admin/misses.html", {"misses": Miss.objects.often()[:SHOWN_MISSES]})


def _may(request: HttpRequest, form: Format, verb: str) -> bool:
    return request.user.has_perm(f"directory.{verb}_{form.model._meta.model_name}")


def admin_urls() -> list[Any]:
    """Addresses below the admin's."""
    return [
        path("words/", files, name="vocabulary_files"),
        path("words/<slug:kind>.csv", export, name="vocabulary_export"),
        path("misses/", misses, name="misses"),
    ]
