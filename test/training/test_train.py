"""A whole small training: stages, resuming, and what it leaves behind."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.train

import torch  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

from vlm_driving.core import UserError  # noqa: E402
from vlm_driving.exam.seeds import TAUGHT_OFFSETS  # noqa: E402
from vlm_driving.training.optimizer import Learner  # noqa: E402
from vlm_driving.training.plan import TrainPlan, note_plan  # noqa: E402
from vlm_driving.training.progress_log import TrainingLog  # noqa: E402
from vlm_driving.training.stage import (  # noqa: E402
    StagePlan,
    learning_rate,
    load_checkpoint,
    run_stage,
    save_atomically,
)
from vlm_driving.training.train import (  # noqa: E402
    HELD_OUT_SEED_OFFSET,
    TRAIN_SEED_OFFSET,
    train,
)
from vlm_driving.training.vision import VisionConfig  # noqa: E402


def small(out: Path) -> TrainPlan:
    return TrainPlan(
        out=out,
        encoder_samples=16,
        words_samples=16,
        joint_samples=16,
        calibration_scenes=16,
        tokenizer_scenes=8,
        vocabulary=400,
        layers=1,
        batch=8,
        workers=0,
        checkpoint_s=-1.0,
        vision=VisionConfig(
            stride4=(8, 1),
            stride8=(8, 1),
            stride16=(8, 1),
            projector=32,
            hidden=64,
            summary=(4, 16, 2),
        ),
    )


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nothing interrupted."""
    out = tmp_path_factory.mktemp("straight")
    train(small(out), quiet)
    return out


def quiet(stage: str, samples: int, total: int, figures: dict[str, float]) -> None:
    """No progress shown."""


def weights(out: Path) -> dict[str, torch.Tensor]:
    return {
        **load_file(out / "checkpoint" / "vision.safetensors"),
        **load_file(out / "checkpoint" / "llama" / "model.safetensors"),
    }


@pytest.mark.parametrize("stage", ["encoder", "words", "joint"])
def test_a_training_that_was_interrupted_ends_where_a_straight_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, straight: Path, stage: str
) -> None:
    class Interrupted(Exception):
        pass

    def power_cut(state: dict[str, Any], path: Path) -> None:
        save_atomically(state, path)
        if path.name == f"{stage}.pt" and state["step"] == 1:
            raise Interrupted

    with monkeypatch.context() as patch, pytest.raises(Interrupted):
        patch.setattr("vlm_driving.training.stage.save_atomically", power_cut)
        train(small(tmp_path), quiet)
    train(small(tmp_path), quiet)
    expected, resumed = weights(straight), weights(tmp_path)
    assert expected.keys() == resumed.keys()
    for name in expected:
        assert torch.equal(expected[name], resumed[name]), name


def test_a_training_leaves_its_log_and_its_plot(straight: Path) -> None:
    rows = [json.loads(line) for line in (straight / "log.jsonl").open()]
    assert [row["stage"] for row in rows] == ["encoder", "words", "joint"]
    assert (straight / "training.png").stat().st_size > 0


