"""The advice grammar: labels compiled into token tries by the bundle's own tokenizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.runtime.grammar_spec import GrammarSpec, LabelGroup
from vlm_driving.runtime.tokenizer import BundleTokenizer


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One place in a trie.

    Attributes:
        tokens: (k,) the legal tokens, ascending.
        children: what follows each of them: another node, or the name of a finished label.
        bias: (k,) added to the log-probabilities before one is chosen; None for none.
    """

    tokens: NDArray[np.int64]
    children: tuple[Node | str, ...]
    bias: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision of the grammar: forced tokens, then a walk from the root to a label."""

    lead: tuple[int, ...]
    root: Node


@dataclass(frozen=True, slots=True)
class HazardChoices:
    """The decisions of one hazard; `END` stands among the kinds."""

    max: int
    kind: Choice
    side: Choice
    range: Choice


@dataclass(frozen=True, slots=True)
class Grammar:
    """The compiled advice grammar."""

    speed: Choice
    path: Choice
    hazards: HazardChoices | None


END = "<end>"
"""Name of the label that ends the hazards; no hazard kind is called so."""


def compile_grammar(
    spec: GrammarSpec,
    tokenizer: BundleTokenizer,
    bias: Mapping[str, Mapping[str, float]] | None = None,
) -> Grammar:
    """Compile every group of labels with the bundle's own tokenizer.

    `bias` belongs to labels of the groups speed and path (see `manifest.Calibration`).

    Raises:
        UserError: if the tokens of one label begin another label of the same group, or a bias
            names a label that is unknown or longer than one token.
    """
    bias = bias or {}
    hazards = None
    if spec.hazards is not None:
        kinds = LabelGroup(
            spec.hazards.kind.lead, {**spec.hazards.kind.labels, END: spec.hazards.end}
        )
        hazards = HazardChoices(
            max=spec.hazards.max,
            kind=_compile(kinds, tokenizer, "hazards.kind"),
            side=_compile(spec.hazards.side, tokenizer, "hazards.side"),
            range=_compile(spec.hazards.range, tokenizer, "hazards.range"),
        )
    return Grammar(
        speed=_biased(_compile(spec.speed, tokenizer, "speed"), bias.get("speed", {}), "speed"),
        path=_biased(_compile(spec.path, tokenizer, "path"), bias.get("path", {}), "path"),
        hazards=hazards,
    )


def longest_answer(grammar: Grammar) -> int:
    """The most tokens that advice can take, leads included."""
    total = _longest(grammar.speed) + _longest(grammar.path)
    if grammar.hazards is not None:
        hazards = grammar.hazards
        one = _longest(hazards.kind) + _longest(hazards.side) + _longest(hazards.range)
        total += hazards.max * one
    return total


def no_hazards(spec: GrammarSpec, tokenizer: BundleTokenizer) -> tuple[int, ...]:
    """The tokens of an empty list of hazards; none where the grammar has no hazards."""
    if spec.hazards is None:
        return ()
    return (*tokenizer.encode(spec.hazards.kind.lead), *tokenizer.encode(spec.hazards.end))


def _longest(choice: Choice) -> int:
    return len(choice.lead) + _depth(choice.root)


def _depth(node: Node | str) -> int:
    return 0 if isinstance(node, str) else 1 + max(_depth(child) for child in node.children)


def _compile(group: LabelGroup, tokenizer: BundleTokenizer, where: str) -> Choice:
    labels: dict[str, tuple[int, ...]] = {}
    for name, text in group.labels.items():
        labels[name] = tuple(tokenizer.encode(text))
        if not labels[name]:
            raise UserError(
                f"bundle.json: the label {name} of grammar.{where} has no tokens; "
                "give it a text that the tokenizer keeps."
            )
    _refuse_ambiguity(labels, where)
    root = _trie(list(labels.items()), 0)
    return Choice(tuple(tokenizer.encode(group.lead)), root)


def _biased(choice: Choice, bias: Mapping[str, float], where: str) -> Choice:
    """The same choice, leaning as `bias` says."""
    if not bias:
        return choice
    root = choice.root
    for name in bias:
        if name not in root.children:
            raise UserError(
                f"bundle.json: calibration.bias.{where}.{name} is no label of one token; "
                "remove it, or give the label a token of its own."
            )
    lean = [bias.get(child, 0.0) if isinstance(child, str) else 0.0 for child in root.children]
    return replace(choice, root=replace(root, bias=np.array(lean)))


def _refuse_ambiguity(labels: Mapping[str, tuple[int, ...]], where: str) -> None:
    # A prefix sorts directly before what it begins.
    ordered = sorted(labels.items(), key=lambda item: item[1])
    for (name, tokens), (other, longer) in zip(ordered, ordered[1:], strict=False):
        if longer[: len(tokens)] == tokens:
            raise UserError(
                f"bundle.json: in grammar.{where} the tokens of label {name} begin those of "
                f"label {other}, so they cannot be told apart; give them texts that differ."
            )


def _trie(labels: Sequence[tuple[str, tuple[int, ...]]], depth: int) -> Node:
    branches: dict[int, list[tuple[str, tuple[int, ...]]]] = {}
    for name, tokens in labels:
        branches.setdefault(tokens[depth], []).append((name, tokens))
    children: list[Node | str] = []
    for token in sorted(branches):
        branch = branches[token]
        name, tokens = branch[0]
        children.append(name if len(tokens) == depth + 1 else _trie(branch, depth + 1))
    return Node(np.array(sorted(branches), dtype=np.int64), tuple(children))
