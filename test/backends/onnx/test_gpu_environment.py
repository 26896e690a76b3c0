"""What a machine lacks is found in the order in which it would be mended."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import onnxruntime
import pytest

from vlm_driving.backends.onnx import gpu_environment
from vlm_driving.backends.onnx.device import CUDA_PROVIDER, TENSORRT_PROVIDER
from vlm_driving.backends.onnx.faults import Fault, ProviderFault, classify
from vlm_driving.backends.onnx.gpu_environment import (
    ask_driver,
    library_error,
    preload_libraries,
    require_gpu,
    require_gpu_package,
)
from vlm_driving.core import UserError


class Driver:
    """libcuda as ctypes shows it, for GPUs with these names."""

    def __init__(self, *names: str, code: int = 0) -> None:
        self.names = names
        self.code = code

    def cuInit(self, flags: int) -> int:  # noqa: N802
        return self.code

    def cuDriverGetVersion(self, version: Any) -> int:  # noqa: N802
        version._obj.value = 12080
        return 0

    def cuDeviceGetCount(self, count: Any) -> int:  # noqa: N802
        count._obj.value = len(self.names)
        return 0

    def cuDeviceGetName(self, name: Any, size: int, number: int) -> int:  # noqa: N802
        name.value = self.names[number].encode()
        return 0


def nothing_loads(name: str) -> Any:
    raise OSError(f"{name}: cannot open shared object file: No such file or directory")


def gpu_package(monkeypatch: pytest.MonkeyPatch, *providers: str) -> None:
    ort = SimpleNamespace(
        __version__="1.31.1",
        InferenceSession=object,
        get_available_providers=lambda: [*providers, "CPUExecutionProvider"],
    )
    monkeypatch.setattr(gpu_environment, "installed_flavours", lambda: ["onnxruntime-gpu"])
    monkeypatch.setattr(gpu_environment, "import_onnxruntime", lambda: ort)


def fault_of(call: Any) -> ProviderFault:
    with pytest.raises(ProviderFault) as caught:
        call()
    return caught.value


def test_two_packages_are_refused_before_either_is_imported() -> None:
    fault = fault_of(lambda: require_gpu_package(["onnxruntime", "onnxruntime-gpu"]))
    assert fault.fault is Fault.TWO_WHEELS
    assert "onnxruntime and onnxruntime-gpu are installed together" in str(fault)


def test_no_package_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise UserError("onnxruntime cannot be imported.")

    monkeypatch.setattr(gpu_environment, "import_onnxruntime", none)
    assert fault_of(lambda: require_gpu_package([])).fault is Fault.NO_PACKAGE


@pytest.mark.skipif(
    CUDA_PROVIDER in onnxruntime.get_available_providers(), reason="this is a GPU package"
)
def test_the_package_for_processors_is_told_from_the_one_for_gpus() -> None:
    fault = fault_of(lambda: require_gpu_package(["onnxruntime"]))
    assert fault.fault is Fault.NO_WHEEL
    assert "pip install onnxruntime-gpu" in str(fault)


def test_no_driver_is_told_apart_from_no_device() -> None:
    assert fault_of(lambda: ask_driver(nothing_loads)).fault is Fault.NO_DRIVER
    fault = fault_of(lambda: ask_driver(lambda name: Driver(code=100)))
    assert fault.fault is Fault.NO_DEVICE and "no CUDA-capable device" in str(fault)
    assert "cuInit gives 803" in str(fault_of(lambda: ask_driver(lambda name: Driver(code=803))))


def test_the_driver_tells_its_cuda_and_its_devices() -> None:
    asked = []

    def load(name: str) -> Driver:
        asked.append(name)
        return Driver("NVIDIA Orin", "NVIDIA L4")

    assert ask_driver(load) == ("12.8", ("NVIDIA Orin", "NVIDIA L4"))
    assert asked == ["libcuda.so.1"]


def test_a_whole_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu_package(monkeypatch, TENSORRT_PROVIDER, CUDA_PROVIDER)
    found = require_gpu(load=lambda name: Driver("NVIDIA L4"))
    assert (found.onnxruntime, found.cuda, found.devices) == ("1.31.1", "12.8", ("NVIDIA L4",))
    assert found.tensorrt
    gpu_package(monkeypatch, CUDA_PROVIDER)
    assert not require_gpu(load=lambda name: Driver("NVIDIA L4")).tensorrt


def test_a_device_that_is_not_there_is_named_with_how_many_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gpu_package(monkeypatch, CUDA_PROVIDER)
    fault = fault_of(lambda: require_gpu(1, load=lambda name: Driver("NVIDIA L4")))
    assert fault.fault is Fault.NO_DEVICE
    assert "device 1 was asked for, 1 found" in str(fault)


def test_the_loader_says_why_a_provider_did_not_come() -> None:
    opened = []

    def load(name: str) -> None:
        opened.append(name.rsplit("_", 1)[1])
        if name.endswith("cuda.so"):
            raise OSError("libcudnn.so.9: cannot open shared object file: No such file")

    said = library_error(onnxruntime, CUDA_PROVIDER, load=load)
    assert said is not None and classify(said) is Fault.WRONG_LIBRARIES
    assert opened == ["shared.so", "cuda.so"]  # symbols of the first are in the second
    assert library_error(onnxruntime, TENSORRT_PROVIDER, load=lambda name: None) is None


def test_preloading_prints_nothing_and_never_fails(capsys: pytest.CaptureFixture[str]) -> None:
    def preload() -> None:
        print("Failed to load libcudnn.so.9")
        raise OSError("no such library")

    preload_libraries(SimpleNamespace(preload_dlls=preload))  # type: ignore[arg-type]
    preload_libraries(SimpleNamespace())  # type: ignore[arg-type]  # an older onnxruntime
    assert capsys.readouterr() == ("", "")


def test_the_driver_here_is_asked_for_real() -> None:
    try:
        version, devices = ask_driver(ctypes.CDLL)
    except ProviderFault as fault:
        assert fault.fault in (Fault.NO_DRIVER, Fault.NO_DEVICE)
    else:
        assert "." in version and isinstance(devices, tuple)
