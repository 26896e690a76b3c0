"""Words for a picture that shows too little of a road: why, and what to do about it."""

from __future__ import annotations

from vlm_driving.simulator.scene import BlindKind
from vlm_driving.simulator.words_forms import Rng, choose

_WHY = {
    BlindKind.MUD: (
        "レンズが汚れて前が見えません。",
        "カメラに泥が付いて、視界が遮られています。",
        "泥汚れで前方がほとんど見えません。",
        "汚れで視界が遮られていて、前の様子が分かりません。",
    ),
    BlindKind.SHEET: (
        "カメラの前が何かで覆われ、視界が遮られています。",
        "視界が遮られていて、前が見えません。",
        "レンズの前に覆いがあり、前方が見えません。",
        "前方の視界が何かにふさがれています。",
    ),
    BlindKind.FOGGED: (
        "レンズが曇って前が見えません。",
        "ガラスの曇りで視界が遮られています。",
        "曇りがひどく、前方の様子が分かりません。",
        "カメラが曇っていて、前がよく見えません。",
    ),
    BlindKind.SNOWED: (
        "カメラに雪が付いて、視界が遮られています。",
        "レンズが雪で覆われて前が見えません。",
        "付着した雪で前方がほとんど見えません。",
        "雪が視界をふさいでいて、前の様子が分かりません。",
    ),
    BlindKind.HAND: (
        "手のようなもので視界が遮られています。",
        "カメラが手でふさがれ、前が見えません。",
        "レンズの前に手があり、前方が見えません。",
        "手が視界を遮っていて、前の様子が分かりません。",
    ),
    BlindKind.BLACK: (
        "真っ暗で何も見えません。",
        "画面が真っ暗で、前の様子が分かりません。",
        "映像が真っ黒で、何も確認できません。",
        "画像が黒一色で、何も映っていません。",
    ),
    BlindKind.WHITE: (
        "画面が真っ白で何も見えません。",
        "白飛びしていて、前の様子が分かりません。",
        "映像が真っ白で、何も確認できません。",
        "明るすぎて画像が白一色になり、何も見えません。",
    ),
    BlindKind.NOISE: (
        "画像が乱れていて、何も確認できません。",
        "映像にノイズが多く、前が見えません。",
        "画像が乱れていて、前の様子が分かりません。",
        "映像が乱れ、何が映っているのか分かりません。",
    ),
    BlindKind.FOREIGN: (
        "道路の映像ではないようです。",
        "道路が映っていないようです。",
        "車の前方を写した映像ではないようです。",
        "この画像には道路が見当たりません。",
    ),
}
_SO = (
    "そのため助言を控えます。",
    "状況を判断できないため、助言を控えます。",
    "この映像からの判断は控えます。",
    "運転の助言は控えます。",
)
_ADVICE = {
    "covered": (
        "カメラの視界が遮られているので、助言できません。",
        "前が見えないので、カメラを確認してください。",
        "視界が遮られているので、判断を控えます。",
        "前方を確認できないので、ご自身の目で判断してください。",
    ),
    "signal": (
        "映像を確認できないので、助言できません。",
        "映像に異常があるので、カメラを確認してください。",
        "映像が使えないので、判断を控えます。",
        "画像では判断できないので、ご自身の目で確認してください。",
    ),
    "foreign": (
        "道路の映像ではないので、助言できません。",
        "道路が映っていないので、判断を控えます。",
        "道路の映像ではないようなので、カメラを確認してください。",
    ),
}
_COVERED = frozenset(
    {BlindKind.MUD, BlindKind.SHEET, BlindKind.FOGGED, BlindKind.SNOWED, BlindKind.HAND}
)


def blind_advice(kind: BlindKind, rng: Rng) -> str:
    """One sentence in place of advice."""
    if kind is BlindKind.FOREIGN:
        return choose(rng, _ADVICE["foreign"])
    return choose(rng, _ADVICE["covered" if kind in _COVERED else "signal"])


def blind_description(kind: BlindKind, rng: Rng) -> str:
    """Why nothing can be told, in one or two sentences; never a road."""
    why = choose(rng, _WHY[kind])
    return why if rng.random() < 0.4 else why + choose(rng, _SO)
