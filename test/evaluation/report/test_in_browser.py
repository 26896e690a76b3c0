"""A reader at work in a real Chromium: clicks, filters, and how charts and tables follow."""

from __future__ import annotations

ROWS = "#qrows tr.question"
IN_VIEW = "document.querySelectorAll('.vrow').length"


def categories(page):
    return set(page.texts(f"{ROWS} td.catcol span"))


def scores(page):
    shown = f"[...document.querySelectorAll('{ROWS} .score')].map(x => x.childNodes[1].textContent)"
    return [float(one) for one in page.js(shown)]


def vertex(page, axis, share):
    """Where a value of an axis is on the screen, as playwright's mouse takes it."""
    page.page.locator("#radar").scroll_into_view_if_needed()
    return page.js(
        f"""(() => {{
            const box = document.getElementById("radar");
            const polar = box._fullLayout.polar._subplot;
            const turn = {axis} / 3 * 2 * Math.PI;
            const {{ left, top }} = box.getBoundingClientRect();
            const far = polar.radius * {share};
            return [left + polar.cx + far * Math.sin(turn), top + polar.cy - far * Math.cos(turn)];
        }})()"""
    )


def moment(page, frame, run=0):
    """Where a frame's latency is on the screen."""
    page.page.locator(f"#timeline-{run}").scroll_into_view_if_needed()
    return page.js(
        f"""(() => {{
            const box = document.getElementById("timeline-{run}");
            const {{ xaxis, yaxis }} = box._fullLayout;
            const {{ left, top }} = box.getBoundingClientRect();
            const data = JSON.parse(document.getElementById("data").textContent);
            const frames = data.runs[{run}].frames;
            return [left + xaxis._offset + xaxis.d2p(frames.t[{frame}]),
                    top + yaxis._offset + yaxis.d2p(frames.latency[{frame}] ?? 0)];
        }})()"""
    )


def test_a_click_on_an_axis_filters_the_table_and_marks_the_axis(open_page, runs):
    page = open_page(runs("small"), charts=False)
    assert categories(page) == {"会話", "描写", "推論"}
    page.click("[data-key='axis:detail']")
    assert categories(page) == {"描写"}
    assert page.text("#qcount") == "30件中10件"
    assert page.pressed("[data-key='axis:detail']") and page.pressed("[data-key='column:detail']")
    page.click("[data-key='axis:detail']")
    assert page.text("#qcount") == "30件中30件"


def test_a_click_on_a_vertex_or_its_label_filters_too(open_page, runs):
    page = open_page(runs("small"))
    for axis, share, name in ((0, 0.7, "会話"), (1, 0.8, "描写"), (2, 1.15, "推論")):
        page.page.mouse.click(*vertex(page, axis, share))
        assert categories(page) == {name}


def test_a_cell_of_the_scores_filters_and_so_does_a_kind_of_picture(open_page, runs):
    page = open_page(runs("small"), charts=False)
    page.click("[data-key^='cell:0:complex']")
    assert categories(page) == {"推論"}
    page.click("[data-key='image:夜間']")
    assert set(page.texts(f"{ROWS} td.catcol small")) == {"夜間"}
    page.click("[data-key='axes:image']")
    assert page.pressed("[data-key='axis:夜間']")
    assert page.count("[data-key^='axis:']") == 5


def test_a_filter_in_the_table_moves_the_radar(open_page, runs):
    page = open_page(runs("small"))
    page.page.select_option("[data-key='q:category']", "conv")
    assert page.pressed("[data-key='axis:conv']")
    lines = page.count("#radar-axes .lines li")
    page.page.select_option("[data-key='q:verdict']", "wrong")
    assert page.count("#radar-axes .lines li") == lines + 1  # the questions in the table


def test_filters_search_sort_and_score_range_work_together(open_page, runs):
    page = open_page(runs("small"), charts=False)
    page.page.fill("[data-key='q:text']", "赤色です")
    page.until("document.getElementById('qcount').textContent", "30件中10件")
    page.page.select_option("[data-key='q:verdict']", "right")
    right = page.count(ROWS)
    page.click("[data-key='q:clear']")
    page.page.fill("[data-key='q:min']", "9")
    page.key("Tab")
    assert min(scores(page)) >= 9
    page.click("[data-key='q:clear']")
    page.click("[data-key='sort:asked:score']")
    assert scores(page) == sorted(scores(page)) and len(scores(page)) == 30
    assert 0 < right < 30
    assert page.count("th[aria-sort='ascending']") == 1


