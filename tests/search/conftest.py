"""An empty index and a source whose records the test holds in its hand."""

from collections.abc import Iterable, Iterator

import pytest

from search import documents
from search.documents import SearchDocument, register_source
from search.engines.tantivy import TantivyEngine
from search.questions import vocabulary


class Shelf:
    """A source of documents that are what the test put there."""

    prefix = "shelf"

    def __init__(self):
        self.records: dict[str, SearchDocument] = {}

    def put(self, number: int | str, title: str, **fields) -> str:
        key = f"{self.prefix}:{number}"
        self.records[key] = SearchDocument(key=key, title=title, **fields)
        return key

    def keys(self) -> Iterable[str]:
        return list(self.records)

    def count(self) -> int:
        return len(self.records)

    def documents(self, keys: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        for key in self.records if keys is None else keys:
            if key in self.records:
                yield self.records[key]

    def everything(self) -> Iterator[SearchDocument]:
        return self.documents()


@pytest.fixture(autouse=True)
def words_of_the_code(monkeypatch):
    """The ground floor by itself: no vocabulary of the floors above, and so no database."""
    monkeypatch.setattr(vocabulary, "_provider", None)


@pytest.fixture
def shelf(monkeypatch):
    monkeypatch.setattr(documents, "_sources", {})
    source = Shelf()
    register_source(source)
    return source


@pytest.fixture
def index_dir(settings, tmp_path):
    """The project's own engine, on a folder of this test."""
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    return settings.SEARCH_INDEX_DIR


@pytest.fixture
def empty_engine(tmp_path):
    engine = TantivyEngine(tmp_path / "index", write_wait=0.2)
    engine.rebuild([])
    return engine
