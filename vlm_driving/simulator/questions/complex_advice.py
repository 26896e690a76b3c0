"""Questions whose answers follow the adviser: what to do next, why, and how fast."""

from __future__ import annotations

from vlm_driving.core import PathAdvice, SpeedAdvice
from vlm_driving.simulator.advice_terms import STANDING_KMH
from vlm_driving.simulator.advise import decide
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.reasons import HAZARD_JA, SLOWING, decision
from vlm_driving.simulator.questions.terms import (
    COMPLEX,
    CYCLIST,
    DRIVER,
    Group,
    Kind,
    Reply,
    no,
    states,
    yes,
)
from vlm_driving.simulator.questions.wordings_complex import TEXTS
from vlm_driving.simulator.scene import SignalColour

_STOP: Group = [
    "停止し",
    "停止する",
    "停止を続",
    "止まって",
    "止まりま",
    "止まる必要",
    "止まるべき",
    "待ちま",
    "待って",
]
_SLOW: Group = ["減速", "速度を落と", "落として", "ゆっくり"]
_KEEP: Group = ["このまま", "維持", "保って", "保ち", "今の速度"]
_GO: Group = ["加速", "発進", "速度を上げ", "走り出"]
_ACTIONS = {
    SpeedAdvice.STOP: _STOP,
    SpeedAdvice.DECELERATE: _SLOW,
    SpeedAdvice.KEEP: _KEEP,
    SpeedAdvice.ACCELERATE: _GO,
}


def _why_slow(facts: Facts, speed: float | None) -> Reply | None:
    if speed is not None and speed < STANDING_KMH:
        return None  # who stands cannot slow down
    advised, why = decision(facts, speed)
    if advised not in SLOWING:
        return no(
            (
                "いいえ、今の状況ではその必要はありません。",
                "いいえ、特に必要ありません。このまま進めます。",
                "いいえ、今はまだ必要ありません。周囲に気をつけて進めます。",
            ),
            [["必要ありません", "必要はありません"]],
        )
    if why is None:
        return None
    one, two = why.clauses
    does = "停止" if advised is SpeedAdvice.STOP else "減速"
    return yes(
        (
            f"はい、{one}、{does}が必要です。",
            f"はい、{two}、{does}しなければなりません。",
            f"はい。{one}、{does}してください。",
        ),
        [why.group],
        key=f"yes:{why.name}",
    )


def _next(facts: Facts, speed: float | None) -> Reply | None:
    advised, why = decision(facts, speed)
    standing = speed is not None and speed < STANDING_KMH
    if advised is SpeedAdvice.KEEP:
        answers = (
            "今の速度を保って進んでください。",
            "このままの速度で進みましょう。",
            "速度を維持し、周囲に気をつけて進んでください。",
        )
        return states("keep", answers, [_KEEP], [_STOP, _SLOW], None)
    if advised is SpeedAdvice.ACCELERATE:
        verb = ("発進", "走り出") if standing else ("加速", "速度を上げ")
        more = "しましょう" if standing else "てください"
        answers = (
            f"前に余裕があるので、{verb[0]}してください。",
            f"すぐ前に妨げるものはないので、{verb[1]}{more}。",
            f"すぐ前は空いているので、{verb[0]}して大丈夫です。",
        )
        return states("go", answers, [_GO], [_STOP, _SLOW], None)
    if why is None:
        return None
    one, two = why.clauses
    if advised is SpeedAdvice.STOP:
        ends = ("、停止したまま待ちます", "、止まって待ってください", "、停止を続けてください")
        if not standing:
            ends = ("、停止してください", "、手前で止まってください", "、停止する必要があります")
    else:
        ends = ("、減速してください", "、速度を落としてください", "、減速して様子を見てください")
    answers = (f"{one}{ends[0]}。", f"{two}{ends[1]}。", f"{one}{ends[2]}。")
    must = [_ACTIONS[advised], why.group]
    wrong = [_GO] if advised is SpeedAdvice.STOP else [_GO, _KEEP]
    return states(f"{advised.value}:{why.name}", answers, must, wrong, "free")


def _path(facts: Facts, speed: float | None) -> Reply | None:
    advice = decide(facts, speed).advice
    if advice.path is PathAdvice.KEEP:
        answers = (
            "寄る必要はなく、今の位置のままで大丈夫です。",
            "このままの位置で進んでください。",
            "今の位置を保ってください。",
        )
        must = ["今の位置", "このままの位置", "そのまま"]
        return states("keep", answers, [must], [["左"], ["右"]], None)
    ja, other = ("左", "右") if advice.path is PathAdvice.SHIFT_LEFT else ("右", "左")
    answers = (
        f"少し{ja}に寄ってください。",
        f"{ja}へ寄せるのがよいです。",
        f"{ja}に寄って進みましょう。",
    )
    return states(advice.path.value, answers, [[ja]], [[other]], None)


