"""The ground floor: Japanese text, questions, engines. It knows no page and no resource.

A question goes text -> `query.understand` -> `results.search` -> an engine of `engines/` -> hits with their stored rows.
A change goes `indexing.record_change` -> (commit) -> `indexing.catch_up` -> the engine. Both sides are analysed by `text.analyse`.
"""
