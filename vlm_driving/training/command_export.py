"""`vlm-driving export`: a checkpoint, a stock model or a directory of ONNX graphs to a bundle."""

from __future__ import annotations

import argparse
from pathlib import Path

from vlm_driving.core import UserError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `vlm-driving export`."""
    parser.description = (
        "Make a checked model bundle. SRC is a Hugging Face directory (LLaVA, SmolVLM, "
        "Idefics3), a directory of ONNX graphs as the ONNX community ships them, or a checkpoint "
        "of `vlm-driving train`."
    )
    parser.add_argument("source", metavar="SRC", type=Path)
    parser.add_argument("--out", metavar="BUNDLE", type=Path, required=True)
    parser.add_argument(
        "--precision",
        choices=("fp32", "int8", "int4"),
        default="int8",
        help="of the decoder's weights (default: int8)",
    )
    parser.add_argument(
        "--accuracy-level",
        type=int,
        choices=(0, 1, 2, 3, 4),
        default=4,
        metavar="N",
        help="4: activations in int8, fast (default); 1: in float32, the same on every machine",
    )
    parser.add_argument(
        "--vision-precision",
        choices=("fp32", "fp16"),
        default="fp32",
        help="fp16: weights at half the size, computed in fp32 (default: fp32)",
    )
    parser.add_argument("--name", help="name of the model in reports (default: SRC's)")
    parser.add_argument("--licence", help="of the weights (default: what SRC's README.md says)")
    parser.add_argument(
        "--max-length",
        type=int,
        metavar="N",
        help="tokens of prompt and answer together (default: image tokens + 512)",
    )
    parser.add_argument(
        "--decoder",
        choices=("auto", "gqa", "concat"),
        default="auto",
        help="gqa: fused, one key-value buffer; concat: for text models that cannot be fused",
    )


def run(args: argparse.Namespace) -> int:
    """Export and return 0. Raises UserError for what the user can mend."""
    from vlm_driving.training.export.needs import require

    if not args.source.is_dir():
        raise UserError(f"there is no directory {args.source}; name the model's directory.")
    if args.out.exists():
        raise UserError(f"{args.out} exists already; choose another --out or remove it first.")
    require("onnx", "onnxruntime")
    if (args.source / "bundle_spec.json").is_file():
        _export_own(args)
    else:
        _export_foreign(args)
    return 0


def _export_own(args: argparse.Namespace) -> None:
    """A checkpoint of our own training."""
    from vlm_driving.training.export.needs import require

    if args.max_length is not None or args.licence is not None or args.decoder == "concat":
        raise UserError(
            "--max-length, --licence and --decoder concat are for models made elsewhere; "
            "a checkpoint of `vlm-driving train` fixes them, so leave them out."
        )
    require("torch", "transformers", "safetensors", "onnxscript", "onnxruntime_genai")
    from vlm_driving.training.export.own import export_own

    export_own(
        args.source,
        args.out,
        decoder_precision=args.precision,
        accuracy_level=args.accuracy_level,
        vision_precision=args.vision_precision,
        name=args.name,
    )


def _export_foreign(args: argparse.Namespace) -> None:
    """A stock model or downloaded graphs."""
    from vlm_driving.training.export.foreign import ForeignOptions, export_foreign

    options = ForeignOptions(
        name=args.name,
        precision=args.precision,
        accuracy_level=args.accuracy_level,
        max_length=args.max_length,
        decoder=args.decoder,
        vision_precision=args.vision_precision,
        licence=args.licence,
    )
    export_foreign(args.source, args.out, options)
