"""Puts English in an answer into bare Japanese, so that what it claims can be looked for.

Word by word and clause by clause: enough to tell red from green, left from right, two from three
and yes from no. That the answer is not in Japanese is punished elsewhere (`language`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from vlm_driving.evaluation.judges.foreign_words import PHRASES, WORDS
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.keyfact import Rubric
from vlm_driving.evaluation.keyfact.text import normalize_word

_KEPT = re.compile(r"```.*?(?:```|$)|`[^`\n]*`|https?://\S+|「[^」]*」|『[^』]*』", re.DOTALL)
_RUN = re.compile(
    r"[A-Za-z][A-Za-z0-9 ,;:.!?'’/()\"%-]*|\d+(?=\s+[A-Za-z]{3})[A-Za-z0-9 ,;:.!?'’-]*"
)
_WORD = re.compile(
    r"[A-Za-z]+(?:n['’]t|['’]s)?|\d+(?:\.\d+)?\s?(?:km/?h|km|m|kg|cm|%)?(?![A-Za-z])"
)
_CLAUSE = re.compile(
    r"[.;:!?]+(?:\s|$)|,|\b(?:and|but|so|because|since|which|who|while|as|although|however)\b", re.I
)
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ㐀-鿿]")

_COUNT = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: number for number, word in enumerate(_COUNT.split(" "))}
_NO = frozenset(("no", "not", "never", "without", "nobody", "nothing", "none", "neither", "nor"))
_MAY = frozenset(("can", "may", "could"))
_MAYBE = frozenset(("maybe", "perhaps", "probably", "possibly", "might", "likely", "seems"))
_IF = frozenset(("if", "when", "unless"))
_AS_ADJECTIVE = {
    "赤": "赤い",
    "青": "青い",
    "黄": "黄色い",
    "白": "白い",
    "黒": "黒い",
    "茶色": "茶色い",
}
_CARS, _BEASTS, _PEOPLE = frozenset(("車", "乗り物")), frozenset(("動物",)), frozenset(("人",))
_HIDDEN = re.compile(r"zzz([a-j]+)zzz", re.IGNORECASE)
_DENIED = re.compile(r"n['’]t$|^cannot$")


def in_japanese(answer: str, facts: Rubric, asked: str = "") -> str:
    """The answer, its English words and sentences in Japanese.

    Args:
        answer: in any language.
        facts: of the question: of several Japanese words for one thing, theirs is taken; their
            own English words stay as they are.
        asked: the question, whose words stay, too.
    """
    if not re.search(r"[A-Za-z]{2}", unicodedata.normalize("NFKC", answer)):
        return answer
    known = _known(facts, asked)
    hidden: list[str] = []
    text = known.hide(unicodedata.normalize("NFKC", answer), hidden)
    parts: list[str] = []
    at = 0
    for kept in _KEPT.finditer(text):
        parts += [_outside(text[at : kept.start()], known), kept.group()]
        at = kept.end()
    text = "".join([*parts, _outside(text[at:], known)])
    return _HIDDEN.sub(lambda match: hidden[_number(match[1])], text)


@lru_cache(maxsize=1024)
def _known(facts: Rubric, asked: str) -> _Known:
    return _Known(facts, asked)


class _Known:
    """Words that stay as they are, and the words that a rubric has for a meaning."""

    def __init__(self, facts: Rubric, asked: str) -> None:
        groups = (facts.lead, *facts.must, *facts.any_of, *facts.must_not)
        synonyms = [word for group in groups for word in group]
        self.stays = frozenset(re.findall(r"[a-z]+", " ".join((*synonyms, asked)).lower()))
        names = sorted((n for n in map(_latin, synonyms) if n), key=len, reverse=True)
        self._names = [re.compile(n, re.IGNORECASE) for n in dict.fromkeys(names)]
        self.units = tuple(_units(synonyms))
        self._by_meaning: dict[str, str] = {}
        for word in (normalize_word(synonym) for synonym in synonyms):
            meaning = LEXICON.names.get(word)
            if meaning is not None:
                self._by_meaning.setdefault(meaning, word)

    def name(self, meaning: str, otherwise: str) -> str:
        """The rubric's word for a meaning, if it has one."""
        return self._by_meaning.get(meaning, otherwise)

    def hide(self, text: str, hidden: list[str]) -> str:
        """The text with a word of ours in the place of each of the rubric's own names."""

        def put(match: re.Match[str]) -> str:
            hidden.append(match.group())
            return f"zzz{_letters(len(hidden) - 1)}zzz"

        for pattern in self._names:
            text = pattern.sub(put, text)
        return text


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _number(letters: str) -> int:
    return int("".join(str(ord(letter) - ord("a")) for letter in letters))


def _latin(synonym: str) -> str:
    """A pattern for a synonym in Latin letters, however it is spaced; "" for any other."""
    letters = re.sub(r"[\s.・-]", "", unicodedata.normalize("NFKC", synonym))
    if not re.fullmatch(r"[A-Za-z]{3,}", letters):
        return ""
    spaced = r"[\s.・-]?".join(letters)
    return rf"(?<![A-Za-z]){spaced}(?![A-Za-z])"


def _units(synonyms: list[str]) -> list[str]:
    found = [re.fullmatch(r"\d+([^\d]{1,2})", normalize_word(word)) for word in synonyms]
    return list(dict.fromkeys(match[1] for match in found if match is not None))


