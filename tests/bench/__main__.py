"""Measure the search and the pages at several sizes, print a table and write var/bench.json.

Each size runs in a process of its own with a database and an index of its own, so that memory figures mean something.
`BENCH_SIZES` chooses the sizes (default "1000 10000 100000").
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COLUMNS = (
    ("resources", "resources"),
    ("terms_per_second", "terms/s"),
    ("load_seconds", "load s"),
    ("index_seconds", "index s"),
    ("documents_per_second", "docs/s"),
    ("engine_p50_ms", "engine p50 ms"),
    ("engine_p95_ms", "engine p95 ms"),
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


def main() -> int:
    """Run every size and report."""
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "1000 10000 100000").split()]
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="yorozu-bench-") as folder:
            environment = {**os.environ, "YOROZU_ENV": "demo", "YOROZU_VAR": folder}
            command = [sys.executable, "-m", "tests.bench.measure", str(size)]
            done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            rows.append(json.loads(done.stdout.splitlines()[-1]))
            _print(rows[-1:], header=len(rows) == 1)
    (ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var" / "bench.json").write_text(json.dumps(rows, ensure_ascii=False, indent=2))
    return 0


def _print(rows: list[dict], *, header: bool) -> None:
    if header:
        sys.stdout.write("| " + " | ".join(title for _name, title in COLUMNS) + " |\n|" + "---|" * len(COLUMNS) + "\n")
    for row in rows:
        sys.stdout.write("| " + " | ".join(_shown(row.get(name)) for name, _title in COLUMNS) + " |\n")
    sys.stdout.flush()


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
