"""What was not found, kept without a person: words in a fixed order, day, area, number of results.

A sentence is somebody's story and is not kept; nor are numbers, nor anything that speaks of danger. What was asked on fewer
than three days is never shown and goes after a while.
"""

import re
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from .models import Miss
from .questions.query import Question

# More words are a sentence.
MOST_WORDS = 4
MOST_CHARACTERS = 30
# A flood of invented words must not fill the table.
MOST_A_DAY = 2_000
KEEP = timedelta(days=180)
# 宇宙旅行 is Japanese; a longer row of kanji may be a sentence in Chinese.
LONGEST_HAN = 6
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_HAN = re.compile(r"[\u3400-\u9fff々〆ヵヶ]")
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


def is_japanese(text: str) -> bool:
    """Whether a text is surely Japanese: kana, or kanji with little of anything else, and no other script.

    Latin words may stand beside kana (DV, LINE). Kanji alone may be Chinese, which nobody here understands well enough to
    keep: it counts only where it is short or kana stand beside it.
    """
    letters = [letter for letter in text if letter.isalpha()]
    kana = sum(bool(_KANA.match(letter)) for letter in letters)
    han = sum(bool(_HAN.match(letter)) for letter in letters)
    latin = sum(bool(_LATIN.match(letter)) for letter in letters)
    if not kana + han or kana + han + latin < len(letters) or latin > kana + han:
        return False
    return bool(kana) or han <= LONGEST_HAN


def words_of(question: Question) -> str:
    """The words that may be kept of a question, or "" when it is danger, a sentence or nothing."""
    if question.dangers or not is_japanese(question.text) or len(question.text) > MOST_CHARACTERS:
        return ""
    words = sorted({unit.term for unit in question.analysis.units if unit.role == "word"})
    return " ".join(words) if 0 < len(words) <= MOST_WORDS else ""


def record_miss(question: Question, *, day: date, area: str, results: int) -> bool:
    """Keep what was not found; tells whether something was kept."""
    words = words_of(question)
    if not words:
        return False
    same = Miss.objects.filter(words=words, day=day, area=area)
    if same.update(times=F("times") + 1, results=results):
        return True
    if Miss.objects.filter(day=day).count() >= MOST_A_DAY:
        return False
    try:
        with transaction.atomic():
            _miss, created = Miss.objects.get_or_create(words=words, day=day, area=area, defaults={"results": results})
    except IntegrityError:
        # Another process was first with the same words.
        return bool(same.update(times=F("times") + 1))
    if created and not Miss.objects.filter(day=day).exclude(words=words).exists():
        # The first one of a day takes the old ones away.
        Miss.objects.filter(day__lt=day - KEEP).delete()
    return True
