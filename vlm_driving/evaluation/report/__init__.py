"""One HTML page for a run, or for several side by side: nothing is fetched from anywhere."""

from vlm_driving.evaluation.report.page import refresh_page, render_page, write_page

__all__ = ["refresh_page", "render_page", "write_page"]
