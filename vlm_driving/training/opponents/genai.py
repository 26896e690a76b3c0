"""onnxruntime-genai's own generate loop on the very same decoder.

The bundle's embedding graph is put in front of its decoder graph, so that genai can be
given token ids; not one weight is touched. genai then owns everything that we do around
the graph ourselves: sessions, the key/value cache, the choice of the next token.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.training.export.needs import require

MODEL_FILE = "model.onnx"


@dataclass(frozen=True, slots=True)
class Generated:
    """Token ids of one greedy continuation, and what they cost.

    `prefill_ms` ends with the first token; `decode_ms` is for all the tokens after it.
    """

    ids: tuple[int, ...]
    prefill_ms: float
    decode_ms: float

    @property
    def ms_per_token(self) -> float:
        """Decode time of one token after the first."""
        return self.decode_ms / (len(self.ids) - 1)


class GenaiOpponent:
    """One genai model with `threads` threads (0: genai's own choice)."""

    def __init__(self, bundle: ModelBundle, work_dir: Path, threads: int) -> None:
        """Write the joined model into `work_dir` and load it.

        Raises UserError when genai is missing, or the decoder is none that it can run.
        """
        require("onnxruntime_genai", "onnx")
        import onnxruntime_genai as genai

        write_genai_model(bundle, work_dir, threads)
        self._genai = genai
        self._model = genai.Model(str(work_dir))
        self.version: str = genai.__version__

    def generate(self, prompt: Sequence[int], count: int) -> Generated:
        """`count` greedy tokens after `prompt`, fewer where genai meets its end token.

        Raises RuntimeError when it ends before the second.
        """
        params = self._genai.GeneratorParams(self._model)
        params.set_search_options(
            do_sample=False, max_length=len(prompt) + count, min_length=0, batch_size=1
        )
        generator = self._genai.Generator(self._model, params)
        start = time.monotonic_ns()
        generator.append_tokens(list(prompt))
        generator.generate_next_token()
        ids = [int(generator.get_next_tokens()[0])]
        first = time.monotonic_ns()
        while len(ids) < count and not generator.is_done():
            generator.generate_next_token()
            ids.append(int(generator.get_next_tokens()[0]))
        end = time.monotonic_ns()
        if len(ids) < 2:
            raise RuntimeError("genai ended after its first token")
        return Generated(tuple(ids), (first - start) / NS_PER_MS, (end - first) / NS_PER_MS)


def write_genai_model(bundle: ModelBundle, work_dir: Path, threads: int) -> None:
    """Write `model.onnx` (ids -> logits) and `genai_config.json` into `work_dir`.

    Raises UserError for a decoder whose cache is not GroupQueryAttention's.
    """
    import onnx

    graphs = bundle.manifest.graphs
    embed = onnx.load(str(bundle.graph_path(graphs.embed_tokens)))
    decoder = onnx.load(str(bundle.graph_path(graphs.decoder)))
    if not any(node.op_type == "GroupQueryAttention" for node in decoder.graph.node):
        raise UserError(
            f"the decoder of {bundle.root} has no GroupQueryAttention, which the comparison with "
            "genai needs; export the bundle with `--decoder gqa`, or leave out `--against genai`."
        )
    joined = join(embed, decoder)
    work_dir.mkdir(parents=True, exist_ok=True)
    onnx.save(joined, str(work_dir / MODEL_FILE), save_as_external_data=False)
    config = genai_config(bundle, decoder, threads)
    (work_dir / "genai_config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")


def join(embed: Any, decoder: Any) -> Any:
    """One graph, ids -> logits, of the two (`onnx.ModelProto`s); `decoder` is used up.

    By hand, because onnx's own merge checks the result and does not know the fused operators.
    """
    from onnx import compose

    embed = compose.add_prefix(embed, "embed.", rename_inputs=False, rename_outputs=False)
    produced, consumed = embed.graph.output[0].name, "inputs_embeds"
    for node in embed.graph.node:
        node.output[:] = [consumed if name == produced else name for name in node.output]
    inputs = [value for value in decoder.graph.input if value.name != consumed]
    nodes = list(decoder.graph.node)
    for field, values in (
        (decoder.graph.input, [*embed.graph.input, *inputs]),
        (decoder.graph.node, [*embed.graph.node, *nodes]),
    ):
        copies = [type(value).FromString(value.SerializeToString()) for value in values]
        del field[:]
        field.extend(copies)
    decoder.graph.initializer.extend(embed.graph.initializer)
    return decoder


def genai_config(bundle: ModelBundle, decoder: Any, threads: int) -> dict[str, Any]:
    """What genai is told about the joined model: greedy, one shared buffer for the cache.

    It must have an end token, and gets the vocabulary's last one, which is hardly ever
    chosen, so that it goes on for as many tokens as it is asked for.
    """
    config = json.loads((bundle.root / "config.json").read_text(encoding="utf-8"))
    text = config.get("text_config", config)
    heads = text["num_attention_heads"]
    vocabulary = decoder.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    session: dict[str, Any] = {"log_id": "onnxruntime-genai", "provider_options": []}
    if threads:
        session["intra_op_num_threads"] = threads
    inputs = {
        "input_ids": "input_ids",
        "attention_mask": "attention_mask",
        "past_key_names": "past_key_values.%d.key",
        "past_value_names": "past_key_values.%d.value",
    }
    outputs = {
        "logits": "logits",
        "present_key_names": "present.%d.key",
        "present_value_names": "present.%d.value",
    }
    return {
        "model": {
            "type": "llama",
            "vocab_size": vocabulary,
            "context_length": text["max_position_embeddings"],
            "bos_token_id": 0,
            "eos_token_id": vocabulary - 1,
            "pad_token_id": 0,
            "decoder": {
                "filename": MODEL_FILE,
                "session_options": session,
                "head_size": text.get("head_dim") or text["hidden_size"] // heads,
                "hidden_size": text["hidden_size"],
                "num_attention_heads": heads,
                "num_key_value_heads": text.get("num_key_value_heads") or heads,
                "num_hidden_layers": text["num_hidden_layers"],
                "inputs": inputs,
                "outputs": outputs,
            },
        },
        "search": {
            "do_sample": False,
            "num_beams": 1,
            "max_length": text["max_position_embeddings"],
            "past_present_share_buffer": True,
        },
    }
