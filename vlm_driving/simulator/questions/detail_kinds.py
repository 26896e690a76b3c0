"""The kinds of question that ask for a description."""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions import detail
from vlm_driving.simulator.questions import detail_items as say
from vlm_driving.simulator.questions.detail_terms import compose
from vlm_driving.simulator.questions.terms import DETAIL, NONE, Kind, Reply

_NAMES = (
    "signal",
    "obstacle",
    "crosser",
    "railway",
    "pedestrian",
    "cyclist",
    "works",
    "oncoming",
    "parked",
    "flagger",
)


def _whole(facts: Facts, speed: float | None) -> Reply | None:
    """The setting, then what weighs most."""
    things = (
        say.signal_item(facts),
        say.flagger_item(facts),
        say.lead_item(facts),
        say.obstacle_item(facts),
        say.crosser_item(facts),
        say.railway_item(facts),
        *say.people_items(facts, None, ""),
        say.works_item(facts),
        say.oncoming_item(facts),
        say.parked_item(facts),
        say.other_item(facts),
    )
    shown = [item for item in things if item is not None]
    reply = compose([say.road_item(facts), *shown], (), _NAMES)
    rubric = dict(reply.rubric)
    if not shown:
        rubric["must"] = [*rubric["must"], [*NONE, "目立ちません"]]
    return Reply("+".join(["road", *(i.name for i in shown)]), reply.answers, rubric)


DETAILS: tuple[Kind, ...] = (
    Kind(
        "detail_left",
        DETAIL,
        (
            "道路の左側の様子を説明してください。",
            "左側には何が見えますか。詳しく教えてください。",
            "道の左手の状況を描写してください。",
            "左側にいる人や車について説明してください。",
            "左寄りに見えるものを、二、三文でまとめてください。",
            "車から見て左側はどうなっていますか。",
        ),
        detail.left,
    ),
    Kind(
        "detail_right",
        DETAIL,
        (
            "道路の右側の様子を説明してください。",
            "右側には何が見えますか。詳しく教えてください。",
            "道の右手の状況を描写してください。",
            "右側にいる人や車について説明してください。",
            "対向車線とその周りの様子を教えてください。",
            "車から見て右側はどうなっていますか。",
        ),
        detail.right,
    ),
    Kind(
        "detail_ahead",
        DETAIL,
        (
            "正面の様子を説明してください。",
            "前方の車両や障害物について詳しく教えてください。",
            "この車線の前方はどうなっていますか。",
            "車の進路に見えるものを描写してください。",
            "真正面の状況を二、三文でまとめてください。",
            "車の進む先には何がありますか。詳しく答えてください。",
        ),
        detail.ahead,
    ),
    Kind(
        "detail_people",
        DETAIL,
        (
            "歩行者と自転車について説明してください。",
            "見えている人の様子を詳しく教えてください。",
            "どこにどんな人がいますか。",
            "歩いている人や自転車の状況を描写してください。",
            "人の動きについて、分かることを教えてください。",
            "歩行者や自転車の位置と様子をまとめてください。",
        ),
        detail.people,
    ),
    Kind(
        "detail_signals",
        DETAIL,
        (
            "信号や標識について説明してください。",
            "交通規制を示すものを詳しく教えてください。",
            "信号、標識、路面の表示の様子を描写してください。",
            "従うべき信号や標識は何がありますか。",
            "信号と標識の状況を二、三文でまとめてください。",
            "道路の表示や信号について、見えるものを教えてください。",
        ),
        detail.signals,
    ),
    Kind(
        "detail_air",
        DETAIL,
        (
            "周囲の明るさと天候について説明してください。",
            "天気と光の様子を詳しく教えてください。",
            "空や光の様子を描写してください。",
            "どんな天候で、どれくらい明るいですか。",
            "見え方に関わる天気や明るさをまとめてください。",
            "この場面の天候と光の状態を教えてください。",
        ),
        detail.air,
    ),
    Kind(
        "detail_road",
        DETAIL,
        (
            "道路そのものの様子を説明してください。",
            "道の種類や形を詳しく教えてください。",
            "どのような道路か、特徴を描写してください。",
            "車線や道の曲がり方について説明してください。",
            "この道路の造りを二、三文でまとめてください。",
            "この道の様子を詳しく教えてください。",
        ),
        detail.road,
    ),
    Kind(
        "detail_whole",
        DETAIL,
        (
            "この画像を説明してください。",
            "この場面の様子を詳しく教えてください。",
            "画像に写っている状況を描写してください。",
            "全体としてどんな交通場面ですか。",
            "いま見えている道路の状況をまとめてください。",
            "この写真には何が写っていますか。詳しく答えてください。",
        ),
        _whole,
    ),
)
"""All description kinds."""
