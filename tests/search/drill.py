"""`kill -9` of a process that publishes, again and again: each time the index follows by itself, and answers meanwhile.

Run by `make drill-index` (DRILL_KILLS=60). A child publishes as an editor does until it is killed: every other time at some
moment, else within a commit to the index, where it hurts. Another one then does what a worker does every half minute
(`indexing.follow_quietly`), and compares the whole index with the records.
Fails when a search is not answered, an index does not follow, or the two differ.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = int(os.environ.get("DRILL_KILLS", "60"))
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
os.environ["YOROZU_ENV"] = "demo"
os.environ["YOROZU_VAR"] = os.environ.get("DRILL_VAR") or tempfile.mkdtemp(prefix="yorozu-kills-")


def publish_for_ever(done: int) -> None:
    """Change and publish one place after another, each in a request's transaction; take one back now and then. A word for each."""
    from django.db import transaction

    from directory.models import GatheringPlace

    chance = random.Random(os.getpid())
    places = list(GatheringPlace.objects.order_by("pk").values_list("pk", flat=True))
    while True:
        place = GatheringPlace.objects.get(pk=chance.choice(places))
        with transaction.atomic():
            if place.live and chance.random() < 0.2:
                place.unpublish()
            else:
                place.summary = f"{place.summary.split('（')[0]}（{chance.randrange(10**6)}）"
                place.save_revision().publish()
        os.write(done, b"!")


def follow_and_compare(told: int) -> None:
    """What the next worker finds and does."""
    from search.engines import get_engine
    from search.engines.base import EngineError, EngineQuery
    from search.engines.builds import Builds
    from search.indexing import check, follow_quietly, pending
    from search.standing import standing

    engine = get_engine()
    root = Path(os.environ["YOROZU_VAR"]) / "index"
    before = Builds(root).current().name
    try:
        answered = engine.search(EngineQuery()).total > 0
    except EngineError:
        answered = False
    try:
        waited = pending(engine)
    except EngineError:
        waited = -1
    follow_quietly()
    report = check(engine)
    found = {
        "answered": answered,
        "waited": waited,
        "rebuilt": Builds(root).current().name != before,
        "clean": report.is_clean,
        "pending": pending(engine),
        "problem": standing(engine).problem,
    }
    os.write(told, json.dumps(found).encode())


def wait_for_commit(most: float = 20.0) -> None:
    """Until a commit writes down which documents of before are gone: killed there, tantivy leaves what it cannot replace."""
    root = Path(os.environ["YOROZU_VAR"]) / "index"
    folder = root / (root / "CURRENT").read_text().strip() / "index"

    def deletions() -> set[str]:
        return {name for name in os.listdir(folder) if name.endswith(".del")}

    before, until = deletions(), time.monotonic() + most
    while deletions() <= before and time.monotonic() < until:
        pass


def in_child(work: Callable[[int], None], wait: Callable[[], None] | None) -> bytes:
    """What it says. Run it in a child that is killed after its first word and `wait`, or runs to its end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            work(writing)
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
        finally:
            os._exit(0)
    os.close(writing)
    heard = os.read(reading, 65_536)
    if wait is not None:
        wait()
        os.kill(child, signal.SIGKILL)
        heard += os.read(reading, 65_536)
    os.waitpid(child, 0)
    os.close(reading)
    return heard


def main() -> int:
    """Load a demo, kill, compare."""
    for command in (["migrate"], ["demo_data"]):
        subprocess.run([sys.executable, "manage.py", *command, "--verbosity", "0"], cwd=ROOT, check=True)
    import django

    django.setup()
    from django.db import connections

    from search.text.analysis import analyse

    # Read once, for all children: the dictionary is what a start waits for.
    analyse("相談")
    connections.close_all()
    chance, counted, failures = random.Random(1), Counter(), []
    for number in range(KILLS):
        moment, instant = chance.uniform(0.0, 1.0), chance.uniform(0.0, 0.002)

        def wait(aimed: bool = number % 2 == 1, moment: float = moment, instant: float = instant) -> None:
            if aimed:
                wait_for_commit()
            time.sleep(instant if aimed else moment)

        heard = in_child(publish_for_ever, wait)
        if not heard:
            failures.append(f"{number}: nothing could be published")
            continue
        counted["publications"] += len(heard)
        heard = in_child(follow_and_compare, None)
        found = json.loads(heard or b"{}")
        counted["broken, and built anew"] += bool(found.get("rebuilt"))
        counted["with changes that waited"] += found.get("waited", 0) != 0
        counted["searches unanswered"] += not found.get("answered")
        if number % 10 == 9:
            sys.stderr.write(f"{number + 1}: {json.dumps(counted)}\n")
        if not (found.get("answered") and found.get("clean")) or found.get("pending") or found.get("problem"):
            failures.append(f"{number}: {found}")
    sys.stdout.write(f"{KILLS} kills: {json.dumps(counted)}; {len(failures)} did not follow\n")
    for line in failures:
        sys.stdout.write(line + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
