"""The FPGA contract: packed weights, integer reference, protocol, driver, emulator, probe.

`docs/fpga.md` says it in prose for whoever builds the accelerator.
"""

from vlm_driving.backends.fpga.pack import pack
from vlm_driving.backends.fpga.probe import DeviceLocation, open_fpga, probe_fpga
from vlm_driving.backends.fpga.runner import FpgaRunner, open_fpga_sim
from vlm_driving.backends.fpga.transport import DeviceFault

__all__ = [
    "DeviceFault",
    "DeviceLocation",
    "FpgaRunner",
    "open_fpga",
    "open_fpga_sim",
    "pack",
    "probe_fpga",
]
