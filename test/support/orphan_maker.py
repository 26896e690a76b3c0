"""A process with a whole ladder in it that is there to be killed: prints its workers, and waits."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from support.ladder_bench import LadderBench


def main() -> None:
    """Answer frames, with the first backend hung if a word says so, until killed."""
    bench = LadderBench(Path(sys.argv[1]))
    bench.start()
    bench.frame()
    if sys.argv[2] == "hung":
        bench.order("first", answer="stop")
        bench.offer()
        bench.until(lambda: bench.status("first").request is not None)
    print(*(bench.pid(name) for name in bench.names), flush=True)
    while True:
        bench.offer()
        time.sleep(0.02)


if __name__ == "__main__":
    main()
