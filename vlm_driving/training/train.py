"""From nothing to a checkpoint directory that exports: tokenizer, encoder, decoder, both."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import LlamaForCausalLM

from vlm_driving.runtime.preprocess import PreprocessSpec
from vlm_driving.simulator import CellClass
from vlm_driving.training.answer_format import preprocess, special_tokens
from vlm_driving.training.calibration import Calibration, Decisions, calibrate
from vlm_driving.training.data import (
    Batch,
    SceneBatches,
    Wanted,
    corpus,
    loader,
    to_device,
)
from vlm_driving.training.decisions import decide
from vlm_driving.training.model import (
    Seer,
    answer_loss,
    decoder_config,
    normalize,
    save_checkpoint_dir,
)
from vlm_driving.training.optimizer import Learner
from vlm_driving.training.plan import TrainPlan, note_plan
from vlm_driving.training.progress_log import TrainingLog, plot
from vlm_driving.training.scene_targets import SCENE_TARGETS
from vlm_driving.training.stage import StagePlan, run_stage, write_atomically
from vlm_driving.training.tokenizer import EOS, train_tokenizer

Report = Callable[[str, int, int, dict[str, float]], None]

TRAIN_SEED_OFFSET, HELD_OUT_SEED_OFFSET = 0, 1_000_000
"""Held-out scenes come from another seed, so that no training length reaches them."""

FIRST_LOOK = 1024
"""Held-out scenes in which cell classes are counted."""

DENSE_SHARE = 1.0
"""Weight of the dense heads' loss beside the words' while both are learned."""


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

    def _seer_learners(self, share: float) -> list[Learner]:
        seer = self.seer
        return [Learner(seer.tower, share), Learner(seer.heads, share, inner=False)]

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
            self._seer_learners(1.0),
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
            [Learner(language)],
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
            [*self._seer_learners(0.7), Learner(language)],
            Trainee(seer, language),
            loss_of,
            self._stream(
                tokenizer, Wanted(asked=plan.asked), plan.encoder_samples + plan.words_samples
            ),
            plan.out,
            self.log,
            self.report,
        )

    def decisions(self, tokenizer: Tokenizer, language: LlamaForCausalLM) -> dict[str, Decisions]:
        """What the model leans to on held-out scenes, for the calibration."""
        data = self._batches(tokenizer, Wanted(asked=0), held_out=True)
        # The first held-out scenes taught the tokenizer: start behind them.
        first = -(-self.plan.tokenizer_scenes // self.plan.batch)
        last = first + self.plan.calibration_scenes // self.plan.batch
        batches = loader(data, first, last, self.plan.workers)
        shown = (to_device(batch, self.plan.device) for batch in batches)
        return decide(self.seer.tower, language, tokenizer, shown)


def train(plan: TrainPlan, report: Report) -> Calibration:
    """Run all stages that are not finished yet; leaves `plan.out/checkpoint/`."""
    training = Training(plan, report)
    training.train_encoder()
    tokenizer = training.tokenizer()
    language = training.language(tokenizer)
    training.train_words(tokenizer, language)
    training.train_both(tokenizer, language)
    calibration = calibrate(training.decisions(tokenizer, language))
    directory = plan.out / "checkpoint"
    save_checkpoint_dir(directory, training.seer.tower.cpu(), language.cpu())
    tokenizer.save(str(directory / "tokenizer.json"))
    plot(training.log.rows(), plan.out / "training.png")
    return calibration
