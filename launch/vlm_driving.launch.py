"""The node: `ros2 launch vlm_driving vlm_driving.launch.py preset:=awsim`.

Made to be included by others: a pushed namespace, `SetRemap` and `SetParameter` hold for it.
Advice is advisory: this is not a safety-rated component.

The node configures and activates itself (its parameter `autostart`). Lifecycle events sent from
here would need the node's services and its `transition_event` to be discovered in time, a volatile
topic whose first message a late subscriber misses, and would have to be sent again after each
respawn. With autostart:=false an outer launch file or a lifecycle manager does it.
"""

from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.logging import launch_config
from launch_ros.actions import LifecycleNode

from vlm_driving.core import UserError
from vlm_driving.ros.launching import (
    NODE_EXECUTABLE,
    NODE_NAME,
    PRESETS,
    full_name,
    log_level_of,
    node_parameters,
    parameters_yaml,
)

YES_NO = ["true", "false"]
RESPAWN_DELAY_S = 2.0
# Arguments that set a parameter where they are given; empty leaves it to the file and the preset.
OF_NODE = ("image", "speed", "transport", "use_sim_time", "backends", "model", "budget_ms")


def generate_launch_description() -> LaunchDescription:
    """The declared arguments and the node."""
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "preset",
                default_value="",
                choices=["", *PRESETS],
                description="Parameters for a known source of images; empty for none.",
            ),
            DeclareLaunchArgument(
                "params_file",
                default_value="",
                description="Parameter file in ROS's form, over the preset; empty for none.",
            ),
            DeclareLaunchArgument(
                "namespace",
                default_value="",
                description="Namespace of the node, below one that was pushed.",
            ),
            DeclareLaunchArgument(
                "node_name",
                default_value=NODE_NAME,
                description="Name of the node; its topics are below it.",
            ),
            DeclareLaunchArgument(
                "image",
                default_value="",
                description="Topic of the first camera's images; empty for the one of the "
                "params_file, the preset, or ~/front/image.",
            ),
            DeclareLaunchArgument(
                "speed",
                default_value="",
                description="Topic of the ego speed; empty as configured.",
            ),
            DeclareLaunchArgument(
                "transport",
                default_value="",
                choices=["", "auto", "raw", "compressed"],
                description="Transport of all cameras; empty as configured.",
            ),
            DeclareLaunchArgument(
                "use_sim_time",
                default_value="",
                choices=["", *YES_NO],
                description="Whether ages are measured on /clock; empty as configured.",
            ),
            DeclareLaunchArgument(
                "autostart",
                default_value="true",
                choices=YES_NO,
                description="Whether the node configures and activates itself, again after a "
                "respawn; false leaves that to a lifecycle manager. It goes before the "
                "params_file.",
            ),
            DeclareLaunchArgument(
                "backends",
                default_value="",
                description="What may answer, the preferred one first, with commas, such as "
                "onnx-gpu,onnx-cpu; empty as configured.",
            ),
            DeclareLaunchArgument(
                "model",
                default_value="",
                description="Folder of a model bundle; empty as configured, or the one that ships.",
            ),
            DeclareLaunchArgument(
                "budget_ms",
                default_value="",
                description="From the camera's stamp to the report, in ms; empty as configured.",
            ),
            DeclareLaunchArgument(
                "log_level",
                default_value="info",
                choices=["debug", "info", "warn", "error", "fatal"],
                description="Least severe lines of the node that are logged.",
            ),
            DeclareLaunchArgument(
                "respawn",
                default_value="false",
                choices=YES_NO,
                description=f"Whether the node is started again {RESPAWN_DELAY_S:g} s after it "
                "ended by itself.",
            ),
            OpaqueFunction(function=start_node),
        ]
    )


def start_node(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """The node, with its parameters in a file beside the log of this launch."""
    given = dict(context.launch_configurations)
    node = full_name(given.get("ros_namespace"), given["namespace"], given["node_name"])
    try:
        values = node_parameters(
            node=node,
            preset_name=given["preset"],
            params_file=given["params_file"],
            given={name: given[name] for name in (*OF_NODE, "autostart")},
        )
    except UserError as error:
        raise RuntimeError(str(error)) from error
    # Kept, so that anyone can see what the node was started with.
    file = Path(launch_config.log_dir) / f"parameters{node.replace('/', '_')}.yaml"
    file.write_text(parameters_yaml(values), encoding="utf-8")
    return [
        LifecycleNode(
            package="vlm_driving",
            executable=NODE_EXECUTABLE,
            name=given["node_name"],
            namespace=given["namespace"],
            parameters=[str(file)],
            ros_arguments=["--log-level", log_level_of(node, given["log_level"])],
            output="both",
            respawn=given["respawn"] == "true",
            respawn_delay=RESPAWN_DELAY_S,
        )
    ]
