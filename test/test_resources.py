"""Where data files are looked for, and what is said when they are nowhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vlm_driving import resources
from vlm_driving.core import UserError

PACKAGE_XML = '<package format="3"><name>vlm_driving</name></package>'


def put_share(prefix: Path, package_xml: str = PACKAGE_XML) -> Path:
    share = prefix / "share" / "vlm_driving"
    share.mkdir(parents=True)
    (share / "package.xml").write_text(package_xml, encoding="utf-8")
    return share


@pytest.fixture
def code_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prefix that the code seems to be installed into; no other place has our data."""
    prefix = tmp_path / "prefix"
    module = prefix / "lib" / "python3.11" / "site-packages" / "vlm_driving" / "resources.py"
    monkeypatch.setattr(resources, "__file__", str(module))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "python"))
    monkeypatch.delenv("AMENT_PREFIX_PATH", raising=False)
    return prefix


def test_the_source_tree_is_its_own_data(repository: Path):
    assert resources.data_dir() == repository
    assert resources.config_dir() == repository / "config"
    assert resources.launch_dir() == repository / "launch"


def test_the_prefix_of_the_code_comes_before_all_others(
    code_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = tmp_path / "other"
    put_share(other)
    put_share(tmp_path / "python")
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(other))
    own = put_share(code_in)
    assert resources.data_dir() == own


def test_a_sourced_workspace_is_found(
    code_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    share = put_share(tmp_path / "underlay")
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{tmp_path / 'overlay'}::{tmp_path / 'underlay'}")
    assert resources.data_dir() == share


def test_the_python_prefix_is_the_last_place(code_in: Path, tmp_path: Path):
    share = put_share(tmp_path / "python")
    assert resources.data_dir() == share


def test_a_folder_of_another_package_is_passed_over(code_in: Path, tmp_path: Path):
    put_share(code_in, "<package><name>other</name></package>")
    share = put_share(tmp_path / "python")
    assert resources.data_dir() == share


def test_nowhere_names_every_place_and_the_remedy(
    code_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path / "workspace"))
    with pytest.raises(UserError) as caught:
        resources.data_dir()
    sentence = str(caught.value)
    for prefix in (code_in, tmp_path / "workspace", tmp_path / "python"):
        assert str(prefix / "share" / "vlm_driving") in sentence
    assert "reinstall" in sentence


def test_a_missing_model_says_where_it_should_be(code_in: Path):
    share = put_share(code_in)
    with pytest.raises(UserError, match="--model") as caught:
        resources.default_bundle()
    assert str(share / "models" / "driving-ja") in str(caught.value)


def test_the_default_bundle_is_a_folder_with_a_bundle_json(code_in: Path):
    bundle = put_share(code_in) / "models" / "driving-ja"
    bundle.mkdir(parents=True)
    (bundle / "bundle.json").write_text("{}", encoding="utf-8")
    assert resources.default_bundle() == bundle


def test_a_missing_folder_is_named(code_in: Path):
    share = put_share(code_in)
    with pytest.raises(UserError, match=str(share / "launch")):
        resources.launch_dir()
