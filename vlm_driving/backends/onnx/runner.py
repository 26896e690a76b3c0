"""A bundle's three graphs, opened and put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.onnx import assignment
from vlm_driving.backends.onnx.decoder import Decoder, GrowingDecoder, SharedDecoder
from vlm_driving.backends.onnx.device import CPU, Placement
from vlm_driving.backends.onnx.encoder import VisionEncoder
from vlm_driving.backends.onnx.probe import CacheKind, probe_decoder
from vlm_driving.backends.onnx.sessions import SessionSettings, open_session
from vlm_driving.backends.onnx.signature import DTYPES, WHOLES, read_signature
from vlm_driving.core import UserError

if TYPE_CHECKING:
    from vlm_driving.runtime.bundle import ModelBundle

_CAPACITY = 4096  # tokens; only those in use take memory


class OnnxRunner:
    """The runtime's Runner on ONNX Runtime. One sequence, one thread at a time."""

    def __init__(
        self, name: str, encoder: VisionEncoder, embed: Any, decoder: Decoder, kind: CacheKind
    ) -> None:
        """Take parts that are already open; use `open_runner`."""
        self.name = name
        self.kind = kind
        self._encoder = encoder
        self._embed = embed
        self._embed_input = embed.get_inputs()[0]
        self._decoder = decoder

    def encode(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """(1, 3, height, width) -> (1, image_tokens, hidden)."""
        return self._encoder.encode(pixels)

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """(1, n) -> (1, n, hidden)."""
        ids = ids.astype(DTYPES[self._embed_input.type], copy=False)
        embeds = self._embed.run(None, {self._embed_input.name: ids})[0]
        result: NDArray[np.float32] = embeds.astype(np.float32, copy=False)
        return result

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        """Append (1, n, hidden); the logits (vocab,) of the last position, good until the next."""
        return self._decoder.extend(embeds)

    @property
    def length(self) -> int:
        """Tokens in the cache."""
        return self._decoder.length

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`, exactly."""
        self._decoder.rewind(length)

    @property
    def capacity(self) -> int:
        """Tokens that the cache can hold."""
        return self._decoder.capacity


@dataclass(frozen=True, slots=True)
class GraphPlan:
    """Which files are opened, and where each of them runs.

    The embedding graph only looks rows up and always stays on the CPU.

    Attributes:
        name: of the runner.
        vision: path of the vision encoder.
        decoder: path of the decoder.
        vision_on: where the vision encoder runs.
        decoder_on: where the decoder runs.
    """

    name: str
    vision: Path
    decoder: Path
    vision_on: Placement = CPU
    decoder_on: Placement = CPU


def open_runner(
    bundle: ModelBundle,
    *,
    threads: int = 0,
    accuracy_level: int | None = None,
    capacity: int | None = None,
    spin: bool = True,
) -> OnnxRunner:
    """Open a bundle's graphs on the CPU, and run each of them once.

    Args:
        bundle: a verified bundle.
        threads: that compute one operator; 0 takes what the process may use, at most 8.
        accuracy_level: of quantized products, in place of the graph's own (1 fp32, 4 int8).
        capacity: tokens of the cache; by default what config.json allows, at most 4096.
        spin: whether threads wait busily between the operators of a run.

    Raises:
        UserError: if there is no usable onnxruntime, or it or this runner refuses a graph.
    """
    graphs = bundle.manifest.graphs
    plan = GraphPlan(
        "onnx-cpu", bundle.graph_path(graphs.vision_encoder), bundle.graph_path(graphs.decoder)
    )
    return open_planned(bundle, plan, SessionSettings(threads, spin, accuracy_level), capacity)


def open_planned(
    bundle: ModelBundle, plan: GraphPlan, settings: SessionSettings, capacity: int | None = None
) -> OnnxRunner:
    """Open graphs where a plan says, and run each of them once.

    Args:
        bundle: a verified bundle.
        plan: files and placements.
        settings: of all sessions.
        capacity: tokens of the cache; by default what config.json allows, at most 4096.

    Raises:
        UserError: as `open_runner`; a ProviderFault where a device is not what was asked for.
    """
    spec = bundle.preprocess
    vision = open_session(plan.vision, settings, steady_shapes=True, placement=plan.vision_on)
    encoder = VisionEncoder(
        vision,
        plan.vision,
        spec.height,
        spec.width,
        bundle.image_tokens,
        plan.vision_on,
    )
    assignment.require(assignment.profiled(vision), plan.vision_on, plan.vision)
    embed_path = bundle.graph_path(bundle.manifest.graphs.embed_tokens)
    embed = open_session(embed_path, replace(settings, threads=1), steady_shapes=False)
    inputs = embed.get_inputs()
    if len(inputs) != 1 or inputs[0].type not in WHOLES or len(inputs[0].shape) != 2:
        names = ", ".join(f"{item.name} {item.type} {list(item.shape)}" for item in inputs)
        raise UserError(
            f"{embed_path}: the embedding graph must want input_ids (1, n) alone, not {names}; "
            "export the model in the ONNX community's layout."
        )
    session = open_session(plan.decoder, settings, steady_shapes=False, placement=plan.decoder_on)
    signature = read_signature(session, plan.decoder)
    one = embed.run(None, {inputs[0].name: np.zeros((1, 1), DTYPES[inputs[0].type])})[0]
    for path, hidden in ((plan.vision, encoder.hidden), (embed_path, one.shape[-1])):
        if hidden != signature.hidden:
            raise UserError(
                f"{path}: gives {hidden} values a token, but the inputs_embeds of {plan.decoder} "
                f"want {signature.hidden}; put the graphs of one model together."
            )
    probe = probe_decoder(session, signature, plan.decoder)
    assignment.require(assignment.profiled(session), plan.decoder_on, plan.decoder)
    tokens = capacity or min(bundle.max_positions() or _CAPACITY, _CAPACITY)
    kind = SharedDecoder if probe.kind is CacheKind.SHARED else GrowingDecoder
    decoder = kind(session, signature, tokens, probe.last_only, plan.decoder_on)
    return OnnxRunner(plan.name, encoder, embed, decoder, probe.kind)
