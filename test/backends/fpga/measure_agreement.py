"""How far fpga-sim and onnx-cpu agree on a bundle: the table in docs/fpga.md.

python test/backends/fpga/measure_agreement.py --scenes 90
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from vlm_driving.backends.fpga import open_fpga_sim
from vlm_driving.backends.onnx import open_runner
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.events import AdviceDecoded, Sentence
from vlm_driving.runtime.preprocess import preprocess
from vlm_driving.runtime.runner import Runner
from vlm_driving.simulator import render, sample_scene

SPEED_KMH = 40.0


class Watched:
    """A runner whose prompt, the first tokens after rewinding, and its logits are kept."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.prompt = np.empty(0, np.float32)
        self.prompt_at = 0
        self.prompt_logits = np.empty(0, np.float32)
        self._rewound = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)

    def rewind(self, length: int) -> None:
        self._rewound = True
        self._runner.rewind(length)

    def extend(self, embeds: np.ndarray) -> np.ndarray:
        start = self._runner.length
        logits = self._runner.extend(embeds).copy()
        if self._rewound:
            self.prompt, self.prompt_at, self.prompt_logits = embeds.copy(), start, logits
        self._rewound = False
        return logits

    def prompted_by(self, other: Watched) -> np.ndarray:
        """The logits after the prompt of `other`, with its image tokens."""
        self._runner.rewind(other.prompt_at)
        return self._runner.extend(other.prompt).copy()


def answer(engine: Engine, runner: Watched, picture: np.ndarray) -> dict[str, Any]:
    """What is compared of one answer."""
    events = list(engine.answer(picture, SPEED_KMH))
    said = next(event for event in events if isinstance(event, AdviceDecoded))
    advice = said.advice
    return {
        "speed_and_path": (advice.speed, advice.path),
        "and_hazards": (advice.speed, advice.path, advice.hazards),
        "unsure": said.unsure,
        "text": [event.text for event in events if isinstance(event, Sentence)],
        "confidence": advice.confidence,
        "logits": runner.prompt_logits,
    }


def measure(bundle: ModelBundle, scenes: int, seed: int) -> dict[str, Any]:
    """Counts and differences, of fpga-sim and of fp32 activations, against onnx-cpu."""
    cpu = Watched(open_runner(bundle, threads=1))
    exact = Watched(open_runner(bundle, threads=1, accuracy_level=1))
    same: dict[str, Counter[str]] = {"fpga-sim": Counter(), "cpu-fp32": Counter()}
    apart: dict[str, list[tuple[float, float]]] = {name: [] for name in same}
    features: list[float] = []
    halves: dict[str, list[float]] = {"encoder": [], "decoder": []}
    with open_fpga_sim(bundle) as opened:
        sim = Watched(opened)
        runners = {"fpga-sim": sim, "cpu-fp32": exact, "onnx-cpu": cpu}
        engines = {name: Engine(bundle, runner) for name, runner in runners.items()}
        for index in range(scenes):
            picture = render(sample_scene(seed, index)).image
            said = {name: answer(engines[name], runners[name], picture) for name in engines}
            truth = said.pop("onnx-cpu")
            for name, other in said.items():
                for key in ("speed_and_path", "and_hazards", "unsure", "text"):
                    same[name][key] += other[key] == truth[key]
                logits = float(np.abs(other["logits"] - truth["logits"]).max())
                apart[name].append((logits, abs(other["confidence"] - truth["confidence"])))
            right = cpu.prompt_logits
            halves["encoder"].append(float(np.abs(cpu.prompted_by(sim) - right).max()))
            halves["decoder"].append(float(np.abs(sim.prompted_by(cpu) - right).max()))
            pixels = preprocess(picture, bundle.preprocess)
            tokens = cpu.encode(pixels).copy()
            error = np.linalg.norm(sim.encode(pixels) - tokens) / np.linalg.norm(tokens)
            features.append(float(error))
    figures: dict[str, Any] = {"model": bundle.name, "scenes": scenes, "seed": seed}
    for name, counts in same.items():
        logits, confidence = np.array(apart[name]).T
        figures[name] = {
            **counts,
            "logit_difference_max": round(float(logits.max()), 4),
            "logit_difference_mean": round(float(logits.mean()), 4),
            "confidence_difference_max": round(float(confidence.max()), 4),
        }
    for half, values in halves.items():
        figures[f"fpga-sim {half} alone"] = {
            "logit_difference_max": round(max(values), 4),
            "logit_difference_mean": round(sum(values) / len(values), 4),
        }
    figures["image_tokens_relative_error_max"] = round(max(features), 4)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/driving-ja"))
    parser.add_argument("--scenes", type=int, default=90)
    parser.add_argument("--seed", type=int, default=77)
    options = parser.parse_args()
    print(json.dumps(measure(ModelBundle.load(options.model), options.scenes, options.seed)))


if __name__ == "__main__":
    main()
