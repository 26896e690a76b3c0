"""Questions of a guard who directs the traffic at road works or a crossing.

| whom to stop | when |
|---|---|
| both directions | someone crosses |
| our side | works reach 0.3 m into the only lane, an oncoming vehicle comes within 60 m |
| nobody, let our side pass | works reach into the only lane, nothing comes |
| nobody | otherwise |

Not asked on expressways, nor of works where another lane is free.
"""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.terms import (
    COMPLEX,
    GUARD,
    NONE,
    Kind,
    Reply,
    no,
    states,
    yes,
)
from vlm_driving.simulator.questions.wordings_complex import TEXTS
from vlm_driving.simulator.scene import CyclistPlace, PedestrianPlace, RoadClass

GUARD_ONCOMING_M = 60.0
LANE_CLOSED_M = 0.3


def _guard_stop(facts: Facts, speed: float | None) -> Reply | None:
    if facts.road is RoadClass.EXPRESSWAY:
        return None  # no traffic comes the other way, nobody crosses
    if any(p.place is PedestrianPlace.CROSSING for p in facts.pedestrians):
        answers = (
            "横断している人がいるので、両方向の車を止めます。",
            "歩行者が渡り終わるまで、双方の車を止めてください。",
            "人が渡っています。どちらから来る車も止めましょう。",
        )
        return states("both", answers, [["両方", "双方", "どちらから来る車も"]], None, "free")
    if facts.works is None or facts.works.overlap_m < LANE_CLOSED_M:
        answers = (
            "今は車を止める必要がありません。",
            "どの車も止める必要はなく、流して構いません。",
            "止める必要のある車は見当たりません。",
        )
        must = [
            "必要がありません",
            "必要はなく",
            "必要のある車は見当たりません",
            "必要はありません",
        ]
        return states("nobody", answers, [must], None, "free")
    if facts.lanes > 1:
        return None  # the other lane is free: nobody needs to wait for a turn
    if facts.oncoming is not None and facts.oncoming.range_m < GUARD_ONCOMING_M:
        answers = (
            "工事で車線が狭く対向車も来ているので、こちら側の車を止めます。",
            "対向車が近づいているので、手前側の車を止めてください。",
            "対向車を先に通し、こちら側の車を待たせます。",
        )
        return states("ours", answers, [["対向車"], ["こちら側", "手前側", "自車"]], None, "free")
    answers = (
        "対向側が空いているので、こちら側の車を通してください。",
        "工事区間の脇が空いているので、手前側の車を通してください。",
        "向こうから来る車はないので、こちら側の車を通しましょう。",
    )
    return states("pass", answers, [["通し"], ["こちら側", "手前側", "自車"]], None, "free")


def _guard_people(facts: Facts, speed: float | None) -> Reply | None:
    if facts.road is RoadClass.EXPRESSWAY:
        return None
    places = {p.place for p in facts.pedestrians}
    crossing = PedestrianPlace.CROSSING in places
    if crossing or PedestrianPlace.WAITING in places:
        one = "横断している歩行者" if crossing else "横断を待っている歩行者"
        return yes(
            (
                f"はい、{one}がいるので、車を止めてください。",
                f"はい、{one}のために車を止める必要があります。",
                f"はい。{one}が見えるので、車を待たせましょう。",
            ),
            [["歩行者", "人が"]],
            key="yes",
        )
    if any(c.place is CyclistPlace.CROSSING for c in facts.cyclists):
        return None
    return no(
        (
            "いいえ、渡ろうとする人は見当たりません。",
            "いいえ、横断する人がいないので、その必要はありません。",
            "いいえ、横断待ちの人は見えないので、車を流して構いません。",
        ),
    )


def _guard_lane(facts: Facts, speed: float | None) -> Reply | None:
    if facts.works is None:
        return no(
            (
                "いいえ、工事区間は見当たりません。",
                "いいえ、工事そのものが見当たりません。",
                "いいえ、見える範囲に工事現場はありません。",
            ),
            [NONE],
            key="none",
        )
    side = "左" if facts.works.side.value == "left" else "右"
    if facts.works.overlap_m < LANE_CLOSED_M:
        return no(
            (
                f"いいえ、{side}側の工事は車線の外に収まっています。",
                f"いいえ、工事区間は{side}側にありますが、車線には入っていません。",
                f"いいえ、{side}側で工事中ですが、車線はふさいでいません。",
            ),
            [["収まって", "入っていません", "ふさいでいません"]],
        )
    return yes(
        (
            f"はい、{side}側の工事が車線にはみ出しています。",
            f"はい、工事区間が{side}から車線に入り込んでいます。",
            f"はい、{side}側の工事で車線の一部がふさがれています。",
        ),
        [["工事"], [side]],
    )


GUARDS: tuple[Kind, ...] = (
    Kind(
        "guard_stop",
        COMPLEX,
        TEXTS["guard_stop"],
        _guard_stop,
        (GUARD,),
    ),
    Kind(
        "guard_people",
        COMPLEX,
        TEXTS["guard_people"],
        _guard_people,
        (GUARD,),
    ),
    Kind(
        "guard_lane",
        COMPLEX,
        TEXTS["guard_lane"],
        _guard_lane,
        (GUARD,),
    ),
)
"""Kinds of a guard."""
