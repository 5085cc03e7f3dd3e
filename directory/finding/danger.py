"""Danger: what a question speaks of and from which side, by patterns, by urgent needs and by the learned ear; and the band for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from search.ear import NOTHING, Heard
from search.questions.danger import SaidDanger
from search.questions.query import Question
from search.text.languages import HELD, JAPANESE

from ..cache import remembered
from ..choices import Patient, Side, TopicRole
from ..models import DangerTopic, NationalLine
from .hotlines import EMERGENCY_NUMBERS, by_opening, shown_lines, speaks, ways_without_voice

MEMORY = "dangers"
# More would push the city's own desk off a telephone's screen; the rest is folded away.
SHOWN_LINES = 2
MOST_TOPICS = 2
# An urgent need is heard although no pattern of danger says so when it is the likeliest meaning by so much: a line too
# many is easier to bear than one that is missing.
TOLD_DANGER = 0.8
# A pattern that came with the software counts for so much, an urgent need that was told for so much: where the ear is surer than
# that of the contrary (counted from where it would hear the danger), it is a joke, a title, a statistic. Of unseen writers'
# harmless sentences the patterns alone took 6 of 100 for danger, with this 1; of their dangers none that the patterns had heard
# was lost in 50. A city's own pattern always counts.
PATTERN, TOLD = 1.0, 0.1
# The ear names the topic where patterns and ear disagree, once it is so sure of it.
SURE_TOPIC = 0.5
# Words of a calm topic are no danger, whatever the ear hears in them; of those that shipped a longer text says more.
LONGEST_CALM = 14
# Where the ear is of one of these, words of death are told well enough: elsewhere never as something less urgent only.
OF_DEATH = frozenset({TopicRole.ALWAYS, TopicRole.AFTERWARDS})
# Where the ear is less sure, nobody knows who speaks, and the words for everybody are used.
SURE_SIDE = 0.4
# What a shipped pattern says and the ear finds so unlikely, where it is sure of another topic, is not spoken of.
LEAST_TOPIC = 0.03
# A faint danger is no band, but nothing of it may be kept: so far below what is heard the ear still listens.
FAINT = -1.0
# Words of people who work on a matter, or remember it, and are not in it.
_ABOUT = re.compile(
    "防止|対策|予防|要望|申込|イベント|研修|講座|講演|講師|出前|授業|ボランティア|啓発|ポスター|チラシ|リーフレット|条例|計画|統計|件数|資料|月間|週間|推進|会議|助成"
    "|支援者|職員向け|遺族|遺児|わかちあい|分かち合い|サポーター|リボン|制度|法律|とは$"
    "|手続|年金|戸籍|遺品|training|volunteer|course|curso|讲座|tập huấn"
)
# Who is ill decides between the lines for children and for grown-ups.
_CHILD = re.compile(
    "赤ちゃん|あかちゃん|新生児|乳児|幼児|園児|子ども|子供|こども|むすこ|息子|むすめ|娘|孫|まご|小学生|弟|妹"
    "|(?<![0-9])1?[0-9](?:歳|才|さい|か月|ヶ月|カ月|ヵ月)(?!代)"
    "|baby|child|kid|toddler|my son|my daughter|孩子|宝宝|儿子|女儿|小孩"
    "|bebe|bebê|filh[oa]|criança|con tôi|con toi|em bé|con gái|con trai|"
    "아이|아기|아들|딸|anak|bayi|hij[oa]|niñ[oa]|bebé|लูก|ลูก|बच्चा|छोरा|छोरी|ребен|ребён|дитин|ကလေး"
)
# Where nobody told who is ill, the lines for children and for grown-ups are shown.
ANY_PATIENT = "any"
# For whom the words to the family are meant as well.
_NEAR = frozenset({Side.FAMILY, Side.NEIGHBOUR})


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of danger with its words, desks and lines; "" stands for every side that has none of its own."""

    code: str
    kind_of: str
    need: str
    heading: str
    text: str
    family_text: str
    emergency: bool
    at_night: bool
    voices: Mapping[str, tuple[str, str]]
    answers: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, tuple[tuple[str, int], ...]]
    role: str = ""

    def voice(self, side: str) -> tuple[str, str]:
        """Heading and sentence for a side."""
        own = self.voices.get(side)
        return own or (self.heading, self.family_text if side in _NEAR and self.family_text else self.text)

    def types(self, side: str) -> tuple[str, ...]:
        """Types of institution that lead for a side, in order."""
        return self.answers.get(side) or self.answers.get("", ())

    def line_ids(self, side: str, patient: str) -> list[int]:
        """Lines for a side and a patient, in order."""
        rows = self.lines.get(side) or self.lines.get("", ())
        return [pk for meant_for, pk in rows if patient == ANY_PATIENT or meant_for in {"", patient}]


