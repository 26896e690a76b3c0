"""A program: becomes the command that it is given, which then ends with its parent.

`launched.py PARENT COMMAND...`: the kernel sends SIGTERM when the thread that started this ends,
be it by SIGKILL. Runs without the package, so that it costs nothing.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, command = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() == parent:
        os.execv(command[0], command)
