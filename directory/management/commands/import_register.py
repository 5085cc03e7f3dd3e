"""A file into the register."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ...exchange.importing import runs
from ...exchange.importing.plan import Options, Plan, problem_as_json
from ...exchange.importing.planning import make_plan
from ...exchange.importing.spool import Spool
from ...exchange.tables.own_reading import NotOurs
from ...exchange.tables.profiles import profile_of
from ...models import RunState

SHOWN = 50


class Command(BaseCommand):
    """See `directory.exchange.importing`."""

    help = _(
        "登録簿のファイル（CSV・Excel・JSON、またはCSVのフォルダー）を取り込みます。直すところがあれば、何も取り込みません。"
        "--dry-run は、調べるだけで何も書きません。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, how to read it, and what to do with it."""
        parser.add_argument("file", type=Path, metavar="FILE", help=_("取り込むファイル、またはCSVのフォルダー"))
        parser.add_argument("--profile", default="", help=_("取り込み方の名前。なければ、このサイトから書き出した形式"))
        parser.add_argument("--dry-run", action="store_true", help=_("調べるだけで、何も書きません"))
        parser.add_argument("--json", action="store_true", help=_("結果をJSONで出します"))
        parser.add_argument("--good-only", action="store_true", help=_("直すところのない行だけを取り込みます"))
        parser.add_argument("--as-drafts", action="store_true", help=_("公開せず、下書きとして取り込みます"))
        parser.add_argument("--replace-drafts", action="store_true", help=_("登録簿で待っている下書きを置きかえます"))
        parser.add_argument("--another", action="store_true", help=_("似た記録があっても、別のものとして取り込みます"))

    def handle(self, *, file: Path, profile: str, dry_run: bool, good_only: bool, **chosen: Any) -> None:
        """Exit with an error where anything was refused and nothing, or not all of it, was taken in."""
        options = Options(
            publish=not chosen["as_drafts"],
            drafts="replace" if chosen["replace_drafts"] else "keep",
            undecided="another" if chosen["another"] else "refuse",
        )
        try:
            way = profile_of(profile)
        except KeyError as error:
            raise CommandError(_("「%s」という取り込み方はありません。") % profile) from error
        try:
            if dry_run:
                _name, content = runs.packed(file)
                reading = way.read(file)
                with Spool(runs.digest(content), reading.origin or profile or "import") as spool:
                    found = make_plan(spool, reading, options).as_json()
                    found["notes"] = [problem_as_json(note) for note in reading.notes]
                message = ""
            else:
                found, message = self._import(file, profile, options, good_only=good_only)
        except OSError as error:
            raise CommandError(_("ファイルを開けません。場所と名前をたしかめてください：%s") % file) from error
        except NotOurs as error:
            found, message = {**Plan().as_json(), "problems": [problem_as_json(error.problem)]}, error.problem.message
        self._tell(found, message, as_json=chosen["json"])
        if found["problems"] or message:
            raise SystemExit(1)

    def _import(self, file: Path, profile: str, options: Options, *, good_only: bool) -> tuple[dict[str, Any], str]:
        name, content = runs.packed(file)
        run = runs.begin(name, content, profile=profile, options=options, good_only=good_only, state=RunState.APPLYING)
        try:
            claimed = runs.claim(run)
        except runs.Busy as error:
            run.delete()
            raise CommandError(_("ほかの取り込みが続いています。終わってから、もう一度ためしてください。")) from error
        if claimed is None:
            raise CommandError(_("この取り込みは、ほかのところで始まっています。"))
        done = runs.work(claimed, self._progress if self.stderr.isatty() else None)
        return done.plan or Plan().as_json(), "" if done.state == RunState.DONE else done.message

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"  {done:,} / {total:,}", ending="\r")

    def _tell(self, found: dict[str, Any], message: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        if message:
            self.stdout.write(message)
        labels = (
            ("new", _("新しい")),
            ("changed", _("変わる")),
            ("unchanged", _("そのまま")),
            ("refused", _("取り込めない")),
        )
        for name, label in labels:
            self.stdout.write(f"{label}: {found[name]:,}")
        self._list(found["problems"])
        if notes := found.get("notes"):
            self.stdout.write(_("読めた列と、読めなかった列のこと: %s") % f"{len(notes):,}")
            self._list(notes)

    def _list(self, told: list[dict[str, Any]]) -> None:
        for problem in told[:SHOWN]:
            row = _("%s行目") % problem["row"] if problem["row"] else ""
            where = " ".join(filter(None, (problem["sheet"], row, problem["column"])))
            self.stdout.write(f"  {where}: 「{problem['value']}」 {problem['message']}")
        if (rest := len(told) - SHOWN) > 0:
            self.stdout.write(_("  ほか %s件（--json ですべて出ます）") % f"{rest:,}")
