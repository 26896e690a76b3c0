"""A backend proves what it is before it may carry its name.

Three things are asked of it: the session has the providers that were wanted, nothing heavy is
left on the CPU, and a warm-up frame gets the CPU's answer. Only then is it usable, and only by
that run is it verified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vlm_driving.backends.onnx.agreement import Agreement, Call, play_back, record
from vlm_driving.backends.onnx.faults import Fault, ProviderFault, classify, sentence
from vlm_driving.backends.onnx.runner import OnnxRunner, open_runner
from vlm_driving.backends.onnx.sessions import SessionSettings
from vlm_driving.backends.usability import Usability
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.runner import Runner


@dataclass(frozen=True, slots=True)
class Proven:
    """A runner that answered as the CPU does.

    Attributes:
        runner: ready for frames; nothing is in its cache.
        agreement: how closely it answered.
    """

    runner: OnnxRunner
    agreement: Agreement


def reference_calls(bundle: ModelBundle, threads: int = 0) -> list[Call]:
    """What the CPU says on the warm-up frame, step by step. Raises UserError as `open_runner`."""
    return record(bundle, open_runner(bundle, threads=threads))


def prove(open_candidate: Callable[[], OnnxRunner], reference: Sequence[Call]) -> Proven:
    """Open a runner, and let it answer what the reference answered.

    Args:
        open_candidate: opens it; compares its providers with those asked for.
        reference: of the CPU, from `reference_calls`.

    Raises:
        ProviderFault: naming what is wrong, in one sentence.
        UserError: if the bundle itself cannot be opened.
    """
    runner = open_candidate()
    agreement = try_out(runner, reference)
    if not agreement.agrees:
        raise ProviderFault(Fault.DISAGREES, agreement.words)
    runner.rewind(0)
    return Proven(runner, agreement)


def try_out(runner: Runner, reference: Sequence[Call]) -> Agreement:
    """Play the reference back on a runner.

    Raises:
        ProviderFault: if a run fails.
    """
    try:
        return play_back(reference, runner)
    except UserError:
        raise
    except Exception as error:  # onnxruntime's errors share no class below Exception
        raise ProviderFault(classify(str(error)), str(error)) from None


def usability_of(
    attempt: Callable[[], Proven], details: Mapping[str, object] | None = None
) -> Usability:
    """Turn an attempt at a proof into a row of the table; never raises for what can be mended.

    Args:
        attempt: gives the proven runner, or raises.
        details: that are known whatever comes of it.
    """
    known = dict(details or {})
    try:
        proven = attempt()
    except ProviderFault as fault:
        return Usability(False, str(fault), False, {**known, "fault": fault.fault.name.lower()})
    except UserError as error:
        return Usability(False, str(error), False, known)
    except Exception as error:  # what no one has thought of must not cost the other backends
        reason = sentence(classify(str(error)), str(error) or repr(error))
        return Usability(False, reason, False, known)
    agreement = proven.agreement
    known |= {
        "features_differ": round(agreement.features, 4),
        "logits_differ": round(agreement.logits, 4),
        "same_choices": round(agreement.same_choices, 4),
    }
    return Usability(True, None, True, known)


def prove_cpu(bundle: ModelBundle, settings: SessionSettings | None = None) -> Usability:
    """Whether the CPU runs the bundle: it opens, answers, and says the same a second time."""
    threads = 0 if settings is None else settings.threads

    def attempt() -> Proven:
        return prove(lambda: open_runner(bundle, threads=threads), reference_calls(bundle, threads))

    return usability_of(attempt, {"providers": ["CPUExecutionProvider"]})
