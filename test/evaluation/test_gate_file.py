"""A gate file says what it holds; what it does not mean is refused."""

from __future__ import annotations

import pytest

from vlm_driving.core import UserError
from vlm_driving.evaluation.gate.figures import FIGURES
from vlm_driving.evaluation.gate.gate_file import SETTINGS, built_in_gate, load_gate
from vlm_driving.evaluation.gate.rules import RULES, SWITCHES
from vlm_driving.resources import config_dir


def load(tmp_path, text):
    file = tmp_path / "gate.yaml"
    file.write_text(text, encoding="utf-8")
    return load_gate(file)


def test_the_file_that_ships_is_the_built_in_gate_and_names_every_key():
    file = config_dir() / "gate.yaml"
    lines = [line.partition(":")[0] for line in file.read_text("utf-8").splitlines()]
    named = [line for line in lines if line and not line.startswith(("#", " "))]
    assert named == [setting.key for setting in SETTINGS]
    shipped, built_in = load_gate(file), built_in_gate()
    assert (shipped.limits, shipped.switches) == (built_in.limits, built_in.switches)


def test_the_word_default_is_the_built_in_gate(tmp_path):
    assert load_gate(tmp_path.__class__("default")) == built_in_gate()


def test_what_a_file_does_not_name_is_not_looked_at(tmp_path):
    gate = load(tmp_path, "score_drop_max: 0.5\nlatency_p99_ratio_max: null\n")
    assert gate.limits == {"score_drop_max": 0.5}
    assert gate.switches == SWITCHES


def test_switches_are_read(tmp_path):
    gate = load(tmp_path, "score_min: 5\nskipped_fails: true\ndrop_beyond_noise_only: false\n")
    assert gate.switches["skipped_fails"] and not gate.switches["drop_beyond_noise_only"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("score_drop_maxx: 1", "did you mean score_drop_max?"),
        ("latency_p99_max: 200", "did you mean latency_p99_ms_max?"),
        ("score_drop_max: 30", "a number of at least 0 and at most 9"),
        ("score_min: 0.5", "at least 1 and at most 10"),
        ("ok_share_min: 95", "at least 0 and at most 1"),
        ("late_reports_max: -1", "of at least 0,"),
        ("skipped_fails: 1", "true or false"),
        ("score_drop_max: much", "a number of"),
        ("score_drop_max: 1\nscore_drop_max: 2", "twice"),
        ("- score_drop_max", "holds a list"),
        ("", "sets no limit"),
        ("score_min: null", "sets no limit"),
        ("skipped_fails: true", "sets no limit"),
    ],
)
def test_what_a_file_cannot_mean_is_one_sentence(tmp_path, text, sentence):
    with pytest.raises(UserError, match="gate.yaml") as told:
        load(tmp_path, text)
    assert sentence in str(told.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="name an existing YAML file"):
        load_gate(tmp_path / "none.yaml")


def test_every_gate_looks_at_figures_that_there_are():
    for rule in RULES:
        assert {figure.name for figure in FIGURES} >= set(rule.figures), rule.key
        assert rule.built_in is None or rule.least <= rule.built_in


def test_every_figure_has_a_gate():
    held = {name for rule in RULES for name in rule.figures}
    assert held == {figure.name for figure in FIGURES}
