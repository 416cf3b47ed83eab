"""Several PDFs looked into at once: two have their turn, one waits, the others are told so at
once.
"""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocr import errors
from ocr.inspect import inspect
from ocr.sandbox import Sandbox
from ocr.types import Limits
from tests.unit.ocr import hostile, papers

PATIENT = Limits(inspect_wait=30)
HASTY = Limits(inspect_wait=0.05)


class Slow:
    """PDFs that are being looked into for as long as the test wants."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.may_end = threading.Semaphore(0), threading.Event()
        genuine = Sandbox.call

        def call(sandbox: Sandbox, job: str, **arguments: object) -> dict[str, object]:
            self.begun.release()
            assert self.may_end.wait(30)
            return genuine(sandbox, job, **arguments)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr(Sandbox, "call", call)


def test_who_comes_while_two_are_looked_into_waits_a_while_and_the_next_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, good = Slow(monkeypatch), papers.text_pdf(papers.LINES)
    with ThreadPoolExecutor(3) as pool:
        first = [pool.submit(inspect, good, PATIENT) for _ in range(2)]
        assert all(slow.begun.acquire(timeout=30) for _ in first)
        with pytest.raises(errors.InspectionBusy, match="Tunggu setengah menit"):
            inspect(good, HASTY)
        waiting = pool.submit(inspect, good, PATIENT)
        with pytest.raises(errors.InspectionBusy):
            while not waiting.done():
                inspect(good, HASTY)
        assert inspect(hostile.png_of_white(30, 30)).pages == 1, "pictures wait for nobody"
        slow.may_end.set()
        assert [each.result(30).pages for each in (*first, waiting)] == [1, 1, 1]
    assert inspect(good, HASTY).pages == 1, "every turn was given back"


def test_of_several_bombs_at_once_each_is_answered_and_afterwards_all_is_as_before() -> None:
    bomb, limits = hostile.forms_in_forms(), Limits(inspect_seconds=2, inspect_wait=0.1)
    together = threading.Barrier(6)

    def look(_number: int) -> type[Exception] | None:
        together.wait(30)
        try:
            inspect(bomb, limits)
        except errors.OcrError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(6) as pool:
        answers = Counter(pool.map(look, range(6)))
    assert set(answers) == {errors.TooComplex, errors.InspectionBusy}
    assert inspect(papers.text_pdf(papers.LINES), HASTY).pages == 1
