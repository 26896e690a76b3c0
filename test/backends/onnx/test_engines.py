"""Built graphs are used only where they belong, only whole, and only when they are finished."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx import engines
from vlm_driving.backends.onnx.engines import (
    DECODER,
    VISION,
    Target,
    cache_root,
    directory_of,
    find_built,
    new_build,
)
from vlm_driving.runtime.bundle import ModelBundle

TARGET = Target("a GPU", {"onnxruntime": "1.31.1", "cuda": "12.8"}, "fp16")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return ModelBundle.load(make_tiny_bundle(tmp_path_factory.mktemp("engines") / "tiny", "gqa"))


def make(root: Path, bundle: ModelBundle, target: Target = TARGET, text: str = "graph") -> Path:
    with new_build(root, bundle, target) as work:
        for name in (VISION, DECODER):
            (work / name).write_text(f"{text} {name}")
        (work / "tensorrt").mkdir()
        (work / "tensorrt" / "main.engine").write_text("engine")
        (work / "tensorrt" / "main.timing").write_text("timing")
    return directory_of(root, bundle, target)


def test_what_was_built_is_found(tmp_path: Path, bundle: ModelBundle) -> None:
    assert find_built(tmp_path, bundle, TARGET).why == "nothing was built for this model here"
    folder = make(tmp_path, bundle)
    built = find_built(tmp_path, bundle, TARGET).built
    assert built is not None and built.root == folder
    assert built.vision.is_file() and built.decoder.is_file()
    assert built.engines == folder / "tensorrt"
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("other", "changed"),
    [
        (replace(TARGET, versions={"onnxruntime": "1.32.0", "cuda": "12.8"}), "versions"),
        (replace(TARGET, versions={"onnxruntime": "1.31.1"}), "versions"),
    ],
)
def test_another_version_makes_it_out_of_date_and_says_so(
    tmp_path: Path, bundle: ModelBundle, other: Target, changed: str
) -> None:
    make(tmp_path, bundle)
    found = find_built(tmp_path, bundle, other)
    assert found.built is None
    assert found.why == f"what was built here is out of date: {changed} changed since"


def test_changed_weights_make_it_out_of_date(tmp_path: Path, bundle: ModelBundle) -> None:
    make(tmp_path / "cache", bundle)
    other = ModelBundle.load(make_tiny_bundle(tmp_path / "other", "gqa", seed=1))
    found = find_built(tmp_path / "cache", other, TARGET)
    assert found.built is None and "graphs changed since" in found.why


def test_a_changed_prompt_does_not(tmp_path: Path, bundle: ModelBundle) -> None:
    make(tmp_path / "cache", bundle)
    other = ModelBundle.load(
        make_tiny_bundle(tmp_path / "other", "gqa", end_tokens=["</s>", "<|end|>"])
    )
    assert find_built(tmp_path / "cache", other, TARGET).built is not None


def test_another_device_or_precision_has_graphs_of_its_own(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    targets = [TARGET, replace(TARGET, device="another GPU"), replace(TARGET, precision="fp32")]
    for target in targets:
        make(tmp_path, bundle, target)
    assert all(find_built(tmp_path, bundle, target).built is not None for target in targets)


def test_building_anew_removes_what_no_longer_fits(tmp_path: Path, bundle: ModelBundle) -> None:
    old = make(tmp_path, bundle)
    other_device = make(tmp_path, bundle, replace(TARGET, device="another GPU"))
    new = make(tmp_path, bundle, replace(TARGET, versions={"onnxruntime": "1.32.0"}))
    assert not old.exists()
    assert new.is_dir() and other_device.is_dir()


def test_building_again_replaces_the_same(tmp_path: Path, bundle: ModelBundle) -> None:
    make(tmp_path, bundle, text="first")
    folder = make(tmp_path, bundle, text="second")
    assert (folder / VISION).read_text().startswith("second")
    assert find_built(tmp_path, bundle, TARGET).built is not None
    assert list(tmp_path.iterdir()) == [folder]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        (DECODER, cut),
        (DECODER, Path.unlink),
        (VISION, lambda path: path.write_text("other")),
        ("tensorrt/main.engine", cut),
        ("built.json", cut),
        ("built.json", Path.unlink),
        ("built.json", lambda path: path.write_text("[]")),
        ("built.json", lambda path: path.write_text('{"made_of": {}, "files": {}}')),
        ("built.json", lambda path: path.write_bytes(b"\xff\xfe")),
    ],
)
def test_damage_is_seen_and_named(tmp_path: Path, bundle: ModelBundle, name, harm) -> None:
    folder = make(tmp_path, bundle)
    harm(folder / name)
    found = find_built(tmp_path, bundle, TARGET)
    assert found.built is None
    assert "is damaged" in found.why and name in found.why
    make(tmp_path, bundle)  # the remedy
    assert find_built(tmp_path, bundle, TARGET).built is not None


def test_a_record_that_forgets_a_graph_is_damage(tmp_path: Path, bundle: ModelBundle) -> None:
    folder = make(tmp_path, bundle)
    record = json.loads((folder / "built.json").read_text())
    del record["files"][DECODER]
    (folder / "built.json").write_text(json.dumps(record))
    assert "it has not all graphs" in find_built(tmp_path, bundle, TARGET).why


def test_timings_may_be_rewritten(tmp_path: Path, bundle: ModelBundle) -> None:
    folder = make(tmp_path, bundle)
    cut(folder / "tensorrt" / "main.timing")
    assert find_built(tmp_path, bundle, TARGET).built is not None


def test_a_build_that_fails_leaves_nothing_and_keeps_the_old(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    folder = make(tmp_path, bundle, text="first")
    with pytest.raises(KeyboardInterrupt), new_build(tmp_path, bundle, TARGET) as work:
        (work / VISION).write_text("half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == [folder]
    assert (folder / VISION).read_text().startswith("first")


def test_a_build_is_not_found_before_it_is_finished(tmp_path: Path, bundle: ModelBundle) -> None:
    with new_build(tmp_path, bundle, TARGET) as work:
        for name in (VISION, DECODER):
            (work / name).write_text(name)
        assert find_built(tmp_path, bundle, TARGET).built is None
    assert find_built(tmp_path, bundle, TARGET).built is not None


def test_what_a_killed_build_left_is_swept_and_a_running_one_is_not(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    for name in (".building-11-a", ".building-22-b", ".building-", ".building-x-y"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / VISION).write_text("half")
    engines.sweep(tmp_path, alive=lambda number: number == 22)
    assert [path.name for path in tmp_path.iterdir()] == [".building-22-b"]
    (tmp_path / f".building-{os.getpid()}-c").mkdir()
    engines.sweep(tmp_path)  # this process lives
    assert (tmp_path / f".building-{os.getpid()}-c").is_dir()


def test_the_cache_is_the_users() -> None:
    assert cache_root({"XDG_CACHE_HOME": "/fast"}) == Path("/fast/vlm_driving/engines")
    assert cache_root({"HOME": "/home/a"}) == Path("/home/a/.cache/vlm_driving/engines")
    relative = cache_root({"XDG_CACHE_HOME": "here", "HOME": "/home/a"})
    assert relative == Path("/home/a/.cache/vlm_driving/engines")


def test_a_models_name_cannot_lead_out_of_the_cache(tmp_path: Path) -> None:
    odd = ModelBundle.load(make_tiny_bundle(tmp_path / "odd", "gqa", name="../../evil model"))
    folder = directory_of(tmp_path, odd, TARGET)
    assert folder.parent == tmp_path and not folder.name.startswith(".")