def test_a_stage_goes_on_from_the_middle_with_its_optimizer(tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    plan = StagePlan("lines", samples=32, peak_rate=0.1, batch=4, checkpoint_s=-1.0)

    def run(out: Path, stop_at: int | None) -> tuple[torch.Tensor, list[int]]:
        out.mkdir(exist_ok=True)
        torch.manual_seed(0)
        model, seen = torch.nn.Linear(3, 1), []

        def loss_of(batch: Any) -> tuple[torch.Tensor, dict[str, float]]:
            if batch == stop_at:
                raise Interrupted
            seen.append(batch)
            x = torch.randn(4, 3, generator=torch.Generator().manual_seed(batch))
            return (model(x) - x.sum(1, keepdim=True)).square().mean(), {}

        def batches(first: int, last: int) -> Any:
            return iter(range(first, last))

        log = TrainingLog(out / "log.jsonl")
        with suppress(Interrupted):
            run_stage(plan, [Learner(model)], model, loss_of, batches, out, log, quiet)
        return model.weight.detach().clone(), seen

    straight, _ = run(tmp_path / "straight", None)
    _, before = run(tmp_path / "broken", 5)
    resumed, after = run(tmp_path / "broken", None)
    assert (before, after) == ([0, 1, 2, 3, 4], [5, 6, 7])
    assert torch.equal(straight, resumed)


def test_a_checkpoint_of_another_optimizer_is_told_in_a_sentence(tmp_path: Path) -> None:
    model = torch.nn.Linear(3, 1)
    other = torch.optim.AdamW(model.parameters()).state_dict()
    state = {"model": model.state_dict(), "step": 1, "optimizer": other}
    save_atomically(state, tmp_path / "lines.pt")
    plan = StagePlan("lines", samples=12, peak_rate=0.1, batch=4)
    log = TrainingLog(tmp_path / "log.jsonl")
    with pytest.raises(UserError, match=r"lines\.pt does not fit this training .*optimizer state"):
        run_stage(
            plan,
            [Learner(model)],
            model,
            lambda batch: (torch.zeros(()), {}),
            lambda first, last: iter(()),
            tmp_path,
            log,
            quiet,
        )


def test_a_training_that_comes_apart_is_ended_and_keeps_its_checkpoint(tmp_path: Path) -> None:
    plan = StagePlan("lines", samples=12, peak_rate=0.1, batch=4, checkpoint_s=-1.0)
    model = torch.nn.Linear(3, 1)

    def loss_of(batch: Any) -> tuple[torch.Tensor, dict[str, float]]:
        x = torch.full((4, 3), float("nan") if batch == 1 else 1.0)
        return model(x).square().mean(), {}

    def batches(first: int, last: int) -> Any:
        return iter(range(first, last))

    log = TrainingLog(tmp_path / "log.jsonl")
    with pytest.raises(UserError, match="Stage lines has come apart at scene 4: its loss is nan"):
        run_stage(
            plan,
            [Learner(model)],
            model,
            loss_of,
            batches,
            tmp_path,
            log,
            quiet,
        )
    assert torch.load(tmp_path / "lines.pt", weights_only=True)["step"] == 1


def test_what_was_done_twice_is_read_once(tmp_path: Path) -> None:
    log = TrainingLog(tmp_path / "log.jsonl")
    for samples, loss in ((25, 3.0), (50, 2.0), (50, 2.5), (75, 1.0)):
        log.write(stage="joint", samples=samples, loss=loss)
    assert [(r["samples"], r["loss"]) for r in log.rows()] == [(25, 3.0), (50, 2.5), (75, 1.0)]


def test_the_bench_knows_which_seeds_taught_a_bundle() -> None:
    assert (TRAIN_SEED_OFFSET, HELD_OUT_SEED_OFFSET) == TAUGHT_OFFSETS


def test_the_learning_rate_warms_up_and_falls() -> None:
    rates = [learning_rate(step, 1000, 1.0) for step in range(1000)]
    assert rates[0] < 0.05
    assert max(rates) == pytest.approx(1.0)
    assert rates.index(max(rates)) < 50
    assert rates[-1] == pytest.approx(0.01, abs=0.001)


def test_samples_are_counted_in_whole_batches() -> None:
    assert StagePlan("x", samples=100, peak_rate=1.0, batch=32).steps == 3


def test_a_training_does_not_go_on_with_other_settings(tmp_path: Path) -> None:
    note_plan(small(tmp_path))
    note_plan(replace(small(tmp_path), workers=2))  # only where the work is done
    with pytest.raises(UserError, match="another layers, seed"):
        note_plan(replace(small(tmp_path), seed=2, layers=3))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="give another --out"):
        note_plan(small(tmp_path / "file" / "run"))


def test_a_full_disk_keeps_the_last_whole_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "encoder.pt"
    save_atomically({"step": 1}, path)

    class Full:
        def __reduce__(self) -> str:
            raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match=r"No space left on device.*goes on from the last"):
        save_atomically({"step": 2, "model": Full()}, path)
    assert torch.load(path) == {"step": 1}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"no checkpoint", None])
def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "encoder.pt"
    if content is None:
        save_atomically({"model": torch.nn.Linear(3, 1).state_dict()}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(UserError, match=r"encoder.pt does not fit this training .*remove it"):
        load_checkpoint(path, torch.nn.Linear(4, 1))


def test_another_simulator_is_another_training(tmp_path: Path) -> None:
    note_plan(small(tmp_path))
    plan = json.loads((tmp_path / "plan.json").read_text())
    (tmp_path / "plan.json").write_text(json.dumps({**plan, "simulator": "older"}))
    with pytest.raises(UserError, match="another simulator"):
        note_plan(small(tmp_path))
