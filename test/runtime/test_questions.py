"""Questions about a picture: one encoding for all of them, and limits that are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.scripted import ScriptedRunner, StepClock
from support.tiny_bundle import END, IMAGE_TOKENS, make_tiny_bundle, seal, tiny_manifest

from vlm_driving.backends.onnx import open_runner
from vlm_driving.core import Deadline, UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence, Stage, StageBegun

IMAGE = np.zeros((36, 64, 3), dtype=np.uint8)
OTHER = np.full((36, 64, 3), 200, dtype=np.uint8)
QUESTION = {"before": "<|advice|>", "after": "<|description|>", "end": [END], "max_tokens": 12}


class Counting:
    """A runner that counts what it encodes and notes what its decoder prefers."""

    def __init__(self, runner: Any) -> None:
        self._runner = runner
        self.encoded = 0
        self.said: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)

    def encode(self, pixels: Any) -> Any:
        self.encoded += 1
        return self._runner.encode(pixels)

    def extend(self, embeds: Any) -> Any:
        logits = self._runner.extend(embeds)
        self.said.append(int(np.argmax(logits)))
        return logits


def bundle(root: Path, **changes: Any) -> ModelBundle:
    return ModelBundle.load(seal(root, {**tiny_manifest(), "question": QUESTION, **changes}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_tiny_bundle(tmp_path / "tiny")


@pytest.fixture(params=["concat", "gqa"])
def asked(tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    """An engine on real graphs whose calls are counted."""
    loaded = bundle(make_tiny_bundle(tmp_path / "real", request.param))
    return Engine(loaded, Counting(open_runner(loaded, threads=1)))


def scripted(root: Path, capacity: int = 512, **changes: Any) -> Engine:
    loaded = bundle(root, **changes)
    tokens = Engine(loaded, open_runner(loaded, threads=1)).tokenizer.vocab_size
    return Engine(loaded, ScriptedRunner(tokens, IMAGE_TOKENS, capacity=capacity))


def play(engine: Engine, text: str, question: str = "信号", **answer: Any) -> list[Any]:
    engine.runner.play(engine.tokenizer.encode(text))  # type: ignore[attr-defined]
    return list(engine.ask(question, IMAGE, 40.0, **answer))


def texts(events: list[Any]) -> list[tuple[str, str]]:
    return [(event.section, event.text) for event in events if isinstance(event, Sentence)]


def behind_image(engine: Engine) -> str:
    ids = engine.runner.cache  # type: ignore[attr-defined]
    start = len(ids) - 1 - ids[::-1].index(-1)
    return engine.tokenizer._tokenizer.decode(ids[start + 1 :], skip_special_tokens=False)


def test_a_question_stands_behind_image_and_speed(root):
    engine = scripted(root)
    events = play(engine, f"前方車両。信号。{END}", "信号\n左")
    assert texts(events) == [("answer", "前方車両。"), ("answer", "信号。")]
    assert behind_image(engine).startswith("車速40km/h。<|advice|>信号 左<|description|>前方車両。")
    done = events[-1]
    assert isinstance(done, Done) and done.finish is Finish.COMPLETE
    assert done.tokens.image == IMAGE_TOKENS and done.tokens.output == 6
    assert not any(isinstance(event, AdviceDecoded) for event in events)


def test_a_picture_is_encoded_once_for_advice_and_questions(asked):
    list(asked.answer(IMAGE, 30.0))
    events = list(asked.ask("信号", IMAGE, 30.0))
    list(asked.ask("左", None, 30.0))
    assert asked.runner.encoded == 1
    stages = [event.stage for event in events if isinstance(event, StageBegun)]
    assert stages == [Stage.PREFILL, Stage.DECODE]
    list(asked.ask("左", OTHER))
    assert asked.runner.encoded == 2


def test_an_answer_to_a_known_picture_is_token_for_token_that_to_a_fresh_one(asked):
    def ask(question: str, image: Any) -> tuple[list[Any], list[int]]:
        asked.runner.said.clear()
        events = list(asked.ask(question, image, 30.0))
        return texts(events), list(asked.runner.said)

    list(asked.answer(IMAGE, 30.0))
    reused = [ask(question, None) for question in ("信号", "歩行者 左", "信号")]
    fresh = [ask(question, IMAGE.copy()) for question in ("信号", "歩行者 左", "信号")]
    assert reused == fresh and reused[0] == reused[2]
    assert sum(len(said) for _, said in reused) > 5 and asked.runner.encoded == 1 + 3


def test_advice_after_a_question_is_as_before(asked):
    first = [e for e in asked.answer(IMAGE, 30.0) if not isinstance(e, Done)]
    list(asked.ask("信号"))
    assert [e for e in asked.answer(IMAGE, 30.0) if not isinstance(e, Done)] == first


def test_a_picture_that_was_not_finished_is_no_picture_to_ask_about(asked):
    list(asked.answer(IMAGE))
    list(asked.answer(OTHER, deadline=Deadline(0), clock=StepClock()))
    with pytest.raises(UserError, match="no picture to ask about yet"):
        asked.ask("信号")
    list(asked.ask("信号", IMAGE))
    assert asked.runner.encoded == 2


def test_the_grey_picture_of_the_warm_up_is_no_picture_to_ask_about(asked):
    asked.warm_up()
    with pytest.raises(UserError, match="no picture to ask about yet"):
        asked.ask("信号")


def test_another_answer_between_two_steps_does_not_mix_pictures(asked):
    list(asked.answer(IMAGE))
    late = asked.ask("信号")  # asked, not begun
    list(asked.answer(OTHER))
    assert texts(list(late)) == texts(list(asked.ask("信号", IMAGE.copy())))
    assert asked.runner.encoded == 4


def test_a_bundle_that_answers_no_questions_says_so(root):
    for changes in ({"question": None}, {}):
        manifest = {**tiny_manifest(), **changes}
        loaded = ModelBundle.load(seal(root, manifest))
        engine = Engine(loaded, open_runner(loaded, threads=1))
        with pytest.raises(UserError, match="answers no questions; use a model bundle"):
            engine.ask("信号", IMAGE)


def test_a_question_too_long_names_the_limit(root):
    engine = scripted(root, capacity=120)
    with pytest.raises(UserError, match=r"is 90 tokens long, .* takes at most (\d+) beside") as at:
        engine.ask("信号" * 90, IMAGE)
    most = int(str(at.value).split("at most ")[1].split()[0])
    assert texts(play(engine, f"左。{END}", "信号" * most)) == [("answer", "左。")]
    with pytest.raises(UserError, match=f"at most {most} "):
        engine.ask("信号" * (most + 1), IMAGE)


def test_an_answer_that_leaves_no_room_is_refused_at_load(root):
    with pytest.raises(UserError, match=r"question.max_tokens leaves no room"):
        scripted(root, question={**QUESTION, "max_tokens": 500})


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (" \n ", "is empty"),
        ("信号<|end|>左", "contains <|end|>"),
        ("＜|end|＞", "contains <|end|>"),
    ],
)
def test_what_is_no_question_is_refused(root, question, says):
    with pytest.raises(UserError, match="The question") as caught:
        scripted(root).ask(question, IMAGE)
    assert says in str(caught.value)


def test_whenever_time_runs_out_the_answer_is_sound(root):
    engine = scripted(root)
    script = f"前方車両。信号。{END}"
    whole = play(engine, script)
    finishes = []
    for budget_ms in range(1, 25):
        clock, deadline = StepClock(), Deadline.after_ms(budget_ms, now_ns=0)
        engine._picture = None
        *said, done = play(engine, script, deadline=deadline, clock=clock)
        assert said == whole[: len(said)]
        assert (done.finish is Finish.NO_ADVICE) == (not texts(said))
        finishes.append(done.finish)
    order = [Finish.NO_ADVICE, Finish.TRUNCATED, Finish.COMPLETE]
    assert finishes == sorted(finishes, key=order.index) and set(finishes) == set(order)


def test_an_answer_without_end_is_cut_back_to_a_sentence(root):
    words = ("前方", "車両", "注意", "歩行者", "左", "信号")
    events = play(scripted(root), "減速。" + "".join(words[i * i % 6] for i in range(14)))
    assert texts(events) == [("answer", "減速。")]
    assert events[-1].finish is Finish.TRUNCATED


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": 1}, "unknown key question.colour"),
        ({"max_tokens": 0}, "question.max_tokens must be a whole number of at least 1"),
        ({"end": []}, "question.end must be a list of at least one string"),
    ],
)
def test_a_wrong_question_key_is_named(root, change, named):
    with pytest.raises(UserError) as caught:
        bundle(root, question={**QUESTION, **change})
    assert named in str(caught.value)


BLIND = "<|hazard_signal|>"  # any token that no speed is written with


def blind_engine(root: Path, **calibration: Any) -> Engine:
    values = {**tiny_manifest()["calibration"], "blind_token": BLIND, **calibration}
    return scripted(root, calibration=values)


def say(engine: Engine, text: str) -> list[Any]:
    engine.runner.play(engine.tokenizer.encode(text))  # type: ignore[attr-defined]
    return list(engine.answer(IMAGE, 40.0))


def decoded(events: list[Any]) -> AdviceDecoded:
    (found,) = [event for event in events if isinstance(event, AdviceDecoded)]
    return found


def test_a_model_may_say_that_it_cannot_see_and_why(root):
    engine = blind_engine(root)
    events = say(engine, f"{BLIND}<|path_keep|>注意。{END}前方。{END}")
    said = decoded(events)
    assert (said.unsure, said.blind, said.advice.hazards) == (True, True, ())
    assert texts(events) == [("advice_ja", "注意。"), ("description_ja", "前方。")]
    assert "<|path_keep|><|hazards_end|><|advice|>注意。" in behind_image(engine)


def test_a_model_that_sees_is_not_blind(root):
    script = f"<|speed_stop|><|path_keep|><|hazards_end|>減速。{END}{END}"
    said = decoded(say(blind_engine(root), script))
    assert not said.blind and not said.unsure


def test_unsure_is_not_blind(root):
    said = decoded(say(blind_engine(root, unsure_below_legal_mass=0.5), "前方車両"))
    assert said.unsure and not said.blind


def test_without_a_blind_token_no_model_is_blind(root):
    said = decoded(say(blind_engine(root, blind_token=None), f"{BLIND}<|path_keep|>"))
    assert not said.blind and not said.unsure


def test_a_blind_token_is_one_token(root):
    with pytest.raises(UserError, match="calibration.blind_token '前方車両' is 2 tokens"):
        blind_engine(root, blind_token="前方車両")
