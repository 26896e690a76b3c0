"""`vlm-driving`: finds the command, hands over, and turns errors into sentences.

A command lives in its own module, with `configure(parser)` and `run(args) -> exit code`. Only the
chosen one is imported, so that `--help` knows no model, no bag and no OpenCV.

Exit codes: 0 done, 1 a gate failed, 2 something that the user can mend, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from vlm_driving import __version__

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
    Command("report", "vlm_driving.evaluation.command_report", "write a run's one-page HTML"),
    Command("bench", "vlm_driving.bench.command", "measure a model on this machine"),
    Command("simulate", "vlm_driving.simulator_command", "write a bag of simulated road scenes"),
    Command("train", "vlm_driving.training.command_train", "train a model bundle (needs torch)"),
    Command("export", "vlm_driving.training.command_export", "make a bundle of a model directory"),
)

# Modules that come with an extra only: import name -> extra.
_FROM_EXTRAS = {
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
    """Run one command line (default: the process's) and return its exit code."""
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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE


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
    print(f"vlm-driving: {sentence}", file=sys.stderr)
