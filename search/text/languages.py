"""In which language a question is asked: by its script, by words that give a language away, and last by a kept library.

Japanese is the rule here, so what could be Japanese is: 介護 相談 has no kana and is no Chinese. Where nobody can say
(romaji, a lone name, a language that nothing here speaks) the answer is "".
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

from py3langid.langid import MODEL_FILE, LanguageIdentifier

JAPANESE = "ja"
# Languages whose questions the vocabulary holds: their words are looked up like Japanese ones.
HELD = frozenset({JAPANESE, "en", "zh", "pt", "vi"})
# A letter that was pasted tells its language by its beginning.
MOST_CHARACTERS = 400
WORDS = Path(__file__).parent.parent / "data" / "language_words.txt"

# Beside those that are answered, some that would be taken for them: whoever writes French is not answered in Spanish.
_LATIN_LANGUAGES = ("en", "pt", "es", "vi", "tl", "id")
_OTHERS = ("fr", "de", "it", "tr", "ro", "pl", "nl", "sw")
_CYRILLIC_LANGUAGES = ("ru", "uk")
_MODEL_LANGUAGES = (*_LATIN_LANGUAGES, *_OTHERS, *_CYRILLIC_LANGUAGES)

# So much of the certainty that words and library give together must be one language's.
CERTAIN = 0.5
# Where words and library disagree, so many letters stand for one word of a list.
MODEL_SHARE = 1.6
_AS_ROMAJI = "romaji"
# UR, SOGI: what is so short and known to no list is rather a Japanese abbreviation.
LONGEST_ACRONYM = 4
# Latin text beside Japanese is the question only when it is a sentence.
FEWEST_WORDS = 3

_SCRIPTS = {
    "ko": re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]"),
    "th": re.compile("[\u0e01-\u0e5b]"),
    "my": re.compile("[\u1000-\u109f\uaa60-\uaa7f]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
    JAPANESE: re.compile("[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff\uf900-\ufaff々〆\U00020000-\U0003ffff]"),
}
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*")
_CYRILLIC_WORD = re.compile("[\u0400-\u04ff]+")
# Japanese syllables in Latin letters, as they are typed.
_ROMAJI = re.compile(
    r"(?:(?:[kgsztdnhbpmr]y?|sh|ch|jy?|ts|f|w|y)?[aeiou]h?|n'?(?![aeiouy])|k(?=k)|s(?=s)|t(?=[tc])|p(?=p)|g(?=g)|d(?=d)|b(?=b)|m(?=[mpb]))+"
)
# How Nepali words end, which no list can hold all.
_NEPALI_ENDING = re.compile(
    r".{2,}(?:chh?a|nxa|chhan|chhu|chhe|deko|reko|yeko|nuhos|nuhunchha|dina|daina|[aiy]ayo|ayera|eyo|xa)"
)
NEPALI_ENDING = 0.5
_VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹĩũ]")
_SPANISH, _PORTUGUESE = re.compile("[ñ¿¡]"), re.compile("ã|õ|ç")
# Chinese by words that Japanese has not; 我慢 and 自我 are Japanese, 我想 is not.
_CHINESE = re.compile(
    "[你您她妳咱哪嗎啊呢吧啦嘛們麼這]|我(?!慢|が|を|の|ら|流|孫|輩|執|欲|々|田|妻|孫子|等|利|武者|儘)(?<!怪我)(?<!自我)(?<!無我)(?<!忘我)(?<!彼我)"
    "|(?<![終完修満校未投魅議読結])了(?:$|[ ,.!?、。，！？])|(?<![埋日戦病陥沈出水])没(?![収後頭落年入個交我])"
    "|(?<![理感予発回思構空妄仮着瞑連奇幻愛随追夢無断])想(?![定像起念見])|被(?:打|咬|罵|赶|騙|拒|装|偷|摸|丈|公司|房|男)|累(?![計積進犯代減損])"
    "|好像|挨打|隔壁|室友|[爸媽裡罵聽樓儿]|吃(?![音逆驚立])|退休|残疾|志愿|抑郁|失眠|送餐|割腕|租房|房子|一個[人禮月]|喝(?![破采釆道])"
    "|想死|不想|不活|没有|沒有|怎样|怎樣|怎么|怎麼|什么|什麼|可以|哪里|哪裡|在哪|老公|老婆|丈夫打|打孩子|被打|被赶|吃饭|吃飯|不知道|不会|"
    "是不是|有没有|咨询|諮詢|諮商|家暴|自杀|自殺念|救命啊|帮|幫我|幫忙|請問|生病|肚子|孩子|发烧|發燒|頭痛的|流血|很痛|好痛|好累|好饿|好餓|好怕|害怕|睡不着|睡不著|"
    "工作的|上班|失业|失業了|找工作|房租|签证|簽證|警察局|医院在|医生|醫生|怀孕|懷孕|被骗|被騙|失踪了|去世|日语|日語|中文|普通话|翻译|很|跟|沒"
)
_HINDI = re.compile("है|हैं|हूं|हूँ|मैं|मुझे|नहीं|चाहिए|क्या|कैसे|मेरा|मेरी|में(?![\u0900-\u097f])|रहा|रही|करना|और")
_NEPALI = re.compile("छ|मलाई|मेरो|हुन्छ|गर्न|भयो|लाई|बाट|थियो|होला|कहाँ|कसरी|कति|पाइन्|र्छु|सक्दि|भएको|नेपाल")
_UKRAINIAN, _RUSSIAN = re.compile("[іїєґ]"), re.compile("[ыэёъ]")
_OTHER_CYRILLIC = re.compile("[өүқғңәұһӣӯҷҳў]")


def language_of(text: str) -> str:
    """The code of a text's language, or "" where it cannot be told; takes any text, never raises."""
    clean = _clean(text)
    counts = {name: len(found) for name, script in _SCRIPTS.items() if (found := script.findall(clean))}
    if not counts:
        return "" if any(unicodedata.category(sign) == "Lo" for sign in clean) else JAPANESE
    if counts.get(JAPANESE):
        return _beside_japanese(clean, counts)
    return _of_script(max(counts, key=lambda name: counts[name]), clean)


