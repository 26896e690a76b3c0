"""Default Japanese prompts and advice labels for a model that was never trained for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from vlm_driving.core import UserError
from vlm_driving.runtime.tokenizer import BundleTokenizer

TASK = (
    "これは走行中の車の前方カメラの画像です。慎重な運転者として、速度(維持・加速・減速・停止)と"
    "進路(維持・左に寄る・右に寄る)を選び、助言と状況を日本語で短く述べてください。"
)
EGO, EGO_UNKNOWN = "車速{speed_kmh}km/h。", "車速不明。"

JAPANESE = (
    {"KEEP": "維持", "ACCELERATE": "加速", "DECELERATE": "減速", "STOP": "停止"},
    {"KEEP": "維持", "SHIFT_LEFT": "左に寄る", "SHIFT_RIGHT": "右に寄る"},
)
ENGLISH = (
    {"KEEP": "keep", "ACCELERATE": "accelerate", "DECELERATE": "slow down", "STOP": "stop"},
    {"KEEP": "keep", "SHIFT_LEFT": "left", "SHIFT_RIGHT": "right"},
)
"""For a tokenizer that has no tokens for the Japanese ones."""

ADVICE_CAP, DESCRIPTION_CAP = 48, 64


@dataclass(frozen=True, slots=True)
class ChatForm:
    """The text that a model's chat format puts around an image and one request."""

    before_image: str
    after_image: str
    after_request: str
    end: str


DEFAULT_FORMS = {
    "llava": ChatForm("USER: ", "\n", " ASSISTANT:", "</s>"),
    "idefics3": ChatForm(
        "<|im_start|>User:", "", "<end_of_utterance>\nAssistant:", "<end_of_utterance>"
    ),
}
DEFAULT_FORMS["smolvlm"] = DEFAULT_FORMS["idefics3"]

_WHOLE_IMAGE = ("<fake_token_around_image><global-img>", "<fake_token_around_image>")
IMAGE_MARKS = {"idefics3": _WHOLE_IMAGE, "smolvlm": _WHOLE_IMAGE}
"""What stands around the tokens of an image that is not split."""


def chat_form(source: Path, image_token: str, fallback: ChatForm) -> ChatForm:
    """The chat format of a model directory, from its template; `fallback` where it has none."""
    template, settings = _template(source)
    if template is None:
        return fallback
    request = "@REQUEST@"
    content = [{"type": "image"}, {"type": "text", "text": request}]
    try:
        text = _render(template, [{"role": "user", "content": content}], settings)
    except Exception:  # a template is a program of somebody else's: any error may come out
        return fallback
    before, image, rest = text.partition(image_token)
    after, found, end = rest.partition(request)
    if not image or not found:
        return fallback
    return ChatForm(before, after, end, fallback.end)


def begin_token(tokenizer_json: Path) -> str:
    """The token that the tokenizer puts before a text by itself, or nothing."""
    tokenizer = Tokenizer.from_file(str(tokenizer_json))
    plain = tokenizer.encode("a", add_special_tokens=False).ids
    full = tokenizer.encode("a", add_special_tokens=True).ids
    if len(full) > len(plain) and full[0] != plain[0]:
        return str(tokenizer.id_to_token(full[0]))
    return ""


def end_tokens(source: Path, config: Mapping[str, Any], default: str) -> tuple[str, ...]:
    """The tokens with which the model ends an answer, the likeliest first.

    Raises UserError when none that the directory names is a token of its tokenizer.
    """
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    _, settings = _template(source)
    generation = _json(source / "generation_config.json")
    names = [_content(settings.get("eos_token"))]
    for place in (generation, config.get("text_config") or {}, config):
        ids = place.get("eos_token_id")
        for number in ids if isinstance(ids, list) else [ids]:
            if isinstance(number, int):
                names.append(tokenizer.id_to_token(number) or "")
    known = {name: None for name in names if name and tokenizer.token_to_id(name) is not None}
    if not known and tokenizer.token_to_id(default) is not None:
        known = {default: None}
    if not known:
        raise UserError(
            f"{source}: no end-of-answer token is known to its tokenizer; "
            f"name it as eos_token in tokenizer_config.json."
        )
    return tuple(known)


def _template(source: Path) -> tuple[str | None, Mapping[str, Any]]:
    """The chat template and the tokenizer's settings (special tokens)."""
    settings: dict[str, Any] = {}
    for name in ("tokenizer_config.json", "chat_template.json"):
        settings |= _json(source / name)
    file = source / "chat_template.jinja"
    template = file.read_text(encoding="utf-8") if file.is_file() else settings.get("chat_template")
    return (template if isinstance(template, str) else None), settings


def _json(path: Path) -> dict[str, Any]:
    """A JSON object, empty where the file is missing or is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _content(token: Any) -> str:
    """Text of a special token, which is written as a string or as an object."""
    return str(token.get("content", "")) if isinstance(token, Mapping) else str(token or "")


def _render(template: str, messages: list[dict[str, Any]], settings: Mapping[str, Any]) -> str:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        messages=messages,
        add_generation_prompt=True,
        bos_token=_content(settings.get("bos_token")),
        eos_token=_content(settings.get("eos_token")),
    )


def grammar(tokenizer: BundleTokenizer, source: Path) -> dict[str, Any]:
    """Speed and path as text labels; hazards are left out, prose may name them.

    Japanese labels where the tokenizer can write them, English ones where not.
    Raises UserError when neither can be told apart token by token.
    """
    for (speed, path), (speed_lead, path_lead) in (
        (JAPANESE, ("速度:", " 進路:")),
        (ENGLISH, ("speed: ", ", path: ")),
    ):
        if _tell_apart(tokenizer, speed) and _tell_apart(tokenizer, path):
            return {
                "speed": {"lead": speed_lead, "labels": dict(speed)},
                "path": {"lead": path_lead, "labels": dict(path)},
                "hazards": None,
            }
    raise UserError(
        f"{source}: its tokenizer writes two advice labels with the same tokens, so they cannot "
        f"be told apart; use a model whose tokenizer knows Japanese or English."
    )


def _tell_apart(tokenizer: BundleTokenizer, labels: Mapping[str, str]) -> bool:
    """Whether every label survives the tokenizer and none begins another one."""
    coded = [tokenizer.encode(text) for text in labels.values()]
    for ids, text in zip(coded, labels.values(), strict=True):
        if not ids or tokenizer.decode(ids).strip() != text:
            return False
    return not any(a is not b and b[: len(a)] == a for a in coded for b in coded)


def sections(tokenizer: BundleTokenizer, ends: Sequence[str]) -> list[dict[str, Any]]:
    """Advice, then description, each to one of the model's end tokens or its line's end."""
    ends = ["\n", *ends] if len(tokenizer.encode("\n")) == 1 else list(ends)
    return [
        {"name": "advice_ja", "lead": "\n助言:", "end": ends, "max_tokens": ADVICE_CAP},
        {"name": "description_ja", "lead": "状況:", "end": ends, "max_tokens": DESCRIPTION_CAP},
    ]
