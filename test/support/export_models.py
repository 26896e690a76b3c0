"""Tiny random models to export: large initial weights, so that greedy text is varied."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

from vlm_driving.training import answer_format
from vlm_driving.training.tokenizer import EOS, train_tokenizer
from vlm_driving.training.vision import VisionConfig, VisionTower

TEXTS = [
    "前方の信号は赤です。停止してください。",
    "歩行者が左にいます。減速してください。車速40km/h。",
] * 4


def spread(module: torch.nn.Module, seed: int, scale: float) -> None:
    """Random weights of a size at which a random model does not repeat itself."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(module.named_parameters()):
            if parameter.dim() < 2:
                continue
            noise = torch.randn(parameter.shape, generator=generator)
            if "embed_tokens" in name:  # small, or a tied head only repeats its input
                fan = 5.0
            elif "position" in name:
                fan = 1.0
            else:
                fan = parameter[0].numel() ** 0.5
            parameter.copy_(noise * scale / fan)


def own_checkpoint(path: Path, *, tied: bool = True, seed: int = 0) -> Path:
    """A checkpoint directory as training writes it, with random weights."""
    path.mkdir(parents=True)
    tokenizer = train_tokenizer(TEXTS, answer_format.special_tokens(), 400)
    tokenizer.save(str(path / "tokenizer.json"))
    config = VisionConfig(64, 128, (8, 1), (16, 1), (16, 1), projector=48, hidden=64)
    tower = VisionTower(config).eval()
    spread(tower, seed, 1.0)
    save_file(tower.state_dict(), path / "vision.safetensors")
    (path / "vision.json").write_text(json.dumps(config.to_json()))
    llama = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=64,
        intermediate_size=176,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=32,
        max_position_embeddings=256,
        tie_word_embeddings=tied,
        bos_token_id=0,
        eos_token_id=tokenizer.token_to_id(EOS),
        pad_token_id=None,
    )
    language = LlamaForCausalLM(llama).eval()
    spread(language, seed + 1, 1.6)
    language.save_pretrained(path / "llama")
    spec = answer_format.bundle_spec(
        "tiny",
        config.tokens,
        config.width,
        config.height,
        {"temperature": 1.0, "unsure_below_confidence": 0.0, "unsure_below_legal_mass": 0.0},
        {"made": "by a test"},
    )
    (path / "bundle_spec.json").write_text(json.dumps(spec, ensure_ascii=False))
    return path