def is_japanese(text: str) -> bool:
    """Whether a text is surely Japanese, or has no letters at all (110)."""
    return language_of(text) == JAPANESE


def is_held(text: str, language: str) -> bool:
    """Whether a text of a language has words that the vocabulary holds, or could be Japanese in Latin letters."""
    words = _WORD.findall(_bare(_clean(text))) if not language else []
    return language in HELD or (bool(words) and all(map(_ROMAJI.fullmatch, words)))


def _clean(text: str) -> str:
    return unicodedata.normalize("NFKC", text[: 2 * MOST_CHARACTERS])[:MOST_CHARACTERS].lower()


def _beside_japanese(clean: str, counts: Mapping[str, int]) -> str:
    """Kana or characters stand in the text: a word of another script beside them is a name, a sentence is the question."""
    chinese = not _KANA.search(clean) and _is_chinese(clean)
    # One character says about as much as two letters.
    others = {name: count for name, count in counts.items() if name != JAPANESE and count > 2 * counts[JAPANESE]}
    if others:
        other = max(others, key=lambda name: others[name])
        if other != "latin":
            return _of_script(other, clean)
        if len(set(_WORD.findall(_bare(clean))) - _japanese_latin()) >= FEWEST_WORDS:
            return _of_latin(clean) or JAPANESE
    return "zh" if chinese else JAPANESE


def _of_script(name: str, clean: str) -> str:
    if name == "latin":
        return _of_latin(clean)
    if name == "devanagari":
        return "" if len(_HINDI.findall(clean)) > len(_NEPALI.findall(clean)) else "ne"
    return _of_cyrillic(clean) if name == "cyrillic" else name


def _is_chinese(clean: str) -> bool:
    """Whether characters without kana are Chinese: forms that Japan does not use, or words that it does not say."""
    return bool(_CHINESE.search(clean)) or any(_is_simplified(sign) for sign in _HAN.findall(clean))


@lru_cache(maxsize=4_096)
def _is_simplified(sign: str) -> bool:
    """Whether the code page of mainland China has a character and that of Japan has not."""
    return _has("gb2312", sign) and not _has("cp932", sign)


