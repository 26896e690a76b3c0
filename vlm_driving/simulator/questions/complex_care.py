"""Questions about what is hidden, what the weather asks for, and a level crossing.

| question | answer |
|---|---|
| where could somebody step out | parked truck, bus or van within 40 m; such a one ahead within |
| | 25 m or oncoming within 40 m; a bend; else nowhere in particular |
| what the weather asks for | snow, fog, rain, then night, backlight, dusk; else nothing |
| level crossing | closed: stop and wait; open: stop, look both ways, then go |
"""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.terms import (
    COMPLEX,
    CYCLIST,
    DRIVER,
    LARGE,
    NONE,
    VEHICLE_JA,
    Group,
    Kind,
    Reply,
    absent,
    no,
    states,
    yes,
)
from vlm_driving.simulator.questions.wordings_complex import TEXTS
from vlm_driving.simulator.scene import Light, RoadClass, VehicleKind, Weather

HIDE_PARKED_M = 40.0
HIDE_LEAD_M = 25.0

_BLIND_SPOTS: dict[str, Group] = {
    "parked": ["駐車"],
    "lead": ["前の", "先行車", "前方の"],
    "oncoming": ["対向車"],
    "curve": ["カーブ"],
}


def _spots(facts: Facts) -> list[tuple[str, str]]:
    """Names of blind spots and how they are called, the weightiest first."""
    out = []
    parked, lead, oncoming = facts.parked, facts.lead, facts.oncoming
    if parked is not None and parked.range_m < HIDE_PARKED_M and parked.kind in LARGE:
        out.append(("parked", f"駐車している{VEHICLE_JA[parked.kind]}の陰"))
    if lead is not None and lead.range_m < HIDE_LEAD_M and lead.kind in LARGE:
        out.append(("lead", f"前の{VEHICLE_JA[lead.kind]}の陰"))
    if oncoming is not None and oncoming.range_m < HIDE_PARKED_M and oncoming.kind in LARGE:
        out.append(("oncoming", f"対向車の{VEHICLE_JA[oncoming.kind]}の後ろ"))
    if facts.curve is not None:
        out.append(("curve", "カーブの先"))
    return out


def _low_parked(facts: Facts) -> bool:
    """A parked car that a child may stand behind: neither a blind spot for sure nor none."""
    parked = facts.parked
    return parked is not None and parked.kind in (VehicleKind.KEI, VehicleKind.SEDAN)


def _blind_spot(facts: Facts, speed: float | None) -> Reply | None:
    if facts.road is RoadClass.EXPRESSWAY:
        return None
    spots = _spots(facts)
    low = _low_parked(facts)
    if low and not spots:
        return None
    if not spots:
        answers = (
            "目立った死角は見当たりません。",
            "大きな死角は見当たりませんが、脇道には気をつけましょう。",
            "特に死角になる場所は見当たりません。",
        )
        return states("none", answers, [NONE], list(_BLIND_SPOTS.values()), None)
    name, ja = spots[0]
    answers = (
        f"{ja}が死角で、人や自転車が出てくるおそれがあります。",
        f"{ja}です。見えないところから人が出てくるかもしれません。",
        f"{ja}に注意してください。人の飛び出しに備えましょう。",
    )
    if name == "curve":
        answers = (
            f"{ja}が死角で、人や止まった車がいるかもしれません。",
            f"{ja}です。見えないところに人や車がいるかもしれません。",
            f"{ja}に注意してください。人や車がいることに備えましょう。",
        )
    rubric = {
        "must": [_BLIND_SPOTS[name]],
        "must_not": [
            g
            for n, g in _BLIND_SPOTS.items()
            if n not in dict(spots) and not (low and n == "parked")
        ],
        "form": "free",
    }
    return Reply(name, answers, rubric)


def _behind(facts: Facts, speed: float | None) -> Reply | None:
    parked = facts.parked
    if facts.road is RoadClass.EXPRESSWAY or _low_parked(facts):
        return None
    if parked is not None and parked.kind is VehicleKind.MOTORCYCLE:
        return no(
            (
                "いいえ、止まっているのはバイクで、人が隠れる大きさではありません。",
                "いいえ、バイクの陰に人が隠れる広さはありません。",
                "いいえ、止まっているのはバイクだけで、視界を遮る車はありません。",
            ),
            [NONE],
        )
    if parked is None:
        return no(
            (
                "いいえ、駐車車両は見当たりません。",
                "いいえ、止まっている車が見当たらないので、その心配は小さいです。",
                "いいえ、物陰になる駐車車両はありません。",
            ),
            [NONE],
        )
    if parked.range_m >= HIDE_PARKED_M:
        return None
    ja = VEHICLE_JA[parked.kind]
    return yes(
        (
            f"はい、駐車中の{ja}の陰から歩行者や自転車が出てくるおそれがあります。",
            f"はい、止まっている{ja}の先が死角なので、飛び出しに注意が必要です。",
            f"はい、駐車中の{ja}が視界を遮っているので、飛び出しに備えてください。",
        ),
        [[ja, "駐車", "止まっている"]],
    )


