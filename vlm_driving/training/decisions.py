"""What a model leans to on scenes whose advice is known."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import LlamaForCausalLM

from vlm_driving.training.answer_format import LABEL_GROUPS
from vlm_driving.training.calibration import Decisions
from vlm_driving.training.data import Batch
from vlm_driving.training.model import answer_states, normalize
from vlm_driving.training.vision import VisionTower


@torch.no_grad()
def decide(
    tower: VisionTower,
    language: LlamaForCausalLM,
    tokenizer: Tokenizer,
    batches: Iterable[Batch],
) -> dict[str, Decisions]:
    """Logits and truth of each label group ("speed", "path") over the clear scenes of `batches`.

    `batches` hold reports without questions. Leaves both modules in evaluation mode.
    """
    tower.eval()
    language.eval()
    ids = {
        name: [tokenizer.token_to_id(token) for token in labels.values()]
        for name, labels in LABEL_GROUPS.items()
    }
    logits: dict[str, list[Tensor]] = {name: [] for name in ids}
    truth: dict[str, list[Tensor]] = {name: [] for name in ids}
    for batch in batches:
        states = answer_states(language, tower(normalize(batch.pixels)), batch.texts)
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
    return {
        name: Decisions(torch.cat(logits[name]).double().numpy(), torch.cat(truth[name]).numpy())
        for name in ids
    }
