"""Japanese answers and the verdict that a fair reader would give."""

from __future__ import annotations

import time

import pytest

from vlm_driving.core import UserError
from vlm_driving.evaluation.keyfact import parse_rubric, score

YES = {
    "lead": ["はい", "ええ", "います", "あります", "見えます", "写っています"],
    "must_not": [["いいえ", "いえ"]],
    "form": "yes_no",
}
NO = {
    "lead": ["いいえ", "いえ", "いません", "ありません", "見当たりません", "見えません"],
    "must_not": [["はい", "ええ"]],
    "form": "yes_no",
}
BARE_YES = {"lead": ["はい"], "must_not": [["いいえ"]], "form": "yes_no"}
BARE_NO = {"lead": ["いいえ"], "must_not": [["はい"]], "form": "yes_no"}
GREEN = {"must": [["青", "緑"]], "must_not": [["赤"], ["黄"], ["消灯", "消えて"]], "form": "name"}
RED = {"must": [["赤"]], "must_not": [["青", "緑"], ["黄"], ["消灯", "消えて"]], "form": "name"}
PLAIN_GREEN = {"must": [["青"]], "must_not": [["赤"]]}
NONE = {
    "must": [["見当たりません", "見えません", "いません", "ありません", "写っていません"]],
    "must_not": [["トラック"], ["バス"]],
}
LEFT = {"must": [["左"]], "must_not": [["右"], ["正面", "中央"]], "form": "name"}
BUS = {"must": [["バス"]], "must_not": [["トラック"], ["乗用車"]], "form": "name"}
LIMIT = {"must": [["40キロ", "40km"]], "form": "number"}
METRES = {"must": [["20メートル", "20m"]], "form": "number"}
COUNT = {"must": [["2人"]], "form": "number"}
CLEAR = {
    "must": [["雨も雪も霧もありません", "天気は良好", "降っていません"]],
    "must_not": [["雨が降って", "雨です"], ["霧が"], ["雪が"]],
}
WAIT = {  # may I turn right? no: oncoming traffic, so wait
    "lead": ["いいえ"],
    "must": [["対向車"], ["待", "止ま"]],
    "must_not": [["はい"], ["右折できます", "曲がれます"]],
}
MAY = {"lead": ["はい"], "must": [["青"]], "must_not": [["いいえ"], ["赤"]]}
BEHIND = {
    "any": {"k": 2, "of": [["歩行者", "人"], ["子ども"], ["自転車"], ["バイク", "二輪車"]]},
    "must": [["飛び出"]],
}
STOP_SIGN = {"must": [["止まれ", "一時停止"]], "form": "name"}
FLAG = {"must": [["止まるよう", "停止"]], "must_not": [["進め", "進むよう"]]}
BRAKE = {
    "lead": ["いいえ"],
    "must": [["消えて", "踏んでいません", "点いていません", "点灯していません"]],
    "must_not": [["はい"]],
}
ENTITY = {"lead": ["歩行者", "人"], "must": [["横断歩道"]], "must_not": [["自転車"]]}
KEEP_LEFT = {"must": [["左車線"], ["減速"]], "must_not": [["右車線"]]}

