"""From an offered frame to its one report: newest-frame slot, deadlines, and the watch.

Nothing here knows how a model is run or where frames come from; importing it must not
import onnxruntime, cv2, torch or rclpy.
"""

from vlm_driving.pipeline.live import LivePipeline
from vlm_driving.pipeline.offered import LoadImage, OfferedFrame
from vlm_driving.pipeline.processor import Answerer, FrameProcessor, PipelineSettings, Publish
from vlm_driving.pipeline.slot import LatestSlot

__all__ = [
    "Answerer",
    "FrameProcessor",
    "LatestSlot",
    "LivePipeline",
    "LoadImage",
    "OfferedFrame",
    "PipelineSettings",
    "Publish",
]
