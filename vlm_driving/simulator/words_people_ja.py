"""Clauses and noun phrases for people: on foot, on bicycles, and guards."""

from __future__ import annotations

from collections.abc import Sequence

from vlm_driving.simulator.fact_types import Facts, PedestrianFact, Side
from vlm_driving.simulator.scene import Age, Gesture, RoadClass
from vlm_driving.simulator.words_forms import SIDE_JA, Clause, Predicate, Speaker, beside
from vlm_driving.simulator.words_salience import Topic, cyclists, walkers

IRU, ARU, MIERU = Predicate.IRU, Predicate.ARU, Predicate.MIERU
_ONE = {
    Age.CHILD: ("子ども", "子ども", "小さな子ども"),
    Age.ELDERLY: ("高齢者", "お年寄り", "高齢の歩行者"),
    Age.ADULT: ("歩行者", "歩行者", "人"),
    None: ("歩行者", "歩行者", "人"),
}
_SEVERAL = 4


def people_noun(say: Speaker, people: Sequence[PedestrianFact]) -> str:
    """歩行者, 子ども, 2人の歩行者, ... for a group."""
    ages = {p.age for p in people}
    if len(people) == 1:
        return say.pick(*_ONE[people[0].age])
    count = f"{len(people)}人" if len(people) < _SEVERAL else "数人"
    if ages == {Age.CHILD}:
        return say.pick(f"{count}の子ども", f"子ども{count}" if count != "数人" else "数人の子ども")
    if Age.CHILD in ages:
        return f"子どもを含む{count}の歩行者"
    if ages == {Age.ELDERLY}:
        return f"{count}の高齢者"
    if Age.ELDERLY in ages:
        return f"高齢者を含む{count}の歩行者"
    return say.pick(f"{count}の歩行者", f"歩行者{count}" if count != "数人" else "数人の歩行者")


def walker_clause(topic: Topic, facts: Facts, say: Speaker) -> Clause:
    """A clause about the people of `topic`."""
    group = walkers(facts, topic)
    first, who, at = group[0], people_noun(say, group), say.at(group[0].range_m)
    if topic is Topic.WALKER_CROSSING:
        if facts.crossing_m is None:
            return say.clause((f"{at}で{who}が道を横断して", IRU), (f"{at}を{who}が横断して", IRU))
        return say.clause(
            (f"{at}の横断歩道を{who}が渡って", IRU),
            (f"{at}で{who}が横断歩道を渡って", IRU),
            (f"{who}が{at}の横断歩道を渡って", IRU),
            (f"{at}の横断歩道に{who}が", IRU),
            (f"{at}に横断歩道を渡る{who}が", IRU),
            (f"{at}の横断歩道の上に{who}が", IRU),
            (f"横断歩道を渡っている{who}が{at}に", IRU),
        )
    if topic is Topic.WALKER_WAITING:
        side = beside(say, first.side) if len({p.side for p in group}) == 1 else "両側"
        if facts.crossing_m is None:
            return say.clause((f"{at}の{side}で{who}が横断を待って", IRU))
        return say.clause(
            (f"{at}の{side}で{who}が横断を待って", IRU),
            (f"横断歩道の{side}で{who}が待って", IRU),
            (f"{at}の横断歩道の{side}で{who}が渡るのを待って", IRU),
            (f"{at}の{side}に横断待ちの{who}が", IRU),
            (f"横断歩道の{side}に渡ろうとする{who}が", IRU),
        )
    if topic is Topic.WALKER_LANE:
        return say.clause(
            (f"{at}の路上に{who}が", IRU),
            (f"{at}の車道に{who}が", IRU),
            (f"{at}の車線の中に{who}が", IRU),
            (f"{at}の進路上に{who}が", IRU),
            (f"車道の真ん中に{who}が", IRU),
            (f"{who}が{at}の路上に", IRU),
            (f"{who}が{at}で進路上に出て", IRU),
        )
    if topic is Topic.WALKER_EDGE:
        side = _edge(group)
        return say.clause(
            (f"{at}の道路{side}端に{who}が", IRU),
            (f"{at}の車道の{side}端に{who}が", IRU),
            (f"車道の{side}端に{who}が", IRU),
            (f"{who}が{at}の道路{side}端に", IRU),
            (f"道路の{side}端に{who}が", MIERU),
        )
    side = beside(say, first.side) if len({p.side for p in group}) == 1 else "両側"
    if facts.road is RoadClass.RESIDENTIAL:
        return say.clause(
            (f"{side}の道路脇に{who}が", IRU),
            (f"{at}の{side}の道端に{who}が", IRU),
            (f"{side}の道端に{who}が", MIERU),
        )
    return say.clause(
        (f"{side}の歩道に{who}が", IRU),
        (f"{at}の{side}の歩道に{who}が", IRU),
        (f"{side}の歩道に{who}が", MIERU),
        (f"{side}の道路脇に{who}が", IRU),
        (f"{who}が{side}の歩道に", IRU),
    )


def _edge(group: Sequence[PedestrianFact]) -> str:
    return SIDE_JA[group[0].side] if len({p.side for p in group}) == 1 else "両"


