"""What an export needs that a runtime install does not have, asked for in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from vlm_driving.core import UserError

Say = Callable[[str], None]
"""Takes one line of progress."""


def say_stderr(line: str) -> None:
    """Print one line of progress on stderr, so that stdout stays a program's to read."""
    print(line, file=sys.stderr, flush=True)


def require(*modules: str) -> None:
    """Raise UserError unless every named module is installed (it is not imported here)."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise UserError(
            f"exporting needs {', '.join(missing)}, which is not installed here; "
            f"run `pip install vlm-driving[train]`."
        )


@contextmanager
def without_bars() -> Iterator[None]:
    """Keep transformers' own progress bars off stderr, where our lines of progress go."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
