"""Judge the search by a file of questions."""

import json as json_format
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test.utils import override_settings
from django.utils.translation import gettext as _
from wagtail.models import Site

from directory.areas.index import AreaNode, area_index
from directory.judging.evaluation import AMONG, Judged, JudgingError, judge, read_queries, summary
from search.engines import ENGINES, engines_in_use

from ...models import PortalSettings


class Command(BaseCommand):
    """See `directory.judging.evaluation`."""

    help = _("質問のファイルで、検索の答えを評価します。")

    def add_arguments(self, parser: CommandParser) -> None:
        """File, engine, form."""
        parser.add_argument(
            "--queries",
            required=True,
            type=Path,
            help=_("CSVファイル（id,query,first,second,banner。あればtopic,line,side,desk,languageも）"),
        )
        parser.add_argument("--engine", choices=sorted(ENGINES), help=_("どの検索エンジンで評価するか"))
        parser.add_argument("--json", action="store_true", help=_("JSONで書き出します"))

    def handle(self, *, queries: Path, engine: str | None, json: bool, **options: Any) -> None:
        """Write each question with its first answers, and the figures."""
        try:
            rows = read_queries(queries)
        except JudgingError as error:
            raise CommandError(_("質問のファイルを読めません：%s") % error) from error
        with override_settings(SEARCH_ENGINE=engine or settings.SEARCH_ENGINE):
            # With a cluster that is away the embedded index would answer, and its figures stand under the wrong name.
            status = engines_in_use()[0].status()
            if not status.available:
                raise CommandError(_("検索エンジンが答えません：%s") % status.detail)
            judged = judge(rows, _home())
        figures = summary(judged)
        if json:
            self._write_json(judged, figures)
            return
        for item in judged:
            self.stdout.write(_line(item))
        for name, value in figures.items():
            self.stdout.write(f"{name:20} {value}")

    def _write_json(self, judged: list[Judged], figures: dict[str, Any]) -> None:
        found = [
            {
                "id": item.id,
                "query": item.query,
                "first": item.is_first,
                "first_or_second": item.is_first_or_second,
                "band": item.has_band,
                "came": dict(item.came),
                "right": dict(item.right),
                "answers": [{"institution_type": code, "title": title} for code, title in item.answers],
            }
            for item in judged
        ]
        self.stdout.write(json_format.dumps({**figures, "queries": found}, ensure_ascii=False, indent=1))


def _home() -> AreaNode | None:
    """The municipality of the default site, as a visitor of it would be answered."""
    site = Site.objects.filter(is_default_site=True).first()
    return area_index().nodes.get(PortalSettings.for_site(site).municipality_id) if site else None


def _line(item: Judged) -> str:
    mark = "○" if item.is_first else "△" if item.is_first_or_second else "×"
    band = {(True, True): "帯", (True, False): "帯が無い", (False, True): "帯が余分"}.get(
        (item.wants_band, item.has_band), ""
    )
    first = "、".join(f"{code} {title}" for code, title in item.answers[:AMONG])
    wrong = " ".join(f"×{column}:{item.came[column]}" for column, right in item.right.items() if not right)
    return f"{mark} {item.id} {item.query} [{'+'.join(sorted(item.wanted))}] {band} → {first} {wrong}".rstrip()
