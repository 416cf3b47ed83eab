"""What the report of a chaos trial calls clean."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from workflow_app.cli import bench
from workflow_app.tools.chaos import trial
from workflow_app.tools.chaos.clerk import Ledger
from workflow_app.tools.chaos.trial import Report

CLEAN = Report(
    kills=3,
    by_target={"worker": 3},
    cases=2,
    letters=1,
    handed_over=1,
    acknowledged=12,
    retried=1,
    lost=0,
    doubled=0,
    gaps=0,
    faults=[],
    complaints=[],
    seconds=60.0,
    drain_s=1.0,
    recovery_p50_s=1.0,
    recovery_p95_s=2.0,
    recovery_max_s=2.0,
    seed=1,
)


def test_a_trial_in_which_enough_was_done_and_nothing_went_wrong_is_clean() -> None:
    assert CLEAN.is_clean
    assert "prove" not in bench._told(CLEAN)


@pytest.mark.parametrize("change", [{"letters": 0}, {"handed_over": 0}, {"acknowledged": 2}])
def test_a_trial_in_which_too_little_was_done_proves_nothing(change: dict[str, Any]) -> None:
    report = replace(CLEAN, **change)

    assert not report.is_clean
    assert "too little was done" in bench._told(report)


@pytest.mark.parametrize(
    "change", [{"faults": [{"kind": "lost", "where": "x", "sentence": "y"}]}, {"complaints": ["z"]}]
)
def test_a_fault_or_a_complaint_is_not_clean(change: dict[str, Any]) -> None:
    assert not replace(CLEAN, **change).is_clean


def test_an_officer_who_does_not_come_back_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "PATIENCE", 0.05)
    may_go, ledger = threading.Event(), Ledger()
    threads = [
        threading.Thread(target=may_go.wait, name="petugas"),
        threading.Thread(target=lambda: None, name="kaspkt"),
    ]
    for thread in threads:
        thread.start()

    trial._await(threads[::-1], ledger)
    may_go.set()
    threads[0].join()

    assert [sentence.split(":")[0] for sentence in ledger.complaints] == ["petugas"]
