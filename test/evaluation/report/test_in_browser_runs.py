"""Two runs side by side, hostile and half-written runs, keyboards, colours and small screens."""

from __future__ import annotations

import json
import shutil

import pytest
from support.browser import OpenPage

from vlm_driving.bench.made_up_run import MadeUp, make_up_run
from vlm_driving.evaluation.report import assets, write_page
from vlm_driving.evaluation.run import load_run

ROWS = "#qrows tr.question"
EVIL = "</script><img src=x onerror=window.hit=1>\"'&<b>\u2028{{😀}}" + "長い答え" * 2500


def test_what_got_worse_and_better_stands_on_top(open_page, runs):
    page = open_page(runs("small"), runs("better"), charts=False)
    assert page.js(
        "document.getElementById('compare').getBoundingClientRect().top"
        " < document.getElementById('figures').getBoundingClientRect().top"
    )
    assert page.count(".metrics tbody tr") >= 8
    worse = int(page.text(".changes.worse h4 .change span"))
    better = int(page.text(".changes.better h4 .change span"))
    assert better > 0 and worse > 0
    page.page.select_option("[data-key='q:change']", "better")
    assert page.text("#qcount") == f"30件中{better}件"
    page.click(".changes.worse li button")
    assert page.count("tr.question.open") == 1
    assert page.count("tr.detail .answer") == 2


