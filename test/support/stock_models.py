"""Tiny stock models with random weights, saved as Hugging Face directories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    Qwen2Config,
    SiglipVisionConfig,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
)

from support.export_models import TEXTS, spread
from vlm_driving.training.tokenizer import BOS, EOS, train_tokenizer

HIDDEN, SIDE = 64, 56


def tokenizer(special: list[str]) -> Tokenizer:
    """A byte-level tokenizer with the family's special tokens."""
    return train_tokenizer(TEXTS, special, 420)


def _text(kind: type, vocabulary: int, *, tied: bool = False) -> Any:
    return kind(
        vocab_size=vocabulary,
        hidden_size=HIDDEN,
        intermediate_size=160,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=None,
        tie_word_embeddings=tied,
    )


def _save(path: Path, model: Any, tokens: Tokenizer, processor: dict[str, Any], seed: int) -> Any:
    spread(model, seed, 1.6)
    model.eval().save_pretrained(path)
    tokens.save(str(path / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BOS, "eos_token": EOS}
    (path / "tokenizer_config.json").write_text(json.dumps(settings))
    (path / "preprocessor_config.json").write_text(json.dumps(processor))
    return model


def llava(path: Path, text: str = "llama", seed: int = 3) -> Any:
    """LLaVA with a CLIP tower; `text` is llama or qwen2."""
    tokens = tokenizer(["<image>"])
    vocabulary = tokens.get_vocab_size()
    kind = {"llama": LlamaConfig, "qwen2": Qwen2Config}[text]
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=3,
            num_attention_heads=2,
            image_size=SIDE,
            patch_size=14,
            projection_dim=32,
        ),
        text_config=_text(kind, vocabulary),
        image_token_index=tokens.token_to_id("<image>"),
        image_seq_length=16,
        tie_word_embeddings=False,
    )
    processor = {
        "image_processor_type": "CLIPImageProcessor",
        "do_resize": True,
        "do_center_crop": True,
        "size": {"shortest_edge": SIDE},
        "crop_size": {"height": SIDE, "width": SIDE},
        "resample": 3,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.48, 0.46, 0.41],
        "image_std": [0.27, 0.26, 0.28],
    }
    return _save(path, LlavaForConditionalGeneration(config), tokens, processor, seed)


def llava_siglip(path: Path, seed: int = 5) -> Any:
    """LLaVA with a SigLIP tower (no class token) and a Llama whose head is its embedding."""
    tokens = tokenizer(["<image>"])
    config = LlavaConfig(
        vision_config=SiglipVisionConfig(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=3,
            num_attention_heads=2,
            image_size=SIDE,
            patch_size=14,
        ),
        text_config=_text(LlamaConfig, tokens.get_vocab_size(), tied=True),
        image_token_index=tokens.token_to_id("<image>"),
        image_seq_length=16,
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        tie_word_embeddings=True,
    )
    processor = {
        "image_processor_type": "SiglipImageProcessor",
        "size": {"height": SIDE, "width": SIDE},
        "resample": 3,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    return _save(path, LlavaForConditionalGeneration(config), tokens, processor, seed)


def smolvlm(path: Path, seed: int = 7) -> Any:
    """SmolVLM: SigLIP-like tower with patch mask, pixel shuffle, Llama text model."""
    tokens = tokenizer(
        [
            "<image>",
            "<fake_token_around_image>",
            "<global-img>",
            "<|im_start|>",
            "<end_of_utterance>",
        ]
    )
    config = SmolVLMConfig(
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": SIDE,
            "patch_size": 7,
        },
        text_config=_text(LlamaConfig, tokens.get_vocab_size()).to_dict(),
        image_token_id=tokens.token_to_id("<image>"),
        scale_factor=2,
        tie_word_embeddings=False,
    )
    processor = {
        "image_processor_type": "SmolVLMImageProcessor",
        "do_image_splitting": True,
        "size": {"longest_edge": 4 * SIDE},
        "max_image_size": {"longest_edge": SIDE},
        "resample": 1,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    model = _save(path, SmolVLMForConditionalGeneration(config), tokens, processor, seed)
    template = (
        "<|im_start|>{% for m in messages %}{{ m.role | capitalize }}:{% for c in m.content %}"
        "{% if c.type == 'image' %}<image>{% else %} {{ c.text }}{% endif %}{% endfor %}"
        "<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
    )
    (path / "chat_template.jinja").write_text(template)
    return model