def _has(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _of_cyrillic(clean: str) -> str:
    if _OTHER_CYRILLIC.search(clean):
        return ""
    ukrainian, russian = len(_UKRAINIAN.findall(clean)), len(_RUSSIAN.findall(clean))
    if ukrainian != russian:
        return "uk" if ukrainian > russian else "ru"
    words = _CYRILLIC_WORD.findall(clean)
    said = _said(words)
    if said["uk"] != said["ru"]:
        return max(_CYRILLIC_LANGUAGES, key=lambda code: said[code])
    likely = _likely(clean)
    return max(_CYRILLIC_LANGUAGES, key=lambda code: likely.get(code, 0.0))


def _of_latin(clean: str) -> str:
    if _VIETNAMESE.search(clean):
        return "vi"
    if _SPANISH.search(clean):
        return "es"
    bare = _bare(clean)
    words = _WORD.findall(bare)
    left = [word for word in words if word not in _japanese_latin() or word in _words()]
    if not any(word not in _japanese_latin() for word in words):
        # DV, PTSD, LINE: what Japanese writes in Latin letters too.
        return JAPANESE
    said = _said(left)
    if not said and len(words) == 1 and len(words[0]) <= LONGEST_ACRONYM:
        return JAPANESE
    if _is_romaji(left, said):
        return ""
    if _PORTUGUESE.search(clean) and said["pt"] >= said["vi"]:
        return "pt"
    scores = _joined(said, clean, left)
    if not scores:
        return ""
    code = max(scores, key=lambda name: scores[name])
    return code if scores[code] >= CERTAIN and code not in _OTHERS else ""


def _said(words: list[str]) -> Counter[str]:
    """How much the words speak for each language; a word of three languages says a third for each."""
    said: Counter[str] = Counter()
    known = _words()
    for word in words:
        for code in known.get(word, ()):
            said[code] += 1 / len(known[word])  # type: ignore[assignment]
        if word not in known and _NEPALI_ENDING.fullmatch(word):
            said["ne"] += NEPALI_ENDING  # type: ignore[assignment]
    return said


def _is_romaji(words: list[str], said: Mapping[str, float]) -> bool:
    """Whether words are Japanese in Latin letters, or so few that they may well be."""
    if not words or not all(map(_ROMAJI.fullmatch, words)):
        return False
    romaji = said.get(_AS_ROMAJI, 0.0)
    others = max((value for code, value in said.items() if code != _AS_ROMAJI), default=0.0)
    return romaji >= others and (romaji > 0 or len(words) <= FEWEST_WORDS)


def _joined(said: Mapping[str, float], clean: str, words: list[str]) -> dict[str, float]:
    """Shares of certainty of each language, by the words and the library together."""
    said = {code: value for code, value in said.items() if code != _AS_ROMAJI}
    told = sum(said.values())
    best = max(said.values(), default=0.0)
    others = sorted(said.values())[-2:-1]
    if best >= 1 and best > 2 * (others[0] if others else 0.0) and best >= 0.4 * len(words):
        # The words are clear enough; the library need not be asked, nor loaded.
        return {code: value / told if value < best else 1.0 for code, value in said.items()}
    likely = _likely(clean)
    weight = MODEL_SHARE * max(len(words) / 4, 0.5)
    joined = {code: said.get(code, 0.0) + weight * likely.get(code, 0.0) for code in {*said, *likely}}
    total = sum(joined.values())
    return {code: value / total for code, value in joined.items()} if total else {}


def _bare(text: str) -> str:
    """Small letters without their marks."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return plain.replace("đ", "d")


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    """The languages of each word of the lists."""
    found: dict[str, dict[str, None]] = {}
    for code, words in _lists():
        for word in words if code != JAPANESE else ():
            found.setdefault(word, {})[code] = None
    return {word: tuple(codes) for word, codes in found.items()}


@cache
def _japanese_latin() -> frozenset[str]:
    """Latin words that Japanese questions are full of."""
    return frozenset(word for code, words in _lists() if code == JAPANESE for word in words)


def _lists() -> Iterator[tuple[str, list[str]]]:
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        code, *words = line.partition("#")[0].split() or [""]
        yield code, words


_lock = threading.Lock()
_identifier: LanguageIdentifier | None = None


def _likely(clean: str) -> dict[str, float]:
    """How likely the library thinks each language, from 0 to 1."""
    return dict(_loaded().rank(clean))


def _loaded() -> LanguageIdentifier:
    """The library with our languages alone: loaded when it is first asked, once for all threads."""
    global _identifier
    if _identifier is None:
        with _lock:
            if _identifier is None:
                _identifier = _load()
    return _identifier


def _load() -> LanguageIdentifier:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    places = [place for place, code in enumerate(whole.nb_classes) if code in _MODEL_LANGUAGES]
    # Made anew from the columns that are used: the other hundred languages need not stay in memory.
    return LanguageIdentifier(
        whole.nb_ptc[:, places].copy(),
        whole.nb_pc[places],
        [whole.nb_classes[place] for place in places],
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