CASES = [
    # yes and no
    (YES, "はい、歩行者がいます。", True),
    (YES, "はい。歩行者がいます。", True),
    (YES, "ええ、います。", True),
    (YES, "そうです。左側に見えます。", True),
    (YES, "はい", True),
    (YES, "はい歩行者がいます", True),
    (YES, "歩行者がいます。", True),
    (YES, "左側に歩行者がいる。", True),
    (YES, "もちろん、写っています。", True),
    (YES, "いいえ、いません。", False),
    (YES, "いえ、見当たりません。", False),
    (YES, "違います。誰もいません。", False),
    (YES, "はい、いません。", False),
    (YES, "はい、歩行者はいません。", False),
    (YES, "はい。いません。", False),
    (YES, "はい、います。いいえ、いません。", False),
    (YES, "いいえ。はい。", False),
    (YES, "歩行者はいません。", False),
    (YES, "歩行者がいますか？", False),
    (YES, "歩行者がいるかどうか分かりません。", False),
    (YES, "歩行者がいます。", True),
    (YES, "", False),
    (YES, "。。。", False),
    (YES, "はいります。", False),
    (YES, "いないことはない。", False),
    (NO, "いいえ、歩行者はいません。", True),
    (NO, "いいえ。", True),
    (NO, "いえ、見当たりません。", True),
    (NO, "歩行者は見当たりません。", True),
    (NO, "歩行者はいない。", True),
    (NO, "歩行者は見えず、道は空いています。", True),
    (NO, "違います。", True),
    (NO, "はい、います。", False),
    (NO, "いいえ、います。", False),
    (NO, "いいえ、歩行者がいます。", False),
    (NO, "いません、とは言えません。", False),
    (NO, "いいえ、はい、います。", False),
    (NO, "いいえとはいえます。", False),
    (BARE_YES, "歩行者が写っています。", True),
    (BARE_YES, "歩行者は写っていません。", False),
    (BARE_NO, "歩行者は写っていません。", True),
    (BARE_NO, "歩行者が写っています。", False),
    (BARE_NO, "ノー。", True),
    # colours, denials, suppositions
    (GREEN, "信号は青です。", True),
    (GREEN, "青信号です。", True),
    (GREEN, "緑色です。", True),
    (GREEN, "信号は赤ではなく青です。", True),
    (GREEN, "信号は赤ではなく、青です。", True),
    (GREEN, "赤ではありません。青です。", True),
    (GREEN, "赤じゃなくて青です。", True),
    (GREEN, "赤でも黄でもありません。青です。", True),
    (GREEN, "信号は「青」です。", True),
    (GREEN, "『信号は赤ですか』というご質問ですが、信号は青です。", True),
    (PLAIN_GREEN, "赤は消えていて、青が点灯しています。", True),
    (GREEN, "青信号です。赤い車が前にいます。", True),
    (GREEN, "青です。赤になったら止まってください。", True),
    (GREEN, "青に見えます。", True),
    (GREEN, "青い信号が点いています。", True),
    (GREEN, "ＡＯではなく、青。", True),
    (GREEN, "信号は青ではなく赤です。", False),
    (GREEN, "信号は青ではありません。", False),
    (GREEN, "青、黄、赤です。", False),
    (GREEN, "青か赤です。", False),
    (GREEN, "信号は青でも赤でもあります。", False),
    (GREEN, "青かもしれませんし、赤かもしれません。", False),
    (GREEN, "信号は青ですか。", False),
    (GREEN, "信号が青なら進めます。", False),
    (GREEN, "信号が青かどうか分かりません。", False),
    (GREEN, "青い車がいます。", False),
    (GREEN, "青の乗用車が走っています。", False),
    (GREEN, "青空が広がっています。", False),
    (GREEN, "赤です。青い車がいます。", False),
    (GREEN, "青とは限りません。", False),
    (GREEN, "青というのは間違いです。", False),
    (GREEN, "青い矢印が出ています。", False),
    (GREEN, "信号は見えません。", False),
    (GREEN, "青信号は見えません。", False),
    (RED, "赤信号です。青になるまで待ちます。", True),
    (RED, "赤です。青に変わったら発進してください。", True),
    (RED, "赤信号では進めません。", True),
    (RED, "赤信号なので進めません。", True),
    (RED, "信号は赤ですが、歩行者はいません。", True),
    (RED, "信号は赤で、歩行者はいません。", True),
    (RED, "赤信号に違いありません。", True),
    (RED, "赤で間違いありません。", True),
    (RED, "赤しかありません。", True),
    (RED, "赤信号のため、止まらなければなりません。", True),
    (RED, "赤かもしれません。", True),
    (RED, "赤い車がいます。", False),
    (RED, "赤いブレーキランプが見えます。", False),
    (RED, "赤ちゃんがいます。", False),
    (RED, "赤だけでなく青も点いています。", False),
    # absence
    (NONE, "先行車は見当たりません。", True),
    (NONE, "前方に車はいない。", True),
    (NONE, "前方に車は見えず、道は空いています。", True),
    (NONE, "先行車はございません。", True),
    (NONE, "先行車も、トラックも、バスもいません。", True),
    (NONE, "トラックは見えません。", True),
    (NONE, "トラックがいます。", False),
    (NONE, "先行車がいないことはありません。", False),
    (NONE, "見えませんか。", False),
    (NONE, "見えないわけではありません。", False),
    (CLEAR, "雨や雪は降っていません。", True),
    (CLEAR, "雨が降っていません。", True),
    (CLEAR, "雨も雪も霧もありません。", True),
    (CLEAR, "雨が降っています。", False),
    (CLEAR, "天気は良好ではありません。", False),
    # sides and things
    (LEFT, "左側です。", True),
    (LEFT, "左です。左右をよく確認してください。", True),
    (LEFT, "右ではなく左です。", True),
    (LEFT, "右側にはいません。左側にいます。", True),
    (LEFT, "左右にいます。", False),
    (LEFT, "左側にはいません。右側にいます。", False),
    (LEFT, "左と右です。", False),
    (BUS, "マイクロバスです。", True),
    (BUS, "トラックではなくバスです。", True),
    (BUS, "トラックではありませんが、バスです。", True),
    (BUS, "バスケットです。", False),
    (BUS, "バスのように見えますが、トラックです。", False),
    (BUS, "バス、トラック、乗用車のいずれかです。", False),
    (STOP_SIGN, "「止まれ」の標識があります。", True),
    (STOP_SIGN, "とまれの表示があります。", True),
    (STOP_SIGN, "『停まれ』と書かれています。", True),
    (STOP_SIGN, "止まれの標識はありません。", False),
    (STOP_SIGN, "一時停止の標識がない交差点です。", False),
    (FLAG, "止まるよう合図しています。", True),
    (FLAG, "進めではなく、停止の合図です。", True),
    (FLAG, "「進め」の合図です。", False),
    (FLAG, "停止ではなく進めの合図です。", False),
    (BRAKE, "いいえ、ブレーキランプは消えています。", True),
    (BRAKE, "いいえ、ブレーキは踏んでいません。", True),
    (BRAKE, "ブレーキランプは点いていない。", True),
    (BRAKE, "いいえ、ブレーキランプは点いています。", False),
    (BRAKE, "はい、点いていません。", False),
    # figures
    (LIMIT, "時速40キロです。", True),
    (LIMIT, "40km/hです。", True),
    (LIMIT, "制限速度は時速４０ｋｍです。", True),
    (LIMIT, "四十キロです。", True),
    (LIMIT, "時速40キロメートルです。", True),
    (LIMIT, "140キロです。", False),
    (LIMIT, "時速400キロです。", False),
    (LIMIT, "40.5キロです。", False),
    (LIMIT, "50キロです。", False),
    (LIMIT, "50キロではなく40キロです。", True),
    (LIMIT, "40キロではありません。", False),
    (LIMIT, "30キロか40キロか50キロです。", False),
    (LIMIT, "40メートルです。", False),
    (METRES, "約20mです。", True),
    (METRES, "およそ二十メートルです。", True),
    (METRES, "２０ｍほど先です。", True),
    (METRES, "22メートルです。", True),
    (METRES, "120メートルです。", False),
    (METRES, "50メートルです。", False),
    (METRES, "5m、10m、15m、20m、25mのどれかです。", False),
    (METRES, "20人です。", False),
    (COUNT, "2人です。", True),
    (COUNT, "二人います。", True),
    (COUNT, "ふたり見えます。", True),
    (COUNT, "歩行者は2名です。", True),
    (COUNT, "12人です。", False),
    (COUNT, "3人です。", False),
    ({"must": [["{20m±5}"]]}, "約25メートルです。", True),
    ({"must": [["{20m±5}"]]}, "約26メートルです。", False),
    ({"must": [["{1,200m±100}"]]}, "1,250m先です。", True),
    # reasons
    (WAIT, "いいえ、対向車が来ているので待ちます。", True),
    (WAIT, "いいえ。対向車がいるため、交差点の中で待ってください。", True),
    (WAIT, "いいえ、対向車が接近中です。通り過ぎるまで止まって待ちます。", True),
    (WAIT, "いいえ、右折できません。対向車を待つ必要があります。", True),
    (WAIT, "いいえ、待ってください。", False),
    (WAIT, "はい、対向車を待てば右折できます。", False),
    (WAIT, "いいえ、対向車はいませんが、待ちます。", False),
    (WAIT, "いいえ、対向車がいるので待ちます。つまり、はい、右折できます。", False),
    (MAY, "はい、信号は青です。", True),
    (MAY, "はい、青信号で、歩行者もいません。", True),
    (MAY, "はい、赤信号です。", False),
    (MAY, "信号は青です。", True),
    (MAY, "前の車が動いています。はい、青です。", False),
    (BEHIND, "子どもや自転車が飛び出してくるかもしれません。", True),
    (BEHIND, "トラックの陰から、こどもや歩行者が飛び出すおそれがあります。", True),
    (BEHIND, "子どもが飛び出すかもしれません。", False),
    (BEHIND, "子どもも自転車も飛び出しません。", False),
    (BEHIND, "何も飛び出してきません。", False),
    (ENTITY, "歩行者が横断歩道を渡っています。", True),
    (ENTITY, "人が横断歩道にいます。", True),
    (ENTITY, "横断歩道があります。歩行者がいます。", False),
    (ENTITY, "歩行者と自転車が横断歩道にいます。", False),
    (ENTITY, "歩行者は横断歩道にはいません。", False),
    (KEEP_LEFT, "左車線を保ち、減速してください。", True),
    (KEEP_LEFT, "右車線ではなく左車線で減速します。", True),
    (KEEP_LEFT, "左車線で減速しないでください。", False),
    (KEEP_LEFT, "左車線を減速せずに進みます。", False),
    (KEEP_LEFT, "左車線で、必ず減速してください。", True),
    (KEEP_LEFT, "左車線で減速しなければなりません。", True),
    (KEEP_LEFT, "左車線で減速せざるを得ません。", True),
]


