"""The launch files under `ros2 launch`, with programs in the node's place that say how they began.

The programs are shell scripts in a prefix of their own, so that a launch takes no longer than
`ros2 launch` itself does.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

# Not imported here: `ros2 launch` may run under another Python, with what launch itself needs.
if shutil.which("ros2") is None or importlib.util.find_spec("launch_ros") is None:
    pytest.skip("needs launch_ros and ros2: source a ROS 2 workspace", allow_module_level=True)

REPOSITORY = Path(__file__).parents[2]
LAUNCH = REPOSITORY / "launch"
PROGRAMS = ("vlm_driving_node", "vlm_driving_simulator", "vlm_driving_wait")

# Writes its words and the parameter file it was given to <records>/<program>.json.
STAND_IN = """#!{python}
import json, pathlib, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
words = sys.argv[1:]
files = [words[i + 1] for i, word in enumerate(words) if word == "--params-file"]
told = {{"words": words, "files": [pathlib.Path(one).read_text() for one in files]}}
here = pathlib.Path({records!r}) / (pathlib.Path(sys.argv[0]).name + ".json")
here.write_text(json.dumps(told))
if {waits}:
    signal.sigwait([signal.SIGINT])
sys.exit({code})
"""


class Prefix:
    """A ROS prefix with our package, whose programs only tell how they were started."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.package("vlm_driving")
        for name in PROGRAMS:
            self.program(name)

    def package(self, name: str) -> None:
        """Make a package known, with no programs yet."""
        index = self.root / "share" / "ament_index" / "resource_index" / "packages"
        index.mkdir(parents=True, exist_ok=True)
        (index / name).touch()
        (self.root / "lib" / name).mkdir(parents=True)

    def program(
        self, name: str, code: int = 0, waits: bool = False, package: str = "vlm_driving"
    ) -> None:
        """Put a stand-in there that ends with `code`, at once or when it is interrupted."""
        file = self.root / "lib" / package / name
        text = STAND_IN.format(
            python=sys.executable, records=str(self.root), code=code, waits=waits
        )
        file.write_text(text)
        file.chmod(0o755)

    def launch(self, file: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """`ros2 launch` of a file; it ends when the stand-ins have."""
        before = os.environ.get("AMENT_PREFIX_PATH", "")
        python = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
        logs = str(self.root / "log")
        return subprocess.run(
            ["ros2", "launch", str(file), *words],
            cwd=self.root,
            env=os.environ
            | {"AMENT_PREFIX_PATH": f"{self.root}{os.pathsep}{before}", "PYTHONPATH": python}
            | {"ROS_LOG_DIR": logs, "ROS_DOMAIN_ID": "62"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def told(self, name: str = "vlm_driving_node") -> tuple[list[str], dict[str, object]]:
        """The words that a program got, and the parameters of its last file."""
        found = json.loads((self.root / f"{name}.json").read_text())
        last = yaml.safe_load(found["files"][-1])["/**"]["ros__parameters"]
        return found["words"], last


@pytest.fixture
def prefix(tmp_path: Path) -> Prefix:
    return Prefix(tmp_path / "prefix")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("vlm_driving", ("preset", "params_file", "image", "autostart", "respawn")),
        ("replay", ("bag", "rate", "loop", "start_offset", "record", "preset", "image")),
        ("simulator", ("scenario", "closed_loop", "rviz", "model", "log_level")),
    ],
)
def test_show_args_describes_each_argument(prefix: Prefix, name: str, arguments: tuple[str, ...]):
    done = prefix.launch(LAUNCH / f"{name}.launch.py", "--show-args")
    assert done.returncode == 0, done.stderr
    for argument in arguments:
        assert f"'{argument}':" in done.stdout
    assert "no description given" not in done.stdout
    assert "'carla_bridge'" in done.stdout, "choices of the preset"


def test_the_node_gets_preset_file_and_arguments_in_this_order(prefix: Prefix, tmp_path: Path):
    file = tmp_path / "my.yaml"
    file.write_text("/car/ai:\n  ros__parameters:\n    budget_ms: 150\n    autostart: false\n")
    done = prefix.launch(
        LAUNCH / "vlm_driving.launch.py",
        "preset:=awsim",
        f"params_file:={file}",
        "namespace:=car",
        "node_name:=ai",
        "image:=/roof/image",
        "log_level:=warn",
    )
    assert done.returncode == 0, done.stderr
    words, parameters = prefix.told()
    assert {"__ns:=/car", "__node:=ai", "car.ai:=warn"} <= set(words)
    assert parameters["camera.front.topic"] == "/roof/image"
    assert parameters["budget_ms"] == 150.0
    assert parameters["use_sim_time"] is True
    assert parameters["autostart"] is True, "the launch file's, before the file's"


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("preset:=carla", "'carla_bridge', 'carla_native', 'awsim'"),
        ("params_file:=/no/such.yaml", "/no/such.yaml"),
        ("budget_ms:=soon", "budget_ms is 'soon', but takes a number"),
        ("respawn:=maybe", "['true', 'false']"),
    ],
)
def test_a_wrong_argument_ends_the_launch_before_the_node_starts(
    prefix: Prefix, argument: str, words: str
):
    done = prefix.launch(LAUNCH / "vlm_driving.launch.py", argument)
    assert done.returncode == 1
    assert words in done.stdout + done.stderr
    assert not (prefix.root / "vlm_driving_node.json").exists()


