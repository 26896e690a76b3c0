"""The built-in simulator as a node: pictures, speed, /clock and ground truth out, advice in.

`SimulatorNode` knows a `vlm_driving.ros.port.Port` alone. `command` runs it on bare DDS,
`rclpy_main` under rclpy.
"""

from vlm_driving.ros.simulator.node import SimulatorNode
from vlm_driving.ros.simulator.parameters import PARAMETERS, SimulatorSettings, read

__all__ = ["PARAMETERS", "SimulatorNode", "SimulatorSettings", "read"]