@pytest.mark.parametrize(("rubric", "answer", "right"), CASES)
def test_verdicts(rubric, answer, right):
    assert score(answer, rubric).right is right, score(answer, rubric)


PEDESTRIAN = {"must": [["歩行者"]], "must_not": [["自転車"]]}
WHY = {"must": [["赤"]], "form": "free"}
TURN = {"lead": ["いいえ"], "must": [["赤"]], "must_not": [["はい"], ["曲がれます"]]}

MORE = [
    # scope: the clause, and no further back
    (PEDESTRIAN, "信号は見えませんが、歩行者がいます。", True),
    (PEDESTRIAN, "歩行者がいますが、自転車はいません。", True),
    (PEDESTRIAN, "歩行者がいて、自転車は見当たりません。", True),
    (PEDESTRIAN, "自転車はおらず、歩行者だけです。", True),
    (PEDESTRIAN, "歩行者は、見えません。", False),
    (PEDESTRIAN, "歩行者や自転車は見えません。", False),
    (PEDESTRIAN, "歩行者と、自転車と、車はいません。", False),
    (PEDESTRIAN, "歩行者、自転車ともにいません。", False),
    (PEDESTRIAN, "歩行者の姿はありません。", False),
    (PEDESTRIAN, "歩行者は一人もいません。", False),
    (PEDESTRIAN, "歩行者はゼロです。", False),
    (PEDESTRIAN, "歩行者は0人です。", False),
    (PEDESTRIAN, "歩行者なし。", False),
    (PEDESTRIAN, "歩行者のいない道です。", False),
    (PEDESTRIAN, "歩行者は確認できません。", False),
    (PEDESTRIAN, "歩行者がいるとは言えません。", False),
    (PEDESTRIAN, "もし歩行者がいれば、止まります。", False),
    (PEDESTRIAN, "歩行者がいる場合は注意してください。", False),
    (PEDESTRIAN, "歩行者はまだ渡っていません。", True),
    (PEDESTRIAN, "歩行者が渡り終えていません。", True),
    (PEDESTRIAN, "歩行者以外は見えません。", True),
    (PEDESTRIAN, "歩行者しかいません。", True),
    (PEDESTRIAN, "歩行者がいるかもしれません。", True),
    (PEDESTRIAN, "歩行者がいないわけではありません。", True),
    (PEDESTRIAN, "ほ　行者 はいません。", False),
    (PEDESTRIAN, "歩行者用信号が青です。", False),
    (PEDESTRIAN, "歩行者がいます。自転車専用の道です。", True),
    (PEDESTRIAN, "見えない場所もありますが、歩行者がいます。", True),
    (PEDESTRIAN, "信号のない交差点に歩行者がいます。", True),
    (PEDESTRIAN, "歩行者、自転車、車、信号、犬、猫。", False),
    (TURN, "いいえ、信号が赤なので曲がれません。", True),
    (TURN, "いいえ、赤信号です。曲がってはいけません。", True),
    (TURN, "赤信号のため、曲がれません。", True),
    (TURN, "いいえ、赤信号ですので、青に変わるまで待ってください。", True),
    (TURN, "いいえ、赤ですが、曲がれます。", False),
    (TURN, "いいえ、青信号です。", False),
    (TURN, "いや、だめです。赤です。", True),
    (TURN, "いやー、赤です。", True),
    # colours of lamps and of other things
    (GREEN, "前方の信号は青色を示しています。", True),
    (GREEN, "信号の色は青だと思います。", True),
    (GREEN, "おそらく青です。", True),
    (GREEN, "信号は赤から青に変わったところです。", True),
    (GREEN, "青です。赤と白のコーンが並んでいます。", True),
    (GREEN, "青です。黄色い点字ブロックがあります。", True),
    (GREEN, "青です。緑の多い通りです。", True),
    (GREEN, "赤とは言えず、青です。", True),
    (RED, "赤。", True),
    (RED, "赤色の灯火です。", True),
    (RED, "赤の点滅です。", True),
    (RED, "青じゃない、赤です。", True),
    (RED, "赤が点灯しており、青は点いていません。", True),
    (RED, "赤信号で止まっている車がいます。", True),
    (RED, "赤信号のときは止まります。", False),
    # what people say instead
    (NO, "誰もいません。", True),
    (NO, "なし。", True),
    (NO, "いないようです。", True),
    (NO, "特に見当たりませんでした。", True),
    (NO, "歩行者はゼロです。", True),
    (NONE, "先行車はなし。", True),
    (NONE, "先行車がいなくて空いています。", True),
    (LIMIT, "40です。", True),
    (LIMIT, "40㌔です。", True),
    (METRES, "20～25メートルです。", True),
    (METRES, "40~60mです。", False),
    (COUNT, "大人1人と子ども1人の計2人です。", True),
    (COUNT, "大人1人と子ども2人です。", False),
    (LEFT, "左前方にいて、右側にはいません。", True),
    (WAIT, "いいえ、対向車が途切れるまで待ちます。", True),
    (WAIT, "できません。対向車が来ているため待ってください。", True),
    (WAIT, "できます。対向車が来ていますが待ちません。", False),
    (WHY, "赤信号だからです。", True),
    (WHY, "信号が赤に変わったからです。", True),
    (WHY, "信号が赤になったので止まります。", True),
    (WHY, "赤信号だからではありません。", False),
    (WHY, "赤に変わらないからです。", False),
    (PEDESTRIAN, "歩行者がいないので進めます。", False),
    (PEDESTRIAN, "歩行者が見えなくなりました。", False),
    (PEDESTRIAN, "歩行者が少なく、自転車はいない。", True),
    (PEDESTRIAN, "歩行者がまだ渡り切っていないので待ちます。", True),
    (PEDESTRIAN, "いるのは自転車ではなく歩行者です。", True),
    (PEDESTRIAN, "自転車というより歩行者です。", True),
    (PEDESTRIAN, "自転車に見えますが、歩行者です。", True),
    (PEDESTRIAN, "自転車かと思いましたが、歩行者でした。", True),
    (PEDESTRIAN, "自転車ですか？いいえ、歩行者です。", True),
    (PEDESTRIAN, "「自転車はいますか」との質問ですが、歩行者しかいません。", True),
    (PEDESTRIAN, "自転車は左にも右にもいません。歩行者は左です。", True),
    (PEDESTRIAN, "歩行者はいるけど、自転車は見えない", True),
    (PEDESTRIAN, "歩行者も自転車もいます。", False),
    (PEDESTRIAN, "歩行者、および自転車が見えます。", False),
    (PEDESTRIAN, "歩行者がいなければ進めます。", False),
    (YES, "いるようです。", True),
    (YES, "いると思います。", True),
    (YES, "いるとは言えません。", False),
    (YES, "いるとは限らない。", False),
    (YES, "はい、信号はありませんが、歩行者がいます。", True),
    (NO, "いいえ、歩行者は見当たりませんが、自転車がいます。", True),
    (LIMIT, "50km/hではありません。40km/hです。", True),
    (LIMIT, "百四十キロです。", False),
    # the tens of thousands of an open mouth
    (GREEN, "青です。" + "気をつけてください。" * 200, True),
    (GREEN, "気をつけてください。" * 200 + "青です。", False),
    (GREEN, "青です。" + "気をつけてください。" * 200 + "赤です。", False),
    (YES, "います" * 500, True),
]


