"""report.html stands on its own and cannot be broken by what a model or a bag says."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser

import pytest

from vlm_driving.core import Outcome
from vlm_driving.evaluation.page import render_page, write_page
from vlm_driving.evaluation.page_charts import nice_step, positions, ticks, timeline
from vlm_driving.evaluation.run import load_run
from vlm_driving.evaluation.summary import Ending

EVIL = '</script><script>alert("x")</script><img src=x onerror=alert(1)>\'&'


class Reader(HTMLParser):
    """Collects tags, attributes and the data block of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""
        self._in_data = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in_data = tag == "script" and dict(attrs).get("id") == "data"

    def handle_endtag(self, tag):
        if tag == "script":
            self._in_data = False

    def handle_data(self, data):
        if self._in_data:
            self.data += data


@pytest.fixture
def reports(answered, without_answer, numbered):
    return numbered([answered, without_answer(Outcome.DROPPED), answered, answered])


def test_the_page_says_what_the_run_was(reports, write_run):
    page = render_page(load_run(write_run(reports, thumbnails=[0, 2])))
    for text in (
        "driving-ja",
        "tokyo",
        "減速してください。",
        "歩行者（左・近）",
        "予算 budget 200 ms",
        "metres driven in p99",
        "安全認証された機能ではありません",
        "not a safety-rated component",
    ):
        assert text in page
    assert page.count("data:image/jpeg;base64,") == 2


def test_the_page_needs_nothing_from_anywhere(reports, write_run):
    page = render_page(load_run(write_run(reports, thumbnails=[0])))
    assert re.findall(r"https?:|//[a-z]|url\(|@import|<link|<iframe", page) == []
    for tag, attributes in Reader(page).tags:
        for name in ("src", "href", "srcset", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith("data:"), (tag, name, value)


def test_nothing_that_a_bag_or_model_says_becomes_markup(answered, numbered, write_run):
    evil = dataclasses.replace(
        answered, advice_ja=EVIL, description_ja=EVIL, reason=EVIL, camera=EVIL, frame_id=EVIL
    )
    settings = {"bag": EVIL, "model": EVIL, "camera_topic": EVIL, "machine": {"cpu": EVIL}}
    ending = Ending(problems=(EVIL,), recorded_s=1.0)
    page = render_page(load_run(write_run(numbered([evil] * 2), settings, ending, [0])))
    reader = Reader(page)
    assert [tag for tag, _ in reader.tags].count("script") == 2
    assert all("onerror" not in attributes for _, attributes in reader.tags)
    assert EVIL in json.loads(reader.data)["texts"]


def test_the_table_has_every_frame_and_each_text_once(answered, numbered, write_run):
    page = render_page(load_run(write_run(numbered([answered] * 500))))
    data = json.loads(Reader(page).data)
    assert [row[0] for row in data["rows"]] == list(range(500))
    assert data["texts"].count("減速してください。") == 1


def test_twenty_thousand_frames_stay_light(answered, numbered, write_run):
    run = load_run(write_run([answered]))
    reports = tuple(numbered([answered] * 20_000, period_ms=40))
    page = render_page(dataclasses.replace(run, reports=reports))
    assert len(page.encode()) < 3_000_000


def test_a_run_without_deadlines_says_so_on_top(answered, write_run):
    settings = {"pace": "every-frame", "budget_ms": None, "rate": None}
    unlimited = dataclasses.replace(answered, budget_ms=None)
    page = render_page(load_run(write_run([unlimited], settings)))
    assert "期限なしで全フレームに回答した記録です" in page
    assert 'class="budget"' not in page


def test_problems_of_the_bag_and_an_early_end_are_told(answered, write_run):
    ending = Ending(interrupted=True, problems=("12 messages are missing.",))
    page = render_page(load_run(write_run([answered], ending=ending)))
    assert "12 messages are missing." in page
    assert "The run was interrupted." in page


@pytest.mark.parametrize("count", [0, 1, 2])
def test_short_runs_have_a_page(answered, numbered, write_run, count):
    assert "<main>" in render_page(load_run(write_run(numbered([answered] * count))))


def test_a_page_is_written_whole(answered, write_run, tmp_path):
    run = load_run(write_run([answered]))
    assert write_page(run, tmp_path / "page.html").read_text(encoding="utf-8").endswith("</html>\n")
    assert not list(tmp_path.glob("*.part"))


def test_every_report_is_a_dot_of_its_outcome(reports):
    drawing = timeline(reports, 200.0)
    dots = dict(re.findall(r'class="dots" style="stroke:var\(--(\w+)\)" d="([^"]*)"', drawing))
    assert {name: d.count("M") for name, d in dots.items()} == {"ok": 3, "dropped": 1}


def test_a_frame_that_was_not_worked_on_does_not_stretch_the_scale(answered, without_answer):
    stale = without_answer(Outcome.STALE, latency_ms=900_000.0)
    assert ">200</text>" in timeline([answered, stale], 200.0)


def test_the_axis_counts_frames_where_stamps_go_backwards(answered, numbered):
    reports = numbered([answered] * 3)
    assert positions(reports) == ([0.0, 0.1, 0.2], "s")
    back = [reports[0], dataclasses.replace(reports[1], stamp_ns=5), reports[2]]
    assert positions(back) == ([0.0, 1.0, 2.0], "frame")


@pytest.mark.parametrize(
    ("span", "most", "step"), [(9.0, 10, 1.0), (11.0, 10, 2.0), (216.0, 5, 50.0), (0.0, 5, 1.0)]
)
def test_axes_have_round_numbers(span, most, step):
    assert nice_step(span, most) == step
    assert ticks(span, most)[0] == 0.0


def test_advice_is_drawn_where_there_was_some(answered, without_answer, numbered):
    """A frame without an answer is a gap; one whose place a newer frame took is none."""

    def speed_boxes(outcome):
        reports = numbered([answered, answered, without_answer(outcome), answered, answered])
        return re.findall(r'fill:var\(--DECELERATE\)" d="([^"]*)"', timeline(reports, 200.0))

    assert [boxes.count("M") for boxes in speed_boxes(Outcome.TIMEOUT)] == [2]
    assert [boxes.count("M") for boxes in speed_boxes(Outcome.DROPPED)] == [1]


def test_a_run_of_dropped_frames_alone_has_a_drawing(without_answer, numbered):
    assert "<svg" in timeline(numbered([without_answer(Outcome.DROPPED)] * 3), 200.0)
