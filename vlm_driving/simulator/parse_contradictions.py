"""Prose that speaks against the advice or the hazards beside it."""

from __future__ import annotations

import re

from vlm_driving.core import Advice, HazardKind, PathAdvice, SpeedAdvice
from vlm_driving.simulator.parse_ja import claims
from vlm_driving.simulator.parse_terms import Claim, ClaimKind

_ASK = "[^。]*(ください|ましょう)"
_GO = f"加速し|速度を上げ(て|ま)|発進し|進んで(ください|も大丈夫)|進みましょう|通過し{_ASK}"
_FASTER = "加速し|速度を上げ(て|ま)"
_HALT = f"(停止し|停止を続け|止まって(?!い)){_ASK}|止まりましょう|お待ちください|待ちましょう"
_SLOWER = "減速し|速度を落と"
_SAME = "(今|このまま)の速度|速度を維持"
_AGAINST: dict[SpeedAdvice, tuple[str, ...]] = {
    SpeedAdvice.STOP: (_GO, _SAME),
    SpeedAdvice.DECELERATE: (_FASTER, _SAME, "発進し"),
    SpeedAdvice.KEEP: (_FASTER, _HALT, _SLOWER, "発進し"),
    SpeedAdvice.ACCELERATE: (_HALT, _SLOWER, _SAME),
}
_MOVE = "({side}(側|端)?[にへ](少し)?(寄っ|寄り|寄せ|よけ|避け|戻っ|戻り)(?!てい|すぎ))"
_FAR = "この先|少し先|遠く|[4-9][0-9]m"
_DENIES = {
    HazardKind.PEDESTRIAN: ClaimKind.PEDESTRIAN,
    HazardKind.CYCLIST: ClaimKind.CYCLIST,
    HazardKind.VEHICLE_AHEAD: ClaimKind.LEAD,
    HazardKind.ONCOMING: ClaimKind.ONCOMING,
    HazardKind.PARKED: ClaimKind.PARKED,
    HazardKind.SIGNAL: ClaimKind.SIGNAL,
    HazardKind.CROSSING: ClaimKind.CROSSING,
    HazardKind.ROADWORK: ClaimKind.WORKS,
    HazardKind.FLAGGER: ClaimKind.FLAGGER,
    HazardKind.CROSSING_VEHICLE: ClaimKind.CROSSING_VEHICLE,
    HazardKind.RAILWAY: ClaimKind.RAILWAY,
    HazardKind.STOP_SIGN: ClaimKind.STOP_SIGN,
    HazardKind.OBSTACLE: ClaimKind.OBSTACLE,
}
_IN_THE_WAY = frozenset(
    {
        HazardKind.PEDESTRIAN,
        HazardKind.VEHICLE_AHEAD,
        HazardKind.CROSSING_VEHICLE,
        HazardKind.OBSTACLE,
        HazardKind.FLAGGER,
    }
)


def contradicts(text: str, advice: Advice) -> list[str]:
    """One short reason for everything in `text` that speaks against `advice`; empty: none."""
    out = [
        f"{match[0]} with {advice.speed.value}"
        for pattern in _AGAINST[advice.speed]
        if (match := re.search(pattern, text))
    ]
    out += _paths(text, advice.path)
    said = claims(text).items
    out += _signal(text, said, advice)
    for hazard in advice.hazards:
        kind = _DENIES.get(hazard.kind)
        if any(c.kind is kind and c.negated and c.get("place") is None for c in said):
            out.append(f"{hazard.kind.value} denied")
    stopped = advice.speed is SpeedAdvice.STOP and bool(advice.hazards)
    if stopped and advice.hazards[0].kind in _IN_THE_WAY:
        out += [
            "a free road with STOP" for c in said if c.kind is ClaimKind.CLEAR and not c.negated
        ]
    return out


def _paths(text: str, path: PathAdvice) -> list[str]:
    out = []
    for side, own in (("左", PathAdvice.SHIFT_LEFT), ("右", PathAdvice.SHIFT_RIGHT)):
        for sentence in text.split("。"):
            asked = re.search("(ください|ましょう)$", sentence)
            if asked and path is not own and re.search(_MOVE.format(side=side), sentence):
                out.append(f"{side} with {path.value}")
    return out


def _signal(text: str, said: tuple[Claim, ...], advice: Advice) -> list[str]:
    colours = {c.get("colour") for c in said if c.kind is ClaimKind.SIGNAL and not c.negated}
    let_go = any(
        c.kind is ClaimKind.ARROW or (c.kind is ClaimKind.FLAGGER and c.get("gesture") == "proceed")
        for c in said
    )
    out = []
    first = advice.hazards[0].kind if advice.hazards else None
    if advice.speed is SpeedAdvice.STOP and first is HazardKind.SIGNAL and "green" in colours:
        out.append("a green signal with STOP for the signal")
    far = re.search(f"({_FAR})[^。]*?赤", text)  # Who stands far from a red light may go nearer.
    if advice.speed is SpeedAdvice.ACCELERATE and "red" in colours and not let_go and not far:
        out.append("a red signal with ACCELERATE")
    return out
