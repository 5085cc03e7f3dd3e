"""Measure an engine alone on so many documents and print one line of JSON; called by `tests.bench`.

The documents are the demo city's, multiplied with other names, areas and days: a database of a million records would take
hours to load and would not be asked.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command

from directory.finding.facets import FILTERS
from directory.finding.understanding import ask
from portal.demo import city
from search.documents import SearchDocument, document_stream
from search.engines import engine_named
from search.results import search
from tests.bench.measure import SENTENCES, WORDS, building, p95

QUERIES = 200


def documents(count: int) -> Iterator[SearchDocument]:
    """The demo's documents again and again, each with a name, an area and days of its own."""
    chance = random.Random(1)
    originals = list(document_stream())
    areas = sorted({area for document in originals for area in document.facets.get("area", ())})
    for number in range(count):
        document = originals[number % len(originals)]
        if number < len(originals):
            yield document
            continue
        word = chance.choice(WORDS)
        yield replace(
            document,
            key=f"{document.key}-{number}",
            title=f"{document.title} {word}",
            facets={**document.facets, "area": tuple(chance.sample(areas, min(3, len(areas))))},
            row={**document.row, "url": f"/{number}"},
        )


def main(size: int, name: str) -> dict[str, object]:
    """Build, ask 200 mixed questions with all facets."""
    call_command("migrate", verbosity=0)
    city.load(seed=1, resources=0)
    engine = engine_named(name)
    found: dict[str, object] = {"engine": name, "documents": size}
    found.update(building(lambda: engine.rebuild(documents(size))))
    questions = [ask(text) for text in (*WORDS, *SENTENCES)]
    chance = random.Random(2)
    filters = [{}, {"area": ("tobu",)}, {"kind": ("place",)}, {"field": ("elderly",)}]
    asked = [(chance.choice(questions), chance.choice(filters)) for _number in range(QUERIES)]

    def run(number: int) -> float:
        meant, chosen = asked[number]
        types = tuple(code for code, weight in meant.types.items() if weight >= 0.3)
        begin = time.perf_counter()
        search(
            meant.question,
            filters={**meant.filters, **chosen},
            facets=tuple(item.facet for item in FILTERS),
            boosts=meant.boosts,
            also={"type": types},
            engine=engine,
        )
        return (time.perf_counter() - begin) * 1000

    cold = sorted(run(number) for number in range(QUERIES))
    warm = sorted(run(number) for number in range(QUERIES))
    found.update(
        cold_p50_ms=statistics.median(cold),
        cold_p95_ms=p95(cold),
        p50_ms=statistics.median(warm),
        p95_ms=p95(warm),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), sys.argv[2]), ensure_ascii=False) + "\n")
