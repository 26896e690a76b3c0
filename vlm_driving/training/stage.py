"""One training stage: schedule in samples, progress, log, checkpoints that resume."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vlm_driving.core import UserError
from vlm_driving.training.data import Batch
from vlm_driving.training.optimizer import Learner, Optimizers
from vlm_driving.training.progress_log import TrainingLog


@dataclass(frozen=True, slots=True)
class StagePlan:
    """What one stage does.

    Attributes:
        name: as it stands in the log and in checkpoints.
        samples: scenes to train on.
        peak_rate: highest learning rate (see `optimizer.Optimizers`).
        batch: scenes a step.
        checkpoint_s: seconds between checkpoints.
    """

    name: str
    samples: int
    peak_rate: float
    batch: int = 32
    weight_decay: float = 0.02
    checkpoint_s: float = 60.0

    @property
    def steps(self) -> int:
        """Optimizer steps."""
        return self.samples // self.batch


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over the first 3 %, then half a cosine down to 1 % of the peak."""
    warm = max(1, steps * 3 // 100)
    if step < warm:
        return peak * (step + 1) / warm
    turn = (step - warm) / max(1, steps - warm)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * turn)))


def save_atomically(state: dict[str, Any], path: Path) -> None:
    """Write a checkpoint so that a crash leaves the old one or the new one, whole.

    Raises:
        UserError: if it cannot be written, as on a full disk; the old one stays.
    """
    partial = path.with_suffix(".partial")
    try:
        torch.save(state, partial)
        os.replace(partial, path)
    except (OSError, RuntimeError) as error:  # torch's own writer raises RuntimeError
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise UserError(
            f"The checkpoint {path} cannot be written ({_first_line(error)}): make room and call "
            "the same command again, it goes on from the last whole checkpoint."
        ) from error


def load_checkpoint(path: Path, model: nn.Module) -> dict[str, Any]:
    """Read a checkpoint into `model`; returns its state.

    Raises:
        UserError: if it is damaged, or belongs to a model of other sizes.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict(state["model"])
    except Exception as error:  # pickle, zip and torch each raise their own
        raise _does_not_fit(path, error) from error
    return state


def _does_not_fit(path: Path, error: Exception) -> UserError:
    return UserError(
        f"The checkpoint {path} does not fit this training ({_first_line(error)}): "
        "remove it to begin its stage anew, or give another --out."
    )


def _first_line(error: Exception) -> str:
    """What went wrong, without torch's stack."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error) or type(error).__name__).splitlines()[0]


def write_atomically(text: str, path: Path) -> None:
    """Write a small file so that a crash leaves none or a whole one."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def run_stage(
    plan: StagePlan,
    learners: Sequence[Learner],
    model: nn.Module,
    loss_of: Callable[[Batch], tuple[Tensor, dict[str, float]]],
    batches_from: Callable[[int, int], Iterator[Batch]],
    out: Path,
    log: TrainingLog,
    report: Callable[[str, int, int, dict[str, float]], None],
) -> None:
    """Train `model` for one stage, going on from its checkpoint when there is one.

    `loss_of` gives the loss and figures of a batch; `batches_from(first, last)` yields
    the stage's batches; `report(stage, samples, total, figures)` shows progress.
    """
    checkpoint = out / f"{plan.name}.pt"
    optimizers = Optimizers(learners, plan.weight_decay)
    first = 0
    if checkpoint.exists():
        state = load_checkpoint(checkpoint, model)
        first = state["step"]
        if first < plan.steps:
            try:
                optimizers.load_state_dict(state["optimizer"])
            except ValueError as error:
                raise _does_not_fit(checkpoint, error) from error
    if first >= plan.steps:
        return
    saved = time.monotonic()
    sums: dict[str, float] = {}
    since = 0
    began, began_step = time.monotonic(), first
    for step, batch in enumerate(batches_from(first, plan.steps), start=first):
        loss, figures = loss_of(batch)
        if not math.isfinite(float(loss.detach())):
            raise UserError(
                f"Stage {plan.name} has come apart at scene {step * plan.batch}: its loss is "
                f"{float(loss.detach())}: train with another --seed in another --out."
            )
        optimizers.zero_grad()
        loss.backward()
        optimizers.step(learning_rate(step, plan.steps, plan.peak_rate))
        figures["loss"] = float(loss.detach())
        for name, value in figures.items():
            sums[name] = sums.get(name, 0.0) + value
        since += 1
        done = step + 1
        if done % 25 == 0 or done == plan.steps:
            mean = {name: value / since for name, value in sums.items()}
            mean["samples_per_s"] = (done - began_step) * plan.batch / (time.monotonic() - began)
            log.write(stage=plan.name, samples=done * plan.batch, **mean)
            report(plan.name, done * plan.batch, plan.steps * plan.batch, mean)
            sums, since = {}, 0
        if time.monotonic() - saved > plan.checkpoint_s or done == plan.steps:
            finished = done == plan.steps
            save_atomically(
                {
                    "model": model.state_dict(),
                    "step": done,
                    # A finished stage never goes on: its optimizer would be dead weight.
                    "optimizer": {} if finished else optimizers.state_dict(),
                },
                checkpoint,
            )
            saved = time.monotonic()
