"""Links, pictures, headings and tables: whether who cannot see the page is told what is there.

Rules of this module look at the HTML of rich text as a whole; what is written in it is looked at by all the other rules, paragraph
by paragraph (`checking`). Where editors could choose colours, their contrast would be looked at here: nowhere can they.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .rule import Hit, Level, Role, Rule, Text, World

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = (*HEADINGS, "p", "li", "td", "th", "blockquote", "figcaption", "dt", "dd", "caption")
_SAYS_NOTHING = re.compile(
    r"(?:(?:詳細|詳しく|くわしく|続き|もっと詳しく|申し?込み|お申し?込み|ダウンロード|一覧|資料|予約)(?:は|を)?、?)?"
    r"(?:こちら(?:から|へ|をご?覧ください|のページ)?|ここ(?:から|へ)?|ここをクリック|こちらをクリック)(?:。|！|です)?"
    r"|クリック|リンク|click|here|link|続きを読む|もっと見る|もっと|詳細|詳しく|詳しくはこちら|>>+|→|ページ|pdf|ダウンロード",
    re.I,
)
_FILE = re.compile(
    r".*\.(?:jpe?g|png|gif|webp|heic|bmp|tiff?|svg|pdf)|(?:img|dsc[fn]?|pict?|image|photo|screenshot)[_\- ]?\d+.*|\d[\d_\- ]{5,}",
    re.I,
)
_NO_WORDS = frozenset(
    {"写真", "画像", "イラスト", "図", "絵", "アイコン", "バナー", "ロゴ", "なし", "無し", "無題"}
    | {"image", "photo", "picture", "untitled"}
)


def parsed(html: str) -> BeautifulSoup:
    """Rich text as a tree; whatever editors paste, it never raises."""
    return BeautifulSoup(html, "html.parser")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def piece(tag: Tag, most: int = 40) -> str:
    """What a tag says, for telling which one is meant."""
    return _plain(tag.get_text(" "))[:most]


def says_nothing(text: str) -> bool:
    """Whether words of a link, read alone, do not tell where it leads: こちら."""
    return bool(_SAYS_NOTHING.fullmatch(_plain(text).strip("「」[]()<>")))


def here_link(text: Text, world: World) -> Iterator[Hit]:
    """「こちら」 as the words of a link, or none at all."""
    for link in parsed(text.text).find_all("a"):
        words = piece(link)
        if not words and not link.find(["img", "embed"]):
            yield _at(text, "", _("リンクに文字がありません。行き先の名前を書くか、リンクを外してください。"))
        elif says_nothing(words):
            yield _at(
                text, words, _("「%s」だけでは、どこへ行くか分かりません。行き先の名前をリンクにします。") % words
            )
        elif re.fullmatch(r"https?://\S+", words):
            yield _at(text, words, _("アドレスのかわりに、行き先の名前をリンクにします。"))


def dead_link(text: Text, world: World) -> Iterator[Hit]:
    """To a page that nobody may see, to an entry that has ended, to a file that is gone. Other sites are not asked."""
    for link in parsed(text.text).find_all("a"):
        kind, pk, href = link.get("linktype"), link.get("id"), str(link.get("href") or "")
        target = f"{kind}:{pk}" if kind else href
        if trouble := world.dead(target):
            yield _at(text, piece(link), trouble)


def alt(text: Text, world: World) -> Iterator[Hit]:
    """A picture without words, or with the name of its file for words."""
    words = _plain(text.text)
    if not words:
        yield Hit(0, 0, _("写真の説明がありません。何が写っているかを、見えない人に話すように書きます。"))
    elif _FILE.fullmatch(words) or words.lower() in _NO_WORDS:
        yield Hit(
            0, len(text.text), _("「%s」では、何が写っているか分かりません。写っているものを書きます。") % words[:40]
        )


def picture(text: Text, world: World) -> Iterator[Hit]:
    """A picture within rich text."""
    for image in parsed(text.text).find_all(["img", "embed"]):
        if image.name == "embed" and image.get("embedtype") != "image":
            continue
        words = _plain(str(image.get("alt") or ""))
        if not words:
            yield _at(text, "", _("説明のない写真があります。何が写っているかを書きます。"))
        elif _FILE.fullmatch(words) or words.lower() in _NO_WORDS:
            yield _at(
                text, words, _("「%s」では、何が写っているか分かりません。写っているものを書きます。") % words[:40]
            )


def headings(text: Text, world: World) -> Iterator[Hit]:
    """Headings within a text go down by one level at a time, say something, and are headings."""
    last = text.under
    for tag in parsed(text.text).find_all([*HEADINGS, "p"]):
        words = piece(tag)
        if tag.name == "p":
            if _is_all_bold(tag, words):
                yield _at(text, words, _("太字だけの行です。見出しなら、「見出し」の形にします。"))
            continue
        level = int(tag.name[1])
        if not words:
            yield _at(text, "", _("空の見出しがあります。消してください。"))
        elif last and level > last + 1:
            yield _at(text, words, _("上に大きな見出しがないまま、小さな見出しがあります。大きな見出しから始めます。"))
        last = level


def _is_all_bold(tag: Tag, words: str) -> bool:
    bold = "".join(each.get_text() for each in tag.find_all(["b", "strong"]))
    is_all = bool(words) and _plain(bold) == _plain(tag.get_text())
    return is_all and len(words) <= 30 and not re.search(r"[。．！？!?]$", words)


def table(text: Text, world: World) -> Iterator[Hit]:
    """A table of which nobody can say what a cell means."""
    for each in parsed(text.text).find_all("table"):
        if not each.find("th"):
            yield _at(text, piece(each), _("表に見出しの行がありません。1行目か1列目を見出しにします。"))
        elif any(not piece(head) for head in each.find_all("th")[1:]):
            yield _at(text, piece(each), _("表に、空の見出しがあります。何の列かを書きます。"))


def _at(text: Text, words: str, say: str) -> Hit:
    """In rich text there is no place in an input; the words tell which one."""
    start = text.text.find(words) if words else -1
    return Hit(start, start + len(words), say) if start >= 0 else Hit(-1, -1, say)


_RICH = frozenset({Role.RICH})
RULES = (
    Rule(
        "here_link",
        Level.MEND,
        gettext_lazy("行き先の分からないリンク"),
        gettext_lazy("リンクだけを順に聞いていく人には、どれも同じに聞こえます。"),
        _RICH,
        here_link,
    ),
    Rule(
        "dead_link",
        Level.MEND,
        gettext_lazy("行き止まりのリンク"),
        gettext_lazy("押した人が、何もないページに着いてしまいます。"),
        _RICH,
        dead_link,
    ),
    Rule(
        "alt",
        Level.MEND,
        gettext_lazy("写真の説明"),
        gettext_lazy("写真が見えない人には、何も伝わりません。"),
        frozenset({Role.ALT}),
        alt,
    ),
    Rule(
        "picture",
        Level.MEND,
        gettext_lazy("文の中の写真の説明"),
        gettext_lazy("写真が見えない人には、何も伝わりません。"),
        _RICH,
        picture,
    ),
    Rule(
        "headings",
        Level.LOOK,
        gettext_lazy("見出しの順"),
        gettext_lazy("見出しをたどって読む人が、道に迷います。"),
        _RICH,
        headings,
    ),
    Rule(
        "table",
        Level.MEND,
        gettext_lazy("表の見出し"),
        gettext_lazy("読み上げると、数字がどの列のものか分かりません。"),
        _RICH,
        table,
    ),
)
MARKUP = frozenset(rule.code for rule in RULES if rule.roles == _RICH)