def test_frames_are_paired_by_their_stamps(open_page, runs, tmp_path):
    later = shutil.copytree(runs("better"), tmp_path / "later")
    lines = (later / "frames.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (later / "frames.jsonl").write_text("".join(lines[5:]), encoding="utf-8")
    page = open_page(runs("small"), later, charts=False)
    assert "195件" in page.text(".changed > div:last-child h3")
    chip = "[data-key='frames:wrongright']"
    count = page.text(f"{chip} b")
    page.click(chip)
    assert page.text("#fcount") == f"200件中{count}件"
    page.click(".vrow")
    assert page.count("#frame-detail .report") == 2
    assert page.texts("#frame-detail .mark") == ["✕ 助言は誤り", "✓ 助言は正しい"]
    first, second = page.texts("#frame-detail h3")
    assert first.removeprefix("A").split() == second.removeprefix("B").split()  # one time for both


def test_the_base_can_be_changed(open_page, runs):
    page = open_page(runs("small"), runs("better"), charts=False)
    before = page.text(".metrics tbody tr td:last-child span span")
    page.page.select_option("[data-key='compare.base']", "1")
    after = page.text(".metrics tbody tr td:last-child span span")
    assert before.lstrip("+−") == after.lstrip("+−") and before != after


def test_timelines_are_stacked_and_zoom_together(open_page, runs):
    page = open_page(runs("small"), runs("better"))
    page.click("[data-key='timeline.in']")
    page.settle()
    ranges = page.js(
        "[0, 1].map(n => document.getElementById(`timeline-${n}`)._fullLayout.xaxis.range.join())"
    )
    assert ranges[0] == ranges[1]
    assert page.count("#radar-axes .lines li") == 2


def test_runs_of_unlike_kinds_stand_side_by_side(open_page, runs):
    page = open_page(runs("frames alone"), runs("heron"))
    assert page.count(ROWS) == 30
    assert page.page.locator("#compare").is_visible()


def test_hostile_text_stays_text(open_page, tmp_path):
    run = make_up_run(tmp_path / "run", MadeUp(frames=40, questions=6, pictures=4))
    for name, keys in {
        "questions.jsonl": ("text", "reference", "context", "image_category"),
        "answers.jsonl": ("text", "backend", "reason"),
        "frames.jsonl": ("advice_ja", "description_ja", "camera", "backend", "reason"),
        "scores/keyfact/scores.jsonl": ("answer", "image_category"),
        "scores/truth/scores.jsonl": ("reference",),
    }.items():
        rows = [json.loads(line) for line in (run / name).read_text().splitlines()]
        for row in rows:
            row.update({key: EVIL for key in keys if row.get(key) is not None})
        (run / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    figures = json.loads((run / "scores/keyfact/score.json").read_text())
    figures["image_categories"] = {EVIL[:40] + str(n): {"mean": 5.0} for n in range(3)}
    figures["notes"] = [EVIL]
    (run / "scores/keyfact/score.json").write_text(json.dumps(figures))
    page = open_page(run)
    page.click("[data-key='axes:image']")
    page.click(f"{ROWS} td.words")
    page.page.locator("#frame-list").focus()
    page.key("ArrowDown", "ArrowDown")
    page.click("[data-key='lang:en']")
    assert page.js("window.hit") is None
    assert page.count("main img[onerror]") == 0
    assert EVIL[:40].replace("\u2028", "") in page.text("tr.detail .said")
    assert page.js("document.documentElement.scrollWidth") <= 1440


@pytest.mark.parametrize(
    "lost", ["answers.jsonl", "scores", "summary.json", "thumbnails", "scores/keyfact/score.json",
             "scores/truth/score.json"],
)  # fmt: skip
def test_half_written_runs_show_what_they_have(open_page, tmp_path, lost):
    run = make_up_run(tmp_path / "run", MadeUp(frames=40, questions=6, pictures=4))
    shutil.rmtree(run / lost) if (run / lost).is_dir() else (run / lost).unlink()
    page = open_page(run)
    assert page.count(ROWS) == 6
    page.click(f"{ROWS} td.words")
    page.page.locator("#frame-list").focus()
    page.key("ArrowDown")
    assert page.count("#frame-detail .report") == 1
    if lost == "scores":
        assert "まだ採点されていません" in page.page.locator("#notes").text_content()


def test_without_the_chart_library_everything_can_be_read(browser, runs, tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "chart_library", lambda: None)
    page = OpenPage(browser, write_page(load_run(runs("small")), tmp_path / "page.html"))
    assert "plotly" in page.page.locator("#notes").text_content()
    page.click("[data-key='axis:detail']")
    assert page.text("#qcount") == "30件中10件"
    page.click(".vrow")
    assert page.count("#frame-detail .report") == 1
    page.close()


def test_everything_works_by_keyboard(open_page, runs):
    page = open_page(runs("small"))
    page.key("Tab")
    assert page.focused() == "skip"
    page.page.locator("[data-key='axis:conv']").focus()
    page.key("Enter")
    assert page.pressed("[data-key='axis:conv']") and page.focused() == "axis:conv"
    page.page.locator(ROWS).first.focus()
    page.key("ArrowDown", "Enter")
    assert page.count("tr.detail") == 1 and page.focused() == "question:q003"
    page.key("Escape")
    assert page.count("tr.detail") == 0
    page.page.locator("#timeline-charts").focus()
    page.key("ArrowRight", "Shift+ArrowRight", "ArrowLeft")
    assert "#9" in page.text("#frame-detail h3")
    page.key("+")
    page.settle()
    low, high = page.js("document.getElementById('timeline-0')._fullLayout.xaxis.range")
    assert high - low < 11
    page.key("0")
    page.page.locator("#frame-list").focus()
    page.key("ArrowDown", "Enter")
    assert "#10" in page.text("#frame-detail h3")
    assert page.focused() != "frame-list"


def test_what_has_the_keyboard_is_outlined(open_page, runs):
    page = open_page(runs("small"), charts=False)
    page.page.locator(ROWS).first.focus()
    page.key("ArrowDown")
    assert page.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_every_control_has_a_name(open_page, runs):
    page = open_page(runs("small"), runs("better"), charts=False)
    nameless = page.js(
        """[...document.querySelectorAll("button, select, input")].filter((one) =>
            !(one.innerText || one.getAttribute("aria-label") || one.closest("label"))
        ).map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


CONTRAST = """() => {
    const style = getComputedStyle(document.documentElement);
    const light = (name) => {
        const probe = document.createElement("i");
        probe.style.color = style.getPropertyValue(name);
        document.body.append(probe);
        const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(Number);
        probe.remove();
        const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = parts.map((v) => linear(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const pairs = [
        "ink bg", "ink card", "ink soft", "dim card", "dim bg", "dim soft", "accent card",
        "accent accent-soft", "good card", "good good-soft", "bad card", "bad bad-soft",
        "warn warn-soft", "ink warn-soft", "ink bad-soft", "bad soft",
    ];
    return pairs.map((pair) => pair.split(" ").map((one) => `--${one}`)).map(([ink, ground]) => {
        const [a, b] = [light(ink), light(ground)];
        return [`${ink} on ${ground}`, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(open_page, runs, scheme):
    page = open_page(runs("heron"), color_scheme=scheme, charts=False)
    pairs = dict(page.js(f"({CONTRAST})()"))
    assert {name: ratio for name, ratio in pairs.items() if ratio < 4.5} == {}


def test_narrow_screens_need_no_sideways_scrolling(open_page, runs):
    page = open_page(runs("small"), runs("better"), width=420)
    assert page.js("document.documentElement.scrollWidth") <= 420


def test_paper_gets_the_tables(open_page, runs):
    page = open_page(runs("small"), charts=False)
    page.page.emulate_media(media="print")
    assert page.page.locator("#qfilters").is_hidden()
    assert page.page.locator(".scoretable").is_visible()
    assert page.js(
        "(box => box.scrollHeight === box.clientHeight)(document.getElementById('qbox'))"
    )
