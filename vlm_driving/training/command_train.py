"""`vlm-driving train`: from nothing to a bundle in one command."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.exam import command as examination
from vlm_driving.exam.command import MOST_WORKERS
from vlm_driving.exam.seeds import MOST_SEED
from vlm_driving.training.counts import SCENE_COUNTS
from vlm_driving.training.export.needs import require

DEFAULT_NAME = "driving-ja"
MOST_SCENES = 10**9
_NEEDED = (
    *("torch", "transformers", "tokenizers", "safetensors", "matplotlib"),
    *("onnx", "onnxruntime", "onnxscript", "onnxruntime_genai"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.description = (
        "Train the project's own model on simulated scenes and export it as a bundle. "
        "Called again with the same --out, it goes on where it stopped."
    )
    parser.add_argument("--out", type=Path, help="directory of the training")
    parser.add_argument("--bundle", type=Path, help="where the bundle goes (default: OUT/bundle)")
    parser.add_argument("--name", default=DEFAULT_NAME, help="name of the model")
    parser.add_argument("--seed", type=int, help="seed of scenes and weights (default 1)")
    for name, count in SCENE_COUNTS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=count, metavar="N")
    parser.add_argument("--precision", default="int8", choices=("fp32", "int8", "int4"))
    parser.add_argument("--accuracy-level", type=int, default=4, choices=(1, 4))
    parser.add_argument("--workers", type=int, default=2, help="processes that render scenes")
    parser.add_argument("--threads", type=int, default=0, help="threads of torch (0: all cores)")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    examination.configure(parser)


def run(args: argparse.Namespace) -> int:
    """Train, calibrate, export; or examine a bundle. Returns the exit code."""
    if examination.is_wanted(args):
        return examination.run(args)
    if args.out is None:
        raise UserError("There is nowhere to train: give --out DIR, or --evaluate BUNDLE.")
    args.seed = 1 if args.seed is None else args.seed
    for name in SCENE_COUNTS:
        if getattr(args, name) < 64:
            raise UserError(
                f"--{name.replace('_', '-')} is {getattr(args, name)}: give at least 64 scenes."
            )
        if getattr(args, name) > MOST_SCENES:
            raise UserError(
                f"--{name.replace('_', '-')} is {getattr(args, name)}: give at most "
                f"{MOST_SCENES} scenes."
            )
    most = {"seed": MOST_SEED, "workers": MOST_WORKERS, "threads": MOST_WORKERS}
    for name, bound in most.items():
        if getattr(args, name) < 0:
            raise UserError(f"--{name} is {getattr(args, name)}: give 0 or more.")
        if getattr(args, name) > bound:
            raise UserError(f"--{name} is {getattr(args, name)}: give {bound} or less.")
    bundle = args.bundle or args.out / "bundle"
    if bundle.exists():
        raise UserError(
            f"The bundle directory {bundle} exists already: remove it or give another --bundle."
        )
    # What the last step needs is asked for before hours are spent on the first.
    require(*_NEEDED)
    # Threads that spin while they wait take the cores from the renderers: 2.5 times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    import transformers

    from vlm_driving.training.plan import TrainPlan
    from vlm_driving.training.train import train

    transformers.logging.set_verbosity_error()
    if args.device == "cuda" and not torch.cuda.is_available():
        raise UserError("No CUDA device answers here: leave --device out to train on the CPU.")
    torch.set_num_threads(args.threads or os.cpu_count() or 1)
    plan = TrainPlan(
        out=args.out,
        seed=args.seed,
        workers=args.workers,
        device=args.device,
        **{name: getattr(args, name) for name in SCENE_COUNTS},
    )
    record = {
        "seed": plan.seed,
        "scenes": {
            "encoder": plan.encoder_samples,
            "words": plan.words_samples,
            "joint": plan.joint_samples,
            "calibration": plan.calibration_scenes,
        },
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    began = time.monotonic()
    with TrainingProgress() as report:
        calibration = train(plan, report)
    record["calibration"] = {
        "temperature": round(calibration.temperature, 4),
        "speed_right": round(calibration.speed_right, 4),
        "path_right": round(calibration.path_right, 4),
        "unsure_share": round(calibration.unsure_share, 4),
    }
    export(plan.out / "checkpoint", bundle, args, plan, calibration, record)
    print(
        json.dumps(
            {"bundle": str(bundle), "wall_s": round(time.monotonic() - began, 1), **record},
            ensure_ascii=False,
        )
    )
    return 0


def export(
    checkpoint: Path,
    bundle: Path,
    args: argparse.Namespace,
    plan: Any,
    calibration: Any,
    record: dict[str, Any],
) -> None:
    """Write `bundle_spec.json` into the checkpoint and make the bundle."""
    from vlm_driving.training.answer_format import bundle_spec
    from vlm_driving.training.export.own import export_own

    spec = bundle_spec(
        name=args.name,
        image_tokens=plan.vision.tokens,
        width=plan.vision.width,
        height=plan.vision.height,
        calibration={
            "temperature": round(calibration.temperature, 4),
            "unsure_below_confidence": round(calibration.unsure_below_confidence, 4),
            "unsure_below_legal_mass": 0.5,
            "bias": calibration.bias,
        },
        provenance={"trained_by": "vlm-driving train", **record},
    )
    path = checkpoint / "bundle_spec.json"
    path.write_text(json.dumps(spec, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    export_own(
        checkpoint,
        bundle,
        decoder_precision=args.precision,
        accuracy_level=args.accuracy_level,
    )


class TrainingProgress:
    """A progress bar a stage on a terminal, a line every half minute elsewhere."""

    def __enter__(self) -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = Console(stderr=True)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} scenes"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}"),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.tasks: dict[str, Any] = {}
        self.last_line = 0.0
        self.progress.start()
        return self.report

    def report(self, stage: str, samples: int, total: int, figures: dict[str, float]) -> None:
        """Show where the stage stands."""
        names = ("loss", "fact_signal", "speed_right", "path_right", "samples_per_s")
        text = " ".join(f"{n} {figures[n]:.3g}" for n in names if n in figures)
        if stage not in self.tasks:
            self.tasks[stage] = self.progress.add_task(stage, total=total, figures="")
        self.progress.update(self.tasks[stage], completed=samples, figures=text)
        now = time.monotonic()
        if not self.console.is_terminal and now - self.last_line > 30:
            self.console.print(f"{stage}: {samples}/{total} scenes, {text}", soft_wrap=True)
            self.last_line = now

    def __exit__(self, *_: object) -> None:
        self.progress.stop()
