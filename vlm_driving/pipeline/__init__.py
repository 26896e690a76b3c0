"""From an offered frame to its one report: slots, deadlines, workers on a ladder, and the watch.

Nothing here knows how a model is run or where frames come from; importing it must not
import onnxruntime, cv2, torch or rclpy.
"""

from vlm_driving.pipeline.desk import Publish
from vlm_driving.pipeline.laddered import LadderPipeline
from vlm_driving.pipeline.offered import LoadImage, OfferedFrame
from vlm_driving.pipeline.options import LadderOptions, Tuning
from vlm_driving.pipeline.pool import PoolOptions, WorkerPool
from vlm_driving.pipeline.processor import Answerer, FrameProcessor
from vlm_driving.pipeline.settings import PipelineSettings

__all__ = [
    "Answerer",
    "FrameProcessor",
    "LadderOptions",
    "LadderPipeline",
    "LoadImage",
    "OfferedFrame",
    "PipelineSettings",
    "PoolOptions",
    "Publish",
    "Tuning",
    "WorkerPool",
]
