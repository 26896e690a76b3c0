"""A checked bundle from a model that was trained elsewhere."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import seal_bundle
from vlm_driving.runtime.tokenizer import BundleTokenizer
from vlm_driving.training.export import community, prompts
from vlm_driving.training.export.matmul_nbits import check_precision
from vlm_driving.training.export.needs import Say, require, say_stderr
from vlm_driving.training.export.processor import preprocess_spec, read_processor
from vlm_driving.training.export.proof import count_image_tokens, prove
from vlm_driving.training.export.writer import new_directory, read_json, write_json

_KEPT = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "generation_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "chat_template.jinja",
    "chat_template.json",
)
_LEAST_LENGTH = 512


@dataclass(frozen=True, slots=True)
class ForeignOptions:
    """What a user may say about an export.

    Attributes:
        name: of the bundle; None takes the directory's.
        precision: fp32, int8 or int4 of the decoder.
        accuracy_level: of a quantized decoder that we make.
        max_length: tokens of prompt and answer together; None takes what they need.
        decoder: auto, gqa or concat.
        vision_precision: fp32 or fp16, of a vision encoder that we make.
        licence: of the weights; None takes what the README's header says.
    """

    name: str | None = None
    precision: str = "int8"
    accuracy_level: int = 4
    max_length: int | None = None
    decoder: str = "auto"
    vision_precision: str = "fp32"
    licence: str | None = None


def export_foreign(
    source: Path, out_dir: Path, options: ForeignOptions, say: Say = say_stderr
) -> Path:
    """Write a bundle from a Hugging Face or ONNX-community directory; returns `out_dir`.

    The bundle is loaded and answers one image before it takes its name.

    Raises:
        UserError: for a directory that is incomplete or of an unknown architecture, labels
            that its tokenizer cannot tell apart, or a graph that the runtime refuses.
    """
    check_precision(options.precision, options.accuracy_level)
    if options.max_length is not None and options.max_length < 1:
        raise UserError(f"--max-length is a positive number of tokens, got {options.max_length}.")
    for name in ("config.json", "tokenizer.json"):
        if not (source / name).is_file():
            raise UserError(
                f"{source}: {name} is missing; fetch it from where the model came from"
                + (
                    ", or make it with transformers: "
                    "`AutoTokenizer.from_pretrained(SRC).save_pretrained(SRC)`."
                    if name == "tokenizer.json"
                    else "."
                )
            )
    config = read_json(source / "config.json")
    with new_directory(out_dir) as work:
        for name in _KEPT:
            if (source / name).is_file():
                shutil.copy(source / name, work / name)
        graphs = _graphs(source, work, config, options, say)
        spec = _spec(source, config, graphs, options)
        needed = graphs.image_tokens + _LEAST_LENGTH
        config.pop("_name_or_path", None)  # a path of the machine that saved it
        write_json(work / "config.json", with_max_length(config, options.max_length or needed))
        bundle = seal_bundle(work, spec)
        say("asking the bundle about a test image ...")
        say(f"it answered: {prove(bundle)}")
    say(f"wrote {out_dir}")
    return out_dir


@dataclass(frozen=True, slots=True)
class _Graphs:
    entries: dict[str, dict[str, str]]
    image_tokens: int
    preprocess: dict[str, Any]
    note: dict[str, Any]


def _graphs(
    source: Path, work: Path, config: dict[str, Any], options: ForeignOptions, say: Say
) -> _Graphs:
    """Make or copy the three graphs."""
    settings = read_processor(source)
    declared = (config.get("vision_config") or {}).get("image_size", 224)
    if community.is_community_directory(source):
        require("onnx", "onnxruntime")
        entries = community.choose_graphs(source, options.precision)
        side = community.image_size_of(source, entries["vision_encoder"]["file"]) or declared
        preprocess = preprocess_spec(settings, source, side)
        say("copying graphs ...")
        community.copy_graphs(source, work, (e["file"] for e in entries.values()), say)
        tokens = count_image_tokens(work / entries["vision_encoder"]["file"], preprocess)
        return _Graphs(entries, tokens, preprocess, {"method": "as downloaded"})
    require("torch", "transformers", "onnx", "onnxscript")
    from vlm_driving.training.export import stock

    preprocess = preprocess_spec(settings, source, declared)
    if preprocess["width"] != preprocess["height"]:
        raise UserError(f"{source}: its image processor gives no square, which is not supported.")
    made = stock.write_graphs(
        source,
        work,
        image_side=preprocess["width"],
        precision=options.precision,
        accuracy_level=options.accuracy_level,
        decoder=options.decoder,
        vision_precision=options.vision_precision,
        say=say,
    )
    return _Graphs(made.entries, made.image_tokens, preprocess, made.note)


def _spec(
    source: Path, config: dict[str, Any], graphs: _Graphs, options: ForeignOptions
) -> dict[str, Any]:
    """bundle.json without the checksums."""
    tokenizer = BundleTokenizer(source / "tokenizer.json")
    kind = str(config.get("model_type", ""))
    form = _form(source, config, kind)
    ends = prompts.end_tokens(source, config, form.end)
    return {
        "schema": "vlm_driving/bundle/1",
        "name": options.name or source.resolve().name,
        "licence": options.licence or _licence(source),
        "provenance": {
            "source": source.resolve().name,
            "model_type": kind,
            "quantization": graphs.note,
            "prompts": "defaults; the model was not trained for them",
        },
        "graphs": graphs.entries,
        "preprocess": graphs.preprocess,
        "image_tokens": graphs.image_tokens,
        "prompts": {
            "prefix": form.before_image,
            "suffix": form.after_image,
            "ego": prompts.EGO,
            "ego_unknown": prompts.EGO_UNKNOWN,
            "task": prompts.TASK + form.after_request,
        },
        "grammar": prompts.grammar(tokenizer, source),
        "sections": prompts.sections(tokenizer, ends),
        "end_tokens": list(ends),
        "normalization": "none",
        "calibration": {
            "temperature": 1.0,
            "unsure_below_confidence": 0.0,
            "unsure_below_legal_mass": 0.0,
        },
    }


def _form(source: Path, config: dict[str, Any], kind: str) -> prompts.ChatForm:
    """The chat format, with the tokens that the model wants before everything and around images."""
    default = prompts.DEFAULT_FORMS.get(kind, prompts.DEFAULT_FORMS["llava"])
    form = prompts.chat_form(source, "<image>", default)
    if kind in prompts.IMAGE_MARKS:
        before, after = prompts.IMAGE_MARKS[kind]
        form = replace(
            form, before_image=form.before_image + before, after_image=after + form.after_image
        )
    first = prompts.begin_token(source / "tokenizer.json")
    if first and not form.before_image.startswith(first):
        form = replace(form, before_image=first + form.before_image)
    return form


def with_max_length(config: dict[str, Any], max_length: int) -> dict[str, Any]:
    """The configuration with at most `max_length` positions: so long is the runtime's cache."""
    text = config.get("text_config")
    key = "max_position_embeddings"
    if isinstance(text, dict):
        length = min(max_length, text.get(key, max_length))
        return {**config, "text_config": {**text, key: length}}
    return {**config, key: min(max_length, config.get(key, max_length))}


def _licence(source: Path) -> str:
    """What the model card's header says."""
    try:
        card = (source / "README.md").read_text(encoding="utf-8")
    except OSError:
        return "unknown: see where the model came from"
    found = re.search(r"(?m)^license:[ \t]*['\"]?([\w.\-]+)", card)
    return found.group(1) if found else "unknown: see where the model came from"
