"""Real graphs through onnxruntime: both kinds of decoder say the same, and rewinding is exact."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
from support.tiny_bundle import make_tiny_bundle
from support.tiny_graphs import HIDDEN

from vlm_driving.backends.onnx import OnnxRunner, open_runner
from vlm_driving.backends.onnx.encoder import VisionEncoder
from vlm_driving.backends.onnx.probe import CacheKind
from vlm_driving.backends.onnx.signature import read_signature
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence

KINDS = {"concat": CacheKind.GROWING, "gqa": CacheKind.SHARED}
GRAPHS = [
    *KINDS,
    "gqa-lengths",
    "gqa-last",
    "concat-last",
    "concat-keep",
    "concat-fp16",
    "gqa-fp16",
]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> dict[str, ModelBundle]:
    root = tmp_path_factory.mktemp("bundles")
    return {kind: ModelBundle.load(make_tiny_bundle(root / kind, kind)) for kind in GRAPHS}


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (72, 128, 3), dtype=np.uint8) for _ in range(3)]


def embeddings(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((1, count, HIDDEN)).astype(np.float32)


def whole(bundle: ModelBundle, embeds: np.ndarray) -> np.ndarray:
    """Logits of the last position, straight from a session without any past."""
    path = bundle.graph_path(bundle.manifest.graphs.decoder)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    count = embeds.shape[1]
    feeds = {}
    for item in session.get_inputs():
        if item.name.startswith("past_key_values"):
            dtype = np.float16 if "16" in item.type else np.float32
            feeds[item.name] = np.zeros((1, item.shape[1], 0, item.shape[3]), dtype)
        elif item.name == "inputs_embeds":
            feeds[item.name] = embeds.astype(np.float16 if "16" in item.type else np.float32)
        elif item.name == "position_ids":
            feeds[item.name] = np.arange(count)[None]
        elif item.name == "seqlens_k":
            feeds[item.name] = np.array([count - 1], np.int32)
        elif item.name == "total_sequence_length":
            feeds[item.name] = np.array(count, np.int32)
        elif item.name == "num_logits_to_keep":
            feeds[item.name] = np.array(1)
        else:
            feeds[item.name] = np.ones((1, count), np.int64)
    return session.run(["logits"], feeds)[0][0, -1].astype(np.float32)


def answer(engine: Engine, image: np.ndarray, speed: float | None = 40.0) -> list:
    events = engine.answer(image, speed)
    return [event for event in events if isinstance(event, (AdviceDecoded, Sentence))]


@pytest.mark.parametrize("kind", GRAPHS)
def test_the_kind_is_found_by_running_it(bundles, kind):
    assert open_runner(bundles[kind], threads=1).kind is KINDS[kind.split("-")[0]]


@pytest.mark.parametrize("kind", GRAPHS)
def test_pieces_equal_the_whole(bundles, kind):
    runner = open_runner(bundles[kind], threads=1)
    embeds = embeddings(40)
    for begin, end in ((0, 20), (20, 21), (21, 24), (24, 25), (25, 40)):
        logits = runner.extend(embeds[:, begin:end])
    assert runner.length == 40
    expected = whole(bundles[kind], embeds)
    tolerance = 0.1 if "fp16" in kind else 1e-4
    assert logits.dtype == np.float32 and logits.shape == expected.shape
    np.testing.assert_allclose(logits, expected, atol=tolerance)


@pytest.mark.parametrize("kind", GRAPHS)
def test_rewinding_is_exact(bundles, kind):
    runner = open_runner(bundles[kind], threads=1)
    runner.extend(embeddings(9))
    first = [runner.extend(embeddings(count, seed=count)).copy() for count in (5, 1, 1, 2)]
    for length in (9, 14, 16):  # forget all, a part, and almost nothing
        runner.rewind(length)
        runner.extend(embeddings(30, seed=99))
        runner.rewind(length)
        counts = {9: (5, 1, 1, 2), 14: (1, 1, 2), 16: (2,)}[length]
        again = [runner.extend(embeddings(count, seed=count)).copy() for count in counts]
        for old, new in zip(first[-len(counts) :], again, strict=True):
            np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("kind", GRAPHS)
def test_a_run_that_fails_costs_one_answer_and_not_the_next(bundles, images, kind):
    """Right behind the fixed text, where rewinding for the next frame has nothing to take back."""
    runner = open_runner(bundles[kind], threads=1)
    engine = Engine(bundles[kind], runner)
    first = answer(engine, images[0])
    decoder = runner._decoder
    session = decoder._session

    class Lost:
        def run_with_iobinding(self, binding):
            raise RuntimeError("no memory")

    decoder._session = Lost()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no memory"):
            answer(engine, images[1])
    decoder._session = session
    assert answer(engine, images[0]) == first


@pytest.mark.parametrize("kind", GRAPHS)
def test_frame_a_is_answered_alike_before_and_after_frame_b(bundles, images, kind):
    engine = Engine(bundles[kind], open_runner(bundles[kind], threads=1))
    first = answer(engine, images[0])
    assert answer(engine, images[1]) != first
    assert answer(engine, images[0]) == first  # confidence and legal mass to the last bit
    fresh = Engine(bundles[kind], open_runner(bundles[kind], threads=1))
    assert answer(fresh, images[0]) == first


def test_both_kinds_say_the_same(bundles, images):
    engines = [Engine(bundles[kind], open_runner(bundles[kind], threads=1)) for kind in KINDS]
    for image in images:
        concat, gqa = (answer(engine, image) for engine in engines)
        assert [e.text for e in concat[1:]] == [e.text for e in gqa[1:]]
        left, right = concat[0].advice, gqa[0].advice
        assert (left.speed, left.path, left.hazards) == (right.speed, right.path, right.hazards)
        assert left.confidence == pytest.approx(right.confidence, abs=1e-4)


def test_the_speed_matters(bundles, images):
    engine = Engine(bundles["gqa"], open_runner(bundles["gqa"], threads=1))
    masses = {answer(engine, images[0], speed)[0].legal_mass for speed in (0.0, 40.0, 80.0, None)}
    assert len(masses) == 4


def test_answers_end(bundles, images):
    engine = Engine(bundles["concat"], open_runner(bundles["concat"], threads=1))
    for image in images:
        done = list(engine.answer(image))[-1]
        assert isinstance(done, Done) and done.finish is not Finish.NO_ADVICE


def test_a_runner_says_what_it_can_hold(bundles):
    runner = open_runner(bundles["gqa"], threads=1, capacity=16)
    assert (runner.name, runner.capacity, runner.length) == ("onnx-cpu", 16, 0)
    runner.extend(embeddings(16))
    with pytest.raises(ValueError, match="16 \\+ 1 tokens; the cache holds 16"):
        runner.extend(embeddings(1))
    with pytest.raises(ValueError, match="cannot rewind to 17 of 16"):
        runner.rewind(17)
    assert open_runner(bundles["gqa"], threads=1).capacity == 512  # config.json


def test_results_stay_when_they_are_copied_and_inputs_are_left_alone(bundles):
    runner: OnnxRunner = open_runner(bundles["gqa"], threads=1)
    ids = np.array([[3, 1, 2]])
    embeds = runner.embed(ids)
    before = embeds.copy()
    runner.extend(embeds)
    np.testing.assert_array_equal(embeds, before)
    np.testing.assert_array_equal(runner.embed(ids), before)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_input_is_named_at_load(tmp_path, kind):
    root = make_tiny_bundle(tmp_path / "odd", kind, extra_input="cross_attention_states")
    with pytest.raises(UserError, match=r"decoder_model_merged\.onnx.*cross_attention_states"):
        open_runner(ModelBundle.load(root), threads=1)


def test_an_encoder_with_other_tokens_than_promised_is_refused(tmp_path):
    bundle = ModelBundle.load(make_tiny_bundle(tmp_path / "odd", image_tokens=9))
    with pytest.raises(UserError, match="gives 8 tokens an image, but image_tokens .* is 9"):
        open_runner(bundle, threads=1)


@pytest.mark.parametrize("graph", ["vision_encoder", "embed_tokens"])
def test_graphs_of_two_models_are_refused(tmp_path, graph):
    from support.tiny_bundle import seal, tiny_manifest

    root = make_tiny_bundle(tmp_path / "odd")
    path = root / "onnx" / f"{graph}.onnx"
    model = onnx.load(path)
    output = model.graph.output[0]
    node = next(node for node in model.graph.node if output.name in node.output)
    node.output[0] = "once"
    twice = onnx.helper.make_node("Concat", ["once", "once"], [output.name], axis=-1)
    model.graph.node.append(twice)
    output.type.tensor_type.shape.dim[2].dim_value = 2 * HIDDEN
    onnx.save(model, path)
    bundle = ModelBundle.load(seal(root, tiny_manifest()))
    with pytest.raises(UserError, match=rf"{graph}\.onnx: gives 128 values a token.* want 64"):
        open_runner(bundle, threads=1)


def test_an_encoder_of_another_size_is_refused(tmp_path):
    from support.tiny_bundle import tiny_manifest

    spec = {**tiny_manifest()["preprocess"], "height": 48}
    bundle = ModelBundle.load(make_tiny_bundle(tmp_path / "odd", preprocess=spec))
    with pytest.raises(UserError, match="makes 48 x 64"):
        open_runner(bundle, threads=1)


def test_a_graph_that_onnxruntime_refuses_is_named(tmp_path):
    from support.tiny_bundle import seal, tiny_manifest

    root = make_tiny_bundle(tmp_path / "odd")
    (root / "onnx/decoder_model_merged.onnx").write_bytes(b"no graph")
    bundle = ModelBundle.load(seal(root, tiny_manifest()))
    with pytest.raises(UserError, match=r"decoder_model_merged\.onnx cannot be opened"):
        open_runner(bundle, threads=1)


def test_wrong_settings_are_quoted(bundles):
    with pytest.raises(UserError, match="got -1"):
        open_runner(bundles["gqa"], threads=-1)
    with pytest.raises(UserError, match="got 7"):
        open_runner(bundles["gqa"], accuracy_level=7)


def item(name: str, shape: list, kind: str = "tensor(float)") -> SimpleNamespace:
    return SimpleNamespace(name=name, shape=shape, type=kind)


EMBEDS = item("inputs_embeds", ["b", "n", 64])
PAST = item("past_key_values.0.key", ["b", 2, "past", 16])
PRESENT = item("present.0.key", ["b", 2, "total", 16])
LOGITS = item("logits", ["b", "n", 300])


@pytest.mark.parametrize(
    ("inputs", "outputs", "named"),
    [
        (
            [item("input_ids", ["b", "n"], "tensor(int64)"), PAST],
            [LOGITS, PRESENT],
            "inputs_embeds",
        ),
        ([EMBEDS], [LOGITS], "past_key_values.0.key"),
        ([EMBEDS, PAST], [LOGITS], "present.0.key"),
        ([EMBEDS, PAST], [PRESENT], "logits"),
        ([EMBEDS, item("position_ids", [3, "b", "n"], "tensor(int64)")], [LOGITS], "position_ids"),
        ([EMBEDS, item("attention_mask", ["b", 1, "n", "t"])], [LOGITS], "attention_mask"),
        (
            [EMBEDS, item(PAST.name, ["b", 2, 512, 16])],
            [LOGITS, PRESENT],
            "fixes the length of past",
        ),
        ([EMBEDS, item(PAST.name, ["b", "h", "p", 16])], [LOGITS, PRESENT], "dimension 1 of past"),
        ([EMBEDS, item(PAST.name, PAST.shape, "tensor(int8)")], [LOGITS, PRESENT], "int8"),
        ([EMBEDS, item("use_cache_branch", [1], "tensor(bool)")], [LOGITS], "use_cache_branch"),
    ],
)
def test_what_a_decoder_may_not_want(inputs, outputs, named):
    session = SimpleNamespace(get_inputs=lambda: inputs, get_outputs=lambda: outputs)
    with pytest.raises(UserError, match=named):
        read_signature(session, "decoder.onnx")


class Vision:
    """A session of a vision encoder that remembers what it was fed."""

    def __init__(self, *inputs: SimpleNamespace) -> None:
        self.inputs = list(inputs)
        self.fed: dict[str, np.ndarray] = {}

    def get_inputs(self) -> list:
        return self.inputs

    def get_outputs(self) -> list:
        return [item("pooled", []), item("image_features", [])]

    def run(self, names: list[str], feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        assert names == ["image_features"]
        self.fed = dict(feeds)
        return [np.ones((1, 2, 4, 8), np.float16)]


def test_an_encoder_gets_only_what_it_wants():
    plain = Vision(item("pixel_values", ["b", 3, "h", "w"]))
    encoder = VisionEncoder(plain, "encoder.onnx", 32, 64, 8)
    features = encoder.encode(np.zeros((1, 3, 32, 64), np.float32))
    assert features.shape == (1, 8, 8) and features.dtype == np.float32
    assert list(plain.fed) == ["pixel_values"] and plain.fed["pixel_values"].shape == (1, 3, 32, 64)


def test_an_encoder_of_several_images_gets_one_and_its_mask():
    several = Vision(
        item("pixel_values", ["b", "images", 3, "h", "w"], "tensor(float16)"),
        item("pixel_attention_mask", ["b", "images", "h", "w"], "tensor(bool)"),
    )
    VisionEncoder(several, "encoder.onnx", 32, 64, 8)
    assert several.fed["pixel_values"].shape == (1, 1, 3, 32, 64)
    assert several.fed["pixel_values"].dtype == np.float16
    mask = several.fed["pixel_attention_mask"]
    assert mask.shape == (1, 1, 32, 64) and mask.dtype == np.bool_ and mask.all()


def test_an_encoder_that_wants_more_is_refused():
    pixels = item("pixel_values", ["b", 3, "h", "w"])
    odd = Vision(pixels, item("image_grid_thw", ["n", 3], "tensor(int64)"))
    with pytest.raises(UserError, match="image_grid_thw"):
        VisionEncoder(odd, "encoder.onnx", 32, 64, 8)
    with pytest.raises(UserError, match="no input pixel_values"):
        VisionEncoder(Vision(), "encoder.onnx", 32, 64, 8)
