"""`manage.py train_ear`: learn from the sentences, write the weights and the figures that they reach."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from search.ear import WEIGHTS, Ear, forget_ear
from search.ear.sentences import SentencesError

from ...judging.gate import ear_would_break
from ...judging.lessons import FOLDER, all_sentences, urgent_topics

if TYPE_CHECKING:
    from search.ear.training import Lesson

FIGURES = "figures.json"
FOLDS = 4
# Another version of a library, or another processor, may round otherwise; more than this is another ear.
TOLERANCE = 0.01
COMPARED = ("band_recall", "false_alarms", "topic", "side", "desk@3")


class Command(BaseCommand):
    """Takes some minutes: the ear is trained once for each group of writers that judges it, and once for all."""

    help = "Train the learned ear from fixtures/ear and write its weights and figures"

    def add_arguments(self, parser: CommandParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail when other figures are reached")
        parser.add_argument("--anew", action="store_true", help="with --check: learn also what was learned before")
        parser.add_argument("--break-calls", action="store_true", help="write weights that break the city's calls, too")
        parser.add_argument("--folds", type=int, default=FOLDS, help="groups of writers; 0 judges each writer alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Train, then write or compare."""
        try:
            from search.ear.figures import figures
            from search.ear.training import Lesson, learn
        except ImportError as error:
            raise CommandError(f"{error}: pip install scikit-learn (the extra `train`)") from error
        try:
            sentences = all_sentences()
        except SentencesError as error:
            raise CommandError("\n".join(error.problems)) from error
        lesson = Lesson.of(sentences, urgent_topics())
        kept = _written_down()
        if options["check"] and not options["anew"] and kept.get("reached_with") == source_of(lesson, kept):
            self.stdout.write(
                "With this lesson, code and libraries the figures were reached before (--anew learns all the same)."
            )
            return
        ear, judgement = learn(lesson, options["folds"] or len(sentences))
        reached = figures(lesson, ear.meta["labels"], judgement)
        if options["check"]:
            self._compare(reached)
        else:
            self._judge(ear, options["break_calls"])
            ear.write(FOLDER / WEIGHTS)
            reached["reached_with"] = source_of(lesson, reached)
            (FOLDER / FIGURES).write_text(json.dumps(reached, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            forget_ear()
        self.stdout.write(json.dumps(reached["all"]))

    def _judge(self, ear: Ear, break_calls: bool) -> None:
        """Name the city's calls that hold now and would not with this ear. Raises CommandError unless that is wanted."""
        try:
            broken = ear_would_break(ear)
        except DatabaseError:
            # Whoever trains without the site's database has no calls.
            return
        for call in broken:
            self.stderr.write(f"{call.text}: {call.expected} -> {call.came}")
        if broken and not break_calls:
            raise CommandError(
                f"{len(broken)} calls would break; nothing was written (--break-calls writes all the same)"
            )

    def _compare(self, reached: dict[str, Any]) -> None:
        kept = _written_down()["all"]
        other = [
            f"{name}: {kept[name]} is written down, {reached['all'][name]} was reached"
            for name in COMPARED
            if abs(kept[name] - reached["all"][name]) > TOLERANCE
        ]
        if other:
            raise CommandError("\n".join(other))


def _written_down() -> dict[str, Any]:
    return json.loads(Path(FOLDER / FIGURES).read_text(encoding="utf-8"))


def source_of(lesson: Lesson, figures: dict[str, Any]) -> dict[str, str]:
    """What belongs together: a lesson with its code and libraries, the weights as they are here, and the figures."""
    told = {name: value for name, value in figures.items() if name != "reached_with"}
    weights = FOLDER / WEIGHTS
    return {
        "lesson": lesson.fingerprint(),
        "weights": sha256(weights.read_bytes()).hexdigest() if weights.exists() else "",
        "figures": sha256(json.dumps(told, sort_keys=True).encode()).hexdigest(),
    }
