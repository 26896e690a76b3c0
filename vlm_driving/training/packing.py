"""Several texts behind one image: a report and questions that share the image's tokens.

A row is [prefix][image][segment 1][segment 2]... Every token sees the prefix, the image and
what stands before it in its own segment, at the position that it would have if its segment
stood alone: the decoder learns exactly what it will run, and the image is paid for once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Segment:
    """One prompt and its answer, in tokens.

    Attributes:
        prompt: tokens after the image that are given.
        answer: tokens that are written; the decoder is fed these.
        goals: for each token of `answer` the token to be learned in its place; None: the same.
        weights: of each goal in the loss; 0 leaves it out.
    """

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    weights: tuple[float, ...]
    goals: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not self.prompt:
            raise ValueError("a segment begins with a prompt: its first token is never learned")
        goals = self.answer if self.goals is None else self.goals
        if not len(self.answer) == len(self.weights) == len(goals):
            raise ValueError("each answer token needs one goal and one weight")


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Segments of a batch behind the image, right-padded to n tokens.

    Attributes:
        before: (prefix,) int64, tokens before the image.
        tokens: (batch, n) int64, fed to the decoder; 0 where padded.
        goals: (batch, n) int64: goals[i] is to be predicted from the token before tokens[i].
        weights: (batch, n) float32, 0 for prompts and padding.
        segment: (batch, n) int64, from 1; 0 where padded.
        offset: (batch, n) int64, place in the own segment, from 0.
    """

    before: Tensor
    tokens: Tensor
    goals: Tensor
    weights: Tensor
    segment: Tensor
    offset: Tensor

    def to(self, device: str) -> Packed:
        """The same on `device`."""
        return Packed(
            self.before.to(device),
            self.tokens.to(device),
            self.goals.to(device),
            self.weights.to(device),
            self.segment.to(device),
            self.offset.to(device),
        )


def pack(before: Sequence[int], rows: Sequence[Sequence[Segment]]) -> Packed:
    """Lay the segments of each row behind one another."""
    length = max((sum(len(s.prompt) + len(s.answer) for s in row) for row in rows), default=0)
    shape = (len(rows), length)
    tokens = torch.zeros(shape, dtype=torch.int64)
    goals, segment, offset = (torch.zeros_like(tokens) for _ in range(3))
    weights = torch.zeros(shape)
    for i, row in enumerate(rows):
        at = 0
        for number, part in enumerate(row, start=1):
            text = part.prompt + part.answer
            end, written = at + len(text), at + len(part.prompt)
            tokens[i, at:end] = torch.tensor(text)
            goals[i, written:end] = torch.tensor(part.answer if part.goals is None else part.goals)
            weights[i, written:end] = torch.tensor(part.weights)
            segment[i, at:end] = number
            offset[i, at:end] = torch.arange(len(text))
            at = end
    return Packed(torch.tensor(list(before)), tokens, goals, weights, segment, offset)


def positions(packed: Packed, image_tokens: int) -> Tensor:
    """(batch, prefix + image + n) position of every token, as if its segment stood alone."""
    shared = packed.before.shape[0] + image_tokens
    rows = packed.tokens.shape[0]
    first = torch.arange(shared, device=packed.tokens.device).expand(rows, -1)
    return torch.cat([first, shared + packed.offset], dim=1)


def attention(packed: Packed, image_tokens: int) -> Tensor:
    """(batch, 1, T, T) bool: who sees whom, T being prefix + image + n."""
    rows, _ = packed.tokens.shape
    shared = torch.zeros(
        rows,
        packed.before.shape[0] + image_tokens,
        dtype=torch.int64,
        device=packed.tokens.device,
    )
    # Padding sees what is shared, so that no row of the softmax is empty.
    number = torch.cat([shared, packed.segment], dim=1)
    same = number[:, :, None] == number[:, None, :]
    common = torch.cat([shared == 0, packed.segment < 0], dim=1)[:, None, :]
    total = number.shape[1]
    causal = torch.ones(total, total, dtype=torch.bool, device=number.device).tril()
    seen: Tensor = ((same | common) & causal)[:, None]
    return seen
