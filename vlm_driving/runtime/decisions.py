"""Decisions of the advice: greedy, on legal tokens alone, with the probability kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
)
from vlm_driving.runtime.cursor import Cursor
from vlm_driving.runtime.grammar import END, Choice, Grammar, HazardChoices, Node


@dataclass(frozen=True, slots=True)
class Decision:
    """One token chosen among the legal ones.

    Attributes:
        index: of the token among the node's tokens.
        probability: of it among the legal tokens, under the temperature.
        legal_mass: probability of all legal tokens before masking, at temperature 1.
    """

    index: int
    probability: float
    legal_mass: float


@dataclass(frozen=True, slots=True)
class Label:
    """The label that was chosen, its probability, and the least legal mass on the way."""

    name: str
    probability: float
    legal_mass: float


def decide(
    logits: NDArray[np.float32],
    tokens: NDArray[np.int64],
    temperature: float,
    bias: NDArray[np.float64] | None = None,
) -> Decision:
    """Choose greedily among legal tokens.

    Args:
        logits: (vocab,) after the last token.
        tokens: (k,) the legal tokens.
        temperature: of the probability; without a bias the choice does not depend on it.
        bias: (k,) added to the log-probabilities for the choice alone.

    Raises:
        ArithmeticError: if the logits are not finite, so that no choice means anything.
    """
    legal = logits[tokens].astype(np.float64)
    lean = legal if bias is None else legal / temperature + bias
    index = int(lean.argmax())
    top = float(logits.max())
    everything = float(np.exp(logits - np.float32(top)).sum(dtype=np.float64))
    mass = float(np.exp(legal - top).sum()) / everything
    if not math.isfinite(mass):
        raise ArithmeticError("the decoder's logits are not finite")
    shares = np.exp((legal - legal[index]) / temperature)
    return Decision(index, float(1.0 / shares.sum()), min(mass, 1.0))


def share_of(logits: NDArray[np.float32], token: int) -> float:
    """Probability of one token before masking, at temperature 1; logits are (vocab,).

    Raises:
        ArithmeticError: if the logits are not finite.
    """
    top = np.float32(logits.max())
    share = math.exp(float(logits[token] - top)) / float(np.exp(logits - top).sum(dtype=np.float64))
    if not math.isfinite(share):
        raise ArithmeticError("the decoder's logits are not finite")
    return share


def choose_label(cursor: Cursor, choice: Choice, temperature: float) -> Label:
    """Walk from the root of a choice to one label.

    Where a label has only one way to go on, its tokens are forced and nothing is run for them.

    Args:
        cursor: the sequence that is being written.
        choice: the labels.
        temperature: of the probability.
    """
    cursor.force(choice.lead)
    probability, legal_mass = 1.0, 1.0
    node: Node | str = choice.root
    while not isinstance(node, str):
        index = 0
        if node is choice.root or len(node.children) > 1:
            decision = decide(cursor.logits(), node.tokens, temperature, node.bias)
            index = decision.index
            probability *= decision.probability
            legal_mass = min(legal_mass, decision.legal_mass)
        cursor.force((int(node.tokens[index]),))
        node = node.children[index]
    return Label(node, probability, legal_mass)


def decode_advice(cursor: Cursor, grammar: Grammar, temperature: float) -> tuple[Advice, float]:
    """Decode speed, path and hazards.

    Returns:
        The advice, and the least legal mass over the decisions of speed and path.
    """
    speed = choose_label(cursor, grammar.speed, temperature)
    path = choose_label(cursor, grammar.path, temperature)
    hazards: tuple[Hazard, ...] = ()
    if grammar.hazards is not None:
        hazards = _decode_hazards(cursor, grammar.hazards, temperature)
    advice = Advice(
        SpeedAdvice(speed.name),
        PathAdvice(path.name),
        min(1.0, speed.probability * path.probability),
        hazards,
    )
    return advice, min(speed.legal_mass, path.legal_mass)


def _decode_hazards(
    cursor: Cursor, choices: HazardChoices, temperature: float
) -> tuple[Hazard, ...]:
    hazards: list[Hazard] = []
    for _ in range(choices.max):
        kind = choose_label(cursor, choices.kind, temperature).name
        if kind == END:
            return tuple(hazards)
        side = choose_label(cursor, choices.side, temperature).name
        distance = choose_label(cursor, choices.range, temperature).name
        hazard = Hazard(HazardKind(kind), HazardSide(side), HazardRange(distance))
        if hazard not in hazards:
            hazards.append(hazard)
    return tuple(hazards)  # a full list needs no end
