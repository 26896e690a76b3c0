"""Worker processes: each holds one backend, and can be killed without harm to anything else.

Frames lie in memory that parent and workers share; requests and events are packets of JSON
over a socket pair. Nothing has a name in the file system, so nothing can be left behind.
"""

from vlm_driving.pipeline.workers.backend import WorkerBackend
from vlm_driving.pipeline.workers.handle import WorkerHandle
from vlm_driving.pipeline.workers.memory import FrameMemory, FrameSlot
from vlm_driving.pipeline.workers.messages import Cancelled, Failed, Ready, Request, Said
from vlm_driving.pipeline.workers.restart import RestartPolicy
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.pipeline.workers.states import Changed, News, OnEvent, WorkerState, WorkerStatus
from vlm_driving.pipeline.workers.supervisor import Supervisor
from vlm_driving.pipeline.workers.vitals import Limits

__all__ = [
    "Cancelled",
    "Changed",
    "Failed",
    "FrameMemory",
    "FrameSlot",
    "Limits",
    "News",
    "OnEvent",
    "Ready",
    "Request",
    "RestartPolicy",
    "Said",
    "Supervisor",
    "WorkerBackend",
    "WorkerHandle",
    "WorkerSettings",
    "WorkerState",
    "WorkerStatus",
]
