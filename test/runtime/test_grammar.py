"""Labels become tries; decisions stay inside them."""

from __future__ import annotations

import numpy as np
import pytest
from support.tiny_bundle import PATH, SPEED, make_tokenizer
from tokenizers import Tokenizer, models, pre_tokenizers

from vlm_driving.core import UserError
from vlm_driving.runtime.decisions import decide
from vlm_driving.runtime.grammar import END, Node, compile_grammar, longest_answer
from vlm_driving.runtime.grammar_spec import GrammarSpec, HazardGrammar, LabelGroup
from vlm_driving.runtime.tokenizer import BundleTokenizer


@pytest.fixture
def tokenizer(tmp_path):
    path = tmp_path / "tokenizer.json"
    make_tokenizer().save(str(path))
    return BundleTokenizer(path, "NFKC")


def spec(speed=None, lead="", hazards=None) -> GrammarSpec:
    return GrammarSpec(LabelGroup(lead, speed or SPEED), LabelGroup("", PATH), hazards)


def walk(node):
    """All (tokens, label) of a trie."""
    for token, child in zip(node.tokens, node.children, strict=True):
        if isinstance(child, Node):
            for tokens, label in walk(child):
                yield [int(token), *tokens], label
        else:
            yield [int(token)], child


def test_every_label_is_found_by_its_tokens(tokenizer):
    labels = {"KEEP": "前方車両", "STOP": "前方信号", "DECELERATE": "減速"}
    grammar = compile_grammar(spec(labels), tokenizer)
    found = {label: tokens for tokens, label in walk(grammar.speed.root)}
    assert found == {name: tokenizer.encode(text) for name, text in labels.items()}
    assert len(grammar.speed.root.tokens) == 2  # 前方 is shared


def test_a_label_that_begins_another_is_refused(tokenizer):
    with pytest.raises(UserError, match=r"grammar\.speed .*KEEP begin those of label STOP"):
        compile_grammar(spec({"STOP": "前方信号", "KEEP": "前方"}), tokenizer)


def test_two_labels_of_one_text_are_refused(tokenizer):
    with pytest.raises(UserError, match="cannot be told apart"):
        compile_grammar(spec({"STOP": "減速", "KEEP": "減速"}), tokenizer)


def test_a_hazard_kind_may_not_begin_the_end(tokenizer):
    one = LabelGroup("", {"left": "左"})
    distance = LabelGroup("", {"near": "注意"})
    kinds = LabelGroup("", {"signal": "信号"})
    with pytest.raises(UserError, match=r"hazards\.kind"):
        hazards = HazardGrammar(3, "信号。", kinds, one, distance)
        compile_grammar(spec(hazards=hazards), tokenizer)
    grammar = compile_grammar(spec(hazards=HazardGrammar(3, "。", kinds, one, distance)), tokenizer)
    assert grammar.hazards is not None
    assert {label for _, label in walk(grammar.hazards.kind.root)} == {"signal", END}


def test_longest_answer_counts_leads_and_labels(tokenizer):
    grammar = compile_grammar(spec({"KEEP": "前方", "STOP": "信号左右"}, lead="左"), tokenizer)
    assert max(len(tokens) for tokens, _ in walk(grammar.speed.root)) == 3
    assert longest_answer(grammar) == (1 + 3) + 1


def test_decide_masks_and_measures():
    logits = np.log(np.array([0.5, 0.1, 0.3, 0.1], dtype=np.float32))
    decision = decide(logits, np.array([1, 2]), temperature=1.0)
    assert decision.index == 1
    assert decision.probability == pytest.approx(0.75, abs=1e-6)
    assert decision.legal_mass == pytest.approx(0.4, abs=1e-6)


def test_temperature_bends_the_probability_alone():
    logits = np.log(np.array([0.5, 0.1, 0.3, 0.1], dtype=np.float32))
    decision = decide(logits, np.array([1, 2]), temperature=2.0)
    assert decision.probability == pytest.approx(3**0.5 / (1 + 3**0.5), abs=1e-6)
    assert decision.legal_mass == pytest.approx(0.4, abs=1e-6)


def test_logits_that_are_no_numbers_are_an_error():
    with pytest.raises(ArithmeticError):
        decide(np.array([0.0, np.nan, 1.0], dtype=np.float32), np.array([0, 2]), 1.0)


def test_the_bundles_normalization_is_applied(tokenizer):
    assert tokenizer.encode("ｋｍ／ｈ") == tokenizer.encode("km/h")


def test_a_file_that_is_no_tokenizer_is_named(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match=r"tokenizer\.json is no tokenizer"):
        BundleTokenizer(path)


def test_a_piece_that_continues_gets_no_mark_of_a_words_beginning(tmp_path):
    """As SentencePiece-like tokenizers write 「▁」 before a text, but not behind an image."""
    vocab = {"<unk>": 0, "</s>": 1, "▁": 2, "止": 3, "▁止": 4}
    whole = Tokenizer(models.BPE(vocab=vocab, merges=[("▁", "止")], unk_token="<unk>"))
    whole.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    whole.add_special_tokens(["</s>"])
    path = tmp_path / "tokenizer.json"
    whole.save(str(path))
    tokenizer = BundleTokenizer(path)
    assert tokenizer.encode("止", first=True) == [4]
    assert tokenizer.encode("止") == [3]
    assert tokenizer.encode("") == []


def test_a_bias_leans_the_choice_and_leaves_the_probability(tokenizer) -> None:
    one_token = {"KEEP": "前方", "STOP": "信号"}
    grammar = compile_grammar(spec(one_token), tokenizer, {"speed": {"STOP": 1.0}})
    node = grammar.speed.root
    logits = np.full(tokenizer.vocab_size, -20.0, np.float32)
    keep, stop = (tokenizer.single(text, "label") for text in one_token.values())
    logits[keep], logits[stop] = np.log(0.6), np.log(0.4)
    plain = decide(logits, node.tokens, 1.0)
    assert node.children[plain.index] == "KEEP"
    leaning = decide(logits, node.tokens, 1.0, node.bias)
    assert node.children[leaning.index] == "STOP"
    assert leaning.probability == pytest.approx(0.4, abs=1e-4)


def test_a_bias_for_an_unknown_label_is_refused(tokenizer) -> None:
    with pytest.raises(UserError, match=r"calibration\.bias\.speed\.HALT is no label"):
        compile_grammar(spec(), tokenizer, {"speed": {"HALT": 1.0}})