_AIR: dict[str, tuple[tuple[str, str, str], Group]] = {
    "snow": (
        (
            "雪で滑りやすいので、速度を落として車間を広く取ってください。",
            "雪が降っているため、急ブレーキや急ハンドルを避けましょう。",
            "雪道では止まりにくいので、早めの減速が大切です。",
        ),
        ["雪"],
    ),
    "fog": (
        (
            "霧で遠くが見えにくいので、速度を落としてライトをつけてください。",
            "霧が出ているため、車間を広く取って慎重に進みましょう。",
            "霧で視界が限られるので、すぐ止まれる速度にしてください。",
        ),
        ["霧"],
    ),
    "rain": (
        (
            "雨で路面が滑りやすいので、速度を控えて車間を取ってください。",
            "雨が降っているため、止まるまでの距離が長くなることに注意しましょう。",
            "雨で濡れた路面では、早めのブレーキが大切です。",
        ),
        ["雨"],
    ),
    "night": (
        (
            "夜で人が見えにくいので、ライトの届く範囲で止まれる速度にしてください。",
            "夜間なので、暗がりの歩行者や自転車に気をつけましょう。",
            "夜は見通しが悪いため、速度を控えてください。",
        ),
        ["夜", "暗"],
    ),
    "backlight": (
        (
            "逆光でまぶしいので、信号や人を見落とさないよう注意してください。",
            "逆光のため前が見えにくく、速度を控えるのが安全です。",
            "逆光なので、前の様子をよく確かめて進みましょう。",
        ),
        ["逆光", "まぶし"],
    ),
    "dusk": (
        (
            "夕暮れで見えにくくなるので、早めにライトをつけてください。",
            "夕方の薄暗さで人が目立たないため、よく見て進みましょう。",
            "薄暗い時間帯なので、夕方の歩行者に注意してください。",
        ),
        ["夕", "薄暗"],
    ),
    "good": (
        (
            "明るく天気も良好なので、特別な注意は要りません。基本どおり周囲を見て進みましょう。",
            "見通しを妨げる天候ではありません。普段どおりの安全確認で進めます。",
            "天候や明るさに問題はありません。いつもどおり周囲に気を配りましょう。",
        ),
        ["良好", "ではありません", "問題はありません", "普段どおり", "いつもどおり"],
    ),
}


def _air(facts: Facts, speed: float | None) -> Reply | None:
    if facts.tunnel:
        return None
    key = {Weather.SNOW: "snow", Weather.FOG: "fog", Weather.RAIN: "rain"}.get(facts.weather)
    if key is None:
        key = "good" if facts.light is Light.DAY else facts.light.value
    answers, group = _AIR[key]
    wrong = [] if key == "good" else [_AIR[k][1] for k in ("snow", "fog", "rain") if k != key]
    return states(key, answers, [group], wrong, "free")


def _railway(facts: Facts, speed: float | None) -> Reply | None:
    if facts.railway is None:
        return absent("踏切")
    if facts.railway.closed:
        answers = (
            "踏切が閉まっているので、手前で止まって開くのを待ちます。",
            "踏切は閉まっています。列車が通り過ぎて開くまで待ってください。",
            "踏切が閉まっている間は入らず、手前で停止して待ちます。",
        )
        return states("closed", answers, [["閉ま", "閉じ", "待ち", "待って"]], [["左右"]], "free")
    answers = (
        "踏切は開いていますが、手前で一時停止して左右を確かめてから渡ります。",
        "手前でいったん止まり、左右と踏切の先の空きを確認してから進みます。",
        "踏切は開いています。一時停止し、左右の安全を確かめて通ってください。",
    )
    return states("open", answers, [["左右", "安全を確"]], [["閉まって"]], "free")


CARE: tuple[Kind, ...] = (
    Kind(
        "blind_spot",
        COMPLEX,
        TEXTS["blind_spot"],
        _blind_spot,
    ),
    Kind(
        "behind_parked",
        COMPLEX,
        TEXTS["behind_parked"],
        _behind,
    ),
    Kind(
        "weather_care",
        COMPLEX,
        TEXTS["weather_care"],
        _air,
        (DRIVER, CYCLIST),
    ),
    Kind(
        "railway_do",
        COMPLEX,
        TEXTS["railway_do"],
        _railway,
    ),
)
"""Kinds about hidden dangers, weather and level crossings."""
