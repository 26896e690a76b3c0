"""The files of a scoring: whole or not there, whoever else writes and whatever the disk says."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os

import pytest

from vlm_driving.core import UserError
from vlm_driving.evaluation.scores.files import ScoreFiles

NAMES = ["score.json", "scores.csv", "scores.jsonl"]


def write(folder, figures):
    with ScoreFiles(folder) as files:
        files.finish([])
        files.conclude(figures)


def read(folder):
    return json.loads((folder / "score.json").read_text(encoding="utf-8"))


def test_figures_of_other_rows_do_not_stand_beside_new_ones(tmp_path):
    write(tmp_path, {"n": 1})
    with pytest.raises(KeyboardInterrupt), ScoreFiles(tmp_path) as files:
        files.finish([])
        raise KeyboardInterrupt  # in the baselines, say
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES[1:]


def test_two_that_score_into_one_directory_do_not_take_each_others_files(tmp_path):
    def often(number):
        for _ in range(100):
            write(tmp_path, {"n": [number] * 2000})

    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=often, args=(number,)) for number in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(set(read(tmp_path)["n"])) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES


def test_a_full_disk_is_a_sentence_with_the_file_and_takes_nothing_away(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    write(tmp_path, {"n": 1})
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UserError, match=r"Cannot write .*scores.jsonl \(No space left on device\)"):
        write(tmp_path, {"n": 2})
    assert read(tmp_path) == {"n": 1}
    monkeypatch.undo()
    assert sorted(path.name for path in tmp_path.iterdir()) == [*NAMES, "scores.partial.jsonl"]
