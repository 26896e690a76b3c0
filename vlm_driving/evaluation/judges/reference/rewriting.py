"""Rewrites what Japanese says in a roundabout way: 未着用, しか…ない, ないわけではない, 反対側.

What reads denials and sides behind it then needs to know one form of each.
"""

from __future__ import annotations

import re

from vlm_driving.evaluation.judges.reference.counts import plain_figures
from vlm_driving.evaluation.judges.reference.relations import OTHER_SIDE
from vlm_driving.evaluation.keyfact.text import normalize

LONGEST = 6000
"""Characters of a text that are read; what stands behind them earns nothing."""

_THOUSANDS = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,2})?)千")
_NO = r"(?:ません|ない)"
_ENDS = r"(?:の(?=[一-龥ァ-ヶ])|(?=です|で|だ|の|と|$|。|、))"
_REWRITTEN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"無人(?:です|である|だ(?=。|$)|の状態です)"), "人がいません"),
    (re.compile(r"しか([^、。]{0,10}?)(?:ません|ない|なく|なかった|おらず)"), r"だけ\1ます"),
    (re.compile(r"つない(?=[でだ])"), "繋い"),  # no denial, though it is spelt like one
    (
        re.compile(
            r"(雨|雪)[がは](?:もう)?(?:やん|止ん|あがっ|上がっ)[だでたて](?:い(?:る|ます|て))?"
        ),
        r"\1が降っていない",
    ),
    (re.compile(r"(?<=[けめしりきちみびいせれえ])忘れてい(?:る|た)"), "ていない"),
    (re.compile(r"(?<=[けめしりきちみびいせれえ])忘れていま(?:す|した)"), "ていません"),
    (
        re.compile(
            r"(?:かまわ|構わ)(?:ない|ず|なく)|(?:かまい|構い)ません|"
            r"(?:差し支え|さしつかえ)(?:は|が)?(?:ない|なく|ありません)"
        ),
        "大丈夫",
    ),
    (
        re.compile(
            r"なくて(?:も)?(?:よ[いく]|良[いく]|いい|大丈夫|済[みむ]ます|済む|すみます|すむ)"
        ),
        "る必要がない",
    ),
    (re.compile(r"かね(?:ません|ない)"), "うる"),
    (re.compile(r"(?:下|した)?をくぐ(?:って|り|る|った|ろう)"), "の下を通って"),
    (re.compile(r"(?:に|の下に)もぐり?(?:込|こ)?(?:んで|み|む|って)"), "の下に入って"),
    (re.compile(r"(?:中央線|中央分離帯|追い越し車線|追越車線|対向車線)の(?:側|ほう|方)"), "右側"),
    (re.compile(r"(?:路肩|歩道|縁石|走行車線)の(?:側|ほう|方)(?=へ|に)"), "左側"),
    (re.compile(r"日の(?:昇る|出る|出の)(?:方角|方|側|ほう)"), "東側"),
    (re.compile(r"日の(?:沈む|入る|入りの)(?:方角|方|側|ほう)"), "西側"),
    (re.compile(r"運転(?:手|席|者|士)の(?:後ろ|うしろ|真後ろ)の?(?:シート|座席|席)?"), "後部座席"),
    (re.compile(r"運転(?:手|席|者|士)の(?:隣|横|となり|わき)の?(?:シート|座席|席)?"), "助手席"),
    (re.compile(r"(?:あと|後)(?:から)?(?:に)?(?:つい|付い|続い)"), "後ろをつい"),
    (re.compile(r"先に立っ|先に立ち|先を(?=歩|走|行|進)"), "前を行き"),
    (re.compile(r"の後(?:を追|に続|について)"), "の後ろを走"),
    (re.compile(r"を?切らして(?:い(?:て|る|ます)|おり)?"), "がなく"),
    (re.compile(r"(?:床|足元|足もと|地面)に近い(?:ほう|方|側|位置)?"), "下側"),
    (re.compile(r"天井に近い(?:ほう|方|側|位置)?"), "上側"),
    (re.compile(r"(?:から|に)(?:いちばん|1番|最も)?遠い(?:ほう|方|側)"), "から見て奥側"),
    (re.compile(r"(?:から|に)(?:いちばん|1番|最も)?近い(?:ほう|方|側)(?!の席)"), "から見て手前側"),
    (re.compile(r"を(?:越え|渡っ|過ぎ)た(?:先|向こう)"), "の奥側"),
    (re.compile(r"(?:に入る|に差しかかる)(?:手)?前"), "の手前側"),
    (re.compile(r"なさそう(?:です|だ|な|に)?"), "ない"),
    (re.compile(rf"未(?!成年|来|満|明|亡|熟|知)([一-龥]{{2}}){_ENDS}"), r"\1していない"),
    (re.compile(rf"無([一-龥]{{2}}){_ENDS}"), r"\1なし"),
    (
        re.compile(
            rf"ない(?:わけ|訳)には(?:いき|いか){_NO}|ざるを(?:得|え){_NO}|ずにはいられ{_NO}|"
            r"(?:なければ|なくては|ないと)(?:なりません|いけません|ならない|いけない|だめ)"
        ),
        "る必要があります",
    ),
    (
        re.compile(r"(?:ない(?:わけ|訳|こと|の)では|なくは|ないこと[はも])(?:ありません|ない)"),
        "ることがあります",
    ),
    (
        re.compile(
            r"不(安定|必要|十分|自然|完全|公平|均等|規則|適切|正確|透明|健康|衛生|親切)"
            r"(?:な(?=[一-龥ァ-ヶ])|(?=です|で|だ|と|$|。|、))"
        ),
        r"\1ではない",
    ),
    (re.compile(r"(?<=[いるた])(?:状態|状況|様子)(?=(?:です|だ)?(?:。|$))"), ""),
)
_SENTENCE = re.compile(r"[^。！？!?\n]+")
_OPPOSITE = re.compile(r"(?:その)?(?:反対|逆|向かい|対)側")


def spelt(text: str) -> str:
    """A text in one spelling, with 5千円 as 5000円, as far as it is read."""
    in_full = _THOUSANDS.sub(lambda found: f"{float(found[1]) * 1000:.0f}", text[:LONGEST])
    return normalize(in_full)


def plain(text: str) -> str:
    """A text in one spelling, its figures in digits and its denials in one form."""
    found = plain_figures(spelt(text))
    for pattern, instead in _REWRITTEN:
        found = pattern.sub(instead, found)
    return _SENTENCE.sub(lambda sentence: _with_sides_named(sentence[0]), found)


def _with_sides_named(sentence: str) -> str:
    """左に棚、その反対側に窓 with the side that is meant in the place of 反対側."""
    match = _OPPOSITE.search(sentence)
    if match is None:
        return sentence
    at, side = max((sentence.rfind(side, 0, match.start()), side) for side in OTHER_SIDE)
    if at < 0:
        return sentence
    return f"{sentence[: match.start()]}{OTHER_SIDE[side]}側{sentence[match.end() :]}"
