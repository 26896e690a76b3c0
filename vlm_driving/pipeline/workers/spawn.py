"""Starting a process without holding up the other threads of this one.

`subprocess` and `os.posix_spawn` wait for the child's exec with the interpreter's lock held:
some milliseconds, and tens of them where the processors are taken. For that long no report of
ours could be closed. The system's own posix_spawn, called through ctypes, waits without it.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Mapping, Sequence

_SETSID = 0x80  # POSIX_SPAWN_SETSID of glibc and musl
_ROOM = 1024  # bytes for an opaque structure; the largest known takes 336
_STDIN, _STDOUT, _STDERR = 0, 1, 2


def spawn(command: Sequence[str], environment: Mapping[str, str], keep: Sequence[int]) -> int:
    """Start `command` in a session of its own.

    It reads nothing, writes to our stderr, and has the descriptors `keep` under the same
    numbers. It also gets whatever else may be inherited: see `surroundings.close_inherited`.

    Args:
        command: path of the program, then its arguments.
        environment: the whole of it.
        keep: descriptors, which need not be inheritable here.

    Returns:
        The number of the process, which the caller has to reap.

    Raises:
        OSError: if the system refuses.
    """
    libc = ctypes.CDLL(None)
    actions = ctypes.create_string_buffer(_ROOM)
    attributes = ctypes.create_string_buffer(_ROOM)
    _check(libc.posix_spawn_file_actions_init(actions))
    try:
        _check(
            libc.posix_spawn_file_actions_addopen(
                actions, _STDIN, os.fsencode(os.devnull), os.O_RDONLY, 0
            )
        )
        _check(libc.posix_spawn_file_actions_adddup2(actions, _STDERR, _STDOUT))
        for fd in keep:  # onto itself: that makes it inheritable in the child alone
            _check(libc.posix_spawn_file_actions_adddup2(actions, fd, fd))
        _check(libc.posix_spawnattr_init(attributes))
        try:
            _check(libc.posix_spawnattr_setflags(attributes, ctypes.c_short(_SETSID)))
            number = ctypes.c_int()  # pid_t
            path = os.fsencode(command[0])
            variables = [f"{name}={value}" for name, value in environment.items()]
            _check(
                libc.posix_spawn(
                    ctypes.byref(number),
                    path,
                    actions,
                    attributes,
                    _strings(command),
                    _strings(variables),
                ),
                command[0],
            )
            return number.value
        finally:
            libc.posix_spawnattr_destroy(attributes)
    finally:
        libc.posix_spawn_file_actions_destroy(actions)


def _strings(texts: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    """As `char *const []`, with its end."""
    encoded = [os.fsencode(text) for text in texts]
    if any(b"\0" in one for one in encoded):  # else everything behind it would be cut off
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return (ctypes.c_char_p * (len(encoded) + 1))(*encoded, None)


def _check(code: int, what: str | None = None) -> None:
    """These functions return their error."""
    if code != 0:
        raise OSError(code, os.strerror(code), what)
