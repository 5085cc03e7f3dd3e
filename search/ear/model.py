"""The ear at run time: a table of weights, one row a sign, one column a question (is it danger? which topic? ...)."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.text import Analysis

from .signs import signs

FORMAT = 1
GROUPS = ("danger", "topic", "side", "type", "need")
_KANA, _HAN, _LATIN = re.compile("[ぁ-ヺ]"), re.compile("[㐀-鿿]"), re.compile("[a-zà-ɏạ-ỹ]")


class EarError(Exception):
    """The file of weights is missing, damaged, or of another version; the message says which."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the ear makes of a text; empty where there is no ear.

    `danger`: how far above its threshold (0 and more is heard; about -3 to 3). `topics`, `sides`, `types` (of institution)
    and `needs`: codes with how likely each is (0 to 1), the likeliest first.
    """

    danger: float = -9.0
    topics: tuple[tuple[str, float], ...] = ()
    sides: tuple[tuple[str, float], ...] = ()
    types: tuple[tuple[str, float], ...] = ()
    needs: tuple[tuple[str, float], ...] = ()

    def __bool__(self) -> bool:
        """Whether there was an ear at all."""
        return bool(self.topics)

    @property
    def is_danger(self) -> bool:
        """Whether a band should stand, whatever the patterns say."""
        return self.danger >= 0

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


class Ear:
    """Weights with what they stand for; made by training, read from a file."""

    def __init__(self, meta: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        self.meta = meta
        self._arrays = arrays
        self._keys: NDArray[np.uint32] = arrays["keys"]
        self._rarity = arrays["rarity"].astype(np.float32)
        self._weights: NDArray[np.int8] = arrays["weights"]
        self._scale = arrays["scale"].astype(np.float32)
        self._intercept = arrays["intercept"].astype(np.float32)
        self._thresholds: dict[str, float] = meta["thresholds"]
        self._slopes: dict[str, list[float]] = meta["slopes"]
        self._columns: dict[str, slice] = {}
        start = 0
        for group in GROUPS:
            count = len(meta["labels"][group])
            self._columns[group] = slice(start, start + count)
            start += count
        if self._weights.shape != (len(self._keys), start) or len(self._rarity) != len(self._keys):
            raise EarError("the tables do not fit each other")

    @classmethod
    def read(cls, path: Path) -> Ear:
        """From a file. Raises EarError."""
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            meta = json.loads(bytes(arrays.pop("meta")).decode())
            if meta["format"] != FORMAT:
                raise EarError(f"{path.name}: format {meta['format']}, wanted {FORMAT}")
            return cls(meta, arrays)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise EarError(f"{path.name}: {error}") from error

    def write(self, path: Path) -> None:
        """To a file: the same weights give the same bytes."""
        meta = np.frombuffer(json.dumps(self.meta, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8)
        with path.open("wb") as file:
            np.savez_compressed(file, meta=meta, **self._arrays)

    def hear(self, analysis: Analysis) -> Heard:
        """What a text most likely is; takes any text, never raises."""
        if not analysis.surface:
            return Heard()
        scores = self.scores(analysis)
        danger = float(scores[self._columns["danger"]][0]) - self._thresholds[script_of(analysis.surface)]
        return Heard(danger, *(self._ranked(group, scores) for group in GROUPS[1:]))

    def scores(self, analysis: Analysis) -> NDArray[np.float32]:
        """The raw score of every column."""
        total = np.zeros(self._weights.shape[1], dtype=np.float32)
        for family in signs(analysis):
            if not family:
                continue
            asked = np.fromiter(family, dtype=np.uint32, count=len(family))
            places = np.minimum(np.searchsorted(self._keys, asked), len(self._keys) - 1)
            places = places[self._keys[places] == asked]
            if not len(places):
                continue
            rarity = self._rarity[places]
            # What training never saw counts as rare, so that a strange text is heard faintly and not loudly.
            strange = len(asked) - len(places)
            length = float(np.sqrt((rarity**2).sum() + strange * self.meta["strange"] ** 2))
            total += (rarity / length) @ self._weights[places].astype(np.float32)
        return total * self._scale + self._intercept

    def _ranked(self, group: str, scores: NDArray[np.float32]) -> tuple[tuple[str, float], ...]:
        slope, shift = self._slopes[group]
        values = 1.0 / (1.0 + np.exp(-(scores[self._columns[group]] * slope + shift)))
        labels: Sequence[str] = self.meta["labels"][group]
        return tuple((labels[place], round(float(values[place]), 4)) for place in np.argsort(-values, kind="stable")[:5])
