"""What a training leaves behind while it runs: JSON lines and a plot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class TrainingLog:
    """Appends one JSON object a line to `log.jsonl`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, **figures: Any) -> None:
        """Append one line; floats are rounded to what can matter."""
        rounded = {k: round(v, 5) if isinstance(v, float) else v for k, v in figures.items()}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(rounded, ensure_ascii=False) + "\n")

    def rows(self) -> list[dict[str, Any]]:
        """All whole lines; a line cut by a crash is left out.

        Of what was done twice, since a training went on from an earlier checkpoint, the last.
        """
        if not self.path.exists():
            return []
        rows: dict[Any, dict[str, Any]] = {}
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines()):
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue
            name = (row["stage"], row["samples"]) if "samples" in row else number
            rows.pop(name, None)  # so that it comes where it was done last
            rows[name] = row
        return list(rows.values())


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw loss and the share of right answers over samples, one panel a stage."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    stages = list(dict.fromkeys(row["stage"] for row in rows if "loss" in row))
    if not stages:
        return
    figure, axes = pyplot.subplots(1, len(stages), figsize=(6 * len(stages), 4), squeeze=False)
    for axis, stage in zip(axes[0], stages, strict=True):
        points = [row for row in rows if row["stage"] == stage and "loss" in row]
        samples = [row["samples"] for row in points]
        axis.plot(samples, [row["loss"] for row in points], label="loss", color="black")
        axis.set_xlabel("samples")
        axis.set_title(stage)
        twin = axis.twinx()
        twin.set_ylim(0, 1)
        for name in ("fact_signal", "speed_right", "path_right", "token_right"):
            shown = [(row["samples"], row[name]) for row in points if name in row]
            if shown:
                twin.plot(*zip(*shown, strict=True), label=name, linewidth=0.8)
        twin.legend(loc="center right", fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    pyplot.close(figure)
