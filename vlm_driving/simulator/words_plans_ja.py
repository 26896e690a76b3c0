"""Sentence plans: the order and the joints in which a description says its topics."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vlm_driving.simulator.fact_types import Facts, Side
from vlm_driving.simulator.scene import CyclistPlace, Gesture, PedestrianPlace, SignalColour
from vlm_driving.simulator.words_forms import Clause, Predicate, Rng, Speaker
from vlm_driving.simulator.words_people_ja import (
    cyclist_clause,
    cyclist_noun,
    flagger_clause,
    flagger_noun,
    walker_clause,
    walker_noun,
)
from vlm_driving.simulator.words_road_ja import road_clause, road_noun
from vlm_driving.simulator.words_salience import CYCLISTS, WALKERS, Topic
from vlm_driving.simulator.words_setting_ja import setting, setting_obliged
from vlm_driving.simulator.words_style_ja import MAX_SENTENCES, also_there, stiffness
from vlm_driving.simulator.words_traffic_ja import OVERLAP_M, traffic_clause, traffic_noun

TYPICAL_LENGTH = 70
MAX_LENGTH = 110
_TRIES = 8
_TRAFFIC = frozenset(
    {
        Topic.LEAD,
        Topic.JAM,
        Topic.ONCOMING,
        Topic.ENCROACHING,
        Topic.PARKED,
        Topic.CROSSING_VEHICLE,
        Topic.OTHER_VEHICLE,
    }
)


def compose(facts: Facts, topics: Sequence[Topic], rng: Rng) -> str:
    """One to three sentences about `topics` in this order, the setting somewhere among them."""
    drafts = []
    for attempt in range(_TRIES):
        text = _compose_once(facts, topics, Speaker(rng), tight=attempt > 2)
        if len(text) <= TYPICAL_LENGTH and not stiffness(text):
            return text
        drafts.append(text)
    return min(drafts, key=lambda d: (len(d) > MAX_LENGTH, stiffness(d), len(d)))


def nothing_in_the_way(facts: Facts) -> bool:
    """Nothing on or beside our path that asks for care; signals and signs are another matter."""
    return not (
        facts.lead
        or facts.jam
        or (facts.oncoming is not None and facts.oncoming.encroaching)
        or (facts.parked is not None and facts.parked.overlap_m > OVERLAP_M)
        or any(p.place is not PedestrianPlace.PAVEMENT for p in facts.pedestrians)
        or any(c.place is not CyclistPlace.PAVEMENT for c in facts.cyclists)
        or (facts.works is not None and facts.works.overlap_m > OVERLAP_M)
        or (facts.obstacle is not None and facts.obstacle.side is Side.CENTER)
        or (facts.crossing_vehicle is not None and facts.crossing_vehicle.in_lane)
        or (facts.railway is not None and facts.railway.closed)
        or (facts.flagger is not None and facts.flagger.gesture is Gesture.HOLD)
    )


def _told_to_stop(facts: Facts) -> bool:
    """By a sign or a lamp, though the road be free."""
    lamp = facts.signal is not None and facts.signal.colour is not SignalColour.GREEN
    return lamp or facts.stop_sign_m is not None


def clause_of(topic: Topic, facts: Facts, say: Speaker) -> Clause:
    """A clause about a topic."""
    if topic in WALKERS:
        return walker_clause(topic, facts, say)
    if topic in CYCLISTS:
        return cyclist_clause(topic, facts, say)
    if topic is Topic.FLAGGER:
        return flagger_clause(facts, say)
    if topic in _TRAFFIC:
        return traffic_clause(topic, facts, say)
    return road_clause(topic, facts, say)


def noun_of(topic: Topic, facts: Facts, say: Speaker) -> str | None:
    """A noun phrase about a topic, for lists; None where there is none."""
    if topic in WALKERS:
        return walker_noun(topic, facts, say)
    if topic in CYCLISTS:
        return cyclist_noun(topic, facts, say)
    if topic is Topic.FLAGGER:
        return flagger_noun(facts, say)
    if topic in _TRAFFIC:
        return traffic_noun(topic, facts, say)
    return road_noun(topic, facts, say)


def _compose_once(facts: Facts, topics: Sequence[Topic], say: Speaker, tight: bool) -> str:
    wanted = setting_obliged(facts) or say.chance(0.15 if tight else 0.6) or not topics
    where = setting(facts, say)
    place = "none" if not wanted else say.pick("first", "first", "prefix", "prefix", "last")
    if place == "last" and (tight or not setting_obliged(facts) or not topics):
        place = "prefix" if topics else "first"
    budget = MAX_SENTENCES - (place in ("first", "last"))
    body = _body(facts, list(topics), say, budget, tight)
    if place == "first":
        body.insert(0, where.sentence)
    elif place == "prefix":
        # An enumeration or a clause with its own topic marker still reads well after 〜で、.
        body[0] = f"{where.place}、{body[0]}"
    elif place == "last":
        body.append(where.closing)
    return also_there("".join(body))


def _body(facts: Facts, topics: list[Topic], say: Speaker, budget: int, tight: bool) -> list[str]:
    """At most `budget` sentences about the topics."""
    free_road = nothing_in_the_way(facts) and not _told_to_stop(facts)
    if not topics or (len(topics) == 1 and free_road and say.chance(0.5)):
        free = say.pick(
            "進路上に障害物は見えません。",
            "前方に障害物は見当たりません。",
            "前方の道は空いています。",
            "進路をふさぐものはありません。",
        )
        if not nothing_in_the_way(facts):
            free = "前方に道が続いています。"
        head = [_joined(facts, topics, say)] if topics else []
        return [*head, free] if budget > len(head) else head or [free]
    last = [t for t in topics if t is Topic.OFFSET]
    main: list[Topic] = [t for t in topics if t is not Topic.OFFSET]
    listed: list[Topic] = []
    room = 2 * (budget - bool(last and len(main) > 1))
    if len(main) > room or (tight and len(main) > 2) or (len(main) > 2 and say.chance(0.3)):
        keep = 0 if len(main) > 2 and say.chance(0.15) else 1 if tight or say.chance(0.5) else 2
        if len(main) - keep < 2:
            keep = max(0, len(main) - 2)
        main, listed = main[:keep], main[keep:]
    sentences: list[str] = []
    slots = budget - bool(listed)
    for chunk in _chunks(main, max(1, slots - bool(last and len(main) > 1)), say):
        sentences.append(_joined(facts, chunk, say))
    if listed:
        say.last = Predicate.MIERU
        sentences.append(_enumeration(facts, listed, say, further=bool(sentences)))
    if last:
        offset = _fresh_clause(Topic.OFFSET, facts, say).ending + "。"
        if len(sentences) < budget:
            sentences.append(offset)
        else:
            sentences[-1] = sentences[-1].removesuffix("。")
            sentences[-1] = _te(sentences[-1]) + "、" + offset
    return sentences


def _te(sentence: str) -> str:
    """The going-on form of a polite sentence end."""
    for end, te in (("います", "いて"), ("あります", "あり"), ("見えます", "見え"), ("です", "で")):
        if sentence.endswith(end):
            return sentence.removesuffix(end) + te
    for end, te in (("いません", "おらず"), ("ありません", "なく"), ("見えません", "見えず")):
        if sentence.endswith(end):
            return sentence.removesuffix(end) + te
    return sentence


def _chunks(topics: list[Topic], slots: int, say: Speaker) -> list[list[Topic]]:
    """The topics in order, one or two a sentence, in at most `slots` sentences."""
    out: list[list[Topic]] = []
    rest = list(topics)
    while rest:
        left = slots - len(out)
        must = len(rest) > left
        size = 2 if len(rest) > 1 and (must or say.chance(0.55)) else 1
        if left <= 1:
            size = len(rest)
        out.append(rest[:size])
        rest = rest[size:]
    return out


def _joined(facts: Facts, topics: Sequence[Topic], say: Speaker) -> str:
    """One sentence of all clauses: with が where calm meets care, else in the going-on form."""
    clauses: list[Clause] = []
    for topic in topics:
        clauses.append(_fresh_clause(topic, facts, say))
        say.last = clauses[-1].predicate
    text = ""
    for index, clause in enumerate(clauses[:-1]):
        contrast = _calm(facts, topics[index]) and _asks_for_care(facts, topics[index + 1])
        if contrast and "が、" not in clause.stem and say.chance(0.8):
            text += clause.although + "、"
        else:
            text += clause.going_on(say.rng) + "、"
    return text + clauses[-1].ending + "。"


def _fresh_clause(topic: Topic, facts: Facts, say: Speaker) -> Clause:
    """A clause that ends otherwise than the one before, where its wording allows."""
    clause = clause_of(topic, facts, say)
    for _ in range(2):
        if clause.predicate is not say.last:
            break
        say.forget()
        clause = clause_of(topic, facts, say)
    return clause


def _calm(facts: Facts, topic: Topic) -> bool:
    """What by itself lets us go on."""
    if topic is Topic.SIGNAL:
        return facts.signal is not None and facts.signal.colour is SignalColour.GREEN
    if topic is Topic.FLAGGER:
        return facts.flagger is not None and facts.flagger.gesture is Gesture.PROCEED
    if topic is Topic.RAILWAY:
        return facts.railway is not None and not facts.railway.closed
    return False


def _asks_for_care(facts: Facts, topic: Topic) -> bool:
    """What speaks against going on."""
    if topic is Topic.SIGNAL:
        return facts.signal is not None and facts.signal.colour in (
            SignalColour.RED,
            SignalColour.YELLOW,
        )
    if topic is Topic.RAILWAY:
        return facts.railway is not None and facts.railway.closed
    if topic is Topic.FLAGGER:
        return facts.flagger is not None and facts.flagger.gesture is Gesture.HOLD
    if topic is Topic.LEAD:
        return facts.lead is not None and bool(facts.lead.braking)
    return topic in _CARE


_CARE = frozenset(
    {
        Topic.WALKER_CROSSING,
        Topic.WALKER_LANE,
        Topic.WALKER_EDGE,
        Topic.WALKER_WAITING,
        Topic.CYCLIST_CROSSING,
        Topic.CYCLIST_LANE,
        Topic.ENCROACHING,
        Topic.JAM,
        Topic.WORKS,
        Topic.OBSTACLE,
        Topic.CROSSING_VEHICLE,
    }
)


def _enumeration(facts: Facts, topics: Sequence[Topic], say: Speaker, further: bool) -> str:
    nouns = [noun for topic in topics if (noun := noun_of(topic, facts, say)) is not None]
    if len(nouns) == 1:
        listed = nouns[0]
    elif len(nouns) == 2:
        listed = say.pick(f"{nouns[0]}と{nouns[1]}", f"{nouns[0]}と、{nouns[1]}")
    else:
        listed = "、".join(nouns[:-1]) + say.pick("、", "、それに") + nouns[-1]
    if further:
        opening = say.pick("ほかに、", "さらに、", "また、", "ほかにも、")
    else:  # 「前方に左側の...」 would say two places.
        opening = "" if _PLACED.match(listed) else "前方に"
    return f"{opening}{listed}が見えます。"


_PLACED = re.compile(
    "[左右両道路隣前約0-9]|車道|車線|歩道|進路|こちら|正面|およそ|すぐ|少し|この先"
)
