"""Measures how often each answer is true and writes the table that balances the questions.

Run `python -m vlm_driving.simulator.questions.measure 4000 > table.py` after the world changes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.generate import measure_balance

_HEAD = '''"""How often a kind is asked when an answer is the true one (see `balance`)."""

from __future__ import annotations

ACCEPTANCES: dict[str, dict[str, float]] = {
'''


def table(scenes: Iterable[tuple[Facts, float | None]]) -> str:
    """The source of `balance_table`; answers that are always asked are left out."""
    lines = []
    for kind, shares in measure_balance(list(scenes)).items():
        thin = [f'"{key}": {share:.2g}' for key, share in sorted(shares.items()) if share < 0.9]
        if thin:
            whole = f'    "{kind}": {{{", ".join(thin)}}},\n'
            inner = "".join(f"        {item},\n" for item in thin)
            split = f'    "{kind}": {{\n{inner}    }},\n'
            lines.append(whole if len(whole) <= 101 else split)
    return _HEAD + "".join(lines) + "}\n"


def main() -> None:
    """Sample, render and tally; prints the table."""
    from vlm_driving.simulator import render, sample_scene, visible_facts

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    scenes = []
    for index in range(count):
        scene = sample_scene(0, index)
        scenes.append((visible_facts(scene, render(scene)), scene.ego_speed_kmh))
    sys.stdout.write(table(scenes))


if __name__ == "__main__":
    main()
