"""When two answers are the same, token for token."""

from __future__ import annotations

from dataclasses import replace

from vlm_driving.bench.answers import Answer
from vlm_driving.bench.identity import Agreement, Written, tally
from vlm_driving.bench.runners import Tracing
from vlm_driving.core import Advice, PathAdvice, SpeedAdvice, TokenCounts
from vlm_driving.runtime.events import Finish

ANSWER = Answer(
    advice=Advice(SpeedAdvice.STOP, PathAdvice.KEEP, 0.9),
    unsure=False,
    legal_mass=0.99,
    sections={"advice_ja": "停止してください。"},
    finish=Finish.COMPLETE,
    tokens=TokenCounts(prompt=80, image=50, output=9),
)
SAME = Agreement(Written(ANSWER, (1, 2, 3)), Written(ANSWER, (1, 2, 3)), ANSWER)


def test_equal_tokens_to_the_same_end_are_identical() -> None:
    surer = replace(ANSWER, advice=replace(ANSWER.advice, confidence=0.91))
    assert SAME.identical
    assert replace(SAME, reference=Written(surer, (1, 2, 3))).identical


def test_another_token_or_another_end_is_not() -> None:
    assert not replace(SAME, reference=Written(ANSWER, (1, 2, 4))).identical
    cut = replace(ANSWER, finish=Finish.TRUNCATED)
    assert not replace(SAME, reference=Written(cut, (1, 2, 3))).identical


def test_the_shipped_level_is_compared_by_its_advice() -> None:
    reworded = replace(ANSWER, sections={"advice_ja": "止まってください。"})
    slower = replace(ANSWER, advice=Advice(SpeedAdvice.DECELERATE, PathAdvice.KEEP, 0.6))
    found = tally([SAME, replace(SAME, shipped=reworded), replace(SAME, shipped=slower)])
    assert found["frames"] == found["token_identical"] == 3
    assert found["shipped_advice_agrees"] == 2
    assert found["shipped_text_agrees"] == 1


def test_prompt_and_image_are_not_counted_as_compared_tokens() -> None:
    image = (Tracing.UNKNOWN,) * 50
    longer = Written(ANSWER, (*image, 1, 2, 3))
    found = tally([Agreement(longer, longer, ANSWER)] * 3)
    assert found["tokens_compared"] == 3 * ANSWER.tokens.output
