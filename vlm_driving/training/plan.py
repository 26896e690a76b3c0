"""The settings of a whole training, and the note of them that guards its directory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from vlm_driving import simulator
from vlm_driving.core import UserError
from vlm_driving.training.counts import SCENE_COUNTS
from vlm_driving.training.stage import write_atomically
from vlm_driving.training.vision import VisionConfig


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """A whole training.

    Attributes:
        out: directory for checkpoints, log and the exportable checkpoint.
        seed: of the scenes and the initial weights.
        encoder_samples: scenes for the encoder with its dense heads.
        words_samples: scenes for the decoder on text alone.
        joint_samples: scenes for both together.
        asked: questions a scene beside the report.
        calibration_scenes: held-out scenes that fit temperature and threshold.
        tokenizer_scenes: held-out scenes whose words train the tokenizer.
        vocabulary: most tokens of the tokenizer.
        layers: of the decoder.
        workers: processes that render scenes.
        checkpoint_s: seconds between checkpoints.
    """

    out: Path
    seed: int = 1
    encoder_samples: int = SCENE_COUNTS["encoder_samples"]
    words_samples: int = SCENE_COUNTS["words_samples"]
    joint_samples: int = SCENE_COUNTS["joint_samples"]
    asked: int = 2
    calibration_scenes: int = SCENE_COUNTS["calibration_scenes"]
    tokenizer_scenes: int = SCENE_COUNTS["tokenizer_scenes"]
    vocabulary: int = 2048
    layers: int = 4
    batch: int = 32
    workers: int = 2
    device: str = "cpu"
    checkpoint_s: float = 60.0
    vision: VisionConfig = VisionConfig()


WHERE_AND_HOW = ("out", "workers", "device", "checkpoint_s")
"""Settings that change nothing of what is learned."""


def note_plan(plan: TrainPlan) -> None:
    """Write `plan.json`, or check that the training in `plan.out` is the one that goes on.

    Raises:
        UserError: if another plan began there, or the directory cannot be written.
    """
    fixed = {k: v for k, v in asdict(plan).items() if k not in WHERE_AND_HOW}
    fixed["simulator"] = simulator_digest()
    text = json.dumps(fixed, indent=1) + "\n"
    path = plan.out / "plan.json"
    try:
        plan.out.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_atomically(text, path)
        begun = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise UserError(f"{path} cannot be used ({error}): give another --out.") from error
    changed = sorted(k for k, v in json.loads(text).items() if begun.get(k) != v)
    if changed:
        raise UserError(
            f"{plan.out} holds a training with another {', '.join(changed)}: "
            "go on with the same settings, or give another --out."
        )


def simulator_digest() -> str:
    """Names the world that scenes come from: its source files, hashed."""
    digest = hashlib.sha256()
    root = Path(simulator.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]
