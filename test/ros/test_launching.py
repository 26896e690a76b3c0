"""What the launch files decide: parameters from four places, names, and bag commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from vlm_driving.core import UserError
from vlm_driving.ros.launching import (
    PRESETS,
    Play,
    full_name,
    has_clock,
    log_level_of,
    node_parameters,
    parameters_yaml,
    record_command,
    simulator_parameters,
)
from vlm_driving.ros.parameters import flat, load, read

NODE = "/car/vlm_driving"


@pytest.fixture
def params_file(tmp_path: Path) -> Path:
    """A file with a block for every node, and one for the node of the tests."""
    file = tmp_path / "my.yaml"
    file.write_text(
        "/**:\n  ros__parameters:\n    budget_ms: 150\n    hold_ms: 700.0\n"
        "/car/vlm_driving:\n  ros__parameters:\n    budget_ms: 160\n"
    )
    return file


def test_what_nobody_gives_stays_the_nodes_own_default():
    assert node_parameters(node=NODE) == {}
    assert node_parameters(node=NODE, given={"image": "", "budget_ms": ""}) == {}


def test_a_file_goes_over_the_preset_and_an_argument_over_both(tmp_path: Path):
    file = tmp_path / "my.yaml"
    file.write_text("/**:\n  ros__parameters:\n    budget_ms: 150\n    use_sim_time: false\n")

    def found(**more: object) -> tuple[object, ...]:
        values = node_parameters(node=NODE, preset_name="awsim", **more)  # type: ignore[arg-type]
        budget_ms = read(values).budget_ms
        return budget_ms, values["use_sim_time"], values["camera.front.transport"]

    assert found() == (200.0, True, "raw")
    assert found(params_file=str(file)) == (150.0, False, "raw")
    given = {"budget_ms": "90", "use_sim_time": "true", "transport": "auto"}
    assert found(params_file=str(file), given=given) == (90.0, True, "auto")
    empty = dict.fromkeys(given, "")
    assert found(params_file=str(file), given=empty) == (150.0, False, "raw")


def test_an_argument_beats_even_the_block_with_the_nodes_own_name(params_file: Path):
    values = node_parameters(node=NODE, params_file=str(params_file))
    assert (values["budget_ms"], values["hold_ms"]) == (160.0, 700.0)
    assert node_parameters(node="/vlm_driving", params_file=str(params_file))["budget_ms"] == 150.0
    values = node_parameters(node=NODE, params_file=str(params_file), given={"budget_ms": "90"})
    assert values["budget_ms"] == 90.0


def test_cameras_that_a_file_no_longer_lists_take_their_keys_along(tmp_path: Path):
    file = tmp_path / "my.yaml"
    file.write_text(
        "/**:\n  ros__parameters:\n    cameras: [roof]\n    camera.roof.topic: /roof/image\n"
    )
    values = node_parameters(node=NODE, preset_name="carla_bridge", params_file=str(file))
    assert [key for key in values if key.startswith("camera.")] == ["camera.roof.topic"]


def test_image_is_the_first_cameras_topic_and_transport_is_everyones(tmp_path: Path):
    file = tmp_path / "my.yaml"
    file.write_text("/**:\n  ros__parameters:\n    cameras: [left, right]\n")
    given = {"image": "/a/image", "transport": "compressed", "speed": "/odometry"}
    settings = read(node_parameters(node=NODE, params_file=str(file), given=given))
    assert [one.topic for one in settings.cameras] == ["/a/image", "~/right/image"]
    assert {one.transport for one in settings.cameras} == {"compressed"}
    assert settings.speed.topic == "/odometry"


@pytest.mark.parametrize(
    ("argument", "text", "words"),
    [
        ("budget_ms", "fast", "budget_ms is 'fast', but takes a number"),
        ("budget_ms", "[1", "budget_ms is '[1', but takes a number"),
        ("budget_ms", "5", "from 10 to 60000 ms"),
        ("image", "//camera", "double slash"),
        ("transport", "jpeg", "auto, raw, compressed"),
        ("backends", "tpu", "backends is 'tpu'"),
    ],
)
def test_an_argument_that_does_not_fit_is_refused_by_its_name(argument: str, text: str, words: str):
    with pytest.raises(UserError) as caught:
        node_parameters(node=NODE, given={argument: text})
    assert words in str(caught.value)


def test_an_unknown_preset_and_a_missing_or_wrong_file_are_named(tmp_path: Path):
    with pytest.raises(UserError, match=r"carla.*carla_bridge, carla_native, awsim"):
        node_parameters(node=NODE, preset_name="carla")
    with pytest.raises(UserError, match=r"nowhere\.yaml"):
        node_parameters(node=NODE, params_file=str(tmp_path / "nowhere.yaml"))
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("/**:\n  ros__parameters:\n    budget: 90\n")
    with pytest.raises(UserError, match=r"In .*wrong\.yaml: Unknown parameter budget"):
        node_parameters(node=NODE, params_file=str(wrong))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_survives_being_written_for_the_node(preset: str, tmp_path: Path):
    values = node_parameters(node=NODE, preset_name=preset, given={"autostart": "true"})
    file = tmp_path / "written.yaml"
    file.write_text(parameters_yaml(values), encoding="utf-8")
    assert flat(read(load(file, NODE))) == flat(read(values))
    assert load(file, "/another")["autostart"] is True


def test_texts_that_look_like_something_else_are_quoted():
    text = parameters_yaml({"a": "y", "b": ("on", "1"), "c": 200.0, "d": 1e-05, "e": "前"})
    assert '"a": "y"' in text and '["on", "1"]' in text and '"e": "前"' in text
    values = yaml.safe_load(text)["/**"]["ros__parameters"]
    assert values == {"a": "y", "b": ["on", "1"], "c": 200.0, "d": 1e-05, "e": "前"}
    assert isinstance(values["d"], float)
    assert yaml.safe_load(parameters_yaml({})) == {"/**": {"ros__parameters": {}}}


@pytest.mark.parametrize(
    ("pushed", "namespace", "full"),
    [
        (None, "", "/vlm_driving"),
        ("/", "", "/vlm_driving"),
        ("/car", "", "/car/vlm_driving"),
        ("/car", "roof/", "/car/roof/vlm_driving"),
        ("car", "/roof", "/roof/vlm_driving"),
    ],
)
def test_a_nodes_name_below_a_pushed_namespace(pushed: str | None, namespace: str, full: str):
    assert full_name(pushed, namespace) == full


def test_the_log_level_is_that_of_the_node_alone():
    assert log_level_of(NODE, "debug") == "car.vlm_driving:=debug"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """A folder that is enough of a bag for a command line."""
    folder = tmp_path / "a bag"
    folder.mkdir()
    (folder / "metadata.yaml").write_text(
        "rosbag2_bagfile_information:\n  topics_with_message_count:\n"
        "    - topic_metadata:\n        name: /cam/image_raw\n        type: sensor_msgs/msg/Image\n"
    )
    return folder


def test_a_bag_is_played_paused_with_the_clock_at_200_hz(bag: Path):
    words = Play(bag=str(bag)).command()
    assert words[:4] == ["ros2", "bag", "play", str(bag)]
    assert "--start-paused" in words and words[words.index("--clock") + 1] == "200.0"
    assert not {"--loop", "--topics", "--remap"} & set(words)


def test_every_option_reaches_the_player(bag: Path):
    words = Play(
        bag=str(bag),
        rate="2",
        start_offset="1.5",
        loop=True,
        topics="/a /b",
        remap="/a:=/x",
        clock_hz="100",
        more="--read-ahead-queue-size 5",
    ).command()
    text = " ".join(words)
    for expected in (
        "--rate 2.0",
        "--start-offset 1.5",
        "--loop",
        "--topics /a /b",
        "--remap /a:=/x",
        "--clock 100.0",
        "--read-ahead-queue-size 5",
    ):
        assert expected in text


def test_a_bag_that_has_the_clock_is_not_given_a_second_one(bag: Path):
    assert not has_clock(bag) and "--clock" in Play(bag=str(bag)).command()
    assert "--clock" not in Play(bag=str(bag), clock="bag").command()
    metadata = bag / "metadata.yaml"
    metadata.write_text(metadata.read_text().replace("/cam/image_raw", "/clock"))
    assert has_clock(bag) and "--clock" not in Play(bag=str(bag)).command()
    assert "--clock" in Play(bag=str(bag), clock="play").command()
    metadata.write_text(metadata.read_text().replace("/clock", "/simulator/clock"))
    assert not has_clock(bag)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"bag": "/nowhere/at/all"}, "There is no bag /nowhere/at/all"),
        ({"bag": ""}, "There is no bag named"),
        ({"rate": "0"}, "rate is 0, but takes a number greater than 0"),
        ({"rate": "quick"}, "rate is quick"),
        ({"start_offset": "-1"}, "start_offset is -1"),
        ({"clock_hz": "inf"}, "clock_hz is inf"),
    ],
)
def test_what_cannot_be_played_is_said_before_anything_starts(
    bag: Path, wrong: dict[str, str], words: str
):
    with pytest.raises(UserError) as caught:
        Play(**({"bag": str(bag)} | wrong)).command()  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_the_outputs_are_recorded_on_the_bags_clock_without_pictures(tmp_path: Path):
    new = tmp_path / "new"
    words = record_command(str(new), NODE, pictures=False)
    assert "--use-sim-time" in words
    expression = re.compile(words[-1])
    assert expression.match(f"{NODE}/front/report") and expression.match("/diagnostics")
    assert expression.match(f"{NODE}/advice_text")
    assert not expression.match(f"{NODE}/front/annotated/compressed")
    assert not expression.match("/cam/image_raw") and not expression.match("/car/vlm_driving2/x")
    everything = re.compile(record_command(str(new), NODE, pictures=True)[-1])
    assert everything.match(f"{NODE}/front/annotated/compressed")
    new.mkdir()
    with pytest.raises(UserError, match="exists already"):
        record_command(str(new), NODE, pictures=False)


def test_the_simulator_follows_the_advice_of_the_node_wherever_that_is():
    from vlm_driving.ros.simulator.parameters import read as read_simulator

    given = {
        "scenario": "signals",
        "seed": "7",
        "closed_loop": "false",
        "rate": "2",
        "loop": "true",
    }
    settings = read_simulator(simulator_parameters(given, NODE))
    assert settings.advice_topic == "/car/vlm_driving/advice"
    assert (settings.seed, settings.closed_loop, settings.rate, settings.loop) == (
        7,
        False,
        2,
        True,
    )
    with pytest.raises(UserError, match="seed is seven"):
        simulator_parameters(given | {"seed": "seven"}, NODE)
