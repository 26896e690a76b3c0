"""How far what is said of a mention reaches: the rest of its clause."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

# Where a clause closes inside a sentence. The named group tells what was only supposed.
_CLOSE = re.compile(
    r"(?P<supposed>"
    r"(?:なら|であれば|だったら)(?!な|ない|び|ば)|(?:の|る|い|た|う)場合|"
    r"(?:る|い|た|の|う|つ)(?:とき|時|際)(?:は|に|には|、)|"
    r"[れけせめえてねべげ]ば(?!い|よ[いか]|良)|[っいしきえれけせべめね出見来着]たら(?!い|よ[いか]|良)|んだら|"
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
# Whoever says from what he reasons supposes nothing.
_REASONED = re.compile(
    r"(?:によると|によれば|(?:を|から)(?:見ると|みると|見れば|みれば)|からすると|からすれば|"
    r"(?:考え|踏まえ|合わせ)(?:ると|れば)|(?:判断|推測|考慮|推定)すると|(?:で|と)?(?:言|い)(?:うと|えば)|"
    r"比べ(?:ると|れば)|基づくと|見たところ|今なら|ここなら|これなら)$"
)
_PAST = re.compile(r"(?:ました|でした|だった|た)$")
_DEED = re.compile(r"を[^、をがは]{1,8}$")
_BENEFIT = re.compile(
    r"おいし|美味し|良[いく]|よ[いく]|いい|お?すすめ|お勧め|さっぱり|まろやか|引き立|増[しすえ]|深ま|楽し|"
    r"味わ|風味|効果|便利|役立|安全|安心|防げ|防ぐこと|助か|落ち着|[にく]な(?:る|り)"
)
_PERMITS = re.compile(r"(?:できます|できる|可能です|[けせてねべめれ]ます|構いません|大丈夫です)$")
_NONE_BUT = re.compile(r"^(?:に|で|の[^、]{1,8})?(?:は|も|に)?[^、]{0,12}?(?:ません|ない|ず)")
_HABIT = re.compile(r"(?:^|、)(?:通常|普通|ふつう|一般|普段|本来|一見)")
_CONCEDES = re.compile(r"(?:けれども|けれど|けど|が|ものの)$")


class Tone(Enum):
    """How the clause of a mention stands to what is so."""

    SAID = "said"
    SUPPOSED = "supposed"
    ADVISED = "advised"
    """Supposed of a deed that is then praised: 酢を加えると、おいしい."""
    EXCEPTED = "excepted"


@dataclass(frozen=True, slots=True)
class Scope:
    """The rest of a mention's clause: sentence[start:end]."""

    start: int
    end: int
    tone: Tone


def scope_of(sentence: str, start: int, end: int) -> Scope:
    """The rest of the clause of the mention at [start, end), and how it is meant."""
    for close in _CLOSE.finditer(sentence, end):
        stop = close.end()
        if close.group() == "、":
            if _comma_goes_on(sentence, close.start(), stop, start):
                continue
            return Scope(end, _past_question(sentence, end, close.start()), Tone.SAID)
        if close.group("supposed"):
            return Scope(end, stop, _tone(sentence, end, stop))
        if close.group() == "以外":
            none_but = _NONE_BUT.match(sentence[stop:])
            return Scope(end, end, Tone.SAID if none_but else Tone.EXCEPTED)
        if close.group().startswith("のほか"):
            return Scope(end, end, Tone.SAID)
        habit = _CONCEDES.search(close.group()) and _HABIT.search(sentence, 0, start)
        return Scope(end, stop, Tone.SUPPOSED if habit else Tone.SAID)
    return Scope(end, len(sentence), Tone.SAID)


def granted_under_condition(sentence: str, start: int, word: str) -> bool:
    """Whether a permission is given for a case only: 許可が出たら右折できます."""
    if not _PERMITS.search(word):
        return False
    for close in _CLOSE.finditer(sentence, 0, start):
        if close.group("supposed") and not _REASONED.search(sentence[: close.end()]):
            return True
    return False


def clauses(sentence: str) -> int:
    """How many clauses a sentence has, roughly."""
    return 1 + sum(1 for _ in _CLOSE.finditer(sentence))


def _comma_goes_on(sentence: str, comma: int, behind: int, start: int) -> bool:
    if sentence.startswith("と", behind):
        return True
    if not _GOES_ON.search(sentence, max(0, comma - 4), comma):
        return False
    # 3月なら卒業式、4月なら入学式: two cases side by side, not one list.
    return not (
        re.search(r"なら", sentence[:start]) and re.match(r"[^、]{1,8}なら", sentence[behind:])
    )


def _past_question(sentence: str, end: int, comma: int) -> int:
    """An embedded question goes on to what is said of it: いるかどうか、分かりません."""
    if not re.search(r"(?<!し)か(?:どうか|否か)?$", sentence[end:comma]):
        return comma
    after = sentence.find("、", comma + 1)
    return len(sentence) if after < 0 else after


def _tone(sentence: str, end: int, stop: int) -> Tone:
    if _REASONED.search(sentence[:stop]):
        return Tone.SAID
    then = sentence[stop:]
    if _PAST.search(then) and re.search(r"(?:と|たら|だら)$", sentence[:stop]):
        return Tone.SAID  # トンネルを抜けると、雪国だった
    praised = _DEED.search(sentence[end:stop]) and _BENEFIT.search(then)
    return Tone.ADVISED if praised and not _PERMITS.search(then) else Tone.SUPPOSED