def _outside(text: str, known: _Known) -> str:
    mixed = _JAPANESE.search(text) is not None

    def put(match: re.Match[str]) -> str:
        run = match.group()
        words = _WORD.findall(run)
        if mixed and len(words) < 3 and all(word.isupper() for word in words):
            return run
        if mixed and len(words) < 3:
            return _few(run, known)
        return _sentences(run, known)

    return _RUN.sub(put, text)


def _few(run: str, known: _Known) -> str:
    """One or two words amid Japanese: theirs is the grammar around them."""
    lowered = run.strip().lower().rstrip(",.")
    if lowered in ("no", "yes"):
        return "いいえ、" if lowered == "no" else "はい、"
    if lowered in PHRASES:
        return PHRASES[lowered]
    return _WORD.sub(lambda m: _amid(m.group().lower(), known) or m.group(), run)


def _amid(word: str, known: _Known) -> str | None:
    if word in _NUMBERS:
        return str(_NUMBERS[word])
    name = _meaning(word, known)
    # redの as well as redです: the noun fits both.
    return LEXICON.names.get(name, name) if name and name in _AS_ADJECTIVE.values() else name


def _sentences(run: str, known: _Known) -> str:
    said: list[str] = []
    for clause in _CLAUSE.split(run):
        words = [w.lower() for w in _WORD.findall(clause)]
        if not words:
            continue
        if words in (["yes"], ["no"]):
            said.append("はい、" if words == ["yes"] else "いいえ、")
            continue
        if words[0] in ("yes", "no") and len(words) > 1 and not said and words[0] == "yes":
            said.append("はい、")
            words = words[1:]
        said.append(_clause(words, known))
    return "".join(said)


def _clause(words: list[str], known: _Known) -> str:
    denied = any(word in _NO or _DENIED.search(word) for word in words)
    found = _terms([w for w in words if w not in _NO], known)
    if not found:
        return ""
    text = "の".join(found).replace("のかの", "か")
    if _MAYBE & set(words):
        text = "おそらく" + text
    if _IF & set(words):
        return text + "なら、"
    may = _MAY & set(words) or any(re.match(r"can['’]?t|cannot|couldn", w) for w in words)
    if may or "must" in words and denied:
        return text + ("できません。" if denied else "できます。")
    if words[0] == "there":
        return text + ("はありません。" if denied else "があります。")
    return text + ("ではありません。" if denied else "です。")


def _terms(words: list[str], known: _Known) -> list[str]:
    """Japanese for the words of a clause, those left out that have none."""
    found: list[str] = []
    count = ""
    near = False
    at = 0
    while at < len(words):
        word, pair = words[at], " ".join(words[at : at + 2])
        at += 1
        if pair in PHRASES:
            found.append(known.name(LEXICON.names.get(PHRASES[pair], ""), PHRASES[pair]))
            at += 1
            continue
        figure = re.fullmatch(r"(\d+(?:\.\d+)?)\s?(\D*)", word)
        if figure is not None and figure[2]:
            found.append(word)
            continue
        if figure is not None or word in _NUMBERS:
            count = figure[1] if figure is not None else str(_NUMBERS[word])
            continue
        near = near or word in ("near", "beside") or pair == "by the"
        if word == "or" and found:
            found.append("か")
            continue
        name = _meaning(word, known)
        if name is None:
            continue
        if word == "light" and found and found[-1][-1:] == "い":
            name = "信号"
        meaning = LEXICON.names.get(normalize_word(name), name)
        if "colour" in LEXICON.classes.get(meaning, ()) and _noun_follows(words[at:], known):
            found.append(_AS_ADJECTIVE.get(name, name))
            continue
        if found and found[-1] in _AS_ADJECTIVE.values():
            name = found.pop() + name
        found.append(f"{name}{count}{_counter(meaning, known)}" if count else name)
        if near and not count:
            found[-1] += "のそば"
        count, near = "", False
    if count:
        found.append(f"{count}{known.units[0] if known.units else 'つ'}")
    return found


def _noun_follows(words: list[str], known: _Known) -> bool:
    return (
        bool(words)
        and words[0] not in ("and", "or", "on", "in", "at")
        and (_meaning(words[0], known) is not None)
    )


def _counter(meaning: str, known: _Known) -> str:
    wider = LEXICON.wider.get(meaning, frozenset()) | {meaning}
    if wider & _PEOPLE:
        unit = "人"
    elif wider & _BEASTS:
        unit = "匹"
    else:
        unit = "台" if wider & _CARS else "つ"
    if unit not in known.units and len(known.units) == 1 and unit in ("つ", "匹"):
        return known.units[0]
    return unit


def _meaning(word: str, known: _Known) -> str | None:
    """Japanese for an English word; None where there is none."""
    word = re.sub(r"['’]s$", "", word)
    if word in known.stays or word.startswith("zzz"):
        return word
    if word in WORDS:
        return WORDS[word]
    meaning = _looked_up(word)
    return None if meaning is None else known.name(meaning, meaning)


@lru_cache(maxsize=4096)
def _looked_up(word: str) -> str | None:
    for form in (word, word.removesuffix("s"), word.removesuffix("es"), word[:-3] + "y"):
        if form in LEXICON.english and len(form) > 1:
            return LEXICON.english[form]
    return None