@pytest.mark.parametrize(("rubric", "answer", "right"), MORE)
def test_more_verdicts(rubric, answer, right):
    assert score(answer, rubric).right is right, score(answer, rubric)


def test_a_share_of_what_is_due_and_what_became_of_it():
    found = score("いいえ、待ちます。", WAIT)
    assert (found.hits, found.missed, found.violated) == (("lead", "待"), ("対向車",), ())
    assert found.share == pytest.approx(2 / 3)
    assert not found.right


def test_half_of_any_is_half_a_fact():
    found = score("子どもが飛び出すかもしれません。", BEHIND)
    assert found.share == pytest.approx((1 + 0.5) / 2)
    assert score("子どもと人と自転車とバイクが飛び出します。", BEHIND).share == 1.0


def test_what_must_not_be_said_takes_everything():
    found = score("青ですが、赤でもあります。", GREEN)
    assert (found.share, found.violated, found.right) == (0.0, ("赤",), False)


def test_a_contradiction_takes_everything():
    assert score("はい、いません。", YES).violated == ("contradiction",)
    assert score("はい、いません。", YES).share == 0.0


def test_an_absence_that_is_due_is_no_contradiction():
    clear = {"lead": ["はい"], "must": [["いません", "ありません"]]}
    assert score("はい、障害物はありません。", clear).right


