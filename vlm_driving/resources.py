"""Where the files that ship beside the code are: launch files, configuration, model bundles.

A source tree and an installed `share/vlm_driving` have the same folders and the same
`package.xml`, so one rule serves a wheel, `pip install -e`, both ways of colcon and a plain
checkout: the folder with our package.xml that is nearest to the imported code. The search
knows no ROS; AMENT_PREFIX_PATH is only read.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from vlm_driving.core.errors import UserError

PACKAGE = "vlm_driving"
DEFAULT_BUNDLE = "driving-ja"
_MARKER = "package.xml"
# A prefix is at most five folders up: <prefix>/local/lib/python3.X/dist-packages on Debian.
_LEVELS = 5
_NAME_ELEMENT = f"<name>{PACKAGE}</name>"


def data_dir() -> Path:
    """The folder that holds `launch/`, `config/` and `models/`.

    Raises:
        UserError: there is none; the sentence names every folder that was looked at.
    """
    looked = list(dict.fromkeys(_candidates(Path(__file__))))
    for folder in looked:
        if _is_ours(folder):
            return folder
    raise UserError(
        f"the data files of {PACKAGE} are not installed (no {_MARKER} of ours in "
        f"{', '.join(map(str, looked))}): reinstall with `pip install --force-reinstall "
        "--no-deps .` in its source folder, or source the workspace's setup file."
    )


def config_dir() -> Path:
    """The folder with the configuration files that ship."""
    return _subfolder("config")


def launch_dir() -> Path:
    """The folder with the launch files that ship."""
    return _subfolder("launch")


def default_bundle() -> Path:
    """The model bundle that is used when the user names none."""
    bundle = data_dir() / "models" / DEFAULT_BUNDLE
    if not (bundle / "bundle.json").is_file():
        raise UserError(
            f"the shipped model is not at {bundle}: name a bundle with --model, or install from "
            f"a complete checkout, one that has models/{DEFAULT_BUNDLE}/bundle.json."
        )
    return bundle


def _subfolder(name: str) -> Path:
    folder = data_dir() / name
    if not folder.is_dir():
        raise UserError(f"{folder} does not exist: reinstall {PACKAGE} from a complete checkout.")
    return folder


def _candidates(code: Path) -> Iterator[Path]:
    """Folders to try for the code file `code`, nearest first."""
    # Links are followed: colcon's symlink install imports the source tree through build/.
    package = code.resolve().parent
    yield package.parent
    # <prefix>/lib/python3.X/site-packages/vlm_driving: a venv, --user, --target and a colcon
    # install differ only in how many levels the prefix is up.
    for ancestor in package.parents[:_LEVELS]:
        yield ancestor / "share" / PACKAGE
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        if prefix:
            yield Path(prefix) / "share" / PACKAGE
    yield Path(sys.prefix) / "share" / PACKAGE


def _is_ours(folder: Path) -> bool:
    try:
        return _NAME_ELEMENT in (folder / _MARKER).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
