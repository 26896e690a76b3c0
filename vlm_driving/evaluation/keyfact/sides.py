"""Yes or no, where an answer says it without either word.

The question's own words, where they are known, tell what the answer has to speak of: 濡れて
いません is a no to 路面は濡れていますか, and 前に車がいます says nothing to it.
"""

from __future__ import annotations

import re

from vlm_driving.evaluation.keyfact.claims import ABSENT, Claim, asks, judge
from vlm_driving.evaluation.keyfact.inflect import REFUSALS

_ENDS = r"(?:よう|みたい|そう|と思います|と思われます|です|でした|ね|よ|が)*$"
_ENDS_NOT = re.compile(rf"(?:{ABSENT}){_ENDS}")
_ENDS_SO = re.compile(
    r"(?:(?<![てで])います|(?:が|も|は)(?:いる|ある)|あります|見えます|見られます|確認できます|"
    rf"写っています|写っている|見える){_ENDS}"
)
_REFUSES = re.compile(rf"(?:{REFUSALS}){_ENDS}")
_NO_NEED = re.compile(
    rf"(?:必要(?:は|が|も)?(?:ありません|ない)|なくて(?:も)?(?:よ|い|良|大丈夫|構|かま)[^、]{{0,4}}|要りません|不要){_ENDS}"
)
_FORBIDS = (
    r"ないで(?:ください|下さい|ほしい)|やめ(?:ま|て|た|る)[^、]{0,10}|控え[^、]{0,10}|"
    r"待(?:って|ち)(?:ください|下さい|ましょう|ます)|待つ(?:べき|必要)[^、]{0,6}|"
    r"(?:危険|危ない|禁止|違反|べきでは(?:ありません|ない))|ない(?:ほう|方)が[^、]{1,6}"
)
_MAY_NOT = re.compile(
    rf"(?:(?:でき|[けせてねべめれ]|(?<![言思い見])え)ません|(?:できない|れない)|いけません|だめ|ダメ|無理|{_FORBIDS}){_ENDS}"
)
_MAY = re.compile(
    rf"(?:できます|[けせてねべめれ]ます|可能|大丈夫|構いません|かまいません|ても?(?:よ|い|良)いです){_ENDS}"
)

_ASKED_MAY = re.compile(
    r"て(?:も)?(?:よ|い|良|大丈夫|構|かま)[^、]{0,5}か|(?:でき|[けせてねべめれげえ])ま(?:す|せん)か|可能|進んで"
)
_ASKED_NEED = re.compile(r"必要|べき|なければ|ないと|べきですか")
_ASKED_THERE = re.compile(
    r"(?:(?<![てで])い|おり|あり|見え|写ってい|見られ|確認でき|見当たり|存在し|設置され|立ってい)ま(?:す|せん)か|(?:いる|ある)か"
)
_ASKED_VERB = re.compile(
    r"([一-龥々]+[ぁ-ん]{0,3}?)(?:てい|でい|られてい)?(?:ます|ません|る|ました|た|です)か"
)
_NOUNS = re.compile(r"[一-龥々]{1,}|[ァ-ヶー]{2,}")
# Whoever says only where, how many or 誰も speaks of what was asked.
_SAYS_WHERE = re.compile(
    r"[左右前後奥先側中央手方正面上下真誰何人台名本個匹頭枚全今写見確認当特]+|(?:歩道|道路|車道|画面|画像|写真)[上内]?"
)
_MAY_VERB = re.compile(r"([一-龥々])[^一-龥、]{0,4}?(?:て|で)も?(?:よ|い|良|大丈夫|構|かま)")
_STOPS = re.compile(
    r"(?:止ま|停止|停車|待[っつち機])[^、]{0,4}(?:ください|下さい|ましょう|べき(?:です)?|必要が(?:あります|ある))$"
)
_NOT_DOING = re.compile(
    r"[^、はがをもでに]{0,8}(?:は|が)([一-龥ぁ-ん]{1,6}?)(?:(?:て|で)は?い)?(?:ません|ない|なかった|ず)"
)
_CONTRARY = (
    ("濡れ", "乾"),
    ("明る", "暗"),
    ("広", "狭"),
    ("多", "少"),
    ("大き", "小さ"),
    ("遠", "近"),
    ("速", "遅"),
    ("高", "低"),
    ("動", "止ま"),
    ("開", "閉"),
    ("点", "消"),
    ("安全", "危険"),
)


