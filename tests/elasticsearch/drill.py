"""Three nodes, one replica; one node dies by `kill -9` under searches and writes: nobody may notice.

Run by `make drill`. Prints failed answers and missing writes, and exits with 1 if there are any.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("YOROZU_ENV", "test")
os.environ.setdefault("YOROZU_VAR", tempfile.mkdtemp(prefix="yorozu-drill-"))

import django

django.setup()

from search.documents import SearchDocument
from search.engines.base import EngineError, EngineQuery
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.elasticsearch_cluster import ClusterOptions
from search.questions.query import understand
from search.questions.vocabulary import register_vocabulary
from tests.elasticsearch.node import Node, check_tools
from tests.ports import free_port

NODES, SEARCHES, WRITES = 3, 500, 500
TITLES = ("居場所 とまり木", "認知症カフェ", "こども食堂", "シルバー人材センター", "家計の相談")


def cluster(folder: Path) -> list[Node]:
    """Three nodes that know each other; the first fetches the jars before the others start."""
    transports = [free_port() for _number in range(NODES)]
    seeds = ",".join(f"127.0.0.1:{port}" for port in transports)
    names = ",".join(f"n{number}" for number in range(NODES))
    nodes = []
    for number, transport in enumerate(transports):
        settings = (
            f"node.name=n{number}",
            f"transport.port={transport}",
            f"discovery.seed_hosts={seeds}",
            f"cluster.initial_master_nodes={names}",
        )
        nodes.append(Node(folder / f"n{number}", free_port(), settings))
    for node in nodes:
        node.start()
        time.sleep(3)
    for node in nodes:
        node.wait(f"/_cluster/health?wait_for_nodes={NODES}&timeout=60s")
    return nodes


def drill(nodes: list[Node]) -> tuple[int, int]:
    """Failed answers and missing writes."""
    options = ClusterOptions(
        tuple(node.url for node in nodes), prefix="drill", timeout=5.0, replicas=1, write_wait=60.0
    )
    engine = ElasticsearchEngine(options)
    start = [SearchDocument(key=f"d:{number}", title=TITLES[number % len(TITLES)]) for number in range(1_000)]
    engine.rebuild(start)
    engine.client.cluster.health(wait_for_status="green", timeout="60s")
    register_vocabulary(None)
    question = understand("居場所")
    failed, written = [], []
    half = threading.Event()

    def search() -> None:
        asking = ElasticsearchEngine(options)
        for number in range(SEARCHES):
            try:
                if asking.search(EngineQuery(question.clauses)).total < 200:
                    failed.append(f"search {number}: too few")
            except EngineError as error:
                failed.append(f"search {number}: {error}")
            if number == SEARCHES // 5:
                half.set()
        asking.client.close()

    def write() -> None:
        writing = ElasticsearchEngine(options)
        for number in range(WRITES):
            document = SearchDocument(key=f"w:{number}", title=f"記録 {number}")
            for _attempt in range(20):
                # What the log of changes does for the site: what failed waits and is sent again.
                try:
                    writing.apply([document], [])
                    written.append(document.key)
                    break
                except EngineError:
                    time.sleep(0.5)
        writing.client.close()

    threads = [threading.Thread(target=search), threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    half.wait(300)
    # The elected one: nothing is written until the others have agreed on a new one.
    elected = engine.client.cat.master(format="json").body[0]["node"]
    nodes[int(elected.removeprefix("n"))].kill()
    sys.stdout.write(f"killed {elected}, the master, after {SEARCHES // 5} searches and {len(written)} writes\n")
    for thread in threads:
        thread.join()
    engine.client.indices.refresh(index="drill")
    missing = {f"w:{number}" for number in range(WRITES)} - set(engine.fingerprints())
    engine.client.close()
    for line in failed[:10]:
        sys.stdout.write(line + "\n")
    return len(failed), len(missing)


def main() -> int:
    """Start, drill, stop."""
    check_tools()
    with tempfile.TemporaryDirectory(prefix="yorozu-drill-") as folder:
        nodes: list[Node] = []
        try:
            nodes = cluster(Path(folder))
            began = time.monotonic()
            failed, missing = drill(nodes)
        finally:
            for node in nodes:
                node.stop()
    sys.stdout.write(
        f"{SEARCHES} searches: {failed} failed; {WRITES} writes: {missing} missing; {time.monotonic() - began:.0f} s\n"
    )
    return 1 if failed or missing else 0


if __name__ == "__main__":
    sys.exit(main())
