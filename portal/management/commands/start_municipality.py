"""Begin: set up everything that a municipality's own site needs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from directory.fixtures import FIXTURES, FixtureError
from search import indexing
from search.engines import engines_in_use
from search.engines.base import EngineError
from search.modelsearch.renewal import renew, waiting_for_renewal
from search.text import dictionary

from ...demo import city
from ...starting.asking import Asker
from ...starting.file import StartError, Told, read_file, read_told
from ...starting.missing import missing
from ...starting.opening import site_settings
from ...starting.register import Report
from ...starting.services import Beginning, begin, needs_administrator, new_password, prepare

EXAMPLE = FIXTURES / "starting" / "example"
# Where a password may be handed over without standing in a file, in a list of processes or in the shell's history.
PASSWORD_VARIABLE = "YOROZU_ADMIN_PASSWORD"  # noqa: S105 (the name of it)
# Flags by the place in the file that they stand for.
FLAGS = {
    "name": ("municipality", "name", _("市町村の名前")),
    "reading": ("municipality", "reading", _("よみ（ひらがな）")),
    "prefecture": ("municipality", "prefecture", _("都道府県")),
    "code": ("municipality", "code", _("全国地方公共団体コード")),
    "site-name": ("", "site_name", _("サイトの名前")),
    "towns": ("", "towns", _("町字の表（CSVかExcel）")),
    "areas": ("", "areas", _("圏域の表（CSVかExcel）")),
    "desk": ("desk", "name", _("分野を問わない窓口の名前")),
    "desk-phone": ("desk", "phone", _("その電話")),
    "desk-mail": ("desk", "mail", _("そのメール")),
    "desk-fax": ("desk", "fax", _("そのFAX")),
    "desk-hours": ("desk", "hours", _("開いている時間（月-金 8:30-17:15）")),
    "coordinator": ("coordinator", "unit", _("連絡調整担当の係")),
    "coordinator-phone": ("coordinator", "phone", _("その直通電話")),
    "admin": ("administrator", "name", _("最初の管理者のログインの名前")),
    "admin-mail": ("administrator", "mail", _("そのメール")),
}


class Command(BaseCommand):
    """See `portal.starting`."""

    help = "Set up a municipality's own site: asks, or takes flags or one YAML file. Running it again completes what is missing."

    # Answers may come from elsewhere than the terminal.
    stealth_options = ("stdin",)

    def add_arguments(self, parser: CommandParser) -> None:
        """A file, flags of the same names, and what becomes of the demo."""
        parser.add_argument("file", nargs="?", type=Path, help="YAML file (see --example)")
        parser.add_argument(
            "--example", type=Path, metavar="DIR", help="write an example to fill in, and do nothing else"
        )
        parser.add_argument("--no-input", action="store_false", dest="asks", help="ask for nothing")
        parser.add_argument("--dry-run", action="store_true", help="check everything, and write nothing")
        demo = parser.add_mutually_exclusive_group()
        demo.add_argument("--remove-demo", action="store_true", help="take the demo away whole")
        demo.add_argument(
            "--beside-demo", action="store_true", help="leave the demo's register and pages in the admin, as examples"
        )
        for flag, (_part, _name, text) in FLAGS.items():
            parser.add_argument(f"--{flag}", help=text)

    def handle(self, *args: Any, **options: Any) -> None:
        """All or nothing. Raises CommandError with every problem."""
        if options["example"]:
            self._write_example(options["example"])
            return
        lines = options.get("stdin") or sys.stdin
        asker = Asker(self.stdout.write, lines) if options["asks"] and lines.isatty() else None
        try:
            beginning, removes = self._prepare(options, asker)
            password, is_new = self._password(beginning.told, asker)
            report = self._begin(beginning, password, removes=removes, is_dry=options["dry_run"])
        except (StartError, FixtureError) as error:
            raise CommandError(
                "\n".join([_("何も書きこみませんでした。直すところ："), *(f"- {line}" for line in error.problems)])
            ) from error
        self._tell(report, is_dry=options["dry_run"])
        if is_new and password and not options["dry_run"]:
            self.stdout.write(_("管理者のパスワード（ここに一度だけ表示します）：{password}").format(password=password))
        if not options["dry_run"]:
            self._build(report, removes=removes)
            self._tell_missing()

    def _write_example(self, folder: Path) -> None:
        names = sorted(file.name for file in EXAMPLE.iterdir())
        if taken := [name for name in names if (folder / name).exists()]:
            raise CommandError(
                _("{folder} に、同じ名前のファイルがあります（{names}）。ほかの場所を選んでください。").format(
                    folder=folder, names="、".join(taken)
                )
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in names:
                shutil.copyfile(EXAMPLE / name, folder / name)
        except OSError as error:
            raise CommandError(
                _("{folder} に書けません：{error}").format(folder=folder, error=error.strerror)
            ) from error
        self.stdout.write(_("見本を書きました：{names}").format(names="、".join(str(folder / name) for name in names)))

    def _prepare(self, options: dict[str, Any], asker: Asker | None) -> tuple[Beginning, bool]:
        content = read_file(options["file"]) if options["file"] else {}
        for flag, (part, name, _text) in FLAGS.items():
            if (value := options[flag.replace("-", "_")]) is not None:
                section = content.setdefault(part, {}) if part else content
                if isinstance(section, dict):
                    section[name] = value
        if asker and not options["file"]:
            asker.fill_in(content, administrator=needs_administrator())
        told, repaired = read_told(content)
        beginning = prepare(told, repaired)
        if not city.is_there() or options["remove_demo"] or options["beside_demo"]:
            return beginning, options["remove_demo"]
        if asker is None:
            raise StartError(
                [
                    _(
                        "デモ（架空のまち「よろず市」）が入っています。消すなら --remove-demo、"
                        "見本として残すなら --beside-demo を付けてください。"
                    )
                ]
            )
        choices = {"r": _("消す"), "b": _("見本として、管理画面に残す")}
        return beginning, asker.choose(_("デモ（架空のまち「よろず市」）が入っています。"), choices) == "r"

    def _password(self, told: Told, asker: Asker | None) -> tuple[str, bool]:
        """The administrator's password, and whether it was made here."""
        if told.administrator is None or not needs_administrator():
            return "", False
        given = os.environ.get(PASSWORD_VARIABLE, "") or (asker.ask_password(told.administrator) if asker else "")
        return (given, False) if given else (new_password(), True)

    def _begin(self, beginning: Beginning, password: str, *, removes: bool, is_dry: bool) -> Report:
        with indexing.waiting_for_rebuild(), waiting_for_renewal(), transaction.atomic():
            if removes:
                try:
                    city.take_away()
                except ProtectedError as error:
                    names = "、".join(sorted({str(record) for record in error.protected_objects})[:5])
                    raise StartError(
                        [
                            _(
                                "デモのまちに、あとから登録したものが残っています：{names}。先に、管理画面で別の機関や圏域に移すか、消してください。"
                            ).format(names=names)
                        ]
                    ) from error
            report = begin(beginning, password)
            if is_dry:
                transaction.set_rollback(True)
        return report

    def _build(self, report: Report, *, removes: bool) -> None:
        """Bring dictionary and indexes up, where anything changed or none can be read."""
        if removes:
            city.forget_stamp()
        try:
            if (
                report.made
                or removes
                or any(engine.is_outdated() or not engine.status().available for engine in engines_in_use())
            ):
                dictionary.build()
                renew()
                indexing.rebuild()
        except EngineError as error:
            self.stderr.write(_("作れなかった索引があります。直ったら、ひとりでに追いつきます：") + str(error))

    def _tell(self, report: Report, *, is_dry: bool) -> None:
        parts = (
            (_("直して受け取りました"), report.repaired),
            (_("作るもの（まだ書きこんでいません）") if is_dry else _("作りました"), report.made),
            (
                _("いまの登録とちがうところ（そのままにしました。変えるときは、管理画面で変えてください）"),
                report.differs,
            ),
        )
        for title, lines in parts:
            if lines:
                self.stdout.write(f"\n{title}")
                for line in lines:
                    self.stdout.write(f"- {line}")
        if not report.made and not report.differs:
            self.stdout.write(_("すべてそろっています。何も変えていません。"))

    def _tell_missing(self) -> None:
        if found := missing():
            self.stdout.write("\n" + _("まだ足りないもの（管理画面の最初のページにも、すむまで出ます）"))
            for item in found:
                self.stdout.write(f"- {item.text}" + (f" → {item.url}" if item.url else ""))
        own = site_settings()
        if own and own.opened_at is None:
            text = _("サイトは「準備中」です。公開は、管理画面の「設定 > サイトの公開」で、承認者がします。")
            self.stdout.write(f"\n{text}")