def side_of(sentence: str, asked: str, alone: bool) -> bool | None:
    """The side that a normalized sentence takes without a word for yes or no.

    Args:
        sentence: of the answer.
        asked: the question, normalized; "" where it is not known.
        alone: the rubric asks for nothing but the side.
    """
    if asks(sentence) or _REFUSES.search(sentence):
        return None
    if not asked:
        side = last_permission(sentence)
        return last_claim(sentence) if side is None and alone else side
    return _answer_to(asked, sentence)


def last_claim(sentence: str) -> bool | None:
    """Whether a sentence ends in something there is (True) or is not (False); else None."""
    if asks(sentence):
        return None
    if _ENDS_NOT.search(sentence) and not _NO_NEED.search(sentence):
        return False
    return True if _ENDS_SO.search(sentence) else None


def last_permission(sentence: str) -> bool | None:
    """Whether a sentence ends in what one may do (True) or may not (False); else None."""
    if asks(sentence) or _REFUSES.search(sentence):
        return None
    if _MAY_NOT.search(sentence) or _NO_NEED.search(sentence):
        return False
    return True if _MAY.search(sentence) else None


def speaks_of(sentence: str, asked: str) -> bool:
    """Whether a sentence names something that the question names, or nothing at all."""
    said = {noun for noun in nouns(sentence) if not _SAYS_WHERE.fullmatch(noun)}
    if not said:
        return True
    return any(a in b or b in a for a in said for b in nouns(asked))


def nouns(sentence: str) -> frozenset[str]:
    """Runs of kanji or katakana."""
    return frozenset(_NOUNS.findall(sentence))


def asks_for_existence(asked: str) -> bool:
    """Whether a normalized question asks if something is there."""
    return _ASKED_THERE.search(asked) is not None


def asks_for_leave(asked: str) -> bool:
    """Whether a normalized question asks if one may do something."""
    return _ASKED_MAY.search(asked) is not None and _ASKED_NEED.search(asked) is None


def states_asked(sentence: str, asked: str) -> bool | None:
    """Whether a sentence ends in what the question asks: True as it asks, False denied."""
    verbs = _ASKED_VERB.findall(asked)
    if not verbs or re.search(r"ませんか|ないですか", asked):
        return None
    at = sentence.rfind(verbs[-1])
    if at < 0:
        return None
    ending = sentence[at + len(verbs[-1]) :]
    if re.fullmatch(r"(?:て|で)?(?:い)?(?:ます|る|ました|た|です)?(?:よ|ね)?", ending):
        return True
    denied = re.fullmatch(r"(?:て|で)?は?(?:い)?(?:ません|ない)(?:です)?(?:よ|ね)?", ending)
    return False if denied else None


def denies_asked(sentence: str, end: int, asked: str) -> bool:
    """Whether the thing that ends at `end` is said not to do what the question asks about."""
    denied = _NOT_DOING.match(sentence, end)
    if denied is None:
        return False
    stem = denied[1][:2] if len(denied[1]) > 1 else denied[1]
    return stem in asked and re.search(r"[一-龥]|.{2}", stem) is not None


def _answer_to(asked: str, sentence: str) -> bool | None:
    if _ASKED_NEED.search(asked):
        if _NO_NEED.search(sentence):
            return False
        if re.search(r"(?:必要が(?:あります|ある)|べきです|べき|なければ)", sentence):
            return True
    elif _ASKED_MAY.search(asked):
        verb = _MAY_VERB.search(asked)
        if _NO_NEED.search(sentence) and re.search(r"[止停待](?!所)", sentence):
            return None if verb and verb[1] in "止停待" else True
        may = last_permission(sentence)
        if may is not None:
            return may
        if _STOPS.search(sentence) and not (verb and verb[1] in "止停待"):
            return False
        if verb and re.search(rf"{verb[1]}[^、]{{1,3}}(?:ください|ましょう)$", sentence):
            return True
    if asks_for_existence(asked) and speaks_of(sentence, asked):
        there = last_claim(sentence)
        if there is not None:
            return there
    return _by_verb(asked, sentence)


def _by_verb(asked: str, sentence: str) -> bool | None:
    """Yes where the question's verb or adjective is claimed, no where it is denied."""
    verbs = _ASKED_VERB.findall(asked)
    if not verbs:
        return None
    stem = verbs[-1]
    at = sentence.rfind(stem)
    if at >= 0:
        claim = judge(sentence, at, at + len(stem))
        return {Claim.MADE: True, Claim.DENIED: False}.get(claim)
    for pair in _CONTRARY:
        for mine, contrary in (pair, pair[::-1]):
            at = sentence.rfind(contrary)
            said = at >= 0 and judge(sentence, at, at + len(contrary)) is Claim.MADE
            if said and stem.startswith(mine):
                return False
    return None
