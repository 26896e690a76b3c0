"""The command line: cheap to start, errors in one sentence, exit codes that scripts can trust."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import io
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from vlm_driving import __version__, cli
from vlm_driving.core import UserError


def install_command(monkeypatch: pytest.MonkeyPatch, run: Callable[..., int]) -> None:
    """Put a stand-in in the place of every command: one option and the given `run`."""

    def configure(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--budget-ms", type=float, default=200.0)

    module = types.SimpleNamespace(configure=configure, run=run)
    monkeypatch.setattr(importlib, "import_module", lambda name: module)


def raising(error: BaseException) -> Callable[..., int]:
    def run(args: argparse.Namespace) -> int:
        raise error

    return run


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: command.name)
def test_every_command_that_help_lists_exists(command: cli.Command):
    assert importlib.util.find_spec(command.module) is not None


def test_help_lists_each_command_with_a_line(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in cli.COMMANDS:
        assert f"{command.name} " in out and command.summary in out
    assert "not a safety-rated component" in " ".join(out.split())


def test_help_imports_nothing_heavy(repository: Path):
    code = (
        "import sys\nfrom vlm_driving import cli\ncli.main(['--help'])\n"
        "heavy = {'numpy', 'cv2', 'rosbags', 'rich', 'tokenizers', 'onnxruntime', 'torch'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "heavy: []"


def test_version(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"vlm-driving {__version__}\n"


def test_no_command_shows_the_help_and_is_an_error(capsys: pytest.CaptureFixture[str]):
    assert cli.main([]) == 2
    assert "commands:" in capsys.readouterr().err


def test_unknown_command_is_one_sentence_with_the_known_ones(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["reply"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "reply" in err and "replay" in err


def test_the_commands_exit_code_is_ours(monkeypatch: pytest.MonkeyPatch):
    install_command(monkeypatch, lambda args: 1 if args.budget_ms > 100 else 0)
    assert cli.main(["replay", "--budget-ms", "50"]) == 0
    assert cli.main(["replay"]) == 1


def test_a_bad_argument_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    install_command(monkeypatch, lambda args: 0)
    assert cli.main(["bench", "--budget-ms", "soon"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "--budget-ms" in err and "vlm-driving bench --help" in err


def test_a_user_error_is_its_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    install_command(monkeypatch, raising(UserError("no bag at x: name an existing one.")))
    assert cli.main(["replay"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "vlm-driving: no bag at x: name an existing one.\n"
    assert captured.out == ""


def test_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    install_command(monkeypatch, raising(KeyboardInterrupt()))
    assert cli.main(["replay"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch):
    install_command(monkeypatch, raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        cli.main(["replay"])


@pytest.mark.parametrize(
    ("missing", "extra"),
    [("torch", "train"), ("transformers.models.llama", "train"), ("onnxruntime", "cpu")],
)
def test_a_module_of_an_extra_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str, extra: str
):
    install_command(monkeypatch, raising(ModuleNotFoundError("no", name=missing)))
    assert cli.main(["train"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert missing.partition(".")[0] in err and f'pip install ".[{extra}]"' in err


def test_any_other_missing_module_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch):
    install_command(monkeypatch, raising(ModuleNotFoundError("no", name="vlm_driving.nothing")))
    with pytest.raises(ModuleNotFoundError):
        cli.main(["train"])


@pytest.mark.parametrize("arguments", [["--help"], ["replay"]])
def test_a_reader_that_leaves_is_no_traceback(repository: Path, arguments: list[str]):
    code = (
        "import importlib, types\nfrom vlm_driving import cli\n"
        "command = types.SimpleNamespace(configure=lambda p: None, run=lambda a: print() or 0)\n"
        "importlib.import_module = lambda name: command\n"
        f"raise SystemExit(cli.main({arguments}))"
    )
    reader, writer = os.pipe()
    os.close(reader)
    buffered = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    try:
        result = subprocess.run(
            [sys.executable, "-c", code],
            cwd=repository,
            env=buffered,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writer)
    assert (result.returncode, result.stderr) == (141, "")


def test_a_locale_without_japanese_prints_what_it_can(
    monkeypatch: pytest.MonkeyPatch,
):
    def run(args: argparse.Namespace) -> int:
        print("前方に注意 ok")
        return 0

    install_command(monkeypatch, run)
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert cli.main(["replay"]) == 0
    assert raw.getvalue().rstrip().endswith(b" ok")


def test_what_the_system_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Commands name their own files; this is for the rest, as a working directory that is gone."""
    install_command(monkeypatch, raising(FileNotFoundError(2, "No such file or directory")))
    assert cli.main(["replay"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "No such file or directory; check the path" in err


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_closed_stream_is_no_fault(repository: Path, closed: str):
    code = (
        "import importlib, sys, types\nfrom vlm_driving import cli\n"
        "def run(args):\n"
        "    print('a line', flush=True)\n"
        "    print('a line', file=sys.stderr, flush=True)\n"
        "    return 0 if sys.stderr.isatty() in (True, False) else 1\n"
        "command = types.SimpleNamespace(configure=lambda p: None, run=run)\n"
        "importlib.import_module = lambda name: command\n"
        "raise SystemExit(cli.main(['replay']))"
    )
    number = {"stdout": 1, "stderr": 2}[closed]
    result = subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {number}>&-', sys.executable, "-c", code],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0
    assert "Traceback" not in result.stderr
    assert result.stdout + result.stderr == "a line\n"


def test_no_socket_takes_the_number_of_a_closed_stream(repository: Path):
    code = (
        "import importlib, socket, sys, types\nfrom vlm_driving import cli\n"
        "run = lambda args: min(socket.socket().fileno(), 3)\n"
        "command = types.SimpleNamespace(configure=lambda p: None, run=run)\n"
        "importlib.import_module = lambda name: command\n"
        "raise SystemExit(cli.main(['replay']))"
    )
    result = subprocess.run(
        ["sh", "-c", 'exec "$0" "$@" 0<&- 1>&- 2>&-', sys.executable, "-c", code],
        cwd=repository,
        check=False,
    )
    assert result.returncode == 3


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_an_output_on_a_full_disk_is_one_sentence(repository: Path):
    code = (
        "import importlib, types\nfrom vlm_driving import cli\n"
        "command = types.SimpleNamespace(configure=lambda p: None, run=lambda a: print('x') or 0)\n"
        "importlib.import_module = lambda name: command\n"
        "raise SystemExit(cli.main(['replay']))"
    )
    with open("/dev/full", "w", encoding="utf-8") as full:
        result = subprocess.run(
            [sys.executable, "-c", code],
            cwd=repository,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1 and "No space left on device" in result.stderr
