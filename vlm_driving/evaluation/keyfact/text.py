"""One spelling for what Japanese spells in many ways, and sentences out of it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPELLINGS: tuple[tuple[str, str], ...] = (
    ("子供", "子ども"),
    ("こども", "子ども"),
    ("とまれ", "止まれ"),
    ("停まれ", "止まれ"),
    ("停まっ", "止まっ"),
    ("とまって", "止まって"),
    ("停まり", "止まり"),
    ("わかり", "分かり"),
    ("わから", "分から"),
    ("判ら", "分から"),
    ("判り", "分かり"),
    ("まっすぐ", "真っすぐ"),
    ("真っ直ぐ", "真っすぐ"),
    ("まん中", "真ん中"),
    ("映っ", "写っ"),
    ("うつっ", "写っ"),
    ("みえ", "見え"),
    ("みあたら", "見当たら"),
    ("みあたり", "見当たり"),
    ("見あた", "見当た"),
    ("付いてい", "点いてい"),
    ("ついてい", "点いてい"),
    ("お年より", "お年寄り"),
    ("ご年配", "お年寄り"),
    ("塞い", "ふさい"),
    ("塞が", "ふさが"),
    ("曇り", "くもり"),
    ("出来", "でき"),
    ("居ません", "いません"),
    ("居ない", "いない"),
    ("居ます", "います"),
    ("有りま", "ありま"),
    ("無い", "ない"),
    ("無く", "なく"),
    ("無し", "なし"),
    ("ひとり", "1人"),
    ("ふたり", "2人"),
    ("ひとつ", "1つ"),
    ("ふたつ", "2つ"),
)

_LOOKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        # Idioms that are spelt like a negation and are none, then double negations.
        (r"かも(?:し|知)れ(?:ません|ない)", "かもです"),
        (r"間?違い(?:は)?(?:ありません|ない|なく)", "確かです"),
        (r"(?:すみません|申し訳(?:ありません|ございません))", ""),
        (r"(?:問題|差し支え|支障)(?:は|も)?(?:ありません|ない|なく)", "大丈夫です"),
        (r"しか(?:ありません|ない|いません|いない|見え(?:ません|ない))", "だけです"),
        (r"に(?:ほか|他)(?:なりません|ならない)", "です"),
        (r"(?:だけ|ばかり|のみ)(?:では?なく|では(?:ありません|ない)|ならず)", "に加え"),
        (
            r"(?:なければ|なくては|なくちゃ|ないと|ねば|なきゃ)"
            r"(?:なりません|ならない|いけません|いけない|だめ|ダメ)",
            "べき",
        ),
        (r"ざるを[得え](?:ません|ない)", "べきです"),
        (r"ない(?:こと|わけ|もの)(?:は|では|でも|も)(?:ありません|ない)", "るです"),
        (r"なく(?:は|も)(?:ありません|ない)", "るです"),
        (r"少なくとも", "最低"),
        (r"にも(?:かかわ|関わ)らず", "のに"),
        (r"(?:必|ま|思わ|絶え|相変わら|少なから|とりあえ|取り敢え)ず", "確かに"),
        (r"例えば|たとえば", ""),
        (r"なし(?=です|でした|[。、]|$)|(?:^|(?<=[。、]))ない(?=です|。|$)", "ありません"),
    )
)

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_KANJI_NUMBER = re.compile(
    r"[〇一二三四五六七八九十百千]+(?=人|名|台|車線|メートル|m|キロ|km|本|個|つ|匹|頭|秒|歳|枚)"
)
_SENTENCE_END = re.compile(r"[。！？!?\n]+")
_LONGEST = 240
_FIGURE = r"(\d{1,6}(?:\.\d{1,3})?)"
_SPAN = re.compile(rf"(?<!\d){_FIGURE}(?:m|キロ)?(?:~|-|から(?=\d+m)){_FIGURE}(m|キロ)")
_ASKED = re.compile(
    r"[「『\"][^」』\"]*[」』\"](?=という?(?:ご?質問|お?尋ね|問い|こと)|とのご?(?:質問|お尋ね)"
    r"|とお?(?:聞|尋|訊))"
)


@lru_cache(maxsize=4096)
def normalize(text: str) -> str:
    """NFKC, lower case, one spelling, ASCII figures, short units, no spaces or quotes."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[~〜∼˜～]", "~", text)
    text = re.sub(r"(?<=[ァ-ヶ])[‐‑–—―−-]", "ー", text)
    text = re.sub(r"[ \t\r\u3000]+", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = text.replace(",", "、").replace("､", "、")
    text = _ASKED.sub("", text)
    text = re.sub(r"[「」『』\"'“”‘’()（）【】\[\]*#]", "", text)
    for old, new in _SPELLINGS:
        text = text.replace(old, new)
    text = _KANJI_NUMBER.sub(_kanji_number, text)
    text = re.sub(r"(?<=\d)名", "人", text)
    text = re.sub(r"km/?h|キロ(?:メートル)?(?:毎時|/h)|km|キロメートル", "キロ", text)
    text = re.sub(r"(?<=\d)(?:メートル|メーター|m(?![a-z]))", "m", text)
    text = _SPAN.sub(_middle, text)
    for pattern, to in _LOOKS:
        text = pattern.sub(to, text)
    return text


def sentences(text: str) -> list[str]:
    """The sentences of normalized text, their ends left out; a question keeps its mark."""
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        piece = text[start : end.start()]
        if piece:
            found.append(piece + ("?" if "?" in end.group() else ""))
        start = end.end()
    found.append(text[start:])
    # What never ends is cut, so that reading it takes no longer than it is worth.
    return [piece[at : at + _LONGEST] for piece in found for at in range(0, len(piece), _LONGEST)]


def _middle(match: re.Match[str]) -> str:
    """A span such as 20~30m says its middle."""
    return f"{(float(match[1]) + float(match[2])) / 2:g}{match[3]}"


def _kanji_number(match: re.Match[str]) -> str:
    total = digit = 0
    plain = ""
    for char in match.group():
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
            plain += str(digit)
    return str(total + digit) if total else str(int(plain))
