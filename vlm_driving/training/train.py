"""From nothing to a checkpoint directory that exports: tokenizer, encoder, decoder, both."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import LlamaForCausalLM

from vlm_driving.core import UserError
from vlm_driving.runtime.preprocess import PreprocessSpec
from vlm_driving.simulator import FACT_TARGETS, CellClass
from vlm_driving.training.answer_format import (
    PATH_LABELS,
    SPEED_LABELS,
    preprocess,
    special_tokens,
)
from vlm_driving.training.calibration import (
    Decisions,
    fit_temperature,
    fit_threshold,
    joint_confidence,
)
from vlm_driving.training.data import Batch, SceneBatches, corpus, loader, to_device
from vlm_driving.training.model import (
    Seer,
    answer_loss,
    answer_states,
    decoder_config,
    normalize,
    save_checkpoint_dir,
)
from vlm_driving.training.progress_log import TrainingLog, plot
from vlm_driving.training.stage import StagePlan, run_stage, write_atomically
from vlm_driving.training.tokenizer import EOS, train_tokenizer
from vlm_driving.training.vision import VisionConfig

Report = Callable[[str, int, int, dict[str, float]], None]

TRAIN_SEED_OFFSET, HELD_OUT_SEED_OFFSET = 0, 1_000_000
"""Held-out scenes come from another seed, so that no training length reaches them."""


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """A whole training.

    Attributes:
        out: directory for checkpoints, log and the exportable checkpoint.
        seed: of the scenes and the initial weights.
        encoder_samples: scenes for the encoder with its dense heads.
        decoder_samples: scenes for the decoder while the encoder stands still.
        joint_samples: scenes for both together.
        calibration_scenes: held-out scenes that fit temperature and threshold.
        tokenizer_scenes: held-out scenes whose words train the tokenizer.
        vocabulary: most tokens of the tokenizer.
        layers: of the decoder.
        workers: processes that render scenes.
    """

    out: Path
    seed: int = 1
    encoder_samples: int = 40_000
    decoder_samples: int = 32_000
    joint_samples: int = 24_000
    calibration_scenes: int = 1024
    tokenizer_scenes: int = 4000
    vocabulary: int = 2048
    layers: int = 4
    batch: int = 32
    workers: int = 2
    device: str = "cpu"
    vision: VisionConfig = VisionConfig()


def note_plan(plan: TrainPlan) -> None:
    """Write `plan.json`, or check that the training in `plan.out` is the one that goes on.

    Raises:
        UserError: if another plan began there, or the directory cannot be written.
    """
    # Where the work is done changes nothing of what is learned.
    fixed = {k: v for k, v in asdict(plan).items() if k not in ("out", "workers", "device")}
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


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted on held-out scenes."""

    temperature: float
    unsure_below_confidence: float
    speed_right: float
    path_right: float
    unsure_share: float


class Trainee(nn.Module):
    """Seer and decoder as one module, for checkpoints."""

    def __init__(self, seer: Seer, language: LlamaForCausalLM) -> None:
        super().__init__()
        self.seer = seer
        self.language = language


