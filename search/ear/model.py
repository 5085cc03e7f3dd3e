"""The ear at run time: tables of weights, one row a place of signs, one column a question (is it danger? which topic? ...)."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..text.analysis import Analysis
from .signs import signs

FORMAT = 4
# A wide table for danger alone, where each sign should have a place of its own, and a narrow one for all other questions.
TABLES = ("danger", "rest")
# The second step: what all columns say together decides on danger, topic and side, by a small net for each (mean, spread, two layers).
MIXED = ("danger", "topic", "side")
MIX = ("mean", "spread", "first", "first_bias", "second", "second_bias")
# So many codes of a group are told, the likeliest first.
SHOWN = 5
SCRIPTS = ("kana", "han", "latin", "other")
GROUPS = ("danger", "topic", "side", "type", "need")
_KANA, _HAN, _LATIN = re.compile("[ぁ-ヺ]"), re.compile("[㐀-鿿]"), re.compile("[a-zà-ɏạ-ỹ]")


class EarError(Exception):
    """The file of weights is missing, damaged, or of another version; the message says which."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the ear makes of a text; empty where there is no ear.

    `danger`: how far above its threshold, in logits (about -9 to 9); from `least` on it is heard. `topics`, `sides`, `types` (of
    institution) and `needs`: codes with how likely each is (0 to 1), the likeliest first.
    """

    danger: float = -99.0
    topics: tuple[tuple[str, float], ...] = ()
    sides: tuple[tuple[str, float], ...] = ()
    types: tuple[tuple[str, float], ...] = ()
    needs: tuple[tuple[str, float], ...] = ()
    least: float = 0.0

    def __bool__(self) -> bool:
        """Whether there was an ear at all."""
        return bool(self.topics)

    @property
    def is_danger(self) -> bool:
        """Whether a band should stand, whatever the patterns say."""
        return self.danger >= self.least

    @property
    def topic(self) -> str:
        """The likeliest topic of danger, heard or not."""
        return self.topics[0][0] if self.topics else ""

    @property
    def side(self) -> str:
        """Who most likely speaks."""
        return self.sides[0][0] if self.sides else ""


def script_of(surface: str) -> str:
    """How a text is written: thresholds differ, since the ear knows some scripts better than others."""
    if _KANA.search(surface):
        return "kana"
    if _HAN.search(surface):
        return "han"
    return "latin" if _LATIN.search(surface) else "other"


def places_of(signs: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Where signs stand in a table of a size that is a power of two; several may share a place."""
    return np.unique(signs & (size - 1))


def mixed(scores: NDArray[np.float32], scripts: Sequence[str], topic: slice) -> NDArray[np.float32]:
    """What the second step looks at, a row a text: all scores, the three highest topics, the script, danger by script."""
    script = np.array([[name == written for name in SCRIPTS] for written in scripts], dtype=np.float32)
    highest = np.sort(scores[:, topic], axis=1)[:, -3:]
    return np.hstack([scores, highest, script, script * scores[:, :1]])


