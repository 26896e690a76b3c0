"""Questions, scores and truth of a made-up run, as the commands of a real one write them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vlm_driving.core import PathAdvice, SceneReport, SpeedAdvice

CATEGORIES = ("conv", "detail", "complex")
IMAGE_CATEGORIES = ("市街地", "高速道路", "住宅街", "夜間", "雨")
_ASKED = {
    "conv": ("信号は何色ですか？", "赤色です。", "青色です。"),
    "detail": (
        "この場面を説明してください。",
        "昼間の市街地で、前方に赤信号があります。",
        "雨の夜道です。",
    ),
    "complex": (
        "次に何に注意すべきですか？",
        "左の歩行者が渡り始めるおそれがあるので、減速して備えます。",
        "特に注意することはありません。",
    ),
}


def asked_frames(frames: int, questions: int) -> list[int]:
    """The frames that are asked about, from the first to the last; none without frames."""
    if not frames:
        return []
    return [round(i * (frames - 1) / max(1, questions - 1)) for i in range(questions)]


def make_up_questions(
    path: Path,
    reports: Sequence[SceneReport],
    count: int,
    quality: float,
    judges: Sequence[str],
    draw: np.random.RandomState,
) -> None:
    """Questions, answers and what judges say of them; without reports on image files."""
    frames = asked_frames(len(reports), count)
    questions, answers, others = [], [], []
    scored: dict[str, list[dict[str, Any]]] = {name: [] for name in judges}
    for number in range(count):
        category = CATEGORIES[number % 3]
        text, right, wrong = _ASKED[category]
        good = draw.random_sample() < quality
        late = draw.random_sample() < 0.03
        picture: dict[str, Any] = (
            {"camera": "front", "stamp_ns": reports[frames[number]].stamp_ns}
            if reports
            else {"image": f"{number:03d}.jpg"}
        )
        question = {
            "question_id": f"q{number:03d}",
            "category": category,
            "image_category": IMAGE_CATEGORIES[number // 3 % len(IMAGE_CATEGORIES)],
            "context": "昼間の市街地。前方の信号は赤で、左に歩行者が1人いる。",
            "text": text,
            "reference": right,
            **picture,
        }
        answer = {
            "question_id": question["question_id"],
            "text": "" if late else right if good else wrong,
            "outcome": "timeout" if late else "ok",
            "latency_ms": 1000.0 if late else round(240 + 300 * draw.random_sample(), 1),
            "camera": question.get("camera"),
            "stamp_ns": question.get("stamp_ns"),
            "sequence": frames[number] if reports else None,
            "image": question.get("image"),
            "backend": "onnx-cpu",
            "model": "made-up",
            "reason": "question_budget" if late else None,
        }
        questions.append(question)
        answers.append(answer)
        others.append({**answer, "text": wrong, "shown": {"sequence": 0}})
        for place, name in enumerate(judges):
            score = 1.0 if late else (9.5 - place if good else 2.0 + place + draw.random_sample())
            scored[name].append(_scored(question, answer, name, round(score, 2), good and not late))
    write_lines(path / "questions.jsonl", questions)
    write_lines(path / "answers.jsonl", answers)
    write_lines(path / "other_scene.jsonl", others)
    for name, rows in scored.items():
        folder = path / "scores" / name
        folder.mkdir(parents=True)
        write_lines(folder / "scores.jsonl", rows)
        write_json(folder / "score.json", _figures(name, rows))


def _scored(
    question: Mapping[str, Any], answer: Mapping[str, Any], judge: str, score: float, right: bool
) -> dict[str, Any]:
    return {
        "question_id": question["question_id"],
        "category": question["category"],
        "image_category": question["image_category"],
        "score": score,
        "share": round((score - 1) / 9, 4),
        "right": right if judge == "keyfact" else None,
        "hits": ["赤信号", "歩行者（左）"] if right else ["市街地"] if answer["text"] else [],
        "missed": [] if right else ["赤信号", "減速"],
        "violated": [] if right or not answer["text"] else ["青信号"],
        "notes": [] if answer["text"] else ["empty answer"],
        "failed": False,
        "judge": {"name": judge, "version": "0"},
        "latency_ms": answer["latency_ms"],
        "outcome": answer["outcome"],
        "reference_score": 10.0,
        "weight": 1.0,
        "image": question.get("image"),
        "camera": question.get("camera"),
        "stamp_ns": question.get("stamp_ns"),
        "question": question["text"],
        "answer": answer["text"],
        "reference": question["reference"],
    }


def _figures(judge: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    def figure(scores: Sequence[float], share: float = 1.0) -> dict[str, float]:
        mean = sum(scores) / len(scores) * share
        half = 0.6 / len(scores) ** 0.5
        return {
            "mean": round(mean, 3),
            "low": round(mean - half * 3 * share, 3),
            "high": round(min(mean + half * 3 * share, 10 * share), 3),
            "n": len(scores),
        }

    def by(key: str) -> dict[str, list[float]]:
        groups: dict[str, list[float]] = {}
        for row in rows:
            groups.setdefault(row[key], []).append(row["score"])
        return groups

    everything = [row["score"] for row in rows]
    categories = {"overall": figure(everything)}
    categories |= {name: figure(scores) for name, scores in by("category").items()}
    means = {name: one["mean"] for name, one in categories.items()}
    beaten = {**dict.fromkeys(means, 2.1), "detail": round(means.get("detail", 1.0) + 0.2, 3)}
    counts = Counter(row["outcome"] for row in rows)
    return {
        "score": {name: means.get(name) for name in ("overall", *CATEGORIES)},
        "judge": {"name": judge, "version": "0"},
        "n": len(rows),
        "baselines": {
            "echo_question": dict.fromkeys(means, 1.2),
            "shuffled_references": dict.fromkeys(means, 2.4),
            "best_constant": beaten,
            "other_scene": dict.fromkeys(means, 3.3),
        },
        "oracle": {"echo_context": dict.fromkeys(means, 8.2)},
        "flags": ["best_constant is no worse than the answers in detail."],
        "failed": 0,
        "weighted": means["overall"],
        "categories": categories,
        "image_categories": {name: figure(scores) for name, scores in by("image_category").items()},
        "relative": {
            name: {
                **one,
                "mean": round(one["mean"] * 10, 1),
                "low": round(one["low"] * 10, 1),
                "high": round(one["high"] * 10, 1),
            }
            for name, one in categories.items()
        },
        "references": {
            name: {"mean": 10.0, "low": 10.0, "high": 10.0, "n": one["n"]}
            for name, one in categories.items()
        },
        "best_constants": {"detail": "晴れた空の下に、人や車が写っている日本の風景です。"},
        "latency_ms": None,
        "outcomes": {name: {"n": count, "score": 5.0} for name, count in counts.items()},
        "notes": [],
    }


def make_up_truth(
    path: Path,
    truth: Sequence[tuple[SpeedAdvice, PathAdvice]],
    reports: Sequence[SceneReport],
    draw: np.random.RandomState,
) -> None:
    """What was published beside what would have been right, speed and path of each frame."""
    rows = []
    for index, ((speed, steer), report) in enumerate(zip(truth, reports, strict=True)):
        told = report.advice
        right = told is not None and told.speed is speed
        rows.append(
            {
                "sequence": index,
                "camera": report.camera,
                "stamp_ns": report.stamp_ns,
                "outcome": report.outcome.value,
                "latency_ms": report.latency_ms,
                "score": round(1 + 8 * right + float(draw.random_sample()), 2),
                "share": float(right),
                "hits": ["前方車両"] if right else [],
                "missed": [] if right else ["赤信号"],
                "violated": [],
                "notes": [],
                "advice": None
                if told is None
                else {"speed": told.speed.value, "path": told.path.value},
                "truth": {"speed": speed.value, "path": steer.value},
                "advice_right": right,
                "hazards": [] if told is None else [hazard.to_json() for hazard in told.hazards],
                "truth_hazards": [{"kind": "pedestrian", "side": "left", "range": "near"}],
                "answer": report.description_ja,
                "reference": "昼間の片側1車線の道路で、左に歩行者が1人います。",
            }
        )
    folder = path / "scores" / "truth"
    folder.mkdir(parents=True)
    write_lines(folder / "scores.jsonl", rows)
    share = sum(bool(row["advice_right"]) for row in rows) / len(rows)
    by_outcome = Counter(row["outcome"] for row in rows)
    mean = round(sum(float(str(row["score"])) for row in rows) / len(rows), 3)
    write_json(
        folder / "score.json",
        {
            "schema": "vlm_driving/truth/1",
            "score": {"overall": mean, "conv": None, "detail": mean, "complex": None},
            "judge": {"name": "keyfact", "version": "0"},
            "n": len(rows),
            "baselines": {"best_constant": {"overall": 2.2, "detail": 2.2}},
            "flags": [],
            "truth": {
                "source": "made up",
                "frames": len(rows),
                "advice": {
                    "speed": {"accuracy": round(share, 3), "macro_f1": round(share - 0.05, 3)},
                    "path": {"accuracy": 0.95, "macro_f1": 0.94},
                    "stop_recall": round(share - 0.02, 3),
                    "flicker_per_minute": 14.2,
                    "truth_changes_per_minute": 11.2,
                },
                "hazards": {
                    "precision": 0.81,
                    "recall": 0.7,
                    "f1": 0.75,
                    "by_kind": {"pedestrian": {"precision": 0.8, "recall": 0.7, "f1": 0.75}},
                },
                "by_outcome": {
                    name: {"n": n, "score": 5.0, "advice_right": share}
                    for name, n in by_outcome.items()
                },
            },
            "notes": [],
        },
    )


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write an object."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write objects, one a line."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
