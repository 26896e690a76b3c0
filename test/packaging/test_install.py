"""Code, configuration and model are found however the package was put there.

Each test installs for real, without a network: a copy of the source with a tiny bundle in place
of the real one goes into an environment of its own, and a probe asks what is found there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from vlm_driving import __version__
from vlm_driving.ros.parameters import SOURCES

pytestmark = pytest.mark.packaging

BUNDLE_FILES = ("bundle.json", "onnx/decoder_model_merged.onnx")

ROS_FILES = ("package.xml", "LICENSE", "vlm_driving/annotate/fonts/OFL.txt")
ROS_PROGRAMS = ("vlm_driving_node", "vlm_driving_simulator", "vlm_driving_wait")

# What an installed package says of itself. It runs far from the source.
PROBE = """
import json
import vlm_driving
from vlm_driving import resources
print(json.dumps({
    "version": vlm_driving.__version__,
    "code": vlm_driving.__file__,
    "data": str(resources.data_dir()),
    "config": sorted(path.name for path in resources.config_dir().iterdir()),
    "launch": sorted(path.name for path in resources.launch_dir().glob("*.launch.py")),
    "presets": sorted(path.stem for path in (resources.config_dir() / "presets").iterdir()),
    "bundle": str(resources.default_bundle()),
}))
"""


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without what would find another copy, and without a network."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONUNBUFFERED")
        and not key.startswith(("AMENT_", "COLCON_", "ROS_"))
    }
    own_programs = str(Path(sys.executable).parent)
    kept["PATH"] = own_programs + os.pathsep + kept.get("PATH", "")
    return {**kept, "PIP_NO_INDEX": "1", **more}


def run(*words: str | Path, cwd: Path, **environment: str) -> str:
    """Run a program and return what it wrote to stdout; a failure shows all it wrote."""
    result = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, (
        f"{words} gave {result.returncode}\n{result.stdout}{result.stderr}"
    )
    return result.stdout


def probe(python: Path | str, cwd: Path, **environment: str) -> dict[str, object]:
    """What `python` says about the vlm_driving that it finds from `cwd`."""
    answer: dict[str, object] = json.loads(run(python, "-c", PROBE, cwd=cwd, **environment))
    return answer


@dataclass(frozen=True)
class Venv:
    """A fresh virtual environment; our requirements lie behind it on its path."""

    root: Path

    @property
    def python(self) -> Path:
        return self.root / "bin" / "python"

    @property
    def program(self) -> Path:
        return self.root / "bin" / "vlm-driving"

    def install(self, *words: str | Path, cwd: Path) -> None:
        pip = (sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet")
        run(*pip, "--no-deps", "--no-build-isolation", *words, cwd=cwd)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The source tree as a checkout has it, under a path with a space, with a tiny bundle."""
    root = tmp_path_factory.mktemp("a checkout") / "vlm_driving"
    root.mkdir()
    for name in ("config", "launch", "resource", "vlm_driving"):
        shutil.copytree(
            repository / name, root / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in repository.iterdir():
        if file.is_file() and not file.name.startswith("."):
            shutil.copy(file, root)
    for name in BUNDLE_FILES:
        file = root / "models" / "driving-ja" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}", encoding="utf-8")
    return root


@pytest.fixture
def venv(tmp_path: Path) -> Venv:
    """A virtual environment with nothing of ours in it."""
    root = tmp_path / "a venv"
    run(sys.executable, "-m", "venv", "--without-pip", root, cwd=tmp_path)
    found = run(
        root / "bin" / "python",
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
        cwd=tmp_path,
    )
    # A plain path, so that an editable install of this checkout is not followed.
    ours = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(found.strip()) / "requirements.pth").write_text("\n".join(sorted(ours)) + "\n")
    return Venv(root)


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", out, source, cwd=out)
    (built,) = out.iterdir()
    return built


def assert_whole(found: dict[str, object], data: Path) -> None:
    """The probe found this version, with everything below the folder `data`."""
    assert found["version"] == __version__
    assert found["data"] == str(data)
    assert found["bundle"] == str(data / "models" / "driving-ja")
    assert "replay.yaml" in str(found["config"])
    assert found["launch"] == [
        "replay.launch.py",
        "simulator.launch.py",
        "vlm_driving.launch.py",
    ]
    assert found["presets"] == sorted(SOURCES)
    for name in ROS_FILES:
        assert (data / name).is_file(), "package.xml refers to it"
    for name in BUNDLE_FILES:
        assert (data / "models" / "driving-ja" / name).is_file()