@pytest.mark.parametrize("answer", ["", "  \n ", "。", "？"])
def test_nothing_said_is_nothing_scored(answer):
    found = score(answer, GREEN)
    assert (found.share, found.right) == (0.0, False)


def test_the_weight_is_handed_on():
    assert score("青です。", {**GREEN, "weight": 2}).weight == 2.0
    assert score("青です。", GREEN).weight == 1.0


@pytest.mark.parametrize(
    ("rubric", "says"),
    [
        ([], "A rubric is an object"),
        ({"most": []}, "Unknown rubric key 'most'"),
        ({}, "asks for nothing"),
        ({"must_not": [["赤"]]}, "asks for nothing"),
        ({"lead": "はい"}, "lead takes a list of synonyms"),
        ({"must": ["赤"]}, "must takes a list of synonyms"),
        ({"must": "赤"}, "must takes a list of lists"),
        ({"must": [[]]}, "must takes a list of synonyms"),
        ({"must": [["赤", 1]]}, "must takes a list of synonyms"),
        ({"any": {"k": 3, "of": [["a"], ["b"]]}}, "any.k is a whole number from 1 to the 2"),
        ({"any": {"of": [["a"]]}}, "any takes an object with k and of"),
        ({"must": [["赤"]], "form": "song"}, "form is one of yes_no"),
        ({"must": [["赤"]], "form": ["name"]}, "form is one of yes_no"),
        ({"must": [["赤"]], "weight": 0}, "weight is a positive number"),
        ({"must": [["赤"]], "weight": float("nan")}, "weight is a positive number"),
        ({"must": [["{20m+5}"]]}, "no figure with a tolerance such as {20m±5}"),
    ],
)
def test_a_bad_rubric_is_one_sentence(rubric, says):
    with pytest.raises(UserError) as caught:
        score("赤です。", rubric)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_a_parsed_rubric_scores_the_same():
    assert score("青です。", parse_rubric(GREEN)) == score("青です。", GREEN)


def test_a_hostile_answer_takes_no_time():
    """Nothing in here may go quadratic."""
    for text in (
        "赤" * 20_000,
        "赤では" * 8000,
        "、" * 20_000,
        "1" * 20_000,
        "「" * 20_000,
        "でいて" * 7000,
    ):
        begun = time.perf_counter()
        score(text, GREEN)
        score(text, METRES)
        assert time.perf_counter() - begun < 2.0, text[:4]
