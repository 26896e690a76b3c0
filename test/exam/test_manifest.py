"""A manifest is frozen: the same scenes, or a sentence; and only sets that are fit."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from vlm_driving.core import UserError
from vlm_driving.exam import manifest
from vlm_driving.exam.examine import Plan
from vlm_driving.exam.records import Report, SceneRecord, Truth
from vlm_driving.exam.seeds import (
    EXAM_SEED,
    SELECTION_SEED,
    TAUGHT_OFFSETS,
    TEXT_ONLY_SEED,
    check_counts,
    require_unseen,
)

PLAN = Plan(EXAM_SEED, 50)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("manifest") / "deep" / "manifest.json"
    manifest.write(manifest.build(PLAN, manifest.count(PLAN.seed, 0, 12)), file)
    return file


def test_what_was_written_is_read_and_fits_its_plan(written: Path) -> None:
    found = manifest.read(written)
    manifest.require_same(found, PLAN, written)
    assert found["sets"]["compositions"]["count"] == 25
    assert found["sets"]["wording"]["wordings"] == 200
    assert sum(n for name, n in found["counts"].items() if name.startswith("speed/")) == 12


def test_another_plan_or_another_world_is_refused(written: Path) -> None:
    found = manifest.read(written)
    with pytest.raises(UserError, match="written for --scenes 50, not for 60"):
        manifest.require_same(found, Plan(EXAM_SEED, 60), written)
    with pytest.raises(UserError, match="draws other scenes"):
        manifest.require_same({**found, "sampler": "0" * 64}, PLAN, written)


def test_scenes_that_show_other_things_than_the_manifest_says_are_named() -> None:
    truth = Truth("STOP", "KEEP", (), "signal")
    own = Report("STOP", "KEEP", (), 1.0, 1.0, False, False)
    record = SceneRecord("seeds", 0, {"light": "day"}, "standing", 0.0, ("jam",), truth, own)
    counts = {"scenes": 1, "speed/STOP": 1, "path/KEEP": 1, "light/day": 1, "thing/jam": 1}
    assert manifest.differences({"counts": counts}, [record]) == []
    assert manifest.differences(
        {"counts": {**counts, "speed/STOP": 0, "speed/KEEP": 1}}, [record]
    ) == [
        "speed/KEEP: 0 in place of 1",
        "speed/STOP: 1 in place of 0",
    ]


def test_the_digest_hangs_on_the_seed_and_on_nothing_else() -> None:
    assert manifest.sampler_digest(5) == manifest.sampler_digest(5)
    assert manifest.sampler_digest(5) != manifest.sampler_digest(6)


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "other"}'])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="--write-manifest"):
        manifest.read(file)
    with pytest.raises(UserError, match="check --manifest"):
        manifest.read(tmp_path / "none.json")


def good_counts() -> Counter[str]:
    counts = Counter({"scenes": 2000})
    counts.update({f"speed/{s}": 500 for s in ("KEEP", "ACCELERATE", "DECELERATE", "STOP")})
    counts.update({"path/KEEP": 1600, "path/SHIFT_LEFT": 200, "path/SHIFT_RIGHT": 200})
    counts.update({f"thing/{thing}": 20 for thing in manifest.RING_1})
    return counts


def test_a_set_is_fit_with_enough_of_everything() -> None:
    assert manifest.faults(good_counts()) == []
    counts = good_counts()
    counts.update({"speed/STOP": -360, "thing/jam": -1, "speed/KEEP": 501})
    assert manifest.faults(counts) == [
        "speed/KEEP is right in 50.0% of the scenes, more than 50 %",
        "speed/STOP is right in 7.0% of the scenes, less than 7.5 %",
        "jam shows in 0.95% of the scenes, less than 1 %",
    ]


def test_small_slices_are_named() -> None:
    assert manifest.unclaimed({"light/day": 200, "light/dusk": 199, "thing/jam": 3}) == [
        "light/dusk"
    ]


def test_what_examines_never_trains() -> None:
    seeds = {EXAM_SEED, SELECTION_SEED, TEXT_ONLY_SEED}
    assert len(seeds) == 3
    # Nobody trains with the seed of an examination, nor with one whose held-out scenes it is.
    assert not {1 + offset for offset in TAUGHT_OFFSETS} & seeds
    for taught in (4, 1_000_004):
        with pytest.raises(UserError, match=f"learned from scenes of seed {taught}"):
            require_unseen("tiny", {"seed": 4}, taught)
    require_unseen("tiny", {"seed": 4}, 5)
    require_unseen("tiny", {}, 4)


@pytest.mark.parametrize(
    ("seed", "scenes", "sentence"),
    [
        (-1, 2000, "--seed is -1: give a whole number from 0"),
        (2**32, 2000, "--seed is 4294967296"),
        (1, 49, "--scenes is 49: give 50 to 100000"),
        (1, 100_001, "--scenes is 100001"),
        (TEXT_ONLY_SEED, 2000, "learns from that seed"),
    ],
)
def test_counts_that_cannot_be_are_refused(seed: int, scenes: int, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        check_counts(seed, scenes)


def test_a_manifest_is_plain_json(written: Path) -> None:
    assert json.loads(written.read_text(encoding="utf-8"))["schema"] == manifest.SCHEMA