@dataclass(frozen=True, slots=True)
class Danger:
    """What danger a question speaks of: topics, the leading one first, and from which side ("" where nobody can say)."""

    topics: tuple[str, ...] = ()
    side: str = ""
    patient: str = Patient.ADULT

    def __bool__(self) -> bool:
        return bool(self.topics)


NO_DANGER = Danger()


@dataclass(frozen=True, slots=True)
class Band:
    """What stands above the answers: one heading, one sentence, three lines, and more to unfold."""

    topics: tuple[str, ...]
    side: str
    heading: str
    text: str
    emergency: bool
    at_night: bool
    lines: tuple[NationalLine, ...]
    more: tuple[NationalLine, ...]

    @property
    def without_voice(self) -> NationalLine | None:
        """A line that one can reach without speaking; in an emergency that of the police, if there is no other."""
        police = [line for line in shown_lines() if self.emergency and line.number == "110"]
        return next((line for line in (*self.lines, *self.more, *police) if ways_without_voice(line)), None)

    @property
    def lacks_emergency_numbers(self) -> bool:
        """Whether 110 and 119 have to be named beside the lines."""
        return self.emergency and not any(line.number in EMERGENCY_NUMBERS for line in self.lines)


def topics() -> dict[str, Topic]:
    """All topics in use, the most urgent first."""
    return remembered(MEMORY, "topics", _read)


def are_kin(code: str, other: str) -> bool:
    """Whether two topics are one, one is a kind of the other, or both are kinds of the same."""
    known = topics()
    above, other_above = (known[name].kind_of if name in known else "" for name in (code, other))
    return code == other or above == other or other_above == code or bool(above and above == other_above)


def _read() -> dict[str, Topic]:
    return {
        topic.code: Topic(
            topic.code,
            topic.kind_of.code if topic.kind_of else "",
            topic.need.code if topic.need and not topic.need.retired else "",
            topic.heading,
            topic.text,
            topic.family_text,
            topic.emergency,
            topic.at_night,
            {voice.side: (voice.heading, voice.text) for voice in topic.voices.all()},
            _by_side((answer.side, answer.type.code) for answer in topic.answers.all()),
            _by_side((line.side, (line.patient, line.line_id)) for line in topic.lines.all()),
            topic.role,
        )
        for topic in DangerTopic.objects.filter(retired=False)
        .select_related("kind_of", "need")
        .prefetch_related("lines", "voices", "answers__type")
    }


def _by_side(rows: object) -> dict[str, tuple]:
    found: dict[str, list] = {}
    for side, value in rows:  # type: ignore[attr-defined]
        found.setdefault(side, []).append(value)
    return {side: tuple(values) for side, values in found.items()}


def danger_of(question: Question, speaker: str = "") -> Danger:
    """What danger a question speaks of. `speaker` is who the words say is asking, for where the ear is away."""
    heard = question.heard
    # Of languages that the vocabulary does not hold the ear knows too little to silence a pattern, or to correct it.
    knows_better = bool(heard) and question.language in HELD
    certain = [item for item in question.dangers if item.is_own or not knows_better or _outweighs(item, heard)]
    said = {item.topic: item for item in certain}
    if not said:
        said = {topic: SaidDanger(topic) for topic in _told(question)}
    calm = [said.pop(code) for code in list(said) if _role(code) == TopicRole.CALM]
    if calm and not said and (any(item.is_own for item in calm) or len(question.text) <= LONGEST_CALM):
        # Somebody knows better than the ear.
        return NO_DANGER
    codes = _in_order(heard if knows_better or not said else NOTHING, said)
    if not codes:
        return NO_DANGER
    patient = Patient.CHILD if _CHILD.search(question.text) else Patient.ADULT
    return Danger(codes[:MOST_TOPICS], _side(heard, said, speaker), patient)


def _outweighs(said: SaidDanger, heard: Heard) -> bool:
    """Whether a pattern that shipped counts although the ear hears none; one that tells the side as well counts twice."""
    return heard.danger >= min(heard.least, 0.0) - PATTERN * (2 if said.side else 1)


def is_faint(question: Question) -> bool:
    """Whether a question may speak of danger, however faintly: nothing of it is kept then."""
    heard = question.heard
    return bool(question.dangers) or bool(_told(question)) or heard.danger >= heard.least + FAINT