def _hazard(facts: Facts, speed: float | None) -> Reply | None:
    hazards = decide(facts, speed).advice.hazards
    if not hazards:
        answers = (
            "特に差し迫った危険は見当たりません。",
            "目立った危険は見当たりません。周囲を広く見て進みましょう。",
            "すぐに気をつけるべき相手は見当たりません。",
        )
        wrong = [group for _, group in HAZARD_JA.values()]
        return states("none", answers, [["見当たりません", "ありません", "特にない"]], wrong, None)
    found = HAZARD_JA.get(hazards[0].kind)
    if found is None:
        return None
    ja, group = found
    answers = (
        f"{ja}です。",
        f"まず{ja}に注意してください。",
        f"一番気をつけるべきなのは{ja}です。",
    )
    # Who lists everything that a road may hold names the main hazard too: that is no answer.
    there = {hazard.kind for hazard in hazards}
    wrong = [other for kind, (_, other) in HAZARD_JA.items() if kind not in there]
    return states(hazards[0].kind.value, answers, [group], wrong)


def _green(facts: Facts, speed: float | None) -> Reply | None:
    signal = facts.signal
    if signal is None or signal.arrows:
        return None
    if signal.colour is SignalColour.RED:
        answers = (
            "信号は赤なので進めません。",
            "赤信号だからです。",
            "信号が赤のため、止まっている必要があります。",
        )
        return states("red", answers, [["赤"]], None, "free")
    if signal.colour is not SignalColour.GREEN:
        return None
    advised, why = decision(facts, speed)
    if advised is not SpeedAdvice.STOP:
        answers = (
            "信号は青で、止まる理由は見当たりません。",
            "青信号で、進めない理由は見当たりません。",
            "信号は青です。停止しなければならない理由は見当たりません。",
        )
        return states("none", answers, [["青"], ["見当たりません", "ありません"]], None, "free")
    if why is None:
        return None
    one, two = why.clauses
    answers = (
        f"信号は青ですが、{one}、進めません。",
        f"青信号でも、{two}、止まる必要があります。",
        f"{one}、信号が青でも進めません。",
    )
    return states(why.name, answers, [why.group], None, "free")


def _fit(facts: Facts, speed: float | None) -> Reply | None:
    if speed is None or speed < STANDING_KMH:
        return None
    advised, why = decision(facts, speed)
    if advised is SpeedAdvice.KEEP:
        return yes(
            (
                "はい、適切です。このまま進めます。",
                "はい、いまの状況に合った速度です。",
                "はい、今の速度を保って問題ありません。",
            ),
        )
    if advised is SpeedAdvice.ACCELERATE:
        return no(
            (
                "いいえ、前に余裕があるので、もう少し速度を上げられます。",
                "いいえ、状況のわりに遅めです。加速して大丈夫です。",
                "いいえ、進路に余裕があるので速度を上げてもよい状況です。",
            ),
            [["上げ", "遅", "加速"]],
            key="no:slow",
        )
    if why is None:
        return None
    one, two = why.clauses
    return no(
        (
            f"いいえ、{one}、速度を落とすべきです。",
            f"いいえ、{two}、減速が必要です。",
            f"いいえ。{one}、もっと速度を落としてください。",
        ),
        [["落と", "減速", "速すぎ", "停止"], why.group],
        key=f"no:{why.name}",
    )


ADVICE: tuple[Kind, ...] = (
    Kind(
        "why_slow",
        COMPLEX,
        TEXTS["why_slow"],
        _why_slow,
        (DRIVER,),
    ),
    Kind(
        "next_action",
        COMPLEX,
        TEXTS["next_action"],
        _next,
        (DRIVER,),
    ),
    Kind(
        "path_action",
        COMPLEX,
        TEXTS["path_action"],
        _path,
        (DRIVER,),
    ),
    Kind(
        "main_hazard",
        COMPLEX,
        TEXTS["main_hazard"],
        _hazard,
        (DRIVER,),
    ),
    Kind(
        "why_not_go",
        COMPLEX,
        TEXTS["why_not_go"],
        _green,
        (DRIVER, CYCLIST),
    ),
    Kind(
        "speed_fit",
        COMPLEX,
        TEXTS["speed_fit"],
        _fit,
        (DRIVER,),
    ),
)
"""Kinds that follow the adviser; `{v}` in a wording is the ego's speed."""