OUTER = """
from launch import LaunchDescription
from launch.actions import GroupAction, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import PushRosNamespace, SetParameter, SetRemap

def generate_launch_description():
    ours = PythonLaunchDescriptionSource({path!r})
    return LaunchDescription([GroupAction([
        PushRosNamespace("vehicle"),
        SetRemap("~/front/image", "/cam/image_raw"),
        SetParameter("use_sim_time", True),
        IncludeLaunchDescription(ours, launch_arguments={{"namespace": "front"}}.items()),
    ])])
"""


def test_it_is_included_below_a_pushed_namespace_with_remappings_and_parameters(
    prefix: Prefix, tmp_path: Path
):
    outer = tmp_path / "outer.launch.py"
    outer.write_text(OUTER.format(path=str(LAUNCH / "vlm_driving.launch.py")))
    done = prefix.launch(outer)
    assert done.returncode == 0, done.stderr
    words, parameters = prefix.told()
    assert "__ns:=/vehicle/front" in words
    assert "~/front/image:=/cam/image_raw" in words
    assert "use_sim_time:=True" in words
    assert "use_sim_time" not in parameters, "nothing that would hide the outer file's"


def test_a_drive_that_is_over_ends_the_launch(prefix: Prefix):
    prefix.program("vlm_driving_node", waits=True)
    done = prefix.launch(
        LAUNCH / "simulator.launch.py", "scenario:=works_flagger", "seed:=3", "namespace:=car"
    )
    assert done.returncode == 0, done.stderr
    words, parameters = prefix.told("vlm_driving_simulator")
    assert {"__ns:=/", "__node:=simulator"} <= set(words)
    assert parameters["scenario"] == "works_flagger"
    assert parameters["advice_topic"] == "/car/vlm_driving/advice"
    assert prefix.told()[1]["camera.front.topic"] == "/simulator/front/image_raw"
    assert "The drive is over" in done.stdout + done.stderr
    (layout,) = re.findall(r"open the layout (\S+) and", done.stdout + done.stderr)
    assert Path(layout).is_file()


def test_rviz_shows_the_simulators_pictures_and_the_nodes_wherever_it_is(prefix: Prefix):
    prefix.program("vlm_driving_node", waits=True)
    prefix.package("rviz2")
    prefix.program("rviz2", waits=True, package="rviz2")
    done = prefix.launch(LAUNCH / "simulator.launch.py", "rviz:=true", "namespace:=car")
    assert done.returncode == 0, done.stderr
    words = json.loads((prefix.root / "rviz2.json").read_text())["words"]
    layout = Path(words[words.index("-d") + 1]).read_text(encoding="utf-8")
    shown = set(re.findall(r"Value: (/\S+)", layout))
    moved = dict(word.split(":=") for word in words if word.startswith("/") and ":=" in word)
    assert {moved.get(topic, topic) for topic in shown} == {
        "/simulator/front/image_raw/compressed",
        "/car/vlm_driving/front/annotated/compressed",
    }


def test_a_simulator_that_fails_fails_the_launch(prefix: Prefix):
    prefix.program("vlm_driving_node", waits=True)
    prefix.program("vlm_driving_simulator", code=2)
    done = prefix.launch(LAUNCH / "simulator.launch.py", "closed_loop:=false")
    assert done.returncode == 1
    assert "The simulator ended with exit code 2" in done.stdout + done.stderr


def test_a_node_that_ends_early_ends_the_drive(prefix: Prefix):
    prefix.program("vlm_driving_simulator", waits=True)
    done = prefix.launch(LAUNCH / "simulator.launch.py")
    assert done.returncode == 1
    assert "ended before the drive did" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "wrong", "words"),
    [
        ("replay", "bag:={tmp}/none", "There is no bag"),
        ("replay", "record:={tmp}", "exists already"),
        ("replay", "rate:=slow", "rate is slow"),
        ("replay", "drain:=long", "drain is long"),
        ("simulator", "seed:=first", "seed is first"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_starts(
    prefix: Prefix, tmp_path: Path, file: str, wrong: str, words: str
):
    # The node would outlive the launch, which ends before it has heard of its process.
    bag = [f"bag:={tmp_path}"] if file == "replay" else []
    done = prefix.launch(LAUNCH / f"{file}.launch.py", *bag, wrong.format(tmp=tmp_path))
    assert done.returncode == 1
    assert words in done.stdout + done.stderr
    assert "process started" not in done.stdout + done.stderr


def test_without_respawn_a_node_that_ends_early_ends_the_replay(prefix: Prefix, tmp_path: Path):
    done = prefix.launch(LAUNCH / "replay.launch.py", f"bag:={tmp_path}")
    assert done.returncode == 1
    assert "ended before the bag did" in done.stdout + done.stderr
