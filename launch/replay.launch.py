"""A bag through the node: `ros2 launch vlm_driving replay.launch.py bag:=DRIVE preset:=nuscenes`.

The player starts paused and goes on once the node is active, a recorder hears its topics and the
node those of the bag: no frame is played to nobody, and /clock runs before the first. When the bag
ends, the last reports are waited for, and the launch ends.
Advice is advisory: this is not a safety-rated component.
"""

from collections.abc import Mapping
from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    ExecuteProcess,
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
from launch_ros.actions import Node

from vlm_driving.core import UserError
from vlm_driving.ros.launching import (
    CLOCKS,
    PLAYER,
    Play,
    full_name,
    is_the_node,
    number,
    record_command,
)

HERE = Path(__file__).resolve().parent
YES_NO = ["true", "false"]


def generate_launch_description() -> LaunchDescription:
    """The arguments of the replay, the node with its own, the player and what waits."""
    return LaunchDescription(
        [
            DeclareLaunchArgument("bag", description="Folder of a rosbag2 recording."),
            DeclareLaunchArgument(
                "rate", default_value="1.0", description="Times real time; the budget is real."
            ),
            DeclareLaunchArgument(
                "loop",
                default_value="false",
                choices=YES_NO,
                description="Whether the bag starts again at its end.",
            ),
            DeclareLaunchArgument(
                "start_offset", default_value="0.0", description="Where in the bag to start, in s."
            ),
            DeclareLaunchArgument(
                "topics",
                default_value="",
                description="Topics to play, with spaces between; empty for all.",
            ),
            DeclareLaunchArgument(
                "remap",
                default_value="",
                description="Topics of the bag to play under others, as in "
                "'/cam/image:=/vlm_driving/front/image', with spaces between.",
            ),
            DeclareLaunchArgument(
                "clock",
                default_value="auto",
                choices=list(CLOCKS),
                description="Who publishes /clock: the player, or the bag that has it recorded; "
                "auto for the bag where its metadata lists /clock.",
            ),
            DeclareLaunchArgument(
                "clock_hz",
                default_value="200",
                description="Rate of the player's /clock; at its own 40 Hz frames seem to come "
                "from the future by up to 25 ms.",
            ),
            DeclareLaunchArgument(
                "play_args", default_value="", description="More words for `ros2 bag play`."
            ),
            DeclareLaunchArgument(
                "record",
                default_value="",
                description="A new folder for a bag of the node's outputs; empty for none.",
            ),
            DeclareLaunchArgument(
                "record_annotated",
                default_value="false",
                choices=YES_NO,
                description="Whether the annotated pictures are recorded too.",
            ),
            DeclareLaunchArgument(
                "ready_timeout",
                default_value="120.0",
                description="How long the node may take to load its model, in s.",
            ),
            DeclareLaunchArgument(
                "drain",
                # Shorter than the node's patience, which would tell of a camera that is gone.
                default_value="1.0",
                description="From the end of the bag to the end of the launch, in s.",
            ),
            # Before the node: what launch has just started outlives an error of the next action.
            OpaqueFunction(function=check_arguments),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(str(HERE / "vlm_driving.launch.py")),
                # Not left to the user: without them no frame is young, and none is awaited.
                launch_arguments={"use_sim_time": "true", "autostart": "true"}.items(),
            ),
            OpaqueFunction(function=start_replay),
        ]
    )


def check_arguments(context: LaunchContext) -> None:
    """Refuse arguments that do not fit; the node's name is not known yet and does not matter."""
    commands(dict(context.launch_configurations), "/unnamed")


def commands(given: Mapping[str, str], node: str) -> tuple[list[str], list[str] | None, float]:
    """The player's command line, the recorder's or None, and how long to wait after the bag, s.

    Raises:
        RuntimeError: an argument that does not fit; one sentence with the remedy.
    """
    try:
        play = Play(
            bag=given["bag"],
            rate=given["rate"],
            start_offset=given["start_offset"],
            loop=given["loop"] == "true",
            topics=given["topics"],
            remap=given["remap"],
            clock=given["clock"],
            clock_hz=given["clock_hz"],
            more=given["play_args"],
        ).command()
        pictures = given["record_annotated"] == "true"
        record = record_command(given["record"], node, pictures) if given["record"] else None
        number("ready_timeout", given["ready_timeout"])
        return play, record, float(number("drain", given["drain"]))
    except (UserError, ValueError) as error:
        raise RuntimeError(str(error)) from error


def start_replay(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Player, recorder, what waits for them, and what happens when one of them ends."""
    given = dict(context.launch_configurations)
    node = full_name(given.get("ros_namespace"), given["namespace"], given["node_name"])
    play, record, drain_s = commands(given, node)
    player = ExecuteProcess(cmd=play, name="play", output="both")
    # SIGINT is what makes the recorder close its file; it gets time to.
    recorder = (
        [ExecuteProcess(cmd=record, name="record", output="both", sigterm_timeout="15")]
        if record
        else []
    )
    waiter = Node(
        package="vlm_driving",
        executable="vlm_driving_wait",
        arguments=[
            "--node",
            node,
            "--player",
            PLAYER,
            "--timeout",
            given["ready_timeout"],
            *(["--recorded"] if record else []),
        ],
        output="both",
    )

    def played(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        if context.is_shutdown:
            return []
        if event.returncode:
            raise RuntimeError(f"ros2 bag play ended with exit code {event.returncode}.")
        # In real time: /clock stands still now, the budget does not.
        over = EmitEvent(event=Shutdown(reason="the bag has been played"))
        told = LogInfo(msg=f"The bag has been played; the launch ends in {drain_s:g} s.")
        return [told, TimerAction(period=drain_s, actions=[over])]

    def waited(event: ProcessExited, context: LaunchContext) -> None:
        if event.returncode and not context.is_shutdown:
            raise RuntimeError("The bag was not played: the node was not ready for it (see above).")

    def ended(event: ProcessExited, context: LaunchContext) -> None:
        if not context.is_shutdown:
            raise RuntimeError(f"{event.process_name} ended before the bag did (see above).")

    ends = [
        OnProcessExit(target_action=player, on_exit=played),
        OnProcessExit(target_action=waiter, on_exit=waited),
        *(OnProcessExit(target_action=one, on_exit=ended) for one in recorder),
    ]
    if given["respawn"] != "true":
        ends.append(OnProcessExit(target_action=is_the_node, on_exit=ended))
    return [*map(RegisterEventHandler, ends), player, *recorder, waiter]