def test_another_judge_has_its_own_scores(open_page, runs):
    page = open_page(runs("small"), charts=False)
    before = page.text("[data-tile='score'] .value")
    page.click("[data-key='judge:reference']")
    assert page.text("[data-tile='score'] .value") != before
    assert "reference" in page.text("[data-tile='score'] .under")


def test_a_baseline_that_beats_the_model_is_flagged(open_page, runs):
    page = open_page(runs("small"), charts=False)
    assert "最良の固定文" in page.text(".flags")
    assert page.count(".scoretable td.beaten") == 1


def test_a_question_opens_and_leads_to_its_moment(open_page, runs):
    page = open_page(runs("small"))
    page.click(f"{ROWS}[data-question='q003'] td.words")
    detail = page.text("tr.detail")
    assert "参照回答" in detail and "画像の説明" in detail
    assert page.count("tr.detail .factlist li") >= 2
    page.click("tr.detail [data-key='moment:0']")
    page.settle()
    sequence = page.js("JSON.parse(document.getElementById('data').textContent).runs[0].frames")
    asked = page.js(
        "JSON.parse(document.getElementById('data').textContent).runs[0].questions[3].frame"
    )
    assert f"#{sequence['sequence'][asked]}" in page.text("#frame-detail h3")
    assert "q=q003" in page.js("location.hash") and f"frame={asked}" in page.js("location.hash")


def test_a_click_in_the_timeline_opens_that_frame(open_page, runs):
    page = open_page(runs("small"))
    page.page.mouse.click(*moment(page, 77))
    page.settle()
    assert "#77" in page.text("#frame-detail h3")
    assert page.text(".vrow[aria-selected='true'] div") == "77"
    shapes = page.js("document.getElementById('timeline-0')._fullLayout.shapes.map(s => s.x0)")
    assert any(abs(x - 7.7) < 1e-6 for x in shapes if isinstance(x, (int, float)))


def test_a_question_in_the_timeline_opens_the_question(open_page, runs):
    page = open_page(runs("small"))
    page.page.locator("#timeline-0").scroll_into_view_if_needed()
    x, y = page.js(
        """(() => {
            const box = document.getElementById("timeline-0");
            const { xaxis, yaxis2 } = box._fullLayout;
            const trace = box.data.find(one => one.customdata?.[0]?.question);
            const { left, top } = box.getBoundingClientRect();
            return [left + xaxis._offset + xaxis.d2p(trace.x[2]),
                    top + yaxis2._offset + yaxis2.d2p(trace.y[2])];
        })()"""
    )
    page.page.mouse.click(x, y)
    page.settle()
    assert page.count("tr.question.open") == 1
    assert page.focused().startswith("question:q")


def test_the_timeline_zooms_by_dragging_and_the_frames_follow(open_page, runs):
    page = open_page(runs("small"))
    (x0, y), (x1, _) = moment(page, 50), moment(page, 100)
    page.page.mouse.move(x0, y)
    page.page.mouse.down()
    page.page.mouse.move((x0 + x1) / 2, y, steps=4)
    page.page.mouse.move(x1, y, steps=4)
    page.page.mouse.up()
    page.settle()
    low, high = page.js("document.getElementById('timeline-0')._fullLayout.xaxis.range")
    assert abs(low - 5) < 0.3 and abs(high - 10) < 0.3
    page.click("[data-key='f:view']")
    shown = int(page.text("#fcount").partition("件中")[2].rstrip("件"))
    assert 45 <= shown <= 55
    page.click("[data-key='timeline.all']")
    page.settle()
    assert page.text("#fcount") == "200件中200件"


def test_a_cell_of_a_matrix_filters_the_frames(open_page, runs):
    page = open_page(runs("small"), charts=False)
    cell = "[data-key='matrix:0:speed:STOP:STOP']"
    count = page.text(f"{cell} b")
    page.click(cell)
    assert page.text("#fcount") == f"200件中{count}件"
    assert page.pressed(cell)
    assert all("停止" in one for one in page.texts(".vrow > div:nth-child(5)"))
    page.click(cell)
    assert page.text("#fcount") == "200件中200件"


