"""The ground floor: Japanese text, questions, engines. It knows no page and no resource.

The way of a question:

    what a visitor typed
      -> text.analyse          width, case, SudachiPy's normalised terms in long and short units, kana n-grams
      -> query.understand      a Question: clauses, or the insight that they ask where to ask (`is_open`)
      -> results.search        question + filters + sort as one EngineQuery; a second, milder try when nothing matches
      -> engines.get_engine    tantivy on disk; any engine that passes `tests/search/contract.py` may stand here
      -> EngineResult          total, hits with their stored rows, counts of each facet

The way of a document:

    a floor above registers a Source (documents.register_source) and calls indexing.record_change(keys) when it saves
      -> IndexChange           a log in the same transaction, so that no change is lost
      -> indexing.catch_up     the documents behind the keys, analysed like questions, into each host's own index
      -> indexing.follow       what an editor's request could not do, by a thread of each worker; builds anew what is broken
    `rebuild_index` builds everything anew beside the old index (analysing: kept texts, helpers); `check_index` compares and repairs.
"""
