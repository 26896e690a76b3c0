"""Questions with answers from the facts of a picture."""

from __future__ import annotations

from collections.abc import Mapping

from vlm_driving.simulator.advice_terms import STANDING_KMH
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.attributes import ATTRIBUTES
from vlm_driving.simulator.questions.attributes_others import ATTRIBUTES_OTHERS
from vlm_driving.simulator.questions.attributes_place import ATTRIBUTES_PLACE
from vlm_driving.simulator.questions.attributes_road import ATTRIBUTES_ROAD
from vlm_driving.simulator.questions.balance import tally
from vlm_driving.simulator.questions.balance_table import ACCEPTANCES
from vlm_driving.simulator.questions.complex_advice import ADVICE
from vlm_driving.simulator.questions.complex_care import CARE
from vlm_driving.simulator.questions.complex_guard import GUARDS
from vlm_driving.simulator.questions.complex_moves import MOVES
from vlm_driving.simulator.questions.complex_where import WHERE
from vlm_driving.simulator.questions.detail_kinds import DETAILS
from vlm_driving.simulator.questions.presence import PRESENCE
from vlm_driving.simulator.questions.terms import (
    CATEGORIES,
    CYCLIST,
    DRIVER,
    GUARD,
    PEDESTRIAN,
    Kind,
    Question,
    Reply,
    Rng,
    blind_reply,
    pick,
)
from vlm_driving.simulator.questions.unknowable import UNKNOWABLE
from vlm_driving.simulator.scene import RoadClass

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        *PRESENCE,
        *ATTRIBUTES,
        *ATTRIBUTES_OTHERS,
        *ATTRIBUTES_PLACE,
        *ATTRIBUTES_ROAD,
        *UNKNOWABLE,
        *DETAILS,
        *MOVES,
        *ADVICE,
        *WHERE,
        *CARE,
        *GUARDS,
    )
}
"""Everything that can be asked, by name."""

_CATEGORY_SHARES = (0.4, 0.2, 0.4)
_VOICE_SHARES = {DRIVER: 0.55, CYCLIST: 0.15, PEDESTRIAN: 0.15, GUARD: 0.15}
_OPENINGS = {
    DRIVER: ("", "", "", "", "運転中です。", "運転しています。", "ハンドルを握っています。"),
    CYCLIST: (
        "自転車で隣を走っています。",
        "自転車に乗っています。",
        "自転車で通りかかりました。",
        "自転車で車道の端にいます。",
        "この車の脇を自転車で進んでいます。",
        "サイクリング中です。",
    ),
    PEDESTRIAN: (
        "近くを歩いています。",
        "歩行者です。",
        "道の脇を歩いている者です。",
        "散歩の途中です。",
        "歩道に立っています。",
        "徒歩で通りかかりました。",
    ),
    GUARD: (
        "交通誘導員です。",
        "誘導をしています。",
        "現場で交通誘導に当たっています。",
        "警備の仕事中です。",
        "誘導の担当者です。",
        "道路脇で車を案内しています。",
    ),
}


def reply_to(kind: Kind, facts: Facts, ego_speed_kmh: float | None) -> Reply | None:
    """The truth for `kind`; None where the question makes no sense."""
    standing = ego_speed_kmh is not None and ego_speed_kmh < STANDING_KMH
    if "{v}" in kind.texts[0] and (ego_speed_kmh is None or standing):
        return None
    if facts.blind is not None:
        return blind_reply(facts.blind)
    return kind.reply(facts, ego_speed_kmh)


def answer_keys(facts: Facts, ego_speed_kmh: float | None) -> tuple[tuple[str, str], ...]:
    """(kind, answer key) of all that can be asked: the input of `balance.tally`."""
    if facts.blind is not None:
        return ()
    found = ((name, reply_to(kind, facts, ego_speed_kmh)) for name, kind in KINDS.items())
    return tuple((name, reply.key) for name, reply in found if reply is not None)


def ask(
    facts: Facts,
    ego_speed_kmh: float | None,
    rng: Rng,
    acceptances: Mapping[str, Mapping[str, float]] = ACCEPTANCES,
) -> Question:
    """One question; see `questions`."""
    return questions(facts, ego_speed_kmh, rng, 1, acceptances)[0]


def questions(
    facts: Facts,
    ego_speed_kmh: float | None,
    rng: Rng,
    count: int,
    acceptances: Mapping[str, Mapping[str, float]] = ACCEPTANCES,
) -> tuple[Question, ...]:
    """`count` questions of different kinds (fewer only where fewer kinds can be asked).

    `acceptances` thins common answers (see `balance`); what it leaves out is asked only when
    everything else has been.
    """
    accepted: dict[str, list[tuple[Kind, Reply]]] = {c: [] for c in CATEGORIES}
    spare: list[tuple[Kind, Reply]] = []
    for name, kind in KINDS.items():
        reply = reply_to(kind, facts, ego_speed_kmh)
        if reply is None:
            continue
        share = acceptances.get(name, {}).get(reply.key, 1.0)
        if rng.random() < share:
            accepted[kind.category].append((kind, reply))
        else:
            spare.append((kind, reply))
    out: list[Question] = []
    while len(out) < count and (any(accepted.values()) or spare):
        pool = _pool(accepted, rng) or spare
        kind, reply = pool.pop(int(rng.random() * len(pool)))
        out.append(_question(kind, reply, facts, ego_speed_kmh, rng))
    return tuple(out)


def _pool(
    accepted: dict[str, list[tuple[Kind, Reply]]], rng: Rng
) -> list[tuple[Kind, Reply]] | None:
    """One category's candidates, in the shares of the categories that still have some."""
    weights = [s if accepted[c] else 0.0 for c, s in zip(CATEGORIES, _CATEGORY_SHARES, strict=True)]
    draw = float(rng.random()) * sum(weights)
    for category, weight in zip(CATEGORIES, weights, strict=True):
        draw -= weight
        if draw < 0.0:
            return accepted[category]
    return None


def _question(
    kind: Kind, reply: Reply, facts: Facts, ego_speed_kmh: float | None, rng: Rng
) -> Question:
    voices = kind.voices
    if facts.road is RoadClass.EXPRESSWAY and DRIVER in voices:
        voices = tuple(v for v in voices if v in (DRIVER, GUARD))
    voice = _voice(voices, rng)
    text = pick(rng, kind.wordings(voice))
    if len(kind.voices) > 1 and voice not in (kind.by_voice or {}):
        text = pick(rng, _OPENINGS[voice]) + text
    return make_question(kind, reply, voice, text, ego_speed_kmh, rng)


def make_question(
    kind: Kind, reply: Reply, voice: str, text: str, ego_speed_kmh: float | None, rng: Rng
) -> Question:
    """A question in a given wording; `{v}` in it becomes the speed."""
    if ego_speed_kmh is not None:
        text = text.replace("{v}", str(round(ego_speed_kmh)))
    answer = pick(rng, reply.answers)
    return Question(kind.category, voice, kind.name, text, answer, reply.rubric, reply.key)


def _voice(voices: tuple[str, ...], rng: Rng) -> str:
    draw = float(rng.random()) * sum(_VOICE_SHARES[v] for v in voices)
    for voice in voices:
        draw -= _VOICE_SHARES[voice]
        if draw < 0.0:
            return voice
    return voices[-1]


def measure_balance(
    scenes: list[tuple[Facts, float | None]],
) -> dict[str, dict[str, float]]:
    """The acceptances that suit these scenes (facts and ego speed)."""
    return tally(pair for facts, speed in scenes for pair in answer_keys(facts, speed))