class Training:
    """The state that the stages share."""

    def __init__(self, plan: TrainPlan, report: Report) -> None:
        self.plan, self.report = plan, report
        note_plan(plan)
        self.log = TrainingLog(plan.out / "log.jsonl")
        self.spec = PreprocessSpec(**preprocess(plan.vision.width, plan.vision.height))
        torch.manual_seed(plan.seed)
        self.seer = Seer(plan.vision, FACT_TARGETS, self._class_weights()).to(plan.device)
        self.seer.to(memory_format=torch.channels_last)

    def _batches(self, tokenizer: Tokenizer | None, held_out: bool = False) -> SceneBatches:
        offset = HELD_OUT_SEED_OFFSET if held_out else TRAIN_SEED_OFFSET
        return SceneBatches(self.plan.seed + offset, self.plan.batch, self.spec, tokenizer)

    def _stream(
        self, tokenizer: Tokenizer | None, skip: int
    ) -> Callable[[int, int], Iterator[Batch]]:
        """Batches of a stage, after the `skip` scenes that earlier stages saw."""
        data, offset = self._batches(tokenizer), skip // self.plan.batch

        def batches(first: int, last: int) -> Iterator[Batch]:
            for batch in loader(data, first + offset, last + offset, self.plan.workers):
                yield to_device(batch, self.plan.device)

        return batches

    def _class_weights(self) -> Tensor:
        """Rare classes weigh more, by the root of how rare they are in a first look."""
        path = self.plan.out / "class_weights.json"
        if not path.exists():
            data = self._batches(None, held_out=True)
            counts = np.ones(len(CellClass))
            for number in range(8):
                counts += np.bincount(
                    data[number].truth.classes.flatten().numpy(), minlength=len(CellClass)
                )
            weights = np.clip(np.sqrt(np.median(counts) / counts), 0.25, 4.0)
            write_atomically(json.dumps([round(float(w), 3) for w in weights]) + "\n", path)
        return torch.tensor(json.loads(path.read_text()))

    def autocast(self) -> torch.autocast:
        """bf16 where it pays; weights stay fp32."""
        return torch.autocast(self.plan.device, dtype=torch.bfloat16)

    def train_encoder(self) -> None:
        """Stage (a): dense ground truth alone."""

        def loss_of(batch: Batch) -> tuple[Tensor, dict[str, float]]:
            with self.autocast():
                loss, _, figures = self.seer.losses(batch, normalize(batch.pixels))
            return loss, figures

        plan = StagePlan("encoder", self.plan.encoder_samples, 2e-3, self.plan.batch)
        run_stage(
            plan,
            [(self.seer, 1.0)],
            self.seer,
            loss_of,
            self._stream(None, 0),
            self.plan.out,
            self.log,
            self.report,
        )

    def tokenizer(self) -> Tokenizer:
        """Trained on the words of held-out scenes, once."""
        path = self.plan.out / "tokenizer.json"
        if not path.exists():
            texts = corpus(self.plan.seed + HELD_OUT_SEED_OFFSET, self.plan.tokenizer_scenes)
            made = train_tokenizer(texts, special_tokens(), self.plan.vocabulary)
            write_atomically(made.to_str(pretty=True), path)
        return Tokenizer.from_file(str(path))

    def language(self, tokenizer: Tokenizer) -> LlamaForCausalLM:
        """An untrained decoder."""
        torch.manual_seed(self.plan.seed)
        end = tokenizer.token_to_id(EOS)
        assert end is not None, "the tokenizer was trained with it"
        vocabulary, hidden = tokenizer.get_vocab_size(), self.plan.vision.hidden
        config = decoder_config(vocabulary, hidden, self.plan.layers, end)
        config._attn_implementation = "sdpa"
        return LlamaForCausalLM(config).to(self.plan.device)

    def train_answers(self, tokenizer: Tokenizer, language: LlamaForCausalLM) -> None:
        """Stages (b) and (c): the decoder before a standing encoder, then both."""
        seer = self.seer
        trainee = Trainee(seer, language)
        weights = token_weights(tokenizer).to(self.plan.device)

        def decoder_only(batch: Batch) -> tuple[Tensor, dict[str, float]]:
            seer.eval()
            with self.autocast():
                with torch.no_grad():
                    tokens = seer.tower.features(normalize(batch.pixels))[1]
                return answer_loss(language, seer.tower.project(tokens), batch, weights)

        def both(batch: Batch) -> tuple[Tensor, dict[str, float]]:
            seer.train()
            with self.autocast():
                dense, tokens, seen = seer.losses(batch, normalize(batch.pixels))
                image = seer.tower.project(tokens)
                loss, figures = answer_loss(language, image, batch, weights)
            return loss + 0.3 * dense, {**seen, **figures}

        projector = nn.ModuleList([seer.tower.project_in, seer.tower.project_out])
        plan = self.plan
        run_stage(
            StagePlan("decoder", plan.decoder_samples, 1.5e-3, plan.batch),
            [(projector, 1.0), (language, 1.0)],
            trainee,
            decoder_only,
            self._stream(tokenizer, plan.encoder_samples),
            plan.out,
            self.log,
            self.report,
        )
        run_stage(
            StagePlan("joint", plan.joint_samples, 7e-4, plan.batch),
            [(seer, 0.7), (language, 1.0)],
            trainee,
            both,
            self._stream(tokenizer, plan.encoder_samples + plan.decoder_samples),
            plan.out,
            self.log,
            self.report,
        )

    @torch.no_grad()
    def calibrate(self, tokenizer: Tokenizer, language: LlamaForCausalLM) -> Calibration:
        """Fit temperature and threshold on held-out scenes."""
        self.seer.eval()
        language.eval()
        groups = {"speed": SPEED_LABELS, "path": PATH_LABELS}
        ids = {
            name: [tokenizer.token_to_id(token) for token in labels.values()]
            for name, labels in groups.items()
        }
        logits: dict[str, list[Tensor]] = {name: [] for name in ids}
        truth: dict[str, list[Tensor]] = {name: [] for name in ids}
        data = self._batches(tokenizer, held_out=True)
        # The first held-out scenes taught the tokenizer: start behind them.
        first = -(-self.plan.tokenizer_scenes // self.plan.batch)
        last = first + self.plan.calibration_scenes // self.plan.batch
        for batch in loader(data, first, last, self.plan.workers):
            batch = to_device(batch, self.plan.device)
            image = self.seer.tower(normalize(batch.pixels))
            states = answer_states(language, image, batch)
            for offset, name in enumerate(ids):
                position = batch.answered.int().argmax(dim=1) + offset
                row = torch.arange(len(position))
                chosen = language.lm_head(states[row, position])[:, ids[name]]
                logits[name].append(chosen.float().cpu())
                label = batch.after[row, position].cpu()
                truth[name].append(torch.tensor([ids[name].index(int(t)) for t in label]))
        decisions = [
            Decisions(torch.cat(logits[name]).double().numpy(), torch.cat(truth[name]).numpy())
            for name in ids
        ]
        temperature = fit_temperature(decisions)
        confidence, right = joint_confidence(decisions, temperature)
        threshold = fit_threshold(confidence, right)
        shares = [float((d.logits.argmax(1) == d.truth).mean()) for d in decisions]
        return Calibration(
            temperature, threshold, shares[0], shares[1], float((confidence < threshold).mean())
        )


def token_weights(tokenizer: Tokenizer) -> Tensor:
    """Weight of each target token: the advice is worth more than one word of prose."""
    weights = torch.ones(tokenizer.get_vocab_size())
    for labels in (SPEED_LABELS, PATH_LABELS):
        for token in labels.values():
            weights[tokenizer.token_to_id(token)] = 4.0
    return weights


def train(plan: TrainPlan, report: Report) -> Calibration:
    """Run all stages that are not finished yet; leaves `plan.out/checkpoint/`."""
    training = Training(plan, report)
    training.train_encoder()
    tokenizer = training.tokenizer()
    language = training.language(tokenizer)
    training.train_answers(tokenizer, language)
    calibration = training.calibrate(tokenizer, language)
    directory = plan.out / "checkpoint"
    save_checkpoint_dir(directory, training.seer.tower.cpu(), language.cpu())
    tokenizer.save(str(directory / "tokenizer.json"))
    plot(training.log.rows(), plan.out / "training.png")
    return calibration
