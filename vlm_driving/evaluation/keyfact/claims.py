"""Whether a mention is claimed: not denied, not supposed, not asked.

Japanese denies at the end of a clause. What stands before the denial is looked at from the
mention on, up to where the clause closes: behind ので or ですが nothing reaches back.
"""

from __future__ import annotations

import re
from enum import Enum


class Claim(Enum):
    """What a sentence says about something that it mentions."""

    MADE = "made"
    DENIED = "denied"
    OPEN = "open"
    """Supposed, asked, or called unknown."""


# Where a clause closes inside a sentence. The named group tells what was only supposed.
_CLOSE = re.compile(
    r"(?P<supposed>"
    r"(?:なら|であれば|だったら)(?!な|ない|び)|(?:の|る|い|た|う)場合|"
    r"(?:る|い|た|の|う|つ)(?:とき|時|際)(?:は|に|には|、)|"
    r"[れけせめえてねべげ]ば(?!い)|[っいしきえれけせべめね]たら|んだら|"
    r"(?:[るすくつうむぶぬぐ]|ない)と(?=、))|"
    r"(?:[るすくつうむぶぬぐ]|の)まで(?!もな)|(?:る|い|た|の)(?:うち|あいだ|間)(?:は|に|、)|"
    r"ので|なのに|のに(?!は)|(?:の|る|い|た|な|ん)ため|おかげで|"
    r"(?:です|ます|ません|た|だ|る|い|う|む|く)(?:けれども|けれど|けど|が(?=.)|から(?!では|じゃ|とは)|し(?=.)|ものの)|"
    r"ながら|一方|代わりに|以外|のほかは?|"
    r"(?<=[がはもに])(?:い|あっ|来)て(?!い)|[てで]い(?:て|る(?=が|し))|おり(?!ま)|(?:が|も|で)あり(?!ま)|"
    r"、"
)
# A comma behind one of these joins what is before and behind it to one clause.
_GOES_ON = re.compile(
    r"(?:(?<![す了るいたんだうくむ])が|(?<!て)[はもをやの]|(?<=[一-龥ァ-ヶー々])と|や|[一-龥ァ-ヶー々])$"
)
_ASKING = re.compile(r"(?:です|ます|ません|でしょう|だろう|でした|ました|[るいたの])か(?:\?|$)|\?$")
_UNKNOWN = re.compile(
    r"(?:か(?:どうか|否か)?(?:は|も|まで|を)?|(?:かどうか|かまで).{0,4}?)(?:.{0,6}?)"
    r"(?:分か(?:りま|ら)|判[断別]|不明|確認でき(?:ま|な)|確認し|見分け|言え(?:ま|な))"
)
_DOUBT = re.compile(
    r"^.{0,12}?と(?:は|も)(?:限|言え|いえ|言い|断定|思え)[^。]{0,8}?(?:ません|ない|ず)"
)
_SEEMED = re.compile(
    r"^(?:か(?:と|も)思(?!い?ます)|(?:に|のように|みたいに)見え(?:ます|る)(?:が|けど|けれど)|というより)"
)
_WRONG = re.compile(r"^[^、]{0,8}?(?:は|のは)(?:誤り|間違い|嘘|うそ)")

_SEEN = (
    r"(?:写って|出て|点いて|点灯して|存在して|現れて|含まれて|設置されて|降って|行われて|落ちて|"
    r"表示されて|見えて)"
)
_ABSENT = re.compile(
    rf"{_SEEN}(?:は)?(?:いません|いない|おらず|おりません|いなく)|"
    r"(?<![てで])(?:い(?:ません|ない|なかった|なく)|お(?:りません|らず|らない))|"
    r"あ(?:りません|らず)|ござい?ません|"
    r"(?<=[はがものにど])な(?:い|かった|く(?!な)|し)|"
    r"見(?:え|当たら|当たり|られ|かけ|受けられ)(?:ません|ない|なかった|ず|なく)|"
    r"(?:確認|検出|認識|視認|発見)(?:は)?(?:でき|され|し)(?:ません|ない|ず|ていません|ていない)|"
    r"(?:認められ|存在し|写り|写ら|写りこみ)(?:ません|ない|ず)|"
    r"ゼロ|皆無|不在|(?<!\d)0(?:人|台|個|つ|本)|なし(?=で|$|、)"
)
_IS_NOT = re.compile(r"(?:では|じゃ|でも|とは)(?:ありません|ございません|な(?:い|く|かった)|なし)")
_DOES_NOT = re.compile(
    r"ません|(?<![少危切汚])な(?:い(?!し)|かった|く(?!な))|[らさまわえけげせべめれ]ず(?=[にも、と]|$)"
)
_OUT = re.compile(r"^[^、]{0,8}?(?:消えて|消え(?=$|、)|消灯)")
_LATER = re.compile(
    r"^(?:色|信号|灯火|の信号)?(?:(?:に|へ)(?:な|変わ|かわ|切り替わ)[^、]{0,6}?"
    r"(?:まで|たら|て(?:から)|[らり](?:ない|ず|ません)|れば|のを|次第|と(?=、)|可能|あいだ|うち)|"
    r"から.{1,4}(?:に|へ)(?:な|変わ|かわ|切り替わ))"
)
"""A colour that a lamp is not showing yet, or any more."""
COLOURS = frozenset(("赤", "青", "黄", "緑", "赤色", "青色", "黄色", "緑色"))


