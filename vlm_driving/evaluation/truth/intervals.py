"""Bootstrap intervals for the frames of a drive.

Neighbouring frames show the same scene, so that single frames would make intervals far too
narrow: what is drawn are blocks of the drive, `BLOCK_S` seconds each, whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from vlm_driving.evaluation.scores.bootstrap import LEVEL, RESAMPLES, SEED, draw
from vlm_driving.evaluation.truth.judging import JudgedFrame

BLOCK_S = 5.0
FEW_BLOCKS = 10
"""With fewer an interval is no more than a hint."""

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""(..., columns) of sums over frames to (...) of one figure; nan where it has no meaning."""


def blocks_of(frames: Sequence[JudgedFrame]) -> list[int]:
    """The block of each frame, counted from 0; each camera has its own."""
    first: dict[str, int] = {}
    for frame in frames:
        report = frame.report
        first[report.camera] = min(report.stamp_ns, first.get(report.camera, report.stamp_ns))
    keys = [
        (f.report.camera, int((f.report.stamp_ns - first[f.report.camera]) // (BLOCK_S * 1e9)))
        for f in frames
    ]
    order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return [order[key] for key in keys]


def figure(
    values: npt.ArrayLike, blocks: Sequence[int], statistic: Statistic
) -> dict[str, float | int | None]:
    """A figure with its interval of 95 %, as JSON.

    Args:
        values: (frames, columns), what each frame adds.
        blocks: of each frame.
        statistic: of the columns' sums.

    Returns:
        mean, low, high and n; null where the figure has no meaning, low and high also where a
        single block leaves nothing to draw.
    """
    found: dict[str, float | int | None]
    found = {"mean": None, "low": None, "high": None, "n": len(blocks)}
    if not blocks:
        return found
    rows = np.asarray(values, dtype=np.float64)
    whole = float(statistic(rows.sum(axis=0)))
    found["mean"] = _rounded(whole)
    count = max(blocks) + 1
    if count < 2 or np.isnan(whole):
        return found
    sums = np.zeros((count, rows.shape[1]))
    np.add.at(sums, np.asarray(blocks), rows)
    drawn = np.stack([sample.resampled for sample in draw(*sums.T.tolist())], axis=1) * count
    ordered = np.sort(statistic(drawn))
    ordered = ordered[~np.isnan(ordered)]
    if len(ordered):
        outside = int(len(ordered) * (1 - LEVEL) / 2)
        found["low"] = _rounded(float(ordered[outside]))
        found["high"] = _rounded(float(ordered[len(ordered) - 1 - outside]))
    return found


def describe(blocks: Sequence[int]) -> dict[str, float | int]:
    """How intervals were drawn."""
    return {
        "seed": SEED,
        "resamples": RESAMPLES,
        "level": LEVEL,
        "block_s": BLOCK_S,
        "blocks": max(blocks, default=-1) + 1,
    }


def mean(sums: Floats) -> Floats:
    """Of the columns total and count."""
    return ratio(sums[..., 0], sums[..., 1])


def ratio(part: Floats, whole: Floats) -> Floats:
    """`part` of `whole`; nan of nothing."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 3)
