"""`vlm-driving`: finds the command, hands over, and turns errors into sentences.

A command lives in its own module, with `configure(parser)` and `run(args) -> exit code`. Only the
chosen one is imported, so that `--help` knows no model, no bag and no OpenCV.

Exit codes: 0 done, 1 a gate failed, 2 something that the user can mend, 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn, TextIO

from vlm_driving import __version__, process

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand: the module that has it and the line that `--help` prints."""

    name: str
    module: str
    summary: str


COMMANDS = (
    Command("demo", "vlm_driving.replay.demo", "replay the sample bag and write its report"),
    Command("replay", "vlm_driving.replay.command", "turn a rosbag into reports, without ROS"),
    Command(
        "questions",
        "vlm_driving.driving_questions.command",
        "make questions about a simulated bag, or check a question set",
    ),
    Command(
        "heron",
        "vlm_driving.replay.asking.command_heron",
        "ask a model about pictures in files, and score it",
    ),
    Command("score", "vlm_driving.evaluation.command_score", "score a run, or answers"),
    Command("report", "vlm_driving.evaluation.command_report", "write a run's one-page HTML"),
    Command("bench", "vlm_driving.bench.command", "measure a model on this machine"),
    Command("backends", "vlm_driving.backends_command", "say what can run a model on this machine"),
    Command("node", "vlm_driving.ros.dds_command", "run the ROS 2 node without ROS, on DDS"),
    Command("soak", "vlm_driving.soak.command", "break everything, and see that reports are kept"),
    Command("simulate", "vlm_driving.simulator_command", "write a bag of simulated road scenes"),
    Command(
        "sim-node",
        "vlm_driving.ros.simulator.command",
        "the simulator as a ROS 2 node, without ROS, on DDS",
    ),
    Command("train", "vlm_driving.training.command_train", "train a model bundle (needs torch)"),
    Command("export", "vlm_driving.training.command_export", "make a bundle of a model directory"),
)

# Modules that come with an extra only: import name -> extra.
_FROM_EXTRAS = {
    "cyclonedds": "dds",
    "jinja2": "train",
    "matplotlib": "train",
    "onnx": "train",
    "onnx_ir": "train",
    "onnxruntime": "cpu",
    "onnxruntime_genai": "train",
    "onnxscript": "train",
    "safetensors": "train",
    "torch": "train",
    "transformers": "train",
}


class _Parser(argparse.ArgumentParser):
    """Argument errors as one sentence, in place of the usage text."""

    def error(self, message: str) -> NoReturn:
        _say(f"{message}; `{self.prog} --help` lists what it takes.")
        sys.exit(EXIT_USER_ERROR)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code. Without `argv`: this process's own."""
    if argv is None:
        process.claim()
    _fill_in_closed_streams()
    # Japanese text must not end a run under a locale that cannot print it.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        try:
            code = _dispatch(sys.argv[1:] if argv is None else argv)
        except SystemExit as stop:  # argparse has said all: help, version, a wrong argument
            code = stop.code if isinstance(stop.code, int) else 0
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        _say("interrupted.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has left; Python's own flush at exit must not complain again.
        _leave(sys.stdout)
        return EXIT_BROKEN_PIPE
    except OSError as error:
        # Commands name their own files; what is left is the working directory or the output.
        where = f"{error.filename}: " if error.filename else ""
        _say(
            f"{where}{error.strerror or error}; check the path, its permissions, the working "
            "directory and the room on the disk."
        )
        try:
            sys.stdout.flush()
        except OSError:  # what is still buffered has nowhere to go
            _leave(sys.stdout)
        return EXIT_USER_ERROR


def _fill_in_closed_streams() -> None:
    """Give what is printed somewhere to go where the caller has closed stdout or stderr."""
    for number in range(3):  # or a socket takes the number, and a worker's output goes into it
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which takes the lowest number that is free
            os.set_inheritable(number, True)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _leave(stream: TextIO) -> None:
    """Send the rest of `stream` nowhere, so that Python's flush at exit does not complain."""
    with contextlib.suppress(OSError, ValueError):  # not a file: nothing is flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _dispatch(argv: Sequence[str]) -> int:
    chosen = next((word for word in argv if not word.startswith("-")), None)
    parser = _root_parser()
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for command in COMMANDS:
        subparser = commands.add_parser(
            command.name, help=command.summary, description=command.summary.capitalize() + "."
        )
        if command.name == chosen:
            return _run(command, parser, subparser, argv)
    arguments = parser.parse_args(argv)  # --help, --version and unknown commands end here
    assert arguments.command is None
    parser.print_help(sys.stderr)
    return EXIT_USER_ERROR


def _run(
    command: Command,
    parser: argparse.ArgumentParser,
    subparser: argparse.ArgumentParser,
    argv: Sequence[str],
) -> int:
    from vlm_driving.core.errors import UserError  # imports numpy: not for --help

    try:
        module = importlib.import_module(command.module)
        module.configure(subparser)
        return int(module.run(parser.parse_args(argv)))
    except UserError as error:
        _say(str(error))
        return EXIT_USER_ERROR
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _FROM_EXTRAS:
            raise
        extra = _FROM_EXTRAS[missing]
        _say(
            f"`vlm-driving {command.name}` needs {missing}, which is not installed: run "
            f'`pip install "vlm-driving[{extra}]"` (in a checkout: `pip install ".[{extra}]"`).'
        )
        return EXIT_USER_ERROR


def _root_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="vlm-driving",
        description="Japanese scene reports and driving advice from camera frames. "
        "Advice is advisory: this is not a safety-rated component.",
        epilog="`vlm-driving COMMAND --help` explains one command.",
    )
    parser.add_argument("--version", action="version", version=f"vlm-driving {__version__}")
    return parser


def _say(sentence: str) -> None:
    try:
        print(f"vlm-driving: {sentence}", file=sys.stderr, flush=True)
    except OSError:  # nobody reads it: the exit code still tells
        _leave(sys.stderr)
