"""Packed behind one image, every text is learned as if it stood there alone."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.train

import torch  # noqa: E402
from transformers import LlamaForCausalLM  # noqa: E402

from vlm_driving.training.model import answer_loss, answer_states, decoder_config  # noqa: E402
from vlm_driving.training.packing import Packed, Segment, pack  # noqa: E402

IMAGE_TOKENS = 5
BEFORE = [1, 2]
REPORT = Segment((10, 11), (20, 21, 22, 23), (4.0, 2.0, 1.0, 1.0))
QUESTION = Segment((10, 12, 13), (24, 25), (2.0, 1.0))
LONG = Segment((10, 12, 14, 15), (26, 27, 28), (2.0, 1.0, 1.0))


@pytest.fixture(scope="module")
def language() -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = decoder_config(
        vocabulary=40, hidden=64, layers=2, end_token=1, image_tokens=IMAGE_TOKENS
    )
    config._attn_implementation = "sdpa"
    return LlamaForCausalLM(config).eval()


def image(rows: int) -> torch.Tensor:
    return torch.randn(rows, IMAGE_TOKENS, 64, generator=torch.Generator().manual_seed(1))


def predictions(language: LlamaForCausalLM, picture: torch.Tensor | None, packed: Packed) -> list:
    """Logits at every learned place, row by row."""
    with torch.no_grad():
        logits = language.lm_head(answer_states(language, picture, packed))
    return [row[mask] for row, mask in zip(logits, packed.weights > 0, strict=True)]


def test_a_packed_text_is_read_as_if_it_stood_alone(language: LlamaForCausalLM) -> None:
    picture = image(2)
    together = predictions(language, picture, pack(BEFORE, [[REPORT, QUESTION, LONG], [LONG]]))
    alone = [
        predictions(language, picture[:1], pack(BEFORE, [[part]]))[0]
        for part in (REPORT, QUESTION, LONG)
    ]
    assert torch.allclose(together[0], torch.cat(alone), atol=1e-5)
    other = predictions(language, picture[1:], pack(BEFORE, [[LONG]]))[0]
    assert torch.allclose(together[1], other, atol=1e-5)


def test_a_text_alone_is_what_a_plain_causal_run_of_the_decoder_gives(
    language: LlamaForCausalLM,
) -> None:
    picture = image(1)
    ids = torch.tensor([[*REPORT.prompt, *REPORT.answer]])
    embed = language.get_input_embeddings()
    whole = torch.cat([embed(torch.tensor([BEFORE])), picture, embed(ids)], dim=1)
    with torch.no_grad():
        plain = language(inputs_embeds=whole).logits[0]
    first = len(BEFORE) + IMAGE_TOKENS + len(REPORT.prompt) - 1
    packed = predictions(language, picture, pack(BEFORE, [[QUESTION, REPORT]]))[0]
    assert torch.allclose(packed[2:], plain[first : first + 4], atol=1e-5)


def test_without_a_picture_the_words_keep_their_places(language: LlamaForCausalLM) -> None:
    packed = pack(BEFORE, [[REPORT]])
    inputs = torch.cat([packed.before[None], packed.tokens], dim=1)
    places = torch.tensor([[0, 1, *range(2 + IMAGE_TOKENS, 2 + IMAGE_TOKENS + 6)]])
    with torch.no_grad():
        plain = language(input_ids=inputs, position_ids=places).logits[0, 3:7]
    assert torch.allclose(predictions(language, None, packed)[0], plain, atol=1e-5)


def test_a_goal_may_differ_from_what_is_fed(language: LlamaForCausalLM) -> None:
    blind = Segment((10, 11), (20, 21, 22), (4.0, 0.0, 1.0), goals=(39, 21, 22))
    packed = pack(BEFORE, [[blind, QUESTION]])
    assert packed.tokens[0, 2] == 20 and packed.goals[0, 2] == 39
    loss, figures = answer_loss(language, image(1), packed)
    logits = predictions(language, image(1), packed)[0]
    each = torch.nn.functional.cross_entropy(
        logits, torch.tensor([39, 22, 24, 25]), reduction="none"
    )
    weights = torch.tensor([4.0, 1.0, 2.0, 1.0])
    assert float(loss.detach()) == pytest.approx(float((each * weights).sum() / 8.0), rel=1e-4)
    assert figures["answer"] == pytest.approx(float(each[2:].mean()), rel=1e-4)


def test_a_segment_needs_a_prompt_and_a_weight_a_token() -> None:
    with pytest.raises(ValueError, match="prompt"):
        Segment((), (1,), (1.0,))
    with pytest.raises(ValueError, match="one weight"):
        Segment((1,), (1, 2), (1.0,))