def _in_order(heard: Heard, said: Mapping[str, SaidDanger]) -> tuple[str, ...]:
    """The topics that the patterns said, by urgency; the one that the ear is sure of before them, unless it is no danger here."""
    known = [code for code, topic in topics().items() if topic.role != TopicRole.CALM]
    codes = [code for code in known if code in said]
    if heard.topic in known and (heard.is_danger or (codes and heard.topics[0][1] >= SURE_TOPIC)):
        first = not codes or heard.topics[0][1] >= SURE_TOPIC
        if first:
            likely = {code for code, likelihood in heard.topics if likelihood >= LEAST_TOPIC}
            codes = [code for code in codes if code in likely or said[code].is_own or _role(code) == TopicRole.ALWAYS]
        codes = [code for code in codes if code != heard.topic]
        codes.insert(0 if first else len(codes), heard.topic)
    if codes and _role(heard.topic) not in OF_DEATH:
        more_urgent = known[: known.index(codes[0])]
        codes.sort(key=lambda code: not (code in more_urgent and _role(code) == TopicRole.ALWAYS))
    # A pattern that tells the side as well is the most exact that there is.
    codes.sort(key=lambda code: not (code in said and said[code].side))
    return tuple(codes)


def _role(code: str) -> str:
    """What part a topic plays beside the others; "" for a plain one, and for none that is in use."""
    topic = topics().get(code)
    return topic.role if topic else ""


def _side(heard: Heard, said: Mapping[str, SaidDanger], speaker: str) -> str:
    told = next((item.side for item in said.values() if item.side), "")
    if told:
        return told
    if heard.sides and heard.sides[0][1] >= SURE_SIDE:
        return heard.side
    return {"person": Side.ME, "employer": Side.NEIGHBOUR}.get(speaker, speaker)


def _told(question: Question) -> tuple[str, ...]:
    """Topics whose need was told very surely, where every minute may count."""
    heard = question.heard
    told = {
        need.target
        for need in question.echoes[:1]
        if need.score >= TOLD_DANGER and (need.is_own or not heard or heard.danger >= -TOLD)
    }
    if not told or _ABOUT.search(question.text):
        return ()
    urgent = [topic for topic in topics().values() if topic.need in told and (topic.emergency or topic.at_night)]
    # Fire and poison share the need of the illness; the ear tells them apart, a phrase does not.
    return tuple(topic.code for topic in urgent if not topic.kind_of)[:1]


def band_of(danger: Danger, language: str = JAPANESE) -> Band | None:
    """The band of a danger, or None. The first topic speaks, each brings its first line; what is closed now comes last, and
    of what is open, or closed, the lines that speak the language come first.
    """
    known = topics()
    found = [known[code] for code in danger.topics if code in known]
    if not found:
        return None
    shown = {line.pk: line for line in shown_lines()}
    groups = [[shown[pk] for pk in topic.line_ids(danger.side, danger.patient) if pk in shown] for topic in found]
    lines = by_opening(sorted(_in_turn(groups), key=lambda line: not speaks(line, language)))
    heading, text = found[0].voice(danger.side)
    return Band(
        tuple(topic.code for topic in found),
        danger.side,
        heading,
        text,
        any(topic.emergency for topic in found),
        any(topic.at_night for topic in found),
        tuple(lines[:SHOWN_LINES]),
        tuple(lines[SHOWN_LINES:]),
    )


def band_of_needs(codes: Collection[str]) -> Band | None:
    """The band of needs that somebody chose from a list; None where none of them may be urgent.

    A kind of a topic (poison, of sudden illness) brings its lines along with the whole topic, never alone: who chose
    「思いがけない妊娠」 did not say that the waters broke.
    """
    known = topics()
    urgent = [topic for topic in known.values() if topic.need in codes and (topic.emergency or topic.at_night)]
    whole = [topic for topic in urgent if not topic.kind_of]
    kinds = [topic for topic in urgent if topic.kind_of in {topic.code for topic in whole}]
    return band_of(Danger(tuple(topic.code for topic in (*whole, *kinds)), patient=ANY_PATIENT)) if whole else None


def leading_types(danger: Danger) -> tuple[str, ...]:
    """Types of institution whose desks lead below the band: those of the first topic and side, then of the second."""
    return tuple(leading_needs(danger))


def leading_needs(danger: Danger) -> dict[str, tuple[str, ...]]:
    """The types that lead, with the needs that tell which desk of a type does.

    Police and firemen are of one type; a victim of violence goes to the former. A topic without a need of its own takes
    those of the topics whose bands begin with the same line.
    """
    known = topics()
    found: dict[str, tuple[str, ...]] = {}
    for topic in (known[code] for code in danger.topics if code in known):
        first = topic.line_ids("", ANY_PATIENT)[:1]
        alike = [other.need for other in known.values() if first and other.line_ids("", ANY_PATIENT)[:1] == first]
        needs = (topic.need,) if topic.need else tuple(dict.fromkeys(need for need in alike if need))
        for code in topic.types(danger.side):
            found.setdefault(code, needs)
    return found


def _in_turn(groups: Sequence[Sequence[NationalLine]]) -> list[NationalLine]:
    """The first of each, then the second of each ..., each once."""
    found: dict[int, NationalLine] = {}
    for rank in range(max(map(len, groups), default=0)):
        for group in groups:
            if rank < len(group):
                found.setdefault(group[rank].pk, group[rank])
    return list(found.values())
