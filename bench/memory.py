"""Peak memory and time of the whole demonstration, in a process of its own."""

import os
import subprocess
import sys
import tempfile
import time

import psutil

from .comparison import Row, at_most

GIB = 2**30


def rows(threads: int) -> list[Row]:
    """Run `python -m solutions demo` and watch its resident memory."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        command = [sys.executable, "-m", "solutions", "demo", "--output", folder]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
            peak = _peak(psutil.Process(process.pid), process)
        seconds = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"the demo failed with exit code {process.returncode}")
    return [
        at_most("demo, peak memory", peak / GIB, "limit", 1.5, "GiB"),
        at_most("demo, time", seconds, "limit", 60, "s"),
    ]


def _peak(watched: psutil.Process, process: "subprocess.Popen[bytes]") -> int:
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.02)
    process.wait()
    return peak
