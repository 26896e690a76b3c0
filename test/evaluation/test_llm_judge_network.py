"""Keys that stay secret, certificates and proxies of the system, and no redirects."""

from __future__ import annotations

import dataclasses
import logging
import shutil
import ssl
import subprocess

import pytest
from support.chat_endpoint import ChatEndpoint, chat_endpoint, fails, says
from support.llm_judging import (
    KEY,
    judge_at,
    plain_environment,  # noqa: F401
    question,
    rows,
)

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.llm import LlmOptions


@pytest.fixture
def endpoint():
    with chat_endpoint() as made:
        yield made


def test_the_key_comes_from_the_variable_that_was_named(endpoint: ChatEndpoint, monkeypatch):
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")
    judge_at(endpoint, key_variable="MY_KEY").judge(question(), "赤")
    assert endpoint.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_without_a_key_a_local_endpoint_is_asked_without_one(endpoint: ChatEndpoint):
    assert judge_at(endpoint).judge(question(), "赤").score == 7.0
    assert "Authorization" not in endpoint.requests[0].headers


def test_openais_own_endpoint_wants_a_key_before_anything_is_sent():
    with pytest.raises(UserError, match="set the environment variable OPENAI_API_KEY"):
        judge_at("https://api.openai.com/v1")


@pytest.mark.parametrize("bad", ["two words", "line\nbreak", "鍵", "tab\there"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(endpoint, monkeypatch, bad):
    monkeypatch.setenv("OPENAI_API_KEY", bad)
    with pytest.raises(UserError, match="characters that no API key has") as refused:
        judge_at(endpoint)
    assert bad not in str(refused.value)


def test_the_key_reaches_no_file_log_note_or_printed_object(
    endpoint, monkeypatch, tmp_path, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    waits: list[str] = []
    endpoint.script = [
        fails(500, {"message": f"key {KEY} is tired"}),
        says(f"[[5]] {KEY}", model=KEY),
        fails(401, {"message": f"{'x' * 190}{KEY} is wrong"}),
    ]
    cache = tmp_path / "judge.jsonl"
    judge = judge_at(endpoint, cache=cache, on_wait=waits.append)
    judged = judge.judge_all(rows(2))
    assert [row.judgement.failed for row in judged] == [False, True]
    out = capfd.readouterr()
    everything = [repr(judged), repr(judge.tally), judge.tally.line(), *waits, caplog.text]
    everything += [cache.read_text(), out.out, out.err, repr(judge)]
    assert not any(KEY[:8] in text for text in everything)
    assert "key *** is tired" in waits[0]


def test_options_hold_the_name_of_the_variable_and_never_the_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert KEY not in repr(dataclasses.asdict(LlmOptions(model="judge-1")))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_so_that_the_key_stays_where_it_belongs(
    endpoint, monkeypatch, status
):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with chat_endpoint() as elsewhere:
        target = f"{elsewhere.address}/chat/completions"
        endpoint.otherwise = fails(status, Location=target)
        (note,) = judge_at(endpoint).judge(question(), "赤").notes
        assert elsewhere.requests == [] and not elsewhere.got
    assert f"sends us to {target} (HTTP {status}): name that endpoint" in note


@pytest.mark.parametrize(
    ("tail", "path"),
    [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/chat/completions", "/v1/chat/completions"),
        ("/?api-version=1", "/v1/chat/completions?api-version=1"),
    ],
)
def test_the_address_may_be_given_in_any_of_its_usual_forms(endpoint, tail, path):
    judge_at(endpoint.address + tail).judge(question(), "赤")
    assert endpoint.requests[0].path == path


def test_the_proxy_of_the_environment_is_used(endpoint: ChatEndpoint, monkeypatch):
    monkeypatch.setenv("http_proxy", endpoint.address.removesuffix("/v1"))
    judgement = judge_at("http://judge.invalid/v1").judge(question(), "赤")
    assert judgement.score == 7.0
    assert endpoint.requests[0].path == "http://judge.invalid/v1/chat/completions"


def test_no_proxy_of_the_environment_is_heeded(endpoint: ChatEndpoint, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert judge_at(endpoint).judge(question(), "赤").score == 7.0


def test_a_proxy_that_wants_a_password_ends_the_asking_with_the_remedy(endpoint, monkeypatch):
    monkeypatch.setenv("http_proxy", endpoint.address.removesuffix("/v1"))
    endpoint.otherwise = fails(407)
    judge = judge_at("http://judge.invalid/v1")
    judge.judge_all(rows(2))
    assert "A proxy wants a user and password" in (judge.tally.stopped or "")
    assert len(endpoint.requests) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Certificate and key of an authority that no system knows."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=judge"]
        + ["-addext", "subjectAltName=IP:127.0.0.1"]
        # Newer Pythons insist on it.
        + ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    if made.returncode:
        pytest.skip(f"this openssl makes no certificate: {made.stderr[-200:]}")
    return cert, key


@pytest.fixture
def secured(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with chat_endpoint(lambda sock: context.wrap_socket(sock, server_side=True)) as made:
        yield made


def test_a_certificate_that_the_system_trusts_is_accepted(secured, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert judge_at(secured).judge(question(), "赤").score == 7.0


def test_a_certificate_that_nobody_knows_is_refused_at_once_with_the_remedy(secured):
    judge = judge_at(secured)
    judged = judge.judge_all(rows(2))
    assert secured.requests == [] and judge.tally.requests == 1
    assert "is not trusted" in judged[0].judgement.notes[0]
    assert "SSL_CERT_FILE" in judged[1].judgement.notes[0]


def test_https_towards_a_plain_endpoint_is_said_as_that(endpoint: ChatEndpoint):
    judge = judge_at(endpoint.address.replace("http:", "https:"), attempts=1)
    (note,) = judge.judge(question(), "赤").notes
    assert "No TLS connection" in note and "is it an http address?" in note
