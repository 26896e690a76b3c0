"""Short questions whether something shows; yes and no are asked equally often (see `balance`)."""

from __future__ import annotations

from collections.abc import Callable

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.terms import (
    CONV,
    VOICES,
    WHEELS,
    Kind,
    Reply,
    no,
    yes,
)
from vlm_driving.simulator.scene import Age, PedestrianPlace, RoadClass

Truth = Callable[[Facts], "bool | None"]

_LIVING = (
    "{n}はいますか。",
    "いま{n}はいますか。",
    "画像に{n}は写っていますか。",
    "{n}の姿は見えますか。",
    "見える範囲に{n}はいますか。",
    "{n}がいるかどうか教えてください。",
    "この場面に{n}はいますか。",
    "{n}はいるでしょうか。",
)
_THINGS = (
    "{n}はありますか。",
    "{n}は見えますか。",
    "画像に{n}は写っていますか。",
    "この先に{n}はありますか。",
    "{n}があるかどうか教えてください。",
    "見える範囲に{n}はありますか。",
    "{n}は確認できますか。",
    "{n}はあるでしょうか。",
)
_LIVING_YES = ("はい、{n}がいます。", "はい、{n}が見えます。", "はい、{n}が写っています。")
_LIVING_NO = (
    "いいえ、{n}は見当たりません。",
    "いいえ、{n}はいません。",
    "いいえ、{n}は写っていません。",
)
_THING_YES = ("はい、{n}があります。", "はい、{n}が見えます。", "はい、{n}が写っています。")
_THING_NO = (
    "いいえ、{n}は見当たりません。",
    "いいえ、{n}はありません。",
    "いいえ、{n}は写っていません。",
)
_LEAD_YES = ["います", "あります", "見えます", "写っています"]
_LEAD_NO = ["いません", "ありません", "見当たりません", "見えません"]


def _living(name: str, noun: str, truth: Truth, voices: tuple[str, ...] = VOICES) -> Kind:
    return _kind(name, noun, truth, (_LIVING, _LIVING_YES, _LIVING_NO), voices)


def _thing(name: str, noun: str, truth: Truth, voices: tuple[str, ...] = VOICES) -> Kind:
    return _kind(name, noun, truth, (_THINGS, _THING_YES, _THING_NO), voices)


def _kind(
    name: str,
    noun: str,
    truth: Truth,
    words: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
    voices: tuple[str, ...],
) -> Kind:
    texts, affirm, deny = (tuple(t.format(n=noun) for t in part) for part in words)

    def reply(facts: Facts, ego_speed_kmh: float | None) -> Reply | None:
        shows = truth(facts)
        if shows is None:
            return None
        return yes(affirm, lead=_LEAD_YES) if shows else no(deny, lead=_LEAD_NO)

    return Kind(name, CONV, texts, reply, voices)


def _child(facts: Facts) -> bool | None:
    if any(p.age is Age.CHILD for p in facts.pedestrians):
        return True
    return None if any(p.age is None for p in facts.pedestrians) else False


def _elderly(facts: Facts) -> bool | None:
    if any(p.age is Age.ELDERLY for p in facts.pedestrians):
        return True
    return None if any(p.age is None for p in facts.pedestrians) else False


def _at(place: PedestrianPlace) -> Truth:
    return lambda facts: any(p.place is place for p in facts.pedestrians)


def _opposite(facts: Facts) -> bool | None:
    if facts.road is RoadClass.EXPRESSWAY:
        return None
    return facts.oncoming is not None


PRESENCE: tuple[Kind, ...] = (
    _thing("has_signal", "信号機", lambda f: f.signal is not None),
    _living("has_lead", "先行車", lambda f: f.lead is not None, WHEELS),
    _living("has_oncoming", "対向車", _opposite),
    _thing("has_parked", "駐車車両", lambda f: f.parked is not None),
    _living("has_pedestrian", "歩行者", lambda f: bool(f.pedestrians)),
    _living("has_cyclist", "自転車に乗った人", lambda f: bool(f.cyclists)),
    _living("has_child", "子ども", _child),
    _living("has_elderly", "お年寄り", _elderly),
    _living("has_person_crossing", "横断歩道を渡っている人", _at(PedestrianPlace.CROSSING)),
    _living("has_person_waiting", "横断を待っている人", _at(PedestrianPlace.WAITING)),
    _living("has_person_in_road", "車道を歩いている人", _at(PedestrianPlace.ROAD)),
    _thing("has_works", "道路工事をしている場所", lambda f: f.works is not None),
    _living("has_flagger", "交通誘導員", lambda f: f.flagger is not None),
    _thing("has_obstacle", "路上の落下物", lambda f: f.obstacle is not None),
    _thing("has_crossing", "横断歩道", lambda f: f.crossing_m is not None),
    _thing("has_stop_line", "停止線", lambda f: f.stop_line_m is not None),
    _thing("has_stop_sign", "「止まれ」の標識や表示", lambda f: f.stop_sign_m is not None),
    _thing("has_speed_sign", "数字の読める速度標識", lambda f: f.speed_limit_kmh is not None),
    _thing("has_railway", "踏切", lambda f: f.railway is not None),
    _thing("has_tunnel_ahead", "トンネルの入口", lambda f: f.tunnel_ahead_m is not None),
    _living("has_crossing_vehicle", "横切ろうとする車", lambda f: f.crossing_vehicle is not None),
    _thing("has_jam", "渋滞の列", lambda f: f.jam),
)
"""All kinds of presence questions."""
