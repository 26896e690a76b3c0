"""From nothing to a checkpoint directory that exports: tokenizer, encoder, decoder, both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import LlamaForCausalLM

from vlm_driving import simulator
from vlm_driving.core import UserError
from vlm_driving.runtime.preprocess import PreprocessSpec
from vlm_driving.simulator import CellClass
from vlm_driving.training.answer_format import (
    PATH_LABELS,
    SPEED_LABELS,
    preprocess,
    special_tokens,
)
from vlm_driving.training.calibration import (
    Decisions,
    fit_bias,
    fit_temperature,
    fit_threshold,
    joint_confidence,
)
from vlm_driving.training.data import (
    Batch,
    SceneBatches,
    Wanted,
    corpus,
    loader,
    to_device,
)
from vlm_driving.training.model import (
    Seer,
    answer_loss,
    answer_states,
    decoder_config,
    normalize,
    save_checkpoint_dir,
)
from vlm_driving.training.progress_log import TrainingLog, plot
from vlm_driving.training.scene_targets import SCENE_TARGETS
from vlm_driving.training.stage import StagePlan, run_stage, write_atomically
from vlm_driving.training.tokenizer import EOS, train_tokenizer
from vlm_driving.training.vision import VisionConfig

Report = Callable[[str, int, int, dict[str, float]], None]

TRAIN_SEED_OFFSET, HELD_OUT_SEED_OFFSET = 0, 1_000_000
"""Held-out scenes come from another seed, so that no training length reaches them."""

STOP_WORTH = 2.0
"""A missed STOP costs as much as two other mistakes."""

LEANING = ("STOP", "SHIFT_LEFT", "SHIFT_RIGHT")
"""Labels that may be chosen a little sooner: to stay or to speed up is never leaned to."""

FIRST_LOOK = 1024
"""Held-out scenes in which cell classes are counted."""

DENSE_SHARE = 1.0
"""Weight of the dense heads' loss beside the words' while both are learned."""


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
    encoder_samples: int = 64_000
    words_samples: int = 6_400
    joint_samples: int = 48_000
    asked: int = 2
    calibration_scenes: int = 2048
    tokenizer_scenes: int = 4000
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


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted on held-out scenes."""

    temperature: float
    unsure_below_confidence: float
    bias: dict[str, dict[str, float]]
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
        self.seer = Seer(plan.vision, SCENE_TARGETS, self._class_weights()).to(plan.device)
        self.seer.to(memory_format=torch.channels_last)

    def _batches(
        self, tokenizer: Tokenizer | None, wanted: Wanted, held_out: bool = False
    ) -> SceneBatches:
        offset = HELD_OUT_SEED_OFFSET if held_out else TRAIN_SEED_OFFSET
        return SceneBatches(self.plan.seed + offset, self.plan.batch, self.spec, tokenizer, wanted)

    def _stream(
        self, tokenizer: Tokenizer | None, wanted: Wanted, skip: int
    ) -> Callable[[int, int], Iterator[Batch]]:
        """Batches of a stage, after the `skip` scenes that earlier stages saw."""
        data, offset = self._batches(tokenizer, wanted), skip // self.plan.batch

        def batches(first: int, last: int) -> Iterator[Batch]:
            for batch in loader(data, first + offset, last + offset, self.plan.workers):
                yield to_device(batch, self.plan.device)

        return batches

    def _stage(self, name: str, samples: int, peak_rate: float) -> StagePlan:
        plan = self.plan
        return StagePlan(name, samples, peak_rate, plan.batch, checkpoint_s=plan.checkpoint_s)

    def _class_weights(self) -> Tensor:
        """Rare classes weigh more, by the root of how rare they are in a first look."""
        path = self.plan.out / "class_weights.json"
        if not path.exists():
            data = self._batches(None, Wanted(pictures=False), held_out=True)
            counts = np.ones(len(CellClass))
            for number in range(FIRST_LOOK // self.plan.batch):
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

        plan = self._stage("encoder", self.plan.encoder_samples, 2e-3)
        run_stage(
            plan,
            [(self.seer, 1.0)],
            self.seer,
            loss_of,
            self._stream(None, Wanted(), 0),
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
        config = decoder_config(vocabulary, hidden, self.plan.layers, end, self.plan.vision.tokens)
        config._attn_implementation = "sdpa"
        return LlamaForCausalLM(config).to(self.plan.device)

    def train_words(self, tokenizer: Tokenizer, language: LlamaForCausalLM) -> None:
        """Stage (b): the decoder on text alone, many questions a scene."""

        def loss_of(batch: Batch) -> tuple[Tensor, dict[str, float]]:
            with self.autocast():
                return answer_loss(language, None, batch.texts)

        plan = self.plan
        wanted = Wanted(pictures=False, asked=3 * plan.asked)
        run_stage(
            self._stage("words", plan.words_samples, 1.5e-3),
            [(language, 1.0)],
            language,
            loss_of,
            self._stream(tokenizer, wanted, plan.encoder_samples),
            plan.out,
            self.log,
            self.report,
        )

    def train_both(self, tokenizer: Tokenizer, language: LlamaForCausalLM) -> None:
        """Stage (c): pictures and words together, several questions behind each image."""
        seer, plan = self.seer, self.plan

        def loss_of(batch: Batch) -> tuple[Tensor, dict[str, float]]:
            with self.autocast():
                dense, seen, figures = seer.losses(batch, normalize(batch.pixels))
                loss, said = answer_loss(language, seer.tower.project(seen), batch.texts)
            return loss + DENSE_SHARE * dense, {**figures, **said}

        run_stage(
            self._stage("joint", plan.joint_samples, 1.2e-3),
            [(seer, 0.7), (language, 1.0)],
            Trainee(seer, language),
            loss_of,
            self._stream(
                tokenizer, Wanted(asked=plan.asked), plan.encoder_samples + plan.words_samples
            ),
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
        data = self._batches(tokenizer, Wanted(asked=0), held_out=True)
        # The first held-out scenes taught the tokenizer: start behind them.
        first = -(-self.plan.tokenizer_scenes // self.plan.batch)
        last = first + self.plan.calibration_scenes // self.plan.batch
        for batch in loader(data, first, last, self.plan.workers):
            batch = to_device(batch, self.plan.device)
            image = self.seer.tower(normalize(batch.pixels))
            states = answer_states(language, image, batch.texts)
            # A blind scene's path is not learned: only clear scenes calibrate.
            learned = batch.texts.weights > 0
            position = learned.int().argmax(dim=1)
            row = torch.arange(len(position), device=position.device)
            clear = row[learned[row, position + 1]]
            for offset, name in enumerate(ids):
                place = position[clear] + offset
                chosen = language.lm_head(states[clear, place])[:, ids[name]]
                logits[name].append(chosen.float().cpu())
                label = batch.texts.goals[clear, place].cpu()
                truth[name].append(torch.tensor([ids[name].index(int(t)) for t in label]))
        decisions = [
            Decisions(torch.cat(logits[name]).double().numpy(), torch.cat(truth[name]).numpy())
            for name in ids
        ]
        temperature = fit_temperature(decisions)
        worth = [
            np.array([STOP_WORTH if name == "STOP" else 1.0 for name in labels])
            for labels in groups.values()
        ]
        biases = [
            fit_bias(group, temperature, weight, np.array([name in LEANING for name in labels]))
            for group, weight, labels in zip(decisions, worth, groups.values(), strict=True)
        ]
        confidence, right = joint_confidence(decisions, temperature, biases)
        threshold = fit_threshold(confidence, right)
        alone = [
            joint_confidence([group], temperature, [bias])[1].mean()
            for group, bias in zip(decisions, biases, strict=True)
        ]
        return Calibration(
            temperature,
            threshold,
            {
                name: dict(zip(labels, map(float, bias), strict=True))
                for (name, labels), bias in zip(groups.items(), biases, strict=True)
            },
            float(alone[0]),
            float(alone[1]),
            float((confidence < threshold).mean()),
        )


def train(plan: TrainPlan, report: Report) -> Calibration:
    """Run all stages that are not finished yet; leaves `plan.out/checkpoint/`."""
    training = Training(plan, report)
    training.train_encoder()
    tokenizer = training.tokenizer()
    language = training.language(tokenizer)
    training.train_words(tokenizer, language)
    training.train_both(tokenizer, language)
    calibration = training.calibrate(tokenizer, language)
    directory = plan.out / "checkpoint"
    save_checkpoint_dir(directory, training.seer.tower.cpu(), language.cpu())
    tokenizer.save(str(directory / "tokenizer.json"))
    plot(training.log.rows(), plan.out / "training.png")
    return calibration