def walker_noun(topic: Topic, facts: Facts, say: Speaker) -> str:
    """A noun phrase for the people of `topic`."""
    group = walkers(facts, topic)
    who = people_noun(say, group)
    side = beside(say, group[0].side) if len({p.side for p in group}) == 1 else "両側"
    if topic is Topic.WALKER_CROSSING:
        if facts.crossing_m is None:
            return f"横断中の{who}"
        return say.pick(f"横断中の{who}", f"横断歩道を渡る{who}")
    if topic is Topic.WALKER_WAITING:
        return say.pick(f"横断待ちの{who}", f"{side}で横断を待つ{who}")
    if topic is Topic.WALKER_LANE:
        return say.pick(f"路上の{who}", f"進路上の{who}", f"車道にいる{who}")
    if topic is Topic.WALKER_EDGE:
        return say.pick(f"道路{_edge(group)}端の{who}", f"車道の{_edge(group)}端にいる{who}")
    if facts.road is RoadClass.RESIDENTIAL:
        return f"{side}の道端の{who}"
    return say.pick(f"{side}の歩道の{who}", f"歩道にいる{who}")


def cyclist_clause(topic: Topic, facts: Facts, say: Speaker) -> Clause:
    """A clause about the cyclists of `topic`."""
    riders = cyclists(facts, topic)
    who, at = _bicycle(say, len(riders)), say.at(riders[0].range_m)
    side = beside(say, riders[0].side) if len({r.side for r in riders}) == 1 else "左右"
    if topic is Topic.CYCLIST_LANE and riders[0].side is not Side.LEFT:
        return say.clause(
            (f"{at}の車線に{who}が", IRU),
            (f"{at}の車道を{who}が走って", IRU),
            (f"同じ車線を走る{who}が{at}に", IRU),
        )
    if topic is Topic.CYCLIST_LANE:
        return say.clause(
            (f"{at}の車線の左端に{who}が", IRU),
            (f"{at}の左端を{who}が走って", IRU),
            (f"車線の左端を{who}が走って", IRU),
            (f"左側を走る{who}が{at}に", IRU),
            (f"{who}が{at}の左端を走って", IRU),
        )
    if topic is Topic.CYCLIST_CROSSING:
        if facts.crossing_m is None:
            return say.clause((f"{at}で{who}が道を横断して", IRU), (f"{at}を{who}が横切って", IRU))
        return say.clause(
            (f"{at}の横断歩道を{who}が渡って", IRU),
            (f"{at}で{who}が横断歩道を渡って", IRU),
            (f"{at}に横断中の{who}が", IRU),
        )
    if topic is Topic.CYCLIST_ONCOMING:
        return say.clause(
            (f"{at}の{side}に対向の{who}が", IRU),
            (f"{side}にこちらを向いた{who}が", IRU),
            (f"{at}の{side}にこちら向きの{who}が", IRU),
        )
    if facts.road is RoadClass.RESIDENTIAL:
        return say.clause((f"{side}の道端に{who}が", IRU), (f"{at}の{side}の道端に{who}が", IRU))
    return say.clause(
        (f"{side}の歩道に{who}が", IRU),
        (f"{at}の{side}の歩道に{who}が", IRU),
        (f"{side}の歩道を{who}が走って", IRU),
    )


def cyclist_noun(topic: Topic, facts: Facts, say: Speaker) -> str:
    """A noun phrase for the cyclists of `topic`."""
    riders = cyclists(facts, topic)
    who = _bicycle(say, len(riders))
    if topic is Topic.CYCLIST_LANE and riders[0].side is not Side.LEFT:
        return f"車道を走る{who}"
    if topic is Topic.CYCLIST_LANE:
        return say.pick(f"左端を走る{who}", f"車線の左端の{who}")
    if topic is Topic.CYCLIST_CROSSING:
        return f"横断中の{who}"
    if topic is Topic.CYCLIST_ONCOMING:
        return say.pick(f"対向の{who}", f"こちらを向いた{who}")
    return f"道端の{who}" if facts.road is RoadClass.RESIDENTIAL else f"歩道の{who}"


def _bicycle(say: Speaker, count: int) -> str:
    return "自転車" if count == 1 else say.pick(f"{count}台の自転車", f"自転車{count}台")


def flagger_clause(facts: Facts, say: Speaker) -> Clause:
    """A clause about the guard."""
    assert facts.flagger is not None
    at = say.at(facts.flagger.range_m)
    who = say.pick("交通誘導員", "誘導員", "警備員")
    if facts.flagger.gesture is Gesture.HOLD:
        return say.clause(
            (f"{at}で{who}が停止を求めて", IRU),
            (f"{at}の{who}が停止の合図を出して", IRU),
            (f"{who}が止まるよう合図して", IRU),
            (f"{at}に停止を求める{who}が", IRU),
            (f"{who}が{at}で停止を指示して", IRU),
        )
    return say.clause(
        (f"{at}で{who}が進行を促して", IRU),
        (f"{at}の{who}が進行の合図を出して", IRU),
        (f"{who}が進むよう合図して", IRU),
        (f"{at}に進行を促す{who}が", IRU),
    )


def flagger_noun(facts: Facts, say: Speaker) -> str:
    """A noun phrase for the guard."""
    assert facts.flagger is not None
    who = say.pick("交通誘導員", "誘導員")
    if facts.flagger.gesture is Gesture.HOLD:
        return say.pick(f"停止を求める{who}", f"停止の合図を出す{who}")
    return say.pick(f"進行を促す{who}", f"進むよう合図する{who}")