def test_the_wheel_holds_all_code_and_the_bundle_once(wheel: Path, source: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    modules = {
        file.relative_to(source).as_posix()
        for file in (source / "vlm_driving").rglob("*.py")
        if "__pycache__" not in file.parts
    }
    assert modules - set(names) == set(), "a folder of modules without __init__.py?"
    assert {"vlm_driving/py.typed", "vlm_driving/evaluation/rubrics/heron_ja.jsonl"} <= set(names)
    for file in BUNDLE_FILES:
        assert sum(name.endswith(f"models/driving-ja/{file}") for name in names) == 1
    assert not [name for name in names if name.startswith("test/")]


def test_the_wheel_asks_for_no_onnxruntime_torch_or_ros(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    required = [
        line.partition(": ")[2]
        for line in lines
        if line.startswith("Requires-Dist: ") and "extra ==" not in line
    ]
    names = {re.split(r"[^\w.-]", name)[0].lower() for name in required}
    assert {"numpy", "opencv-python-headless", "rosbags", "tokenizers"} <= names
    assert not [name for name in names if name.startswith(("onnx", "torch", "transformers", "rcl"))]
    extras = {line.partition(": ")[2] for line in lines if line.startswith("Provides-Extra: ")}
    assert {"cpu", "gpu", "train", "test", "dev"} <= extras


def test_from_a_wheel(wheel: Path, venv: Venv, tmp_path: Path):
    venv.install(wheel, cwd=tmp_path)
    assert run(venv.program, "--version", cwd=tmp_path) == f"vlm-driving {__version__}\n"
    assert_whole(probe(venv.python, tmp_path), venv.root / "share" / "vlm_driving")


@pytest.mark.parametrize("name", ROS_PROGRAMS)
def test_without_rclpy_each_program_of_ros_says_so_in_a_sentence(
    name: str, wheel: Path, venv: Venv, tmp_path: Path
):
    venv.install(wheel, cwd=tmp_path)
    words = {"vlm_driving_wait": ("--node", "/a", "--player", "/b")}.get(name, ())
    done = subprocess.run(
        [str(venv.root / "bin" / name), *words],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode not in (0, -6, -11)
    assert "rclpy" in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2


def test_from_an_editable_install(source: Path, venv: Venv, tmp_path: Path):
    venv.install("--editable", source, cwd=tmp_path)
    assert run(venv.program, "--version", cwd=tmp_path) == f"vlm-driving {__version__}\n"
    found = probe(venv.python, tmp_path)
    assert found["code"] == str(source / "vlm_driving" / "__init__.py")
    assert_whole(found, source)


def test_from_the_source_tree(source: Path, tmp_path: Path):
    version = run(sys.executable, "-m", "vlm_driving", "--version", cwd=source)
    assert version == f"vlm-driving {__version__}\n"
    assert_whole(probe(sys.executable, tmp_path, PYTHONPATH=str(source)), source)


@pytest.mark.parametrize("arguments", [[], ["--symlink-install"]], ids=["copied", "symlinked"])
def test_from_a_colcon_workspace(source: Path, tmp_path: Path, arguments: list[str]):
    pytest.importorskip("colcon_core", reason="colcon is not installed (extra [dev])")
    pytest.importorskip("colcon_ros", reason="colcon-ros is not installed (extra [dev])")
    if " " in sys.executable:
        pytest.skip("colcon's own setup scripts take no Python whose path has a space")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "vlm_driving").symlink_to(source)
    run("colcon", "build", *arguments, cwd=tmp_path)

    prefix = tmp_path / "install" / "vlm_driving"
    marker = prefix / "share" / "ament_index" / "resource_index" / "packages" / "vlm_driving"
    assert marker.exists(), "`ros2 pkg list` would not show the package"
    # `ros2 run vlm_driving vlm-driving` starts this file, in a shell that sourced the workspace.
    program = prefix / "lib" / "vlm_driving" / "vlm-driving"
    sourced = '. install/setup.sh; exec "$@"'
    shell = ("bash", "-c", sourced, "sourced")
    assert run(*shell, program, "--version", cwd=tmp_path) == f"vlm-driving {__version__}\n"
    for name in ROS_PROGRAMS:  # for `ros2 run vlm_driving` and the launch files
        assert os.access(program.with_name(name), os.X_OK)
    found = json.loads(run(*shell, sys.executable, "-c", PROBE, cwd=tmp_path))
    share = prefix / "share" / "vlm_driving"
    for name in BUNDLE_FILES:
        assert (share / "models" / "driving-ja" / name).is_file()
    if arguments and str(source) in os.path.realpath(found["code"]):
        assert_whole(found, source)  # the links lead back to the source
    else:  # a copy; also what colcon falls back to where setuptools cannot link
        assert_whole(found, share)