@dataclass(frozen=True, slots=True)
class Mix:
    """A net of two layers over all scores; see `mixed` for what it looks at."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    first: NDArray[np.float32]
    first_bias: NDArray[np.float32]
    second: NDArray[np.float32]
    second_bias: NDArray[np.float32]

    def logits(self, looked_at: NDArray[np.float32]) -> NDArray[np.float32]:
        """One row a text, one column an answer."""
        hidden = np.maximum((looked_at - self.mean) / self.spread @ self.first + self.first_bias, 0)
        return hidden @ self.second + self.second_bias


class Ear:
    """Weights with what they stand for; made by training, read from a file."""

    def __init__(self, meta: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        self.meta = meta
        self._arrays = arrays
        self._tables = [
            (arrays[f"{name}_rarity"], arrays[f"{name}_weights"], arrays[f"{name}_scale"].astype(np.float32))
            for name in TABLES
        ]
        self._intercept = arrays["intercept"].astype(np.float32)
        # While it is being judged, an ear has no second step yet.
        self._thresholds: dict[str, float] = meta.get("thresholds", {})
        self._margins: dict[str, float] = meta.get("margins", {})
        self._slopes: dict[str, list[float]] = meta.get("slopes", {})
        self._mix = {
            group: Mix(*(arrays[f"mix_{group}_{name}"].astype(np.float32) for name in MIX))
            for group in MIXED
            if f"mix_{group}_mean" in arrays
        }
        self._columns: dict[str, slice] = {}
        start = 0
        for group in GROUPS:
            count = len(meta["labels"][group])
            self._columns[group] = slice(start, start + count)
            start += count
        columns = sum(weights.shape[1] for _rarity, weights, _scale in self._tables)
        sizes = [len(rarity) == len(weights) for rarity, weights, _scale in self._tables]
        if columns != start or len(self._intercept) != start or not all(sizes):
            raise EarError("the tables do not fit each other")

    @classmethod
    def read(cls, path: Path) -> Ear:
        """From a file. Raises EarError."""
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            meta = json.loads(bytes(arrays.pop("meta")).decode())
            if meta["format"] != FORMAT:
                raise EarError(f"{path.name}: format {meta['format']}, wanted {FORMAT}")
            ear = cls(meta, arrays)
            if set(ear._mix) != set(MIXED) or set(ear._thresholds) != set(SCRIPTS):
                raise EarError(f"{path.name}: incomplete")
            return ear
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise EarError(f"{path.name}: {error}") from error

    def write(self, path: Path) -> None:
        """To a file: the same weights give the same bytes."""
        meta = np.frombuffer(json.dumps(self.meta, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8)
        with path.open("wb") as file:
            arrays: dict[str, Any] = {"meta": meta, **self._arrays}
            np.savez_compressed(file, **arrays)

    def hear(self, analysis: Analysis) -> Heard:
        """What a text most likely is; takes any text, never raises."""
        if not analysis.surface:
            return Heard()
        scores = self.scores(signs(analysis))
        script = script_of(analysis.surface)
        looked_at = mixed(scores[None], [script], self._columns["topic"])
        danger = float(self._mix["danger"].logits(looked_at)[0, 0]) - self._thresholds[script]
        topics, sides = (self._softly(group, self._mix[group].logits(looked_at)[0]) for group in ("topic", "side"))
        heard = Heard(danger, topics, sides, self._ranked("type", scores), self._ranked("need", scores))
        return replace(heard, least=self._margins.get(heard.topic, 0.0))

    def scores(self, families: Iterable[frozenset[int]]) -> NDArray[np.float32]:
        """The raw score of every column for a text's signs."""
        total = [np.zeros(weights.shape[1], dtype=np.float32) for _rarity, weights, _scale in self._tables]
        for family in families:
            if not family:
                continue
            asked = np.fromiter(family, dtype=np.int64, count=len(family))
            for number, (rarity, weights, _scale) in enumerate(self._tables):
                places = places_of(asked, len(rarity))
                rare = rarity[places].astype(np.float32)
                total[number] += (rare / np.sqrt((rare**2).sum())) @ weights[places].astype(np.float32)
        scores = [part * scale for part, (_rarity, _weights, scale) in zip(total, self._tables, strict=True)]
        return np.concatenate(scores) + self._intercept

    def _ranked(self, group: str, scores: NDArray[np.float32]) -> tuple[tuple[str, float], ...]:
        slope, shift = self._slopes[group]
        values = 1.0 / (1.0 + np.exp(-(scores[self._columns[group]] * slope + shift)))
        return _highest(self.meta["labels"][group], values)

    def _softly(self, group: str, logits: NDArray[np.float32]) -> tuple[tuple[str, float], ...]:
        values = np.exp(logits - logits.max())
        return _highest(self.meta["labels"][group], values / values.sum())


def _highest(labels: Sequence[str], values: NDArray[np.float32]) -> tuple[tuple[str, float], ...]:
    return tuple(
        (labels[place], round(float(values[place]), 4)) for place in np.argsort(-values, kind="stable")[:SHOWN]
    )
