"""The pages of an import, from the file to taking it back."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from guard.background import run_later
from guard.policy import LARGEST_REGISTER, MEGABYTE

from ...exchange.importing import runs, ways
from ...exchange.importing.marking import marked_copy
from ...exchange.importing.plan import Decision, Options
from ...exchange.importing.runs import options_of
from ...exchange.tables.own import tables
from ...exchange.tables.own_reading import NotOurs, read_own
from ...exchange.tables.writing import FORMATS, export_register
from ...models import Field, ImportFile, ImportRun, RunState
from .matching import Matching, MatchingForm

MAY = "directory.add_importrun"
SHOWN_RUNS = 30
SHOWN_PROBLEMS, SHOWN_NOTES, SHOWN_PAIRS = 200, 100, 200
WORKING = (RunState.PLANNING, RunState.APPLYING, RunState.UNDOING)
Result = HttpResponse | FileResponse


def _for_importers(view: Callable[..., Result]) -> Callable[..., Result]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Result:
        if not request.user.has_perm(MAY):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


class UploadForm(forms.Form):
    """The file. Who made it is found out from its headers."""

    file = forms.FileField(
        label=_("ファイル"),
        allow_empty_file=True,
        help_text=_(
            "Excel（.xlsx）かCSV。このサイトから書き出したファイルも、ほかで作った一覧も、そのまま選べます。50MBまで"
        ),
    )

    def clean_file(self) -> Any:
        """Not more than the door lets in."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_REGISTER:
            raise forms.ValidationError(
                _t("ファイルが大きすぎます（%(size)s MB）。%(most)s MBまでです。いくつかに分けてください。")
                % {"size": round(file.size / MEGABYTE), "most": LARGEST_REGISTER // MEGABYTE}
            )
        return file


def _start_working() -> None:
    """Have somebody work on what waits: here, after the answer, unless another worker is quicker."""
    transaction.on_commit(lambda: run_later(runs.work_off, "imports"))


def open_runs() -> QuerySet[ImportRun]:
    """Those on which somebody has to choose columns, or to say yes or no."""
    return ImportRun.objects.filter(state__in=(RunState.MATCHING, RunState.PLANNED))


@_for_importers
def index(request: HttpRequest) -> Result:
    """What was brought in lately, a file to bring in, and the register as a file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    problem, is_narrowed = "", request.GET.get("show") == "open"
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = _taken(request, file.name, file.read())
        except NotOurs as error:
            problem = error.problem.message
        else:
            return redirect("import_run", run.uuid)
    context = {
        "form": form,
        "problem": problem,
        "runs": (open_runs() if is_narrowed else ImportRun.objects).select_related("user").defer("plan")[:SHOWN_RUNS],
        "is_narrowed": is_narrowed,
        "formats": [(name, FILE_LABELS[name], reverse("export_register", args=[name])) for name in FORMATS],
    }
    return render(request, "directory/admin/imports/index.html", context)


def _taken(request: HttpRequest, name: str, content: bytes) -> ImportRun:
    """A run for a file: looked at at once if it is our own, its columns asked for if not. Raises NotOurs."""
    with _as_file(name, content) as file:
        is_own = True
        try:
            read_own(file)
        except NotOurs:
            is_own = False
            # Whether it can be read at all is said here, where the file can still be chosen anew.
            Matching(ways.opened(file))
    run = runs.begin(
        name,
        content,
        user=request.user,
        options=Options(publish=False),
        state=RunState.PLANNING if is_own else RunState.MATCHING,
    )
    if is_own:
        _start_working()
    return run


class _as_file:
    """The content of an upload as a file of its kind, for who reads files."""

    def __init__(self, name: str, content: bytes) -> None:
        self._name, self._content = name, content
        self._folder = tempfile.TemporaryDirectory(prefix="yorozu-import-")

    def __enter__(self) -> Path:
        file = Path(self._folder.name) / f"file{Path(self._name).suffix.lower()}"
        file.write_bytes(self._content)
        return file

    def __exit__(self, *error: object) -> None:
        self._folder.cleanup()


@_for_importers
def run_page(request: HttpRequest, uuid: UUID) -> Result:
    """Where an import is, and what can be done with it now."""
    run = get_object_or_404(ImportRun.objects.select_related("user"), uuid=uuid)
    if run.state == RunState.MATCHING:
        return _match(request, run)
    if request.method == "POST":
        return _act(request, run)
    if run.state in WORKING and not runs.is_alive(run):
        # Whoever worked on it may be gone.
        _start_working()
    plan = run.plan or {}
    options = options_of(run)
    profile = ways.name_of(run.profile)
    context = {
        "run": run,
        "is_working": run.state in WORKING,
        "share": run.done * 100 // run.total if run.total else 0,
        "plan": plan,
        "profile": profile,
        "options": options,
        "tables": _tables(plan),
        "problems": plan.get("problems", [])[:SHOWN_PROBLEMS],
        "more_problems": max(0, len(plan.get("problems", [])) - SHOWN_PROBLEMS),
        "notes": plan.get("notes", [])[:SHOWN_NOTES],
        "hints": plan.get("hints", [])[:SHOWN_NOTES],
        "more_hints": max(0, len(plan.get("hints", [])) - SHOWN_NOTES),
        "more_notes": max(0, len(plan.get("notes", [])) - SHOWN_NOTES),
        "pairs": [
            {**pair, "decision": options.decisions.get(pair["name"], "")}
            for pair in plan.get("pairs", [])[:SHOWN_PAIRS]
        ],
        "changed": [item for item in plan.get("items", []) if item["verdict"] == "changed"],
        "new": [item for item in plan.get("items", []) if item["verdict"] == "new"],
        "two_approve": list(Field.objects.filter(needs_second=True, retired=False)),
        "can_take_in": run.state == RunState.PLANNED and (plan.get("new") or plan.get("changed")),
        "has_file": ImportFile.objects.filter(run=run).exists(),
        "can_undo": run.state in (RunState.DONE, RunState.FAILED) and run.changes.filter(is_undone=False).exists(),
    }
    return render(request, "directory/admin/imports/run.html", context)


def _tables(plan: dict[str, Any]) -> list[tuple[Any, dict[str, int]]]:
    known = tables()
    return [(known[name].label, counts) for name, counts in plan.get("tables", {}).items() if name in known]


def _act(request: HttpRequest, run: ImportRun) -> Result:
    """One of the buttons of the page."""
    match request.POST.get("do"):
        case "confirm":
            done = runs.confirm(run, _chosen(request, run), good_only=request.POST.get("rows") == "good")
        case "replan":
            done = runs.replan(run, _chosen(request, run))
        case "undo":
            done = runs.ask_undo(run)
        case "go_on":
            done = runs.go_on(run)
        case "leave":
            ImportRun.objects.filter(pk=run.pk, state__in=(RunState.PLANNED, RunState.MATCHING)).delete()
            messages.success(request, _t("取り込みをやめました。登録簿は何も変わっていません。"))
            return redirect("imports")
        case _:
            raise Http404
    if done:
        _start_working()
    else:
        messages.warning(request, _t("この取り込みは、もう次へ進んでいます。いまの状態を確かめてください。"))
    return redirect("import_run", run.uuid)


def _chosen(request: HttpRequest, run: ImportRun) -> Options:
    decisions = dict(options_of(run).decisions)
    for pair in run.plan.get("pairs", []):
        if (said := request.POST.get(f"pair-{pair['name']}")) in set(Decision):
            decisions[pair["name"]] = Decision(said)
    return Options(
        publish=request.POST.get("publish") == "yes",
        drafts="replace" if request.POST.get("drafts") == "replace" else "keep",
        undecided="refuse",
        two_approve=True,
        decisions=decisions,
    )


def _match(request: HttpRequest, run: ImportRun) -> Result:
    """Which column is which: chosen once a kind of file."""
    if request.POST.get("do") == "leave":
        return _act(request, run)
    row = request.POST.get("header_row") or request.GET.get("header_row") or ""
    sheet = request.POST.get("sheet") or request.GET.get("sheet") or ""
    content = get_object_or_404(ImportFile, run=run).content
    with _as_file(run.file_name, bytes(content)) as file:
        book = ways.opened(file)
        problem = ""
        try:
            matching = Matching(book, sheet, int(row) if row.isdigit() else 0)
        except NotOurs as error:
            problem, matching = error.problem.message, Matching(book)
        form = MatchingForm(matching, request.POST if request.POST.get("do") == "match" else None)
        if form.is_bound and not problem and form.is_valid():
            kept = form.keep()
            begun = ImportRun.objects.filter(pk=run.pk, state=RunState.MATCHING)
            if begun.update(state=RunState.PLANNING, profile=f"{ways.SAVED}{kept.pk}"):
                _start_working()
            return redirect("import_run", run.uuid)
    context = {
        "run": run,
        "form": form,
        "matching": matching,
        "problem": problem,
        "sheets": [each.name for each in book.sheets if each.name],
        "notes": book.notes,
    }
    return render(request, "directory/admin/imports/match.html", context)


@_for_importers
def marked(request: HttpRequest, uuid: UUID) -> Result:
    """The file that came, as Excel, with every cell marked that has to be mended."""
    run = get_object_or_404(ImportRun, uuid=uuid)
    file = ImportFile.objects.filter(run=run).first()
    if file is None or not run.plan:
        raise Http404
    with _as_file(run.file_name, bytes(file.content)) as source:
        # What only reads badly stands in the same cells, and says that it may stay.
        hints = [{**hint, "message": _t("言葉の点検：%s") % hint["message"]} for hint in run.plan.get("hints", [])]
        content = marked_copy(source, [*run.plan.get("problems", []), *hints])
    name = f"{Path(run.file_name).stem}_{_t('直すところ')}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


FILE_LABELS = {"csv": _("CSV（まとめたファイル）"), "xlsx": _("Excel"), "json": _("JSON")}


@_for_importers
def export(request: HttpRequest, form: str) -> Result:
    """The register with what only staff know, for this city to keep and to bring back. Contact points leave in the packs alone,
    which note who took them (or by the operator's command)."""
    if form not in FORMATS:
        raise Http404
    target = tempfile.TemporaryFile()  # noqa: SIM115  (closed by the answer)
    with tempfile.TemporaryDirectory(prefix="yorozu-export-") as folder:
        files = export_register(Path(folder), form, without=("contacts",))
        name = f"yorozu-{timezone.localdate():%Y%m%d}"
        if len(files) == 1:
            target.write(files[0].read_bytes())
            name += files[0].suffix
        else:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in files:
                    archive.write(file, file.name)
            name += ".zip"
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=name)


def urls() -> list[Any]:
    """Addresses within the admin."""
    return [
        path("imports/", index, name="imports"),
        path("imports/export/<slug:form>/", export, name="export_register"),
        path("imports/<uuid:uuid>/", run_page, name="import_run"),
        path("imports/<uuid:uuid>/marked/", marked, name="import_marked"),
    ]
