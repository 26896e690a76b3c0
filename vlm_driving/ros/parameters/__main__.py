"""Write what is made from the table: pages, defaults and presets, in the folder of the sources."""

from __future__ import annotations

from pathlib import Path

from vlm_driving.resources import data_dir
from vlm_driving.ros.parameters.render_pages import page
from vlm_driving.ros.parameters.render_yaml import defaults_yaml, preset_yaml
from vlm_driving.ros.parameters.sources import SOURCES


def made() -> dict[str, str]:
    """Path below the root of the sources to text, for every file that the table makes."""
    return {
        "docs/ros_parameters.md": page(),
        "docs/ros_parameters.ja.md": page(japanese=True),
        "config/vlm_driving.yaml": defaults_yaml(),
        **{f"config/presets/{name}.yaml": preset_yaml(one) for name, one in SOURCES.items()},
    }


def write(root: Path) -> None:
    """Write them all below `root`."""
    for name, text in made().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(data_dir())
