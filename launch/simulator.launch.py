"""The built-in simulator, and the node that drives in it.

    ros2 launch vlm_driving simulator.launch.py scenario:=works_flagger

The simulator is /simulator whatever namespace is pushed: it publishes /clock, of which there is
one. The node's own arguments hold as for vlm_driving.launch.py, over the preset builtin_simulator.
Advice is advisory: this is not a safety-rated component.
"""

from collections.abc import Mapping
from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    TimerAction,
)
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch.events.process import ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.logging import launch_config
from launch_ros.actions import Node

from vlm_driving.core import UserError
from vlm_driving.resources import config_dir
from vlm_driving.ros.launching import (
    full_name,
    is_the_node,
    parameters_yaml,
    simulator_parameters,
)
from vlm_driving.ros.parameters.parameter import Value

HERE = Path(__file__).resolve().parent
YES_NO = ["true", "false"]
PRESET = "builtin_simulator"
PICTURES = "/simulator/front/image_raw/compressed"
DRAIN_S = 1.0
"""From the end of the drive to the end of the launch, for the last reports."""


def generate_launch_description() -> LaunchDescription:
    """The arguments of the simulator, the node with its own, and the simulator."""
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "scenario",
                default_value="signals",
                description="A scenario that ships (`vlm-driving simulate --list-scenarios`), a "
                "scenario's YAML file, or random.",
            ),
            DeclareLaunchArgument(
                "seed", default_value="1", description="Another seed, another look."
            ),
            DeclareLaunchArgument(
                "closed_loop",
                default_value="true",
                choices=YES_NO,
                description="Whether the node's advice drives; otherwise a driver who knows the "
                "ground truth does.",
            ),
            DeclareLaunchArgument(
                "rate",
                default_value="1.0",
                description="Simulated seconds a real second; 0 for as fast as pictures are made.",
            ),
            DeclareLaunchArgument(
                "loop",
                default_value="false",
                choices=YES_NO,
                description="Whether it drives again and again; otherwise the launch ends with "
                "the drive.",
            ),
            DeclareLaunchArgument(
                "rviz",
                default_value="false",
                choices=YES_NO,
                description="Whether RViz is started, if rviz2 is installed.",
            ),
            # Before the node: what launch has just started outlives an error of the next action.
            OpaqueFunction(function=check_arguments),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(str(HERE / "vlm_driving.launch.py")),
                launch_arguments={"preset": PRESET, "use_sim_time": "true"}.items(),
            ),
            OpaqueFunction(function=start_simulator),
        ]
    )


def check_arguments(context: LaunchContext) -> None:
    """Refuse arguments that do not fit; the node's name is not known yet and does not matter."""
    simulator_values(dict(context.launch_configurations), "/unnamed")


def simulator_values(given: Mapping[str, str], node: str) -> dict[str, Value]:
    """The simulator's parameters. Raises RuntimeError: one sentence with the remedy."""
    try:
        return simulator_parameters(given, node)
    except UserError as error:
        raise RuntimeError(str(error)) from error


def start_simulator(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """The simulator, RViz where it is wanted, and the end of the launch with the drive."""
    given = dict(context.launch_configurations)
    node = full_name(given.get("ros_namespace"), given["namespace"], given["node_name"])
    values = simulator_values(given, node)
    file = Path(launch_config.log_dir) / "parameters_simulator.yaml"
    file.write_text(parameters_yaml(values), encoding="utf-8")
    simulator = Node(
        package="vlm_driving",
        executable="vlm_driving_simulator",
        name="simulator",
        namespace="/",
        parameters=[str(file)],
        output="both",
    )

    def driven(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        if context.is_shutdown:
            return []
        if event.returncode:
            raise RuntimeError(f"The simulator ended with exit code {event.returncode}, see above.")
        over = EmitEvent(event=Shutdown(reason="the drive is over"))
        told = LogInfo(msg=f"The drive is over; the launch ends in {DRAIN_S:g} s.")
        return [told, TimerAction(period=DRAIN_S, actions=[over])]

    def ended(event: ProcessExited, context: LaunchContext) -> None:
        if not context.is_shutdown:
            raise RuntimeError(f"{event.process_name} ended before the drive did, see above.")

    ends = [OnProcessExit(target_action=simulator, on_exit=driven)]
    if given["respawn"] != "true":
        ends.append(OnProcessExit(target_action=is_the_node, on_exit=ended))
    return [*map(RegisterEventHandler, ends), simulator, *_viewer(given["rviz"] == "true", node)]


def _viewer(rviz: bool, node: str) -> list[LaunchDescriptionEntity]:
    if rviz:
        words = ["-d", str(config_dir() / "rviz" / "vlm_driving.rviz")]
        # The layout has the topics of a bag of `vlm-driving simulate` and of an unmoved node.
        drawn = "front/annotated/compressed"
        moved = [
            ("/sensing/camera/front/image_raw/compressed", PICTURES),
            (f"/vlm_driving/{drawn}", f"{node}/{drawn}"),
        ]
        return [
            Node(
                package="rviz2",
                executable="rviz2",
                arguments=words,
                namespace="/",
                remappings=moved,
            )
        ]
    return [
        LogInfo(
            msg="To watch: rviz:=true, or `ros2 run foxglove_bridge foxglove_bridge`, then connect "
            "Foxglove to ws://localhost:8765, open the layout "
            f"{config_dir() / 'foxglove' / 'vlm_driving.json'} and set its camera image to "
            f"{PICTURES}."
        )
    ]
