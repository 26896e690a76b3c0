"""Passed-on addresses, runs that are unlike, paper, long tables, and readers of the screen."""

from __future__ import annotations

import json
import shutil

import pytest

from vlm_driving.bench.made_up_run import MadeUp, make_up_run

ROWS = "#qrows tr.question"
TITLES = "#frame-detail h3"


def rewrite(file, change):
    """Change rows of a JSON Lines file in place."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        change(row)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def copy_of(runs, tmp_path):
    def copied(name):
        return shutil.copytree(runs(name), tmp_path / f"copy of {name}")

    return copied


def test_one_id_for_unlike_questions_is_two_questions(open_page, runs, copy_of):
    other = copy_of("better")

    def another(row):
        if row["question_id"] in ("q000", "q003"):
            row["text"] = "まったく別の質問ですか。"

    rewrite(other / "questions.jsonl", another)
    page = open_page(runs("small"), other, charts=False)
    assert page.text("#qcount") == "32件中32件"
    assert "28件を対にして" in page.text(".changed h3")
    assert any(line.startswith("2問は、番号は同じ") for line in page.texts(".unlike li"))
    page.page.fill("[data-key='q:text']", "まったく別")
    page.until("document.getElementById('qcount').textContent", "32件中2件")
    page.click(f"{ROWS}[data-question='q003 (B)'] td.words")
    page.click("[data-key='moment:1']")
    asked = page.page.locator("#frame-detail .links button", has_text="まったく別").first
    page.click("[data-key='q:clear']")
    asked.click()
    assert page.page.locator("tr.question.open").get_attribute("data-question") == "q003 (B)"


def test_an_address_names_runs_and_judge_and_is_followed(open_page, runs):
    page = open_page(runs("small"), runs("better"), charts=False)
    page.click("[data-key='judge:reference']")
    page.click(f"{ROWS} td.words")
    page.click("[data-key='moment:1']")
    said = page.texts(TITLES)
    assert said[0].startswith("B") and page.count(".vrow[aria-selected='true']") == 1
    page.go(page.js("location.hash"))
    assert page.texts(TITLES) == said and page.pressed("[data-key='judge:reference']")
    page.js("location.hash = '#lang=en&runs=AB&q=q005&frame=7'")  # pasted into the open page
    page.until(f"document.querySelector('{TITLES}').innerText.split(' ')[1]", "#7")
    assert page.texts(TITLES)[0].startswith("A") and page.focused() == "question:q005"


def test_escape_closes_a_question_from_within(open_page, runs):
    page = open_page(runs("small"), charts=False)
    page.click(f"{ROWS}[data-question='q004'] td.words")
    page.page.locator("tr.detail button").last.focus()
    page.key("Escape")
    assert page.count("tr.detail") == 0 and page.focused() == "question:q004"


def test_runs_of_unlike_conditions_are_not_compared_silently(open_page, runs, copy_of):
    other = copy_of("better")
    settings = json.loads((other / "run.json").read_text())
    (other / "run.json").write_text(json.dumps({**settings, "pace": "every-frame"}))
    figures = json.loads((other / "scores/keyfact/score.json").read_text())
    figures["judge"]["version"] = "9"
    (other / "scores/keyfact/score.json").write_text(json.dumps(figures))
    rewrite(other / "frames.jsonl", lambda row: row.update(camera="rear"))
    page = open_page(runs("small"), other, charts=False)
    told = " ".join(page.texts(".unlike li"))
    assert "採点方式のバージョン" in told and "every-frame" in told
    assert len(page.texts(".changed h3")) == 1  # questions: frames of another camera are no pairs
    same = open_page(runs("small"), runs("better"), charts=False)
    assert same.count(".unlike") == 0


def test_runs_with_nothing_in_common_say_so(open_page, runs):
    page = open_page(runs("frames alone"), runs("heron"), charts=False)
    assert "対になるフレームや質問がありません" in page.text(".changed")


def test_paper_gets_every_question(open_page, tmp_path):
    page = open_page(
        make_up_run(tmp_path / "run", MadeUp(frames=0, questions=75, pictures=2)), charts=False
    )
    assert page.count(ROWS) == 30
    page.js("dispatchEvent(new Event('beforeprint'))")
    assert page.count(ROWS) == 75
    page.js("dispatchEvent(new Event('afterprint'))")
    assert page.count(ROWS) == 30


def test_what_is_for_paper_alone_is_not_on_the_screen(open_page, runs):
    page = open_page(runs("frames alone"), charts=False)
    assert "印刷" not in page.text("#frames-note")
    page.page.emulate_media(media="print")
    assert "印刷" in page.text("#frames-note")


def test_a_long_table_grows_and_opens_rows_without_being_drawn_again(open_page, tmp_path):
    page = open_page(
        make_up_run(tmp_path / "run", MadeUp(frames=0, questions=400, pictures=2)), charts=False
    )
    page.js(f"document.querySelector('{ROWS}').dataset.kept = 'yes'")
    page.until(
        "(document.getElementById('qbox').scrollTop = 1e9,"
        f" document.querySelectorAll('{ROWS}').length)",
        400,
    )
    page.page.locator(ROWS).last.click(position={"x": 300, "y": 8})
    page.key("ArrowUp", "Enter")
    assert page.count("tr.detail") == 1 and page.focused() == "question:q398"
    assert page.count(f"{ROWS}[data-kept]") == 1


def test_marks_of_questions_without_a_score_are_explained(open_page, copy_of):
    run = copy_of("small")
    shutil.rmtree(run / "scores")
    page = open_page(run)
    assert "未採点" in page.text("#timeline-legend")
    assert "不正解" not in page.text("#timeline-legend")


DAMAGED = {
    "keyfact": {
        "score": {"overall": 3}, "baselines": {"echo_question": None}, "judge": "x", "notes": 5,
        "categories": [1], "image_categories": {"夜間": None}, "outcomes": {"ok": None},
    },
    "truth": {
        "score": 5, "baselines": {"b": None},
        "truth": {"advice": {"speed": None, "right": 0.5}, "hazards": "x", "baselines": {"a": 1},
                  "by_outcome": {"ok": None}},
    },
}  # fmt: skip


def test_figures_of_another_form_cost_themselves_alone(open_page, copy_of):
    run = copy_of("small")
    for judge, figures in DAMAGED.items():
        (run / "scores" / judge / "score.json").write_text(json.dumps(figures))
    page = open_page(run)
    assert page.text("[data-tile='score'] .value").startswith("3.00")
    assert page.count(ROWS) == 30 and page.text("#fcount") == "200件中200件"


def test_readers_of_the_screen_get_names_that_hold_what_is_seen(open_page, runs):
    page = open_page(runs("small"), runs("better"), charts=False)
    page.click(f"{ROWS} td.words")
    assert page.count("th:empty") == 0
    assert page.page.locator("#qtable").get_attribute("role") == "treegrid"
    names = page.js(
        "[...document.querySelectorAll('[role=search]')].map(x => x.getAttribute('aria-label'))"
    )
    assert len(set(names)) == 2 and all(names)
    hidden = page.js(
        """[...document.querySelectorAll("button[aria-label]")].filter((one) => {
            const seen = [...one.childNodes].filter((part) => !part.ariaHidden).map(
                (part) => part.textContent).join("").trim();
            return /[\\p{L}\\d]/u.test(seen) && !one.ariaLabel.includes(seen);
        }).map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert hidden == []
    levels = page.js(
        "[...document.querySelectorAll('main :is(h1,h2,h3,h4)')]"
        ".filter(x => x.checkVisibility()).map(x => +x.tagName[1])"
    )
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
