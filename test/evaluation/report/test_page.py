"""report.html stands on its own and cannot be broken by what a model or a bag says."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from vlm_driving.bench.made_up_run import MadeUp, make_up_run
from vlm_driving.core import Outcome, UserError
from vlm_driving.evaluation.report import assets, render_page, write_page
from vlm_driving.evaluation.report.frames import positions
from vlm_driving.evaluation.run import load_run
from vlm_driving.evaluation.summary import Ending

EVIL = '</script><script>alert("x")</script><img src=x onerror=alert(1)>\'&\u2028<!--@@data@@'
JS = Path(assets.__file__).parent / "js"


class Reader(HTMLParser):
    """Collects tags, attributes and the data block of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._text = ""
        self._in_data = False
        self.feed(page)
        self.data = json.loads(self._text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in_data = tag == "script" and dict(attrs).get("id") == "data"

    def handle_endtag(self, tag):
        if tag == "script":
            self._in_data = False

    def handle_data(self, data):
        if self._in_data:
            self._text += data


@pytest.fixture
def reports(answered, without_answer, numbered):
    return numbered([answered, without_answer(Outcome.DROPPED), answered, answered])


def test_the_page_says_what_the_run_was(reports, write_run):
    page = render_page(load_run(write_run(reports, thumbnails=[0, 2])))
    run = Reader(page).data["runs"][0]
    assert run["title"] == "tokyo"
    assert run["settings"]["model"] == "driving-ja"
    assert run["summary"]["budget_ms"] == 200.0
    assert run["frames"]["picture"] == [1, 0, 1, 0]
    assert "安全認証された機能ではありません" in page
    assert "not a safety-rated component" in page
    assert page.count("data:image/jpeg;base64,") == 2


def test_the_page_needs_nothing_from_anywhere(reports, write_run):
    page = render_page(load_run(write_run(reports, thumbnails=[0])))
    library = assets.chart_library()
    ours = page.replace(library.packed if library else "", "")
    assert set(re.findall(r"https?://[\w./]+", ours)) <= {"http://www.w3.org/2000/svg"}
    assert re.findall(r"url\(|@import|<link|<iframe|innerHTML|insertAdjacent|eval\(", ours) == []
    for tag, attributes in Reader(page).tags:
        for name in ("src", "href", "srcset", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#")), (tag, name, value)


def test_the_browser_is_told_to_load_nothing(reports, write_run):
    tags = Reader(render_page(load_run(write_run(reports)))).tags
    policy = next(
        attributes["content"] or ""
        for tag, attributes in tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy
    assert re.search(r"script-src( 'sha256-[\w+/=]+')+;", policy)  # no script but these two


def test_nothing_that_a_bag_or_model_says_becomes_markup(answered, numbered, write_run):
    evil = dataclasses.replace(
        answered, advice_ja=EVIL, description_ja=EVIL, reason=EVIL, camera=EVIL, frame_id=EVIL
    )
    settings = {"bag": EVIL, "model": EVIL, "camera_topic": EVIL, "machine": {"cpu": EVIL}}
    ending = Ending(problems=(EVIL,), recorded_s=1.0)
    reader = Reader(render_page(load_run(write_run(numbered([evil] * 2), settings, ending, [0]))))
    assert [tag for tag, _ in reader.tags].count("script") == 4  # data, picture, charts, ours
    assert all("onerror" not in attributes for _, attributes in reader.tags)
    assert EVIL in reader.data["texts"]


def test_every_frame_is_there_and_each_text_once(answered, numbered, write_run):
    data = Reader(render_page(load_run(write_run(numbered([answered] * 500))))).data
    assert data["runs"][0]["frames"]["sequence"] == list(range(500))
    assert data["texts"].count("減速してください。") == 1


def test_twenty_thousand_frames_stay_light(answered, numbered, write_run):
    run = load_run(write_run([answered]))
    reports = tuple(numbered([answered] * 20_000, period_ms=40))
    page = render_page(dataclasses.replace(run, reports=reports))
    library = assets.chart_library()
    assert len(page.encode()) - len(library.packed if library else "") < 4_000_000


@pytest.mark.parametrize("count", [0, 1, 2])
def test_short_runs_have_a_page(answered, numbered, write_run, count):
    assert "<main" in render_page(load_run(write_run(numbered([answered] * count))))


def test_figures_that_are_no_numbers_are_nulls(write_run, answered):
    path = write_run([answered])
    (path / "scores" / "keyfact").mkdir(parents=True)
    (path / "scores" / "keyfact" / "score.json").write_text('{"score": {"overall": NaN}}')
    data = Reader(render_page(load_run(path))).data
    assert data["runs"][0]["scores"]["keyfact"]["score"]["overall"] is None


def test_a_page_is_written_whole(answered, write_run, tmp_path):
    run = load_run(write_run([answered]))
    assert write_page(run, tmp_path / "page.html").read_text(encoding="utf-8").endswith("</html>\n")
    assert not list(tmp_path.glob("*.part"))


def test_a_page_that_cannot_be_written_is_one_sentence(answered, write_run, tmp_path):
    with pytest.raises(UserError, match="--out FILE"):
        write_page(load_run(write_run([answered])), tmp_path / "no-folder" / "page.html")


def test_more_runs_than_colours_are_refused(answered, write_run):
    with pytest.raises(UserError, match="at most 6"):
        render_page([load_run(write_run([answered]))] * 7)


def test_the_axis_counts_frames_where_stamps_go_backwards(answered, numbered):
    reports = numbered([answered] * 3)
    assert positions(reports) == ([0.0, 0.1, 0.2], "s")
    assert positions(reports, reports[0].stamp_ns - 10**9)[0] == [1.0, 1.1, 1.2]
    back = [reports[0], dataclasses.replace(reports[1], stamp_ns=5), reports[2]]
    assert positions(back) == ([0.0, 1.0, 2.0], "frame")


def test_questions_meet_their_frames_answers_and_judges(tmp_path):
    run = load_run(make_up_run(tmp_path / "run", MadeUp(frames=50, questions=6, pictures=10)))
    rows = Reader(render_page(run)).data["runs"][0]["questions"]
    assert [row["id"] for row in rows] == [f"q{n:03d}" for n in range(6)]
    assert rows[5]["frame"] == 49 and rows[5]["picture"] == "frame:49"
    assert set(rows[0]["scores"]) == {"keyfact", "reference"}
    assert rows[0]["other"]


def _words(language: str) -> set[str]:
    files = (f"words_{language}.js", f"words_themes_{language}.js")
    text = "".join((JS / name).read_text(encoding="utf-8") for name in files)
    return {a or b for a, b in re.findall(r'^\s+(?:"([\w.]+)"|(\w+)):', text, re.MULTILINE)}


def test_both_languages_have_the_same_words():
    assert _words("ja") == _words("en")


def test_every_word_that_the_script_asks_for_is_there():
    script = "".join(path.read_text(encoding="utf-8") for path in sorted(JS.glob("*.js")))
    asked = set(re.findall(r'\b(?:t|heading|fact)\(\s*"([\w.]+)"', script))
    assert asked - _words("ja") == set()


def test_every_script_is_joined_once():
    assert sorted(assets.SCRIPTS) == sorted(path.name for path in JS.glob("*.js"))
