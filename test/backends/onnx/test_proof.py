"""A backend that says something else than the CPU is found out, and one that agrees is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx import OnnxRunner, open_runner
from vlm_driving.backends.onnx.agreement import (
    TOLERANCE,
    Agreement,
    Call,
    difference,
    play_back,
    record,
    warm_up_frame,
)
from vlm_driving.backends.onnx.faults import Fault, ProviderFault
from vlm_driving.backends.onnx.proof import (
    Proven,
    prove,
    prove_cpu,
    reference_calls,
    usability_of,
)
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return ModelBundle.load(make_tiny_bundle(tmp_path_factory.mktemp("proof") / "tiny", "gqa"))


@pytest.fixture(scope="module")
def reference(bundle: ModelBundle) -> list[Call]:
    return reference_calls(bundle, threads=1)


class Altered:
    """A runner with a fault in one method."""

    def __init__(self, inner: OnnxRunner, **methods: Callable[..., object]) -> None:
        self._inner = inner
        self._methods = methods

    def __getattr__(self, name: str) -> object:
        if name in self._methods:
            return self._methods[name]
        return getattr(self._inner, name)


def altered(bundle: ModelBundle, method: str, change: Callable[..., object]) -> OnnxRunner:
    inner = open_runner(bundle, threads=1)
    original = getattr(inner, method)
    result: OnnxRunner = Altered(  # type: ignore[assignment]
        inner, **{method: lambda *given: change(original, *given)}
    )
    return result


def test_a_whole_answer_is_written_down(bundle: ModelBundle, reference: list[Call]) -> None:
    methods = [call.method for call in reference]
    assert methods.count("encode") == 1
    assert methods.count("extend") >= 4  # the fixed text, the picture, and decisions
    assert "rewind" in methods
    first = next(call for call in reference if call.method == "extend")
    assert first.given is not None and first.given.shape[0] == 1


def test_the_same_runner_agrees_to_the_last_bit(bundle: ModelBundle, reference: list[Call]) -> None:
    agreement = play_back(reference, open_runner(bundle, threads=1))
    assert (agreement.features, agreement.logits, agreement.same_choices) == (0.0, 0.0, 1.0)
    assert agreement.agrees and agreement.steps >= 4


def test_a_proven_runner_has_an_empty_cache(bundle: ModelBundle, reference: list[Call]) -> None:
    proven = prove(lambda: open_runner(bundle, threads=1), reference)
    assert proven.runner.length == 0


FAULTS = {
    "logits turned round": ("extend", lambda run, embeds: run(embeds)[::-1]),
    "logits of zeros": ("extend", lambda run, embeds: np.zeros_like(run(embeds))),
    "no numbers": ("extend", lambda run, embeds: run(embeds) * np.float32("nan")),
    "another vocabulary": ("extend", lambda run, embeds: run(embeds)[:-1]),
    "colours swapped": ("encode", lambda run, pixels: run(pixels[:, ::-1].copy())),
    "features all alike": ("encode", lambda run, pixels: np.zeros_like(run(pixels))),
    "a cache that forgets": ("rewind", lambda run, length: run(0)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_answer_is_found_out(bundle: ModelBundle, reference: list[Call], name: str) -> None:
    method, change = FAULTS[name]
    with pytest.raises(ProviderFault) as caught:
        prove(lambda: altered(bundle, method, change), reference)
    assert caught.value.fault is Fault.DISAGREES
    assert f"{TOLERANCE} are allowed" in str(caught.value)


def test_other_weights_are_found_out(tmp_path, reference: list[Call]) -> None:
    other = ModelBundle.load(make_tiny_bundle(tmp_path / "other", "gqa", seed=1))
    with pytest.raises(ProviderFault, match="differs from the CPU's"):
        prove(lambda: open_runner(other, threads=1), reference)


def test_half_precision_passes(tmp_path, reference: list[Call]) -> None:
    half = ModelBundle.load(make_tiny_bundle(tmp_path / "half", "gqa-fp16"))
    agreement = play_back(reference, open_runner(half, threads=1))
    assert 0.0 < agreement.logits < TOLERANCE
    assert agreement.agrees


def test_a_run_that_fails_is_told_by_its_cause(bundle: ModelBundle, reference: list[Call]) -> None:
    def fail(run: object, embeds: object) -> None:
        raise RuntimeError("CUDA failure 2: out of memory ; GPU=0 ; hostname=car")

    with pytest.raises(ProviderFault, match="too little free memory") as caught:
        prove(lambda: altered(bundle, "extend", fail), reference)
    assert caught.value.fault is Fault.OUT_OF_MEMORY


def test_differences_are_counted_in_the_spread_of_what_was_expected() -> None:
    expected = np.array([0.0, 2.0], np.float32)  # standard deviation 1
    assert difference(expected, expected + np.float32(0.5)) == pytest.approx(0.5)
    assert difference(expected, expected[:1]) == float("inf")
    assert difference(expected, np.array([0.0, np.inf], np.float32)) == float("inf")
    flat = np.ones(3, np.float32)
    assert difference(flat, flat) == 0.0
    assert difference(flat, flat * 2) == float("inf")
    assert not Agreement(float("nan"), 0.0, 1.0, 1).agrees


def test_the_warm_up_frame_is_the_same_everywhere_and_no_grey_wall(bundle: ModelBundle) -> None:
    frame = warm_up_frame(bundle)
    np.testing.assert_array_equal(frame, warm_up_frame(bundle))
    assert frame.dtype == np.uint8 and frame.ndim == 3
    assert all(frame[..., channel].std() > 20 for channel in range(3))
    assert not np.array_equal(frame[..., 0], frame[..., 2])  # swapped channels must show


def test_the_row_of_a_proven_backend_and_of_each_that_is_not(
    bundle: ModelBundle, reference: list[Call]
) -> None:
    def proven() -> Proven:
        return prove(lambda: open_runner(bundle, threads=1), reference)

    def fault() -> Proven:
        raise ProviderFault(Fault.NO_DRIVER)

    def mendable() -> Proven:
        raise UserError("The bundle is broken; copy it again.")

    def unheard() -> Proven:
        raise RuntimeError("CUDA failure 700: an illegal memory access was encountered")

    good = usability_of(proven, {"device": "GPU"})
    assert (good.usable, good.reason, good.verified) == (True, None, True)
    assert good.details["device"] == "GPU" and good.details["logits_differ"] == 0.0
    reasons = [usability_of(attempt) for attempt in (fault, mendable, unheard)]
    assert [row.usable or row.verified for row in reasons] == [False] * 3
    assert "no NVIDIA driver" in str(reasons[0].reason)
    assert reasons[0].details["fault"] == "no_driver"
    assert reasons[1].reason == "The bundle is broken; copy it again."
    assert "illegal memory access" in str(reasons[2].reason)


def test_the_processor_proves_itself_too(bundle: ModelBundle) -> None:
    found = prove_cpu(bundle)
    assert found.usable and found.verified and found.reason is None


def test_recording_leaves_the_answer_as_it_is(bundle: ModelBundle) -> None:
    once, twice = (record(bundle, open_runner(bundle, threads=1)) for _ in range(2))
    assert [call.method for call in once] == [call.method for call in twice]
