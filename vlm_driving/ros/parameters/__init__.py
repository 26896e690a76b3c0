"""The node's parameters: one table, and everything that is made from it.

`SECTIONS` lists them; `read` makes `NodeSettings` of a flat mapping, `load` gets one from a file in
ROS's form, `preset` from the files that ship; `changed` says what may change while the node runs;
`python -m vlm_driving.ros.parameters` writes the pages, config/vlm_driving.yaml and the presets.
"""

from vlm_driving.ros.parameters.live import Refused, changed
from vlm_driving.ros.parameters.parameter import Form, Kind, Parameter, Value
from vlm_driving.ros.parameters.presets import Preset, preset
from vlm_driving.ros.parameters.reading import flat, merged, read, unlisted_cameras
from vlm_driving.ros.parameters.ros_yaml import load
from vlm_driving.ros.parameters.settings import (
    CameraSettings,
    DiagnosticsSettings,
    NodeSettings,
    QosOverride,
    SpeedSettings,
)
from vlm_driving.ros.parameters.sources import SOURCES, Source, Stream
from vlm_driving.ros.parameters.table import SECTIONS, parameter, parameters_of

__all__ = [
    "SECTIONS",
    "SOURCES",
    "CameraSettings",
    "DiagnosticsSettings",
    "Form",
    "Kind",
    "NodeSettings",
    "Parameter",
    "Preset",
    "QosOverride",
    "Refused",
    "Source",
    "SpeedSettings",
    "Stream",
    "Value",
    "changed",
    "flat",
    "load",
    "merged",
    "parameter",
    "parameters_of",
    "preset",
    "read",
    "unlisted_cameras",
]