def judge(sentence: str, start: int, end: int) -> Claim:
    """What a normalized sentence says about the mention at [start, end)."""
    word, scope, supposed = sentence[start:end], *_scope(sentence, end)
    unsaid = supposed or _UNKNOWN.search(scope) or _SEEMED.search(scope)
    if unsaid or _ASKING.search(sentence, max(0, end - 3)):
        return Claim.OPEN
    if word in COLOURS:
        if _LATER.search(sentence[end:]):
            return Claim.OPEN
        if _OUT.search(scope):
            return Claim.DENIED
    if _DOUBT.search(scope) or _WRONG.search(scope):
        return Claim.DENIED
    return Claim.DENIED if _denied(word, scope) else Claim.MADE


_ENDS = r"(?:です|でした|ね|よ|が)*$"
_ENDS_NOT = re.compile(rf"(?:{_ABSENT.pattern}){_ENDS}")
_ENDS_SO = re.compile(
    r"(?:(?<![てで])います|(?:が|も|は)(?:いる|ある)|あります|見えます|見られます|確認できます|"
    rf"写っています|写っている|見える){_ENDS}"
)
_MAY_NOT = re.compile(
    rf"(?:(?:でき|[けせてねべめれ]|(?<![言思い見])え)ません|(?:できない|れない)|いけません|だめ|ダメ|無理){_ENDS}"
)
_MAY = re.compile(rf"(?:できます|[けせてねべめれ]ます|可能|大丈夫|構いません){_ENDS}")


def last_claim(sentence: str) -> bool | None:
    """Whether a sentence ends in something there is (True) or is not (False); else None."""
    if _ASKING.search(sentence):
        return None
    if _ENDS_NOT.search(sentence):
        return False
    return True if _ENDS_SO.search(sentence) else None


def last_permission(sentence: str) -> bool | None:
    """Whether a sentence ends in what one may do (True) or may not (False); else None."""
    if _ASKING.search(sentence):
        return None
    if _MAY.search(sentence):
        return True
    return False if _MAY_NOT.search(sentence) else None


def clauses(sentence: str) -> int:
    """How many clauses a sentence has, roughly."""
    return 1 + sum(1 for _ in _CLOSE.finditer(sentence))


def _scope(sentence: str, end: int) -> tuple[str, bool]:
    """The rest of the mention's clause, and whether the clause only supposes."""
    for close in _CLOSE.finditer(sentence, end):
        if close.group() == "、":
            if _GOES_ON.search(sentence[: close.start()]) or sentence.startswith("と", close.end()):
                continue
            return sentence[end : close.start()], False
        if close.group("supposed"):
            return sentence[end : close.end()], True
        if close.group().startswith(("以外", "のほか")):
            return "", False
        return sentence[end : close.end()], False
    return sentence[end:], False


def _denied(word: str, scope: str) -> bool:
    absent, is_not, does_not = (p.search(scope) for p in (_ABSENT, _IS_NOT, _DOES_NOT))
    found = [m for m in (is_not, absent, does_not) if m is not None]
    if not found:
        return False
    first = min(found, key=lambda m: m.start())  # the first of equals is the closest reading
    between = scope[: first.start()]
    if first is is_not:  # X is not Y denies Y, of which the mention is a part
        return not re.search(r"[はが]", between)
    if first is absent:
        return not re.match(r"で(?![はもす])", scope)
    # A deed that is not done: the deed itself and what it is done to, not who does it.
    if re.fullmatch(r"[ぁ-ん]{0,10}", between):
        return not re.match(r"(?:に|から|より|で)(?:は|も)?$", between)
    return re.match(r"[^はがもにでとから、]{0,6}を", between) is not None
