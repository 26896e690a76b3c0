"""A process that starts slowly holds up nobody but the thread that starts it."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
from support.worker_bench import PATIENCE_S

from vlm_driving.pipeline.workers.spawn import spawn


def ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def told_by(code: str, keep: tuple[int, ...], socket_: socket.socket) -> str:
    """What a child says into the socket that it was given."""
    pid = spawn([sys.executable, "-S", "-c", code], {"WORD": "冬"}, keep)
    said = socket_.recv(1000).decode()
    assert ended(pid) == 0
    return said


def test_other_threads_run_while_the_child_has_not_come_to_its_program(tmp_path, monkeypatch):
    door = tmp_path / "door"
    os.mkfifo(door)
    monkeypatch.setattr("os.devnull", str(door))  # its stdin: opened before the program
    # If nobody of this process could run, it would wait for ever.
    rescue = subprocess.Popen(["/bin/sh", "-c", f"sleep {PATIENCE_S:g}; : > {door}"])
    pids: list[int] = []
    starter = threading.Thread(target=lambda: pids.append(spawn(["/bin/true"], {}, ())))
    try:
        starter.start()
        opened = None
        while opened is None and starter.is_alive():
            try:
                opened = os.open(door, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                assert error.errno == errno.ENXIO  # nobody reads yet
    finally:
        starter.join()
        rescue.kill()
        rescue.wait()
    assert opened is not None
    os.close(opened)
    assert ended(pids[0]) == 0


def test_a_child_has_its_environment_a_session_of_its_own_and_the_descriptors_that_it_is_given():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        code = (
            "import os, socket\n"
            f"line = socket.socket(fileno={theirs.fileno()})\n"
            "alone = os.getsid(0) == os.getpid()\n"
            "stdin = os.read(0, 1)\n"
            "same = os.fstat(1) == os.fstat(2)\n"
            "line.send(f'{os.environ[\"WORD\"]} {alone} {stdin} {same}'.encode())\n"
        )
        assert told_by(code, (theirs.fileno(),), ours) == "冬 True b'' True"
        assert not theirs.get_inheritable()  # here nothing has changed


def test_a_program_that_is_not_there_is_an_error_of_the_system():
    with pytest.raises(FileNotFoundError):
        spawn(["/nowhere/program"], {}, ())


def test_a_closed_descriptor_is_an_error_of_the_system():
    ours, theirs = socket.socketpair()
    ours.close()
    theirs.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        spawn(["/bin/true"], {}, (theirs.fileno(),))


def test_a_text_that_would_be_cut_off_is_refused():
    with pytest.raises(OSError, match="Invalid argument"):
        spawn(["/bin/true", "a\0b"], {}, ())


def test_a_child_can_be_ended_with_everything_that_it_has_started():
    pid = spawn(["/bin/sh", "-c", "sleep 600 & wait"], dict(os.environ), ())
    os.killpg(pid, signal.SIGKILL)
    assert ended(pid) == -signal.SIGKILL


def test_a_worker_gives_back_what_it_got_by_accident_and_keeps_the_rest():
    ours, theirs = socket.socketpair()
    leaked = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(leaked, True)  # as a library does that knows no better
    with ours, theirs:
        code = (
            "import os, socket\n"
            "from vlm_driving.pipeline.workers.surroundings import close_inherited\n"
            f"line = socket.socket(fileno={theirs.fileno()})\n"
            "own = os.open(os.devnull, os.O_RDONLY)\n"
            f"before = os.path.exists('/proc/self/fd/{leaked}')\n"
            f"close_inherited(({theirs.fileno()},))\n"
            f"after = os.path.exists('/proc/self/fd/{leaked}')\n"
            "line.send(f'{before} {after} {os.read(own, 1)}'.encode())\n"
        )
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        pid = spawn([sys.executable, "-c", code], environment, (theirs.fileno(),))
        assert ours.recv(1000) == b"True False b''"
        assert ended(pid) == 0
    os.close(leaked)
