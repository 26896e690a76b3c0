"""More Japanese answers: clauses, lamps, what people say instead, very long ones."""

from __future__ import annotations

import pytest

from vlm_driving.evaluation.keyfact import score

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
GREEN = {"must": [["青", "緑"]], "must_not": [["赤"], ["黄"], ["消灯", "消えて"]], "form": "name"}
RED = {"must": [["赤"]], "must_not": [["青", "緑"], ["黄"], ["消灯", "消えて"]], "form": "name"}
NONE = {
    "must": [["見当たりません", "見えません", "いません", "ありません", "写っていません"]],
    "must_not": [["トラック"], ["バス"]],
}
LEFT = {"must": [["左"]], "must_not": [["右"], ["正面", "中央"]], "form": "name"}
LIMIT = {"must": [["40キロ", "40km"]], "form": "number"}
METRES = {"must": [["20メートル", "20m"]], "form": "number"}
COUNT = {"must": [["2人"]], "form": "number"}
WAIT = {  # may I turn right? no: oncoming traffic, so wait
    "lead": ["いいえ"],
    "must": [["対向車"], ["待", "止ま"]],
    "must_not": [["はい"], ["右折できます", "曲がれます"]],
}
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
