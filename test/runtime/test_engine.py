"""Advice first, prose after it, and an end in time, whatever the model says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.scripted import ScriptedRunner, StepClock
from support.tiny_bundle import (
    DESCRIPTION,
    END,
    EOS,
    HAZARDS_END,
    IMAGE_TOKENS,
    make_tiny_bundle,
    seal,
    tiny_manifest,
)

from vlm_driving.core import Deadline, Hazard, HazardKind, HazardRange, HazardSide, UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence, Stage, StageBegun
from vlm_driving.runtime.tokenizer import BundleTokenizer

IMAGE = np.zeros((36, 64, 3), dtype=np.uint8)
ADVICE = "<|speed_decelerate|><|path_keep|><|hazards_end|>"


class Bench:
    """An engine whose model says what a test writes."""

    def __init__(self, root: Path, **runner: Any) -> None:
        self.bundle = ModelBundle.load(root)
        self.tokenizer = BundleTokenizer(self.bundle.tokenizer_path)
        self.runner = ScriptedRunner(self.tokenizer.vocab_size, IMAGE_TOKENS, **runner)
        self.engine = Engine(self.bundle, self.runner)

    def say(self, text: str, **answer: Any) -> list[Any]:
        self.runner.play(self.tokenizer.encode(text))
        return list(self.engine.answer(IMAGE, 40.0, **answer))

    def written(self) -> str:
        """What the cache holds behind the prompt, with its special tokens."""
        ids = self.runner.cache
        start = len(ids) - 1 - ids[::-1].index(-1)
        return self.engine.tokenizer._tokenizer.decode(ids[start + 1 :], skip_special_tokens=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_tiny_bundle(tmp_path / "tiny")


@pytest.fixture
def bench(root: Path) -> Bench:
    return Bench(root)


def changed(root: Path, **changes: Any) -> Bench:
    return Bench(seal(root, {**tiny_manifest(), **changes}))


def advice(events: list[Any]) -> AdviceDecoded:
    (found,) = [event for event in events if isinstance(event, AdviceDecoded)]
    return found


def texts(events: list[Any], section: str = "advice_ja") -> list[str]:
    return [e.text for e in events if isinstance(e, Sentence) and e.section == section]


def test_one_whole_answer(bench):
    events = bench.say(f"{ADVICE}減速。{END}前方車両。信号。{END}")
    assert [e.stage for e in events if isinstance(e, StageBegun)] == list(Stage)
    decoded = advice(events).advice
    assert (decoded.speed.value, decoded.path.value, decoded.hazards) == ("DECELERATE", "KEEP", ())
    assert texts(events) == ["減速。"]
    assert texts(events, "description_ja") == ["前方車両。", "信号。"]
    done = events[-1]
    assert isinstance(done, Done) and done.finish is Finish.COMPLETE
    assert done.tokens.image == IMAGE_TOKENS
    assert done.tokens.prompt > IMAGE_TOKENS
    assert done.tokens.output == 3 + 3 + 6


def test_advice_comes_before_any_prose(bench):
    kinds = [type(event) for event in bench.say(f"{ADVICE}減速。{END}信号。{END}")]
    assert kinds.index(AdviceDecoded) < kinds.index(Sentence)


def test_hazards_are_read_up_to_their_end(bench):
    hazard = "<|hazard_signal|><|side_center|><|range_far|>"
    other = "<|hazard_pedestrian|><|side_left|><|range_near|>"
    events = bench.say(f"<|speed_stop|><|path_keep|>{hazard}{other}{HAZARDS_END}減速。{END}{END}")
    assert advice(events).advice.hazards == (
        Hazard(HazardKind.SIGNAL, HazardSide.CENTER, HazardRange.FAR),
        Hazard(HazardKind.PEDESTRIAN, HazardSide.LEFT, HazardRange.NEAR),
    )


def test_a_full_list_of_hazards_ends_by_itself(bench):
    sides = ("left", "center", "right")
    hazards = "".join(f"<|hazard_signal|><|side_{side}|><|range_far|>" for side in sides)
    events = bench.say(f"<|speed_stop|><|path_keep|>{hazards}減速。{END}{END}")
    assert len(advice(events).advice.hazards) == 3
    assert texts(events) == ["減速。"]
    assert "<|range_far|><|advice|>減速。" in bench.written()


def test_a_hazard_said_twice_is_reported_once(bench):
    hazard = "<|hazard_signal|><|side_left|><|range_far|>"
    events = bench.say(f"<|speed_stop|><|path_keep|>{hazard * 2}{HAZARDS_END}{END}{END}")
    assert len(advice(events).advice.hazards) == 1


def test_a_model_without_hazards(root):
    grammar = {**tiny_manifest()["grammar"], "hazards": None}
    bench = changed(root, grammar=grammar)
    events = bench.say(f"<|speed_stop|><|path_keep|>減速。{END}{END}")
    assert advice(events).advice.hazards == () and texts(events) == ["減速。"]


def test_the_grammar_holds_against_a_model_that_talks(bench):
    events = bench.say("前方車両前方車両前方車両前方車両")
    assert advice(events).advice.speed.value in ("KEEP", "ACCELERATE", "DECELERATE", "STOP")
    assert advice(events).legal_mass < 0.01


def test_probabilities_of_a_sure_model(bench):
    decoded = advice(bench.say(f"{ADVICE}{END}{END}"))
    among_legal = np.exp(10) / (np.exp(10) + 3), np.exp(10) / (np.exp(10) + 2)
    assert decoded.advice.confidence == pytest.approx(among_legal[0] * among_legal[1])
    vocab = bench.tokenizer.vocab_size
    assert decoded.legal_mass == pytest.approx((np.exp(10) + 2) / (np.exp(10) + vocab - 1))
    assert not decoded.unsure


@pytest.mark.parametrize("key", ["unsure_below_confidence", "unsure_below_legal_mass"])
def test_below_its_threshold_a_model_is_unsure(root, key):
    bench = changed(root, calibration={**tiny_manifest()["calibration"], key: 0.9})
    assert not advice(bench.say(f"{ADVICE}{END}{END}")).unsure
    assert advice(bench.say("")).unsure


def test_the_fixed_text_is_prefilled_once(bench):
    prefix = bench.engine.tokenizer.encode("車載", first=True)
    assert bench.runner.cache == prefix
    bench.runner.extends.clear()
    for _ in range(2):
        bench.say(f"{ADVICE}減速。{END}{END}")
        assert bench.runner.cache[: len(prefix)] == prefix
        assert bench.runner.cache.count(-1) == IMAGE_TOKENS
    prompts = [count for count in bench.runner.extends if count > IMAGE_TOKENS]
    assert prompts == [prompts[0]] * 2  # [image][text] in one call, without the prefix


def test_the_prompt_holds_the_speed(bench):
    bench.say(f"{ADVICE}{END}{END}")
    assert bench.written().startswith("車速40km/h。助言。<|speed_decelerate|>")
    list(bench.engine.answer(IMAGE, None))
    assert bench.written().startswith("車速不明。助言。")
    for impossible in (float("nan"), 1e30, -1000.0):
        list(bench.engine.answer(IMAGE, impossible))
        assert bench.written().startswith("車速不明。助言。")


def test_forced_tokens_ride_with_the_pending_one_and_the_last_is_never_run(bench):
    bench.runner.extends.clear()
    bench.say(f"{ADVICE}減速。{END}信号。{END}")
    # prompt; speed; path; hazards end + lead; 減速; 。; end + lead; 信号; 。
    assert bench.runner.extends[1:] == [1, 1, 2, 1, 1, 2, 1, 1]
    assert bench.written().endswith(f"減速。{END}{DESCRIPTION}信号。")


def test_the_tail_of_a_label_is_not_decided(root):
    grammar = tiny_manifest()["grammar"]
    grammar["speed"] = {"lead": "助", "labels": {"KEEP": "前方車両信号", "STOP": "減速"}}
    bench = changed(root, grammar=grammar)
    bench.runner.extends.clear()
    events = bench.say(f"前方<|path_keep|>{HAZARDS_END}{END}{END}")
    assert advice(events).advice.speed.value == "KEEP"
    assert bench.runner.extends[1] == 3  # 前方, 車両, 信号 in one call


def test_a_section_may_end_without_a_sentence_end(bench):
    events = bench.say(f"{ADVICE}減速{END}信号。{END}")
    assert texts(events) == ["減速"] and events[-1].finish is Finish.COMPLETE


def test_end_of_text_ends_the_whole_answer(bench):
    events = bench.say(f"{ADVICE}減速。{EOS}")
    assert texts(events) == ["減速。"] and texts(events, "description_ja") == []
    assert events[-1].finish is Finish.COMPLETE


def test_a_rambling_section_is_capped_and_cut_back(bench):
    words = ("前方", "車両", "注意", "歩行者", "左", "信号")
    ramble = "減速。" + "".join(words[i * i % 6] for i in range(14))
    events = bench.say(f"{ADVICE}{ramble}信号。{END}")
    assert texts(events) == ["減速。"]
    assert texts(events, "description_ja") == ["信号。"]
    assert events[-1].finish is Finish.TRUNCATED
    assert f"<|advice|>減速。{END}{DESCRIPTION}信号。" in bench.written()


def test_a_cap_at_a_sentence_end_takes_nothing(root):
    sections = tiny_manifest()["sections"]
    sections[0]["max_tokens"] = 2
    bench = changed(root, sections=sections)
    events = bench.say(f"{ADVICE}減速。信号。{END}")
    assert texts(events) == ["減速。"] and texts(events, "description_ja") == ["信号。"]
    assert events[-1].finish is Finish.COMPLETE


def test_a_cap_within_a_character_takes_its_bytes_back(root):
    sections = tiny_manifest()["sections"]
    sections[0]["max_tokens"] = 4
    bench = changed(root, sections=sections)
    events = bench.say(f"{ADVICE}減速。𠮷信号。{END}")  # four bytes, of which two fit
    assert texts(events) == ["減速。"]
    assert events[-1].finish is Finish.TRUNCATED
    assert f"<|advice|>減速。{END}{DESCRIPTION}" in bench.written()


def test_a_loop_is_stopped(bench):
    events = bench.say(f"{ADVICE}減速。" + "左右" * 4 + f"信号。{END}")
    assert texts(events) == ["減速。"]
    assert texts(events, "description_ja") == ["信号。"]
    assert events[-1].finish is Finish.TRUNCATED
    assert f"減速。{END}{DESCRIPTION}" in bench.written()


def test_a_sentence_is_said_once(bench):
    events = bench.say(f"{ADVICE}減速。信号。減速。前方。{END}")
    assert texts(events) == ["減速。", "信号。"]
    assert events[-1].finish is Finish.TRUNCATED


def test_a_sentence_is_said_as_soon_as_it_is_whole(bench):
    bench.runner.play(bench.tokenizer.encode(f"{ADVICE}減速。信号。{END}{END}"))
    for event in bench.engine.answer(IMAGE):
        if isinstance(event, Sentence):
            break
    assert bench.written().endswith("減速")  # 。 is chosen, not yet run


def test_whenever_time_runs_out_the_answer_is_sound(bench):
    """The clock moves one millisecond a look, so every budget ends at another place."""
    script = f"{ADVICE}減速。前方信号。{END}車両。{END}"
    whole = bench.say(script)
    finishes = []
    for budget_ms in range(1, 40):
        clock, deadline = StepClock(), Deadline.after_ms(budget_ms, now_ns=0)
        *said, done = bench.say(script, deadline=deadline, clock=clock)
        assert said == whole[: len(said)]  # nothing else than without a deadline, only less
        assert isinstance(done, Done)
        decoded = any(isinstance(event, AdviceDecoded) for event in said)
        assert decoded == (done.finish is not Finish.NO_ADVICE)
        assert done.finish is not Finish.COMPLETE or len(said) == len(whole) - 1
        # One look may open a stage in time, the next sees the end, a third closes the stage.
        assert done.finish is Finish.COMPLETE or clock.now_ns <= deadline.monotonic_ns + 2e6
        finishes.append(done.finish)
    order = [Finish.NO_ADVICE, Finish.TRUNCATED, Finish.COMPLETE]
    assert finishes == sorted(finishes, key=order.index) and set(finishes) == set(order)


def test_times_are_those_of_the_stages_reached(bench):
    done = bench.say("", deadline=Deadline(0), clock=StepClock())[-1]
    assert done.stages_ms.preprocess is not None and done.stages_ms.encode is None
    assert done.tokens.prompt == 0
    done = bench.say(f"{ADVICE}{END}{END}")[-1]
    assert None not in (done.stages_ms.encode, done.stages_ms.prefill, done.stages_ms.decode)
    assert done.stages_ms.wait is None


def test_an_answer_may_be_left_at_any_event(bench):
    script = f"{ADVICE}減速。{END}信号。{END}"
    whole = bench.say(script)
    bench.runner.play(bench.tokenizer.encode(script))
    answer = bench.engine.answer(IMAGE, 40.0)
    next(event for event in answer if isinstance(event, AdviceDecoded))
    answer.close()
    assert bench.say(script)[:-1] == whole[:-1]


def test_an_answer_that_cannot_fit_is_refused_at_load(root):
    with pytest.raises(UserError, match="but the decoder holds 60"):
        Bench(root, capacity=60)


def test_a_section_end_is_one_token(root):
    sections = tiny_manifest()["sections"]
    sections[0]["end"] = ["助言"]
    with pytest.raises(UserError, match="end of section advice_ja '助言' is 5 tokens"):
        changed(root, sections=sections)


def test_a_tokenizer_larger_than_the_decoder_is_refused(root):
    bundle = ModelBundle.load(root)
    with pytest.raises(UserError, match="has 3.. tokens, but the decoder knows 100"):
        Engine(bundle, ScriptedRunner(100, IMAGE_TOKENS))


def test_warm_up_leaves_no_trace(bench):
    before = list(bench.runner.cache[: bench.engine._prefix_length])
    bench.engine.warm_up()
    assert bench.runner.cache[: len(before)] == before
