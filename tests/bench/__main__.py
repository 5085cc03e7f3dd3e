"""Measure the search and the pages at several sizes, beside Wagtail's own search and nginx; print tables and write var/bench.json.

Each size runs in a process of its own with a database and an index of its own, so that memory figures mean something.
`BENCH_SIZES` chooses the sizes of the whole site (default "1000 10000 100000"), `BENCH_ENGINE_SIZES` those of the engines
alone (default 100,000; with `BENCH_FULL=1` 1,000,000 too), `BENCH_PARTNERS` partners and contact points (default "1000 5000"),
`BENCH_IMPORTS` entries that are taken in (default "10000 100000").
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.elasticsearch.node import MissingTools, start_node

Columns = tuple[tuple[str, str], ...]
ROOT = Path(__file__).resolve().parent.parent.parent
COLUMNS = (
    ("resources", "resources"),
    ("terms_per_second", "terms/s"),
    ("load_seconds", "load s"),
    ("index_seconds", "index s"),
    ("documents_per_second", "docs/s"),
    ("again_per_second", "again docs/s"),
    ("check_seconds", "check s"),
    ("engine_p50_ms", "engine p50 ms"),
    ("engine_p95_ms", "engine p95 ms"),
    ("understand_p50_ms", "understand p50 ms"),
    ("understand_p95_ms", "understand p95 ms"),
    ("suggest_p50_ms", "suggest p50 ms"),
    ("suggest_p95_ms", "suggest p95 ms"),
    ("results_p50_ms", "results p50 ms"),
    ("results_p95_ms", "results p95 ms"),
    ("detail_p50_ms", "detail p50 ms"),
    ("home_p50_ms", "home p50 ms"),
    ("browse_p50_ms", "browse p50 ms"),
    ("most_queries", "SQL max"),
    ("peak_mb", "peak MB"),
    ("wagtail_p50_ms", "Wagtail DB p50 ms"),
    ("wagtail_found", "Wagtail found"),
)

ENGINE_COLUMNS = (
    ("engine", "engine"),
    ("documents", "documents"),
    ("index_seconds", "build s"),
    ("documents_per_second", "docs/s"),
    ("again_per_second", "again docs/s"),
    ("cold_p50_ms", "first time p50 ms"),
    ("cold_p95_ms", "first time p95 ms"),
    ("p50_ms", "again p50 ms"),
    ("p95_ms", "again p95 ms"),
    ("peak_mb", "peak MB"),
)

PARTNER_COLUMNS = (
    ("partners", "partners"),
    ("contacts", "contact points"),
    ("lookup_p50_ms", "look-up p50 ms"),
    ("lookup_p95_ms", "look-up p95 ms"),
    ("home_p50_ms", "first page p50 ms"),
    ("home_p95_ms", "p95"),
    ("chosen_p50_ms", "one role p50 ms"),
    ("chosen_p95_ms", "p95"),
    ("pack_p50_ms", "pack p50 ms"),
    ("excel_p50_ms", "Excel p50 ms"),
    ("office_p50_ms", "the city's page p50 ms"),
    ("send_seconds", "sending a pack s"),
    ("most_queries", "SQL max"),
    ("digest_mails", "digest mails"),
    ("digest_seconds", "digest s"),
    ("peak_mb", "peak MB"),
)

IMPORT_COLUMNS = (
    ("resources", "resources"),
    ("rows", "rows of our own format"),
    ("export_seconds", "export s"),
    ("planned_per_second", "dry run rows/s"),
    ("imported_per_second", "import rows/s"),
    ("imported_cpu_ms", "import CPU ms/row"),
    ("undo_seconds", "undo s"),
    ("flat_planned_per_second", "list: dry run rows/s"),
    ("flat_written_per_second", "list: written rows/s"),
    ("flat_imported_per_second", "list: with the admin's search rows/s"),
    ("flat_imported_cpu_ms", "list: CPU ms/row"),
    ("planning_mb", "dry run MB"),
    ("importing_mb", "import MB"),
    ("flat_importing_mb", "list: import MB"),
)

REPORT_COLUMNS = (
    ("resources", "resources"),
    ("groups", "groups"),
    ("count_ms", "counting ms"),
    ("towns_ms", "towns ms"),
    ("first_page_p50_ms", "page after a change p50 ms"),
    ("page_p50_ms", "again p50 ms"),
    ("excel_p50_ms", "Excel p50 ms"),
    ("keep_seconds", "keeping a month s"),
    ("queries", "SQL"),
    ("desk_p50_ms", "desk p50 ms"),
    ("desk_most_ms", "most"),
    ("desk_queries", "desk SQL"),
    ("form_p50_ms", "form of an entry p50 ms"),
    ("peak_mb", "peak MB"),
)

SERVING_COLUMNS = (
    ("asked", "over HTTP, two workers"),
    ("client", "client"),
    ("per_second", "answers/s"),
    ("p50_ms", "p50 ms"),
    ("p95_ms", "p95 ms"),
    ("cpu_ms", "CPU ms/answer"),
)


def main() -> int:
    """Run every size and report."""
    sizes_of_partners = os.environ.get("BENCH_PARTNERS", "1000 5000").split()
    partners = _measured("tests.bench.partners", sizes_of_partners, PARTNER_COLUMNS, header=True)
    sizes_of_imports = os.environ.get("BENCH_IMPORTS", "10000 100000").split()
    imports = [
        _measured("tests.bench.imports", [size], IMPORT_COLUMNS, header=size == sizes_of_imports[0])
        for size in sizes_of_imports
    ]
    sizes = os.environ.get("BENCH_SIZES", "1000 10000 100000").split()
    sites = [_measured("tests.bench.measure", [size], COLUMNS, header=size == sizes[0]) for size in sizes]
    reports = [_measured("tests.bench.report", [sizes[-1]], REPORT_COLUMNS, header=True)]
    serving = _served()
    engines = []
    with server() as url:
        names = ["tantivy", *(["elasticsearch"] if url else [])]
        largest = ["100000", *(["1000000"] if os.environ.get("BENCH_FULL") else [])]
        for size in os.environ.get("BENCH_ENGINE_SIZES", " ".join(largest)).split():
            for name in names:
                engines.append(
                    _measured(
                        "tests.bench.engines", [size, name], ENGINE_COLUMNS, header=not engines, ELASTICSEARCH_URL=url
                    )
                )
    (ROOT / "var").mkdir(exist_ok=True)
    found = {
        "partners": partners,
        "imports": imports,
        "sites": sites,
        "reports": reports,
        "serving": serving,
        "engines": engines,
    }
    (ROOT / "var" / "bench.json").write_text(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


@contextmanager
def server() -> Iterator[str]:
    """A real Elasticsearch: that of ELASTICSEARCH_URL, or one of this run; "" when none can be started."""
    if url := os.environ.get("ELASTICSEARCH_URL"):
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="yorozu-elasticsearch-") as folder:
        try:
            node = start_node(Path(folder) / "n1")
        except MissingTools as missing:
            sys.stdout.write(f"{missing}\n")
            yield ""
            return
        with node:
            yield node.url


def _served() -> list[dict]:
    """Pages a second over HTTP, and nginx with the same pages."""
    found = _found("tests.bench.serving", [])
    rows = [{"asked": name, **row} for name, row in found.items()]
    _print(rows, SERVING_COLUMNS, header=True)
    return rows


def _measured(module: str, arguments: list[str], columns: Columns, *, header: bool, **extra: str) -> dict:
    row = _found(module, arguments, **extra)
    _print([row], columns, header=header)
    return row


def _found(module: str, arguments: list[str], **extra: str) -> dict:
    """What a program of the bench prints at its end, run with a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="yorozu-bench-") as folder:
        # One visitor asks for more pages than anybody may.
        environment = {**os.environ, "RATE_LIMITS": "false", **extra, "YOROZU_ENV": "demo", "YOROZU_VAR": folder}
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _print(rows: list[dict], columns: Columns, *, header: bool) -> None:
    if header:
        sys.stdout.write("| " + " | ".join(title for _name, title in columns) + " |\n|" + "---|" * len(columns) + "\n")
    for row in rows:
        sys.stdout.write("| " + " | ".join(_shown(row.get(name)) for name, _title in columns) + " |\n")
    sys.stdout.flush()


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
