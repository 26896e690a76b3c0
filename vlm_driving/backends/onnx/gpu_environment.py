"""What has to be there before a GPU can be used: one package, a driver, a device.

Everything here asks; nothing is changed, and no session is opened.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from vlm_driving.backends.onnx.device import CUDA_PROVIDER, TENSORRT_PROVIDER
from vlm_driving.backends.onnx.faults import Fault, ProviderFault
from vlm_driving.backends.onnx.sessions import import_onnxruntime, installed_flavours
from vlm_driving.core import UserError

DRIVER_LIBRARY = "libcuda.so.1"
_NAME_BYTES = 256
_NO_DEVICE = 100
_LIBRARY_PACKAGES = ("tensorrt", "nvidia-cudnn")

Load = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class GpuEnvironment:
    """A machine on which a GPU may be tried.

    Attributes:
        onnxruntime: its version.
        cuda: version of CUDA that the driver supports, such as 12.8.
        devices: names of the GPUs, by number.
        tensorrt: whether this onnxruntime has the TensorRT provider.
        packages: versions of installed libraries that built graphs depend on.
    """

    onnxruntime: str
    cuda: str
    devices: tuple[str, ...]
    tensorrt: bool
    packages: Mapping[str, str] = field(default_factory=dict)


def require_gpu(number: int = 0, *, load: Load = ctypes.CDLL) -> GpuEnvironment:
    """Look for everything that GPU number `number` needs.

    Args:
        number: of the device.
        load: opens a shared library by name; raises OSError.

    Raises:
        ProviderFault: naming the first thing that is missing.
    """
    ort = require_gpu_package(installed_flavours())
    cuda, devices = ask_driver(load)
    if number >= len(devices):
        detail = f"device {number} was asked for, {len(devices)} found"
        raise ProviderFault(Fault.NO_DEVICE, detail)
    has_tensorrt = TENSORRT_PROVIDER in ort.get_available_providers()
    return GpuEnvironment(ort.__version__, cuda, devices, has_tensorrt, _library_packages())


def _library_packages() -> dict[str, str]:
    """Versions of TensorRT and cuDNN where pip installed them; the system's own are not seen."""
    found = {}
    for package in metadata.distributions():
        name = package.name.lower()
        if name.startswith(_LIBRARY_PACKAGES):
            found[name] = package.version
    return dict(sorted(found.items()))


def require_gpu_package(flavours: Sequence[str]) -> ModuleType:
    """The onnxruntime that has the CUDA provider.

    Args:
        flavours: distributions of onnxruntime that are installed.

    Raises:
        ProviderFault: if there is none, more than one, or none with CUDA.
    """
    if len(flavours) > 1:
        raise ProviderFault(Fault.TWO_WHEELS, " and ".join(flavours))
    try:
        ort = import_onnxruntime()
    except UserError:
        raise ProviderFault(Fault.NO_PACKAGE) from None
    if CUDA_PROVIDER not in ort.get_available_providers():
        raise ProviderFault(Fault.NO_WHEEL)
    return ort


def ask_driver(load: Load = ctypes.CDLL) -> tuple[str, tuple[str, ...]]:
    """Ask the NVIDIA driver for its version of CUDA and the names of its devices.

    Raises:
        ProviderFault: if there is no driver, or it shows no device.
    """
    try:
        driver = load(DRIVER_LIBRARY)
    except OSError:
        raise ProviderFault(Fault.NO_DRIVER) from None
    if (code := driver.cuInit(0)) != 0:
        detail = "no CUDA-capable device" if code == _NO_DEVICE else f"cuInit gives {code}"
        raise ProviderFault(Fault.NO_DEVICE, detail)
    version, count = ctypes.c_int(0), ctypes.c_int(0)
    driver.cuDriverGetVersion(ctypes.byref(version))
    driver.cuDeviceGetCount(ctypes.byref(count))
    names = []
    for number in range(count.value):
        name = ctypes.create_string_buffer(_NAME_BYTES)
        driver.cuDeviceGetName(name, _NAME_BYTES, number)
        names.append(name.value.decode("utf-8", "replace"))
    return f"{version.value // 1000}.{version.value % 1000 // 10}", tuple(names)


def preload_libraries(ort: ModuleType) -> None:
    """Let onnxruntime load the CUDA and cuDNN that pip installed, which lie on no search path.

    Older ones cannot, and find only what the system has; what is missing shows when a session
    is opened. It prints, so that is caught.
    """
    preload = getattr(ort, "preload_dlls", None)
    if preload is None:
        return
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
        preload()


def library_error(ort: ModuleType, provider: str, *, load: Load | None = None) -> str | None:
    """What the loader says about a provider's library; None where it can be loaded.

    A session that fell back does not say why. Loading the library ourselves does.
    """
    names = {CUDA_PROVIDER: "cuda", TENSORRT_PROVIDER: "tensorrt"}
    folder = Path(str(ort.__file__)).parent / "capi"
    opened = load or (lambda name: ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL))
    try:
        # The providers take symbols from the shared one, so it comes first.
        for part in ("shared", names[provider]):
            opened(str(folder / f"libonnxruntime_providers_{part}.so"))
    except OSError as error:
        return f"libonnxruntime_providers_{names[provider]}.so with error: {error}"
    return None
