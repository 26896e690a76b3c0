"""A gate file: YAML with the keys of `rules`; what it does not name is not looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vlm_driving.config import Setting, load_settings
from vlm_driving.core import UserError
from vlm_driving.evaluation.gate.rules import RULES, SWITCHES

BUILT_IN = "default"
"""The word that stands for the built-in gate in place of a file."""

SETTINGS = (
    *(Setting(rule.key, float, least=rule.least, most=rule.most) for rule in RULES),
    *(Setting(key, bool) for key in SWITCHES),
)


@dataclass(frozen=True, slots=True)
class Gate:
    """Limits, and how strictly they are meant.

    Attributes:
        name: of the file, or `default`.
        limits: by key; the others are not looked at.
        switches: every key of `SWITCHES`.
    """

    name: str
    limits: Mapping[str, float]
    switches: Mapping[str, bool]


def built_in_gate() -> Gate:
    """What `config/gate.yaml` spells out."""
    limits = {rule.key: rule.built_in for rule in RULES if rule.built_in is not None}
    return Gate(BUILT_IN, limits, SWITCHES)


def load_gate(path: Path) -> Gate:
    """Read a gate file; the word `default` is the built-in gate.

    Raises:
        UserError: what cannot be read, an unknown key (with the nearest known one), a value out
            of range, or no gate at all, which nothing could break.
    """
    if str(path) == BUILT_IN:
        return built_in_gate()
    chosen = load_settings(path, SETTINGS)
    limits = {key: float(value) for key, value in chosen.items() if key not in SWITCHES}
    fails = any(chosen.get(key, False) for key in ("significant_drop_fails",))
    if not limits and not fails:
        raise UserError(
            f"{path} sets no limit, so that no run could break it; set one, such as "
            f"`score_drop_max: 0.3`, or take `--gate {BUILT_IN}`."
        )
    switches = {key: bool(chosen.get(key, usual)) for key, usual in SWITCHES.items()}
    return Gate(str(path), limits, switches)
