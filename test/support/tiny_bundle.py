"""A whole ModelBundle of a few hundred kilobytes, made on the spot.

Its weights are random, so its advice means nothing, but every part is real: graphs,
byte-level tokenizer, grammar, checksums. Prose is drawn from a few Japanese words
and ends by itself, because the head's bias favours those words and the end token.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from support.tiny_graphs import (
    HEAD,
    HEADS,
    HIDDEN,
    KV_HEADS,
    LAYERS,
    POSITIONS,
    make_weights,
    save_decoder,
    save_embed_tokens,
    save_vision_encoder,
)

HEIGHT, WIDTH, STRIDE = 32, 64, 16
IMAGE_TOKENS = (HEIGHT // STRIDE) * (WIDTH // STRIDE)

SPEED = {name: f"<|speed_{name.lower()}|>" for name in ("KEEP", "ACCELERATE", "DECELERATE", "STOP")}
PATH = {name: f"<|path_{name.lower()}|>" for name in ("KEEP", "SHIFT_LEFT", "SHIFT_RIGHT")}
KIND = {name: f"<|hazard_{name}|>" for name in ("pedestrian", "cyclist", "vehicle_ahead", "signal")}
SIDE = {name: f"<|side_{name}|>" for name in ("left", "center", "right")}
RANGE = {name: f"<|range_{name}|>" for name in ("near", "mid", "far")}
HAZARDS_END, ADVICE, DESCRIPTION, END, EOS = (
    "<|hazards_end|>",
    "<|advice|>",
    "<|description|>",
    "<|end|>",
    "</s>",
)
SPECIALS = [
    EOS,
    END,
    ADVICE,
    DESCRIPTION,
    HAZARDS_END,
    *SPEED.values(),
    *PATH.values(),
    *KIND.values(),
    *SIDE.values(),
    *RANGE.values(),
]
WORDS = ("前方", "車両", "減速", "信号", "歩行者", "注意", "左", "右", "。")


def make_tokenizer() -> Tokenizer:
    """Byte-level BPE that knows a few Japanese words; any other text falls to bytes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        min_frequency=1,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[AddedToken(token, special=True) for token in SPECIALS],
        show_progress=False,
    )
    tokenizer.train_from_iterator([word for word in WORDS for _ in range(9)], trainer)
    return tokenizer


def _bias(tokenizer: Tokenizer) -> np.ndarray:
    bias = np.full(tokenizer.get_vocab_size(), -9.0, dtype=np.float32)
    for word in WORDS:
        for number in tokenizer.encode(word).ids[-1:]:
            bias[number] = 0.0
    for token in SPECIALS:
        bias[tokenizer.token_to_id(token)] = -2.0
    bias[tokenizer.token_to_id(EOS)] = -9.0
    bias[tokenizer.token_to_id(END)] = 0.5
    bias[tokenizer.encode("。").ids[-1]] = 1.0
    return bias


def tiny_manifest(name: str = "tiny") -> dict[str, Any]:
    """bundle.json of the tiny bundle, without its checksums."""
    return {
        "schema": "vlm_driving/bundle/1",
        "name": name,
        "licence": "Apache-2.0",
        "provenance": {"made_by": "test/support/tiny_bundle.py"},
        "graphs": {
            "vision_encoder": {"file": "onnx/vision_encoder.onnx", "precision": "fp32"},
            "embed_tokens": {"file": "onnx/embed_tokens.onnx", "precision": "fp32"},
            "decoder": {"file": "onnx/decoder_model_merged.onnx", "precision": "fp32"},
        },
        "preprocess": {
            "width": WIDTH,
            "height": HEIGHT,
            "fit": "cover",
            "resample": "area",
            "channel_order": "RGB",
            "mean": [0.5, 0.5, 0.5],
            "std": [0.25, 0.25, 0.25],
            "rescale": 1 / 255,
            "jpeg_reduce": True,
        },
        "image_tokens": IMAGE_TOKENS,
        "prompts": {
            "prefix": "車載",
            "suffix": "",
            "ego": "車速{speed_kmh}km/h。",
            "ego_unknown": "車速不明。",
            "task": "助言。",
        },
        "grammar": {
            "speed": {"lead": "", "labels": dict(SPEED)},
            "path": {"lead": "", "labels": dict(PATH)},
            "hazards": {
                "max": 3,
                "end": HAZARDS_END,
                "kind": {"lead": "", "labels": dict(KIND)},
                "side": {"lead": "", "labels": dict(SIDE)},
                "range": {"lead": "", "labels": dict(RANGE)},
            },
        },
        "sections": [
            {"name": "advice_ja", "lead": ADVICE, "end": [END], "max_tokens": 16},
            {"name": "description_ja", "lead": DESCRIPTION, "end": [END], "max_tokens": 24},
        ],
        "end_tokens": [EOS],
        "normalization": "NFKC",
        "calibration": {
            "temperature": 1.0,
            "unsure_below_confidence": 0.0,
            "unsure_below_legal_mass": 0.0,
        },
    }


def seal(directory: Path, manifest: dict[str, Any]) -> Path:
    """Write bundle.json with the checksum of every other file in `directory`."""
    files = sorted(p for p in directory.rglob("*") if p.is_file() and p.name != "bundle.json")
    sums = {p.relative_to(directory).as_posix(): _sha256(p) for p in files}
    text = json.dumps({**manifest, "sha256": sums}, ensure_ascii=False, indent=1)
    (directory / "bundle.json").write_text(text, encoding="utf-8")
    return directory


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_tiny_bundle(
    directory: Path,
    kind: str = "concat",
    *,
    seed: int = 0,
    extra_input: str | None = None,
    **changes: Any,
) -> Path:
    """Write a complete bundle into `directory` and return it.

    Args:
        directory: made if it does not exist.
        kind: "concat" (keys and values grow) or "gqa" (past and present share a buffer);
            both compute the same function for the same seed. `save_decoder` knows variants.
        seed: of the random weights.
        extra_input: name of an additional decoder input that no runtime knows.
        changes: keys of bundle.json to replace.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer()
    tokenizer.save(str(directory / "tokenizer.json"))
    weights = make_weights(tokenizer.get_vocab_size(), _bias(tokenizer), STRIDE, seed)
    onnx_dir = directory / "onnx"
    save_vision_encoder(onnx_dir / "vision_encoder.onnx", weights, HEIGHT, WIDTH)
    save_embed_tokens(onnx_dir / "embed_tokens.onnx", weights)
    save_decoder(onnx_dir / "decoder_model_merged.onnx", weights, kind, extra_input)
    config = {
        "model_type": "tiny",
        "text_config": {
            "hidden_size": HIDDEN,
            "num_hidden_layers": LAYERS,
            "num_attention_heads": HEADS,
            "num_key_value_heads": KV_HEADS,
            "head_dim": HEAD,
            "max_position_embeddings": POSITIONS,
        },
    }
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (directory / "preprocessor_config.json").write_text("{}", encoding="utf-8")
    return seal(directory, {**tiny_manifest(), **changes})
