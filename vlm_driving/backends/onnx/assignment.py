"""Which provider runs which operator: a session with CUDA may have left its attention on the CPU.

A recent onnxruntime writes down what it assigned. An older one does not, but a profile of the
first runs names the provider of every operator; it is read once and thrown away.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from vlm_driving.backends.onnx.device import Placement, stranded_operators
from vlm_driving.backends.onnx.faults import Fault, ProviderFault

Assigned = list[tuple[str, list[str]]]
"""Pairs of a provider and the operators that it runs."""

_TELLS = "get_provider_graph_assignment_info"


def keep(ort: ModuleType, options: Any) -> None:
    """Have a session that is made with `options` remember who runs what."""
    if hasattr(ort.InferenceSession, _TELLS):
        options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
        return
    profile(options)


def profile(options: Any) -> None:
    """Have a session that is made with `options` write a profile until `profiled` reads it."""
    options.enable_profiling = True
    name = f"vlm_driving-{os.getpid()}"
    options.profile_file_prefix = str(Path(tempfile.gettempdir()) / name)


def recorded(session: Any) -> Assigned:
    """What a session wrote down; nothing for one that did not."""
    try:
        parts = getattr(session, _TELLS)()
        return [(part.ep_name, [node.op_type for node in part.get_nodes()]) for part in parts]
    except Exception:  # an older onnxruntime has no such call, or the session was not asked to
        return []


def profiled(session: Any) -> Assigned:
    """What the runs so far show, of a session with a profile; it ends here.

    Nothing for one without, or where the profile cannot be read.
    """
    try:
        if not session.get_session_options().enable_profiling:
            return []
        path = Path(session.end_profiling())
    except Exception:  # a proof that cannot be had this way is not a fault of the device
        return []
    try:
        return _read_profile(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return []
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def require(assigned: Assigned, placement: Placement, path: object) -> None:
    """Raise a ProviderFault if a heavy operator was left on the CPU.

    Args:
        assigned: what is known.
        placement: what was asked for.
        path: of the graph, for the sentence.
    """
    if stranded := stranded_operators(assigned, placement.wanted):
        raise ProviderFault(Fault.PARTLY_CPU, ", ".join(stranded), path)


def _read_profile(events: Any) -> Assigned:
    found: dict[str, list[str]] = {}
    for event in events if isinstance(events, list) else []:
        what = event.get("args") if isinstance(event, dict) else None
        if isinstance(what, dict) and what.get("provider") and what.get("op_name"):
            found.setdefault(str(what["provider"]), []).append(str(what["op_name"]))
    return list(found.items())
