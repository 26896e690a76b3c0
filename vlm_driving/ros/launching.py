"""What the launch files decide, without importing launch: parameters, names, bag commands.

`ros2 launch` runs under the system's Python, which may lack what pip put into a venv: this module
and what it imports need numpy and PyYAML alone, and ROS has both.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from vlm_driving.core import UserError
from vlm_driving.ros.parameters import SOURCES, load, merged, preset, read
from vlm_driving.ros.parameters.parameter import Kind, Value, text_of
from vlm_driving.ros.parameters.reading import checked
from vlm_driving.ros.parameters.table import PLAIN

NODE_NAME = "vlm_driving"
NODE_EXECUTABLE = "vlm_driving_node"
PRESETS = tuple(SOURCES)
CLOCKS = ("auto", "play", "bag")
PLAYER = "/rosbag2_player"
"""The node of `ros2 bag play`."""


def node_parameters(
    *,
    node: str,
    preset_name: str = "",
    params_file: str = "",
    given: Mapping[str, str] | None = None,
) -> dict[str, Value]:
    """The parameters that a launch file starts a node with, checked; defaults are left out.

    A preset, over it what the file sets for this node, over it the arguments that were given.
    They are merged here, not by ROS, where a block with the node's name beats `/**` whatever the
    order, and a camera that a file no longer lists would leave its keys behind.

    Args:
        node: full name, as in /vehicle/vlm_driving.
        preset_name: empty for none.
        params_file: empty for none.
        given: parameters by name, as texts, and `image` (topic of the first camera), `speed`
            (topic of the ego speed) and `transport` (of all cameras). An empty text is an argument
            that was not given.

    Raises:
        UserError: an unknown preset, a file that is missing or wrong, or a value that does not
            fit; one sentence with the remedy.
    """
    values: dict[str, object] = {}
    if preset_name:
        values = merged(values, preset(preset_name).parameters)
    if params_file:
        path = Path(params_file).expanduser()
        of_file = load(path, node)
        try:
            values = merged(values, of_file)
            read(values)
        except UserError as error:
            raise UserError(f"In {path}: {error}") from error
    values |= _from_arguments(given or {}, _cameras(values))
    read(values)
    return checked(values)


def parameters_yaml(values: Mapping[str, Value]) -> str:
    """A parameter file for any node, as rcl reads it.

    Texts are quoted throughout: rcl takes a bare `y` or `on` for a boolean.
    """
    lines = ["/**:", "  ros__parameters:"]
    lines += [f"    {json.dumps(key)}: {_quoted(value)}" for key, value in values.items()]
    return "\n".join(lines if values else ["/**:", "  ros__parameters: {}"]) + "\n"


def full_name(pushed: str | None, namespace: str, name: str = NODE_NAME) -> str:
    """Full name of a node in `namespace`, below what `PushRosNamespace` pushed.

    A namespace that begins with a slash is taken as it is, as launch_ros does.
    """
    above = "" if namespace.startswith("/") else pushed or ""
    return "/" + "/".join(
        part for text in (above, namespace, name) for part in text.split("/") if part
    )


def is_the_node(action: object) -> bool:
    """Whether an action of launch_ros is our node, for a handler of its end."""
    return getattr(action, "node_executable", None) == NODE_EXECUTABLE


def log_level_of(node: str, level: str) -> str:
    """For `--log-level`: `level` for this node's own lines, not for the middleware's."""
    return f"{node.strip('/').replace('/', '.')}:={level}"


def simulator_parameters(given: Mapping[str, str], node: str) -> dict[str, Value]:
    """Parameters of the simulator node, for `parameters_yaml`; it checks their ranges itself.

    Args:
        given: `scenario`, `seed`, `closed_loop`, `rate` and `loop`, as texts.
        node: full name of the node whose advice drives.

    Raises:
        UserError: a text where a number belongs.
    """
    if re.fullmatch(r"[0-9]+", given["seed"]) is None:
        raise UserError(f"seed is {given['seed']}, but takes a whole number: seed:=1, for example.")
    return {
        "scenario": given["scenario"],
        "seed": int(given["seed"]),
        "closed_loop": given["closed_loop"] == "true",
        "advice_topic": f"{node}/advice",
        "rate": float(number("rate", given["rate"])),
        "loop": given["loop"] == "true",
    }


@dataclass(frozen=True, slots=True)
class Play:
    """How a bag is played.

    Attributes:
        bag: a folder or a file.
        rate: times real time, as a text.
        start_offset: seconds into the bag, as a text.
        loop: whether it starts again at its end.
        topics: with spaces between; empty for all.
        remap: `from:=to`, with spaces between.
        clock: who publishes /clock: `play`, `bag`, or `auto`, which is the bag if it has one.
        clock_hz: of `ros2 bag play`'s clock, as a text.
        more: words for `ros2 bag play`, as a shell takes them.
    """

    bag: str
    rate: str = "1.0"
    start_offset: str = "0.0"
    loop: bool = False
    topics: str = ""
    remap: str = ""
    clock: str = "auto"
    clock_hz: str = "200"
    more: str = ""

    def command(self) -> list[str]:
        """The command line. The player starts paused: somebody calls its `resume`.

        Raises:
            UserError: there is no such bag, or a number is none.
        """
        bag = _bag(self.bag)
        words = ["ros2", "bag", "play", str(bag), "--start-paused", "--disable-keyboard-controls"]
        words += ["--rate", number("rate", self.rate, above=0.0)]
        words += ["--start-offset", number("start_offset", self.start_offset)]
        if self.clock == "play" or (self.clock == "auto" and not has_clock(bag)):
            words += ["--clock", number("clock_hz", self.clock_hz, above=0.0)]
        words += ["--loop"] if self.loop else []
        words += ["--topics", *self.topics.split()] if self.topics.split() else []
        words += ["--remap", *self.remap.split()] if self.remap.split() else []
        return words + shlex.split(self.more)


def has_clock(bag: Path) -> bool:
    """Whether the bag's own metadata lists /clock; a file without metadata counts as without."""
    try:
        text = (bag / "metadata.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return re.search(r"^\s*(-\s+)?name:\s*[\"']?/clock[\"']?\s*$", text, re.MULTILINE) is not None


def record_command(folder: str, node: str, pictures: bool) -> list[str]:
    """`ros2 bag record` of what the node puts out, on the clock of the bag that plays.

    Args:
        folder: a new one.
        node: full name.
        pictures: whether the annotated pictures too; they are drawn only while someone listens.

    Raises:
        UserError: the folder exists already.
    """
    path = Path(folder).expanduser()
    if path.exists():
        raise UserError(f"{path} exists already: name a new folder with record:=, or remove it.")
    without = "" if pictures else "(?!.*/annotated/)"
    expression = f"^({node}/{without}.*|/diagnostics)$"
    return ["ros2", "bag", "record", "--use-sim-time", "-o", str(path), "-e", expression]


def number(name: str, text: str, above: float | None = None) -> str:
    """A launch argument as a number with a point; the player's argument parser wants no other.

    Args:
        name: of the argument.
        text: that was given.
        above: what it has to be greater than; None for 0 or more.

    Raises:
        UserError: it is no such number.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (value > above if above is not None else value >= 0) or value == float("inf"):
        wanted = f"greater than {above:g}" if above is not None else "of 0 or more"
        raise UserError(f"{name} is {text}, but takes a number {wanted}: {name}:=1.0, for example.")
    return repr(value)


def _from_arguments(given: Mapping[str, str], cameras: Sequence[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, text in given.items():
        if not text:
            continue
        if name == "image":
            found[f"camera.{cameras[0]}.topic"] = text
        elif name == "speed":
            found["speed.topic"] = text
        elif name == "transport":
            found |= {f"camera.{camera}.{name}": text for camera in cameras}
        elif name == "model":
            found[name] = str(Path(text).expanduser().absolute())
        elif PLAIN[name].kind is Kind.STRING:
            found[name] = text
        else:
            found[name] = _from_text(text)
    return found


def _from_text(text: str) -> object:
    """A number or a boolean as YAML has it; else the text, which is then refused by its name."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _cameras(values: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(camera.name for camera in read(values).cameras)


def _quoted(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_quoted, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else text_of(value)


def _bag(text: str) -> Path:
    path = Path(text).expanduser()
    if not text or not path.exists():
        raise UserError(
            f"There is no bag {path if text else 'named'}: give bag:= the folder of a recording, "
            "the one with metadata.yaml."
        )
    return path
