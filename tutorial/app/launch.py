"""Processes that were launched together: which one this is, how they join, and which one speaks and writes.

The launcher (`accelerate launch`, `torchrun`, `mpirun`) tells it in the environment, before any library is loaded.
"""

import json
import os
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import choose_device, require

if TYPE_CHECKING:
    import torch

# As torchrun calls it, and three kinds of MPI.
SIZES = ("WORLD_SIZE", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_SIZE")
RANKS = ("RANK", "PMI_RANK", "OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK")

# Seconds that a process waits with its end, after an error: a first one that meets the same error has told it by then,
# and the launcher ends those that wait.
PATIENCE = 10.0


def is_helper() -> bool:
    """Tell whether this process was launched to help the first one, which alone speaks and writes."""
    return _several() and _number(RANKS, 0) > 0


def join(name: str | None) -> "torch.device":
    """Find the device with this name; if several processes were launched, join them, each on a device of its own.

    Raises:
        OSError: Accelerate is not installed.
        ValueError: There is no such device, or not one for each process.
    """
    if not _several():
        _refuse_a_lonely_process()
        return choose_device(name)
    if is_helper():
        warnings.simplefilter("ignore")  # the first process warns of the same
    if name not in (None, "cpu", "cuda"):
        raise ValueError(f"--device is {name!r}, but each process takes a device of its own: give cuda or cpu, or none")
    require("accelerate", extra="accelerate")
    import torch
    from accelerate import PartialState

    if choose_device(name).type != "cuda":
        PartialState(cpu=True)
        return torch.device("cpu")
    here, devices = _number(["LOCAL_WORLD_SIZE"], 1), torch.cuda.device_count()
    if here > devices:
        raise ValueError(f"{here} processes were launched for {devices} GPU: launch fewer, or give --device cpu")
    device: torch.device = PartialState().device
    return device


def leave() -> None:
    """Part after the training: the first process goes on alone, the others end here."""
    if _several():
        from accelerate import PartialState

        PartialState().destroy_process_group()
    if is_helper():
        raise SystemExit(0)


def is_desertion(error: RuntimeError) -> bool:
    """Tell whether an error says no more than that another process has ended; what ended it is told by the launcher."""
    return _several() and ("gloo" in str(error) or type(error).__name__.startswith("Dist"))


def is_told_by_launcher(error: str) -> bool:
    """Hand an error to the launcher, which then ends all processes and repeats it below what it has to say itself.

    Returns:
        Whether that is enough: most errors meet all processes, and the first one tells them.
    """
    file = os.environ.get("TORCHELASTIC_ERROR_FILE")
    if file:
        message = {"message": error, "extraInfo": {"timestamp": str(int(time.time()))}}
        Path(file).write_text(json.dumps({"message": message}), encoding="utf-8")
    told = bool(file) and is_helper()
    if told:
        time.sleep(PATIENCE)
    return told


def _several() -> bool:
    return _number(SIZES, 1) > 1


def _number(names: "tuple[str, ...] | list[str]", default: int) -> int:
    """Read the first of these variables that is there."""
    return next((int(os.environ[name]) for name in names if os.environ.get(name, "").isdigit()), default)


def _refuse_a_lonely_process() -> None:
    # `accelerate launch --cpu` says where several processes meet, but leaves it to mpirun to start them.
    if os.environ.get("ACCELERATE_USE_CPU") == "True" and "MASTER_PORT" in os.environ:
        raise ValueError(
            "accelerate launch --cpu has started one process, whatever --num_processes says: "
            "give it --multi_gpu in the place of --cpu, which does for CPUs, too"
        )
