"""Running a graph of fixed shapes in buffers that stay on the device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.onnx.device import Placement

NO_CAPTURE = "-1"
"""The `gpu_graph_id` of a run that is not to be captured."""


class ResidentRun:
    """Inputs and output have one address each for good: values are copied in and out.

    A session with CUDA graphs replays the addresses that it has captured, so nothing else would
    do for it; the others save the allocation.
    """

    def __init__(
        self,
        session: Any,
        feeds: Mapping[str, NDArray[Any]],
        output: str,
        placement: Placement,
    ) -> None:
        """Reserve the buffers, and run once to learn the output's shape.

        Args:
            session: with inputs of fixed shapes.
            feeds: every input, by name.
            output: the one that is wanted.
            placement: where the session runs.
        """
        import onnxruntime  # a session is open, so this is only a look-up

        make = onnxruntime.OrtValue.ortvalue_from_numpy
        where = placement.device, placement.number
        self._session = session
        # Copies of our own: on the host an OrtValue would share the caller's memory.
        self._inputs = {name: make(array.copy(), *where) for name, array in feeds.items()}
        self._binding = session.io_binding()
        for name, value in self._inputs.items():
            self._binding.bind_ortvalue_input(name, value)
        self._binding.bind_output(output, *where)
        once = onnxruntime.RunOptions()
        once.add_run_config_entry("gpu_graph_id", NO_CAPTURE)
        session.run_with_iobinding(self._binding, once)
        first = self._binding.get_outputs()[0]
        self._output = make(np.zeros_like(first.numpy()), *where)
        self._binding.clear_binding_outputs()
        self._binding.bind_ortvalue_output(output, self._output)

    def __call__(self, changed: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """Run with new values for the inputs in `changed`, in their shapes and types.

        Returns:
            The output, a copy of the caller's own.
        """
        for name, array in changed.items():
            self._inputs[name].update_inplace(np.ascontiguousarray(array))
        self._session.run_with_iobinding(self._binding)
        values: NDArray[Any] = self._output.numpy()
        return values.copy()
