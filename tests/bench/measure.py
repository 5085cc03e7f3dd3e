"""Measure one size and print one line of JSON; called by `tests.bench`."""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment

from directory.finding.suggestions import suggest
from directory.finding.understanding import ask
from directory.models import PublicRecord
from portal.demo import city
from portal.operations.warm import read_files
from search import indexing
from search.documents import known_facets
from search.questions.query import understand
from search.results import search
from search.text.analysis import analyse
from search.text.kept import DOCUMENTS
from search.text.kept import NAME as TEXTS

WORDS = (
    "居場所 東部", "こども食堂", "子供食堂 土曜", "シルバー人材センター", "相談", "認知症 家族", "ひきこもり 親", "借金 家族に内緒",
    "朝日町 体操", "いばしょ", "にんちしょう", "ボランティア 日曜", "草取り", "外国人 日本語", "眠れない つらい",
    "若者 夜", "車いす カフェ", "生活費 足りない", "子育て ひろば 雨の日", "就労 短時間",
    "どこに聞いたらいいかわからん", "見学 無料", "手話", "農園",
)  # fmt: skip
SENTENCES = (
    "息子が10年部屋から出てこない", "家賃払えん", "ねれない なにもたのしくない", "親の介護で仕事をやめそう", "学校に行きたくない",
    "夫に殴られる", "おなかすいた ごはん たべれるとこ", "耳が聞こえない 電話以外で相談", "60さいからできるしごと", "部屋を断られる",
    "my husband hits me", "没有钱付房租", "estou grávida", "con tôi không muốn đi học", "B型作業所 空きある",
    "雪かきを手伝ってほしい", "東部 土日 車いす 居場所", "近所の家がごみであふれている", "借金が返せない", "職安 紹介状",
)  # fmt: skip
# Wagtail's own search finds whole runs of Japanese only; these are the words that it is given the best chance with.
WAGTAIL_WORDS = ("こども食堂", "シルバー人材センター", "ひきこもり", "居場所", "認知症")


def times(work: Callable[[int], object], count: int) -> list[float]:
    """Milliseconds of `count` calls, after three that warm up."""
    for number in range(3):
        work(number)
    measured = []
    for number in range(count):
        start = time.perf_counter()
        work(number)
        measured.append((time.perf_counter() - start) * 1000)
    return sorted(measured)


def p95(measured: list[float]) -> float:
    return measured[int(len(measured) * 0.95)]


def building(rebuild: Callable[[], int]) -> dict[str, float]:
    """How long an index takes of which nothing was made yet, and the same once more."""
    for kept in (TEXTS, DOCUMENTS):
        (Path(settings.SEARCH_INDEX_DIR) / kept).unlink(missing_ok=True)
    start = time.perf_counter()
    documents = rebuild()
    first = time.perf_counter() - start
    start = time.perf_counter()
    rebuild()
    again = time.perf_counter() - start
    return {
        "index_seconds": first,
        "documents_per_second": documents / first,
        "again_per_second": documents / again,
    }


def main(size: int) -> dict[str, object]:
    """Load, index, ask."""
    setup_test_environment()
    # As a process that serves begins.
    read_files()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    start = time.perf_counter()
    city.load(seed=1, resources=size)
    found: dict[str, object] = {"resources": PublicRecord.objects.count(), "load_seconds": time.perf_counter() - start}

    found.update(building(indexing.rebuild))
    start = time.perf_counter()
    if not indexing.check().is_clean:
        raise SystemExit("The index is not what the records say")
    found["check_seconds"] = time.perf_counter() - start

    texts = [record.data["summary"] for record in PublicRecord.objects.order_by("pk")[:2000]]
    start = time.perf_counter()
    terms = sum(len(analyse(text).terms) for text in texts)
    found["terms_per_second"] = terms / (time.perf_counter() - start)

    questions = [understand(words) for words in WORDS]
    chance = random.Random(1)
    filters = [{}, {"area": ("tobu",)}, {"kind": ("place",), "day": ("sat", "sun")}, {"field": ("elderly",)}]
    measured = times(
        lambda number: search(
            questions[number % len(questions)], filters=chance.choice(filters), facets=known_facets()
        ),
        400,
    )
    found.update(engine_p50_ms=statistics.median(measured), engine_p95_ms=p95(measured))

    sentences = (*WORDS, *SENTENCES)
    measured = times(lambda number: ask(sentences[number % len(sentences)]), 400)
    found.update(understand_p50_ms=statistics.median(measured), understand_p95_ms=p95(measured))
    beginnings = [words[:length] for words in sentences for length in (1, 2, 3, 5)]
    measured = times(lambda number: suggest(beginnings[number % len(beginnings)]), 400)
    found.update(suggest_p50_ms=statistics.median(measured), suggest_p95_ms=p95(measured))

    client, queries = Client(), []

    def get(address: str, parameters: dict | None = None) -> None:
        response = client.get(address, parameters or {})
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}")

    addresses = [
        ("/search/", {"q": words, **({"area": "tobu"} if number % 3 == 0 else {})})
        for number, words in enumerate((*WORDS, *SENTENCES))
    ]
    measured = times(lambda number: get(*addresses[number % len(addresses)]), 200)
    found.update(results_p50_ms=statistics.median(measured), results_p95_ms=p95(measured))
    ids = list(PublicRecord.objects.order_by("pk").values_list("short_id", flat=True)[:100])
    found["detail_p50_ms"] = statistics.median(times(lambda number: get(f"/resources/{ids[number % len(ids)]}/"), 100))
    found["home_p50_ms"] = statistics.median(times(lambda number: get("/"), 50))
    found["browse_p50_ms"] = statistics.median(times(lambda number: get("/browse/place/", {"area": "tobu"}), 50))
    for address in (
        "/",
        "/search/?q=居場所&area=tobu",
        f"/resources/{ids[0]}/",
        "/find/?about=dementia&area=tobu",
        "/browse/place/",
        "/browse/",
    ):
        with CaptureQueriesContext(connection) as captured:
            get(address)
        queries.append(len(captured))
    found["most_queries"] = max(queries)
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if size <= 10_000:
        found.update(wagtail(size))
    return found


def wagtail(size: int) -> dict[str, object]:
    """Wagtail's own database search over the names, readings and texts of the same records."""
    from tests.bench.wagtail_search import build, find

    build()
    measured = times(lambda number: find(WAGTAIL_WORDS[number % len(WAGTAIL_WORDS)]), 20 if size <= 1_000 else 10)
    return {
        "wagtail_p50_ms": statistics.median(measured),
        "wagtail_found": "/".join(str(find(word)) for word in WAGTAIL_WORDS),
        "ours_found": "/".join(str(search(understand(word), facets=()).total) for word in WAGTAIL_WORDS),
    }


if __name__ == "__main__":
    settings.LOGGING_CONFIG = None
    sys.stdout.write(json.dumps(main(int(sys.argv[1])), ensure_ascii=False) + "\n")
