"""The vocabulary in the admin: a group of tables, and files in and out."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from ..fixtures import FixtureError
from ..judging.gate import Broken, as_summary, may_overrule, reason_of, would_break
from ..models import (
    Call,
    DangerPattern,
    DangerTopic,
    HardWord,
    Phrase,
    Promotion,
    StopWord,
    SynonymGroup,
    VocabularyVersion,
)
from ..models.words.calls import check_answers
from ..vocabulary.files import FORMATS, MOST_BYTES, Format, export_csv, import_csv
from ..vocabulary.provider import because
from .gate import GatedCopyView, GatedCreateView, GatedDeleteView, GatedEditView, verdict_context
from .list_files import FileViewSet
from .prefilled import Prefilled

SHOWN_VERSIONS = 20


class WordsViewSet(FileViewSet):
    """A table of words: a change is judged by the calls before it is saved."""

    add_view_class = GatedCreateView
    copy_view_class = GatedCopyView
    edit_view_class = GatedEditView
    delete_view_class = GatedDeleteView
    create_template_name = "directory/admin/words_create.html"
    edit_template_name = "directory/admin/words_edit.html"
    delete_template_name = "directory/admin/words_delete.html"


class SynonymCreateView(Prefilled, GatedCreateView):
    """New words that mean the same; one of them may come from what was not found."""

    prefilled = ("words",)


class SynonymViewSet(WordsViewSet):
    """同じ意味のことば."""

    model = SynonymGroup
    add_view_class = SynonymCreateView
    icon = "link"
    list_display = ["words", "layer", "note"]
    list_filter = ["layer"]
    search_fields = ["words", "note"]
    panels = [FieldPanel("layer"), FieldPanel("words"), FieldPanel("note")]


class PhraseViewSet(WordsViewSet):
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


class DangerPatternViewSet(WordsViewSet):
    """危険のことば."""

    model = DangerPattern
    icon = "warning"
    list_display = ["say", "topic", "unless"]
    list_filter = ["topic"]
    search_fields = ["say", "unless", "note"]
    panels = [
        HelpPanel(
            _(
                "ここに書いたことばは、保存したときから、いつも帯を出します。機械が「危険ではない」と判断した文でも、書いたことばを優先します。"
                "話題に「危険ではないことば」を選ぶと、ふつうの意味のことば（例：包丁＋研ぎ）が帯を出さなくなります。"
            )
        ),
        FieldPanel("topic"),
        FieldPanel("say"),
        FieldPanel("unless"),
        FieldPanel("side"),
        FieldPanel("note"),
    ]


class DangerTopicViewSet(WordsViewSet):
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
        InlinePanel(
            "voices",
            label=_("立場ごとの文"),
            help_text=_("「してしまう人」「近くで心配している人」などに、別のことを言うときだけ書きます。"),
        ),
        InlinePanel(
            "lines",
            label=_("帯に出す相談電話"),
            help_text=_("上の2つが帯に出て、残りは「くわしく」の中に入ります。いまつながるものを先にします。"),
        ),
        InlinePanel(
            "answers",
            label=_("帯の下に出す窓口"),
            help_text=_("上の種類の窓口から先に出ます。書かなければ、困りごとの窓口を出します。"),
        ),
        FieldRowPanel([FieldPanel("emergency"), FieldPanel("at_night"), FieldPanel("kind_of")]),
        FieldPanel("role"),
        FieldRowPanel([FieldPanel("order"), FieldPanel("retired")]),
    ]


class StopWordViewSet(WordsViewSet):
    """読みとばすことば."""

    model = StopWord
    icon = "minus"
    list_display = ["word"]
    search_fields = ["word"]
    panels = [FieldPanel("word")]


class PromotionViewSet(WordsViewSet):
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


class CallForm(WagtailAdminModelForm):
    """What must come together must be able to."""

    def clean(self) -> dict[str, Any]:
        """See `check_answers`."""
        values = super().clean()
        names = ("band", "topics", "line", "leads", "never_leads")
        if all(name in values for name in names):
            check_answers(*(values[name] for name in names))
        return values


class CallViewSet(FileViewSet):
    """確かめる呼びかけ."""

    model = Call
    icon = "check"
    list_display = ["text", "band", "side", "note"]
    list_filter = ["band", "topics", "side", "leads", "language"]
    search_fields = ["text", "note"]
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "「こう打った人には、これが出てほしい」を書いておくところです。さがすことばを変えるたびに、ここにあるものを全部試し、"
                    "外れるものがあれば、保存する前にお知らせします。空けておいたところは、確かめません。"
                )
            ),
            FieldPanel("text", help_text=_("検索窓に打たれるまま、ふだんの言い方で書きます。")),
            MultiFieldPanel(
                [
                    FieldPanel("band", help_text=_("いのちや暴力にかかわる電話を、答えの上に出す枠のことです。")),
                    FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("side", help_text=_("帯が出たときだけ確かめます。")),
                    FieldPanel("line"),
                ],
                heading=_("帯"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("leads", widget=forms.CheckboxSelectMultiple),
                    FieldPanel(
                        "never_leads",
                        widget=forms.CheckboxSelectMultiple,
                        help_text=_("先頭の窓口にも、検索結果のいちばん上にも、出てはいけない種類です。"),
                    ),
                ],
                heading=_("窓口"),
            ),
            FieldPanel("language", help_text=_("ja、en、zh、pt、vi のように書きます。")),
            FieldPanel("note", help_text=_("なぜこうでなければならないか、あとの人のために書いておきます。")),
        ],
        base_form_class=CallForm,
    )


class HardWordViewSet(FileViewSet):
    """役所のことば."""

    model = HardWord
    icon = "edit"
    list_display = ["word", "plain", "can_swap", "note"]
    list_filter = ["can_swap"]
    search_fields = ["word", "plain", "note"]
    panels = [
        HelpPanel(
            _(
                "言葉の点検で「こう書くと伝わります」とお知らせすることばです。保存したときから効きます。"
                "検索には使いません（検索のことばは「同じ意味のことば」に書きます）。"
            )
        ),
        FieldRowPanel([FieldPanel("word"), FieldPanel("plain")]),
        FieldPanel("can_swap"),
        FieldPanel("note"),
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
        CallViewSet,
        HardWordViewSet,
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


# Judging takes seconds; a transaction of the whole request would let all others who write wait.
@transaction.non_atomic_requests
def files(request: HttpRequest) -> HttpResponse:
    """Export links, the form for a file, and the latest versions."""
    if not any(_may(request, form, "view") for form in FORMATS.values()):
        raise PermissionDenied
    problems: list[str] = []
    broken: list[Broken] = []
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kind = FORMATS[form.cleaned_data["kind"]]
        verbs = ("add", "change", "delete") if form.cleaned_data["replace"] else ("add", "change")
        if not all(_may(request, kind, verb) for verb in verbs):
            raise PermissionDenied
        try:
            counts, broken = _take_in(request, kind, form)
        except FixtureError as error:
            problems = error.problems
        else:
            if counts is not None:
                messages.success(
                    request,
                    _t("取り込みました：追加%(created)s、変更%(updated)s、そのまま%(unchanged)s、削除%(deleted)s")
                    % {name: counts[name] for name in ("created", "updated", "unchanged", "deleted")},
                )
                return redirect("vocabulary_files")
    context = {
        "form": form,
        "problems": problems,
        **verdict_context(request.user, broken),
        "formats": [
            {
                "label": kind.label,
                "count": kind.model._default_manager.count(),
                "url": reverse("vocabulary_export", args=[kind.name]),
            }
            for kind in FORMATS.values()
        ],
        "versions": VocabularyVersion.objects.select_related("user")[:SHOWN_VERSIONS],
    }
    return render(request, "directory/admin/vocabulary_files.html", context)


def _take_in(request: HttpRequest, kind: Format, form: ImportForm) -> tuple[Counter[str] | None, list[Broken]]:
    """What the file changed, or None where it would break calls and nobody who may says why. Raises FixtureError."""
    text = form.text()

    def take_in() -> Counter[str]:
        return import_csv(kind.name, text, user=request.user, replace=form.cleaned_data["replace"])

    broken = would_break(take_in) if kind.is_words else []
    reason = reason_of(request.POST) if may_overrule(request.user) else ""
    if broken and not reason:
        return None, broken
    with because(as_summary(broken, reason)):
        return take_in(), broken


def export(request: HttpRequest, kind: str) -> HttpResponse:
    """A kind of words as a CSV file that spreadsheets open as Japanese."""
    if kind not in FORMATS:
        raise Http404
    if not _may(request, FORMATS[kind], "view"):
        raise PermissionDenied
    response = HttpResponse("\ufeff" + export_csv(kind), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response


def _may(request: HttpRequest, form: Format, verb: str) -> bool:
    return request.user.has_perm(f"directory.{verb}_{form.model._meta.model_name}")


def admin_urls() -> list[Any]:
    """Addresses below the admin's."""
    return [
        path("words/", files, name="vocabulary_files"),
        path("words/<slug:kind>.csv", export, name="vocabulary_export"),
    ]
