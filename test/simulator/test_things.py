"""Ground truth thing by thing agrees with the scene, the id-map and the facts."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator import render, sample_scene, visible_facts
from vlm_driving.simulator.things import Thing, mask, things

SEED = 11


def drawn(index: int) -> tuple[tuple[Thing, ...], object]:
    scene = sample_scene(SEED, index)
    rendering = render(scene)
    return things(scene, rendering, visible_facts(scene, rendering)), rendering


def test_everything_drawn_is_told_with_its_place() -> None:
    kinds: set[str] = set()
    for index in range(150):
        scene = sample_scene(SEED, index)
        rendering = render(scene)
        facts = visible_facts(scene, rendering)
        found = things(scene, rendering, facts)
        assert {thing.number for thing in found} == set(rendering.things)
        assert {thing.number for thing in found if thing.seen} <= set(facts.visible)
        for thing in found:
            kinds.add(thing.kind.split("/")[0])
            shows = mask(rendering, thing)
            assert thing.pixels == int(shows.sum())
            assert 0.0 <= thing.occlusion <= 1.0
            left, top, right, bottom = thing.box
            assert left <= right and top <= bottom
    assert {"vehicle", "pedestrian", "cyclist", "signal", "sign", "works", "railway"} <= kinds
    assert {"crossing", "stop_line", "flagger", "obstacle"} <= kinds


def test_a_box_holds_its_mask() -> None:
    for index in range(40):
        scene = sample_scene(SEED, index)
        rendering = render(scene)
        for thing in things(scene, rendering, visible_facts(scene, rendering)):
            rows, columns = np.nonzero(mask(rendering, thing))
            if not len(rows):
                continue
            # 640x360 is shown at half size, 10 rows cut off above and below
            left, top, right, bottom = thing.box
            assert left / 2 - 3 <= columns.min() and columns.max() <= right / 2 + 3, thing
            assert top / 2 - 10 - 3 <= rows.min() and rows.max() <= bottom / 2 - 10 + 3, thing


def test_a_thing_is_plain_data_too() -> None:
    found, _ = drawn(3)
    for thing in found:
        data = thing.to_json()
        assert data["kind"] == thing.kind and data["side"] in ("left", "center", "right")