def test_pictures_enlarge_and_the_keys_go_on(open_page, runs):
    page = open_page(runs("small"), charts=False)
    page.click(f"{ROWS} .thumb")
    assert page.js("document.getElementById('viewer').open")
    first = page.text("#viewer strong")
    page.key("ArrowRight")
    assert page.text("#viewer strong") != first
    page.key("ArrowLeft")
    assert page.text("#viewer strong") == first
    page.key("Escape")
    assert not page.js("document.getElementById('viewer').open")
    assert page.focused() == "thumb"


def test_the_language_is_a_switch_that_is_remembered(open_page, runs):
    page = open_page(runs("small"), charts=False)
    assert page.text("#scores h2") == "スコア"
    page.click("[data-key='lang:en']")
    assert page.text("#scores h2") == "Scores"
    assert "not a safety-rated component" in page.text(".advisory span[lang=en]")
    assert page.page.locator(".advisory span[lang=ja]").is_hidden()
    assert page.focused() == "lang:en"
    page.go(page.js("location.hash"))
    assert page.text("#scores h2") == "Scores"


def test_a_run_on_image_files_has_no_timeline(open_page, runs):
    page = open_page(runs("heron"), charts=False)
    assert page.page.locator("#timeline").is_hidden() and page.page.locator("#frames").is_hidden()
    assert page.count(ROWS) == 30
    page.click(f"{ROWS} .thumb")
    assert page.js("document.getElementById('viewer').open")


def test_a_run_without_questions_shows_its_frames(open_page, runs):
    page = open_page(runs("frames alone"))
    for section in ("scores", "questions", "truth", "compare"):
        assert page.page.locator(f"#{section}").is_hidden()
    assert page.text("#fcount") == "120件中120件"
    assert page.count("#timeline-0 .main-svg") > 0


def test_ten_thousand_frames_draw_only_what_is_in_sight(open_page, tmp_path):
    from vlm_driving.bench.made_up_run import MadeUp, make_up_run

    page = open_page(make_up_run(tmp_path / "big", MadeUp(questions=60, pictures=60)))
    assert page.text("#fcount") == "10000件中10000件"
    assert page.js(IN_VIEW) < 60
    assert page.count(ROWS) == 30  # the others when they come near
    page.js("document.getElementById('qbox').scrollTop = 1e6")
    page.until(f"document.querySelectorAll('{ROWS}').length", 60)
    page.page.locator("#frame-list").focus()
    page.key("End")
    assert "#9999" in page.text("#frame-detail h3")
    assert page.text(".vrow[aria-selected='true'] div") == "9999"
    drawn = "document.getElementById('timeline-0').data.filter(x => x.mode === 'markers')"
    points = page.js(f"{drawn}.reduce((n, x) => n + x.x.length, 0)")
    assert 500 < points < 4000
    run = page.js("JSON.parse(document.getElementById('data').textContent)")
    frames = run["runs"][0]["frames"]
    ok = run["texts"].index("ok")
    latencies = [
        latency
        for latency, outcome in zip(frames["latency"], frames["outcome"], strict=True)
        if outcome == ok
    ]
    shown = page.js(f"{drawn}.find(x => x.name === '回答').y")
    assert (min(shown), max(shown)) == (min(latencies), max(latencies))
    assert len(shown) < len(latencies)


def test_a_frame_without_a_picture_borrows_the_nearest_and_says_so(open_page, runs):
    page = open_page(runs("small"), charts=False)
    kept = page.js("JSON.parse(document.getElementById('data').textContent).runs[0].frames.picture")
    lacking = next(i for i in range(1, 199) if not kept[i] and (kept[i - 1] or kept[i + 1]))
    page.page.locator("#frame-list").focus()
    page.key("ArrowDown", *["ArrowDown"] * lacking)
    assert page.text("#frame-detail h3").startswith(f"フレーム #{lacking}")
    assert "縮小画像のある最も近いフレーム" in page.text("#frame-detail .picture")
    page.click("#frame-detail .thumb")
    near = lacking - 1 if kept[lacking - 1] else lacking + 1
    assert page.text("#viewer strong") == f"フレーム #{near}"
