"""Questions that no picture answers, asked of things that may or may not show.

Where the thing shows, the right answer is that the picture does not tell; where it does not,
that no such thing shows. So the words of the question alone never give the answer.
"""

from __future__ import annotations

from collections.abc import Callable

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.terms import (
    CONV,
    UNKNOWN,
    VOICES,
    WHEELS,
    Kind,
    Reply,
    absent,
    states,
)


def _kind(
    name: str,
    noun: str,
    asked: str,
    shows: Callable[[Facts], bool],
    texts: tuple[str, ...],
    voices: tuple[str, ...] = VOICES,
) -> Kind:
    answers = (
        f"{asked}は、この画像からは分かりません。",
        f"{noun}は写っていますが、{asked}までは分かりません。",
        f"画像だけでは{asked}は判断できません。",
    )

    def reply(facts: Facts, ego_speed_kmh: float | None) -> Reply | None:
        if not shows(facts):
            return absent(noun)
        return states("unknown", answers, [UNKNOWN], None, None)

    return Kind(name, CONV, texts, reply, voices)


UNKNOWABLE: tuple[Kind, ...] = (
    _kind(
        "unknown_destination",
        "先行車",
        "先行車の行き先",
        lambda f: f.lead is not None,
        (
            "前の車はどこへ向かっていますか。",
            "先行車の行き先を教えてください。",
            "前を行く車の目的地はどこですか。",
            "先行車はこれからどこへ行くのですか。",
            "前の車の運転者はどこまで行くつもりですか。",
            "前にいる車の行き先は分かりますか。",
        ),
        WHEELS,
    ),
    _kind(
        "unknown_signal_time",
        "信号機",
        "信号が変わるまでの時間",
        lambda f: f.signal is not None,
        (
            "信号はあと何秒で変わりますか。",
            "信号が変わるまでの時間を教えてください。",
            "次に信号が変わるのはいつですか。",
            "この信号はいつから今の色ですか。",
            "信号が切り替わるまで、どのくらい待ちますか。",
            "あとどれくらいで信号は変わりますか。",
        ),
    ),
    _kind(
        "unknown_mind",
        "歩行者",
        "歩行者の気持ち",
        lambda f: bool(f.pedestrians),
        (
            "歩行者はいま何を考えていますか。",
            "歩いている人はどんな気持ちですか。",
            "歩行者の気持ちを教えてください。",
            "歩行者はいま楽しい気分ですか。",
            "この歩行者は怒っていますか、喜んでいますか。",
            "歩いている人の心の中は分かりますか。",
        ),
    ),
    _kind(
        "unknown_past",
        "対向車",
        "対向車がどこから来たか",
        lambda f: f.oncoming is not None,
        (
            "対向車はどこから来ましたか。",
            "対向車の出発地を教えてください。",
            "向こうから来る車は、どの町から走ってきたのですか。",
            "対向車は朝どこを出発しましたか。",
            "対向車がどこから来たか分かりますか。",
            "反対車線の車はどこから来たのでしょうか。",
        ),
    ),
    _kind(
        "unknown_parking_time",
        "駐車車両",
        "止まっている時間",
        lambda f: f.parked is not None,
        (
            "駐車車両はいつから止まっていますか。",
            "止まっている車は何分前からそこにいますか。",
            "駐車している車は、どのくらいの時間止まっていますか。",
            "駐車車両はどのくらい前から止まっていますか。",
            "路上の車はいつからここに置かれていますか。",
            "駐車している時間の長さは分かりますか。",
        ),
    ),
    _kind(
        "unknown_sound",
        "先行車",
        "先行車の音",
        lambda f: f.lead is not None,
        (
            "前の車のエンジン音は大きいですか。",
            "先行車からどんな音が聞こえますか。",
            "前の車はクラクションを鳴らしていますか。",
            "先行車の車内ではどんな音楽が流れていますか。",
            "前を行く車の走行音はうるさいですか。",
            "先行車のエンジンの音を教えてください。",
        ),
        WHEELS,
    ),
)
"""All unknowable kinds."""
