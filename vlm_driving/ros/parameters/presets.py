"""Parameter files that ship, one for each known source of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.resources import config_dir
from vlm_driving.ros.parameters.parameter import nearest
from vlm_driving.ros.parameters.reading import read
from vlm_driving.ros.parameters.ros_yaml import load
from vlm_driving.ros.parameters.settings import NodeSettings
from vlm_driving.ros.parameters.sources import SOURCES, Source

FOLDER = "presets"


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset, read from its file.

    Attributes:
        name: its file's, without the ending.
        path: the file, for `--params-file`.
        parameters: what it sets.
        settings: these and the defaults.
        source: whom it suits, and what that publishes.
    """

    name: str
    path: Path
    parameters: Mapping[str, object]
    settings: NodeSettings
    source: Source


def preset(name: str) -> Preset:
    """The preset of that name.

    Raises:
        UserError: there is none of it, with the list of those that there are; or its file, which
            a user may have changed, is missing or wrong.
    """
    source = SOURCES.get(name)
    if source is None:
        near = nearest(name, SOURCES)
        hint = f"; did you mean {near}?" if near else "."
        raise UserError(f"Unknown preset {name}: the known ones are {', '.join(SOURCES)}{hint}")
    path = config_dir() / FOLDER / f"{name}.yaml"
    parameters = load(path)
    try:
        settings = read(parameters)
    except UserError as error:
        raise UserError(f"In {path}: {error}") from error
    return Preset(name, path, parameters, settings, source)
