"""The program inside the sandbox: it takes jobs as JSON lines from its standard input and answers
on a pipe.

`ocr.sandbox` starts it. It imports a decoder with the first job that needs it. When its starter
ends, it kills its whole process group, including a running recognition engine.
"""

import json
import math
import os
import resource
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ocr.errors import EngineError, Lack, NoRoom, lack_of

PROCESSORS = "SANDBOX_PROCESSORS"
"""Environment variable with the numbers of the processors for jobs, separated by commas; without it
jobs run on those of the starter.
"""


def _inspect_pdf(**arguments: Any) -> dict[str, Any]:
    from ocr import pdf

    return pdf.inspect(**arguments)


def _page(**arguments: Any) -> dict[str, Any]:
    from ocr import pages

    return pages.prepare(**arguments)


def _assemble(**arguments: Any) -> dict[str, Any]:
    from ocr import searchable

    return searchable.assemble(**arguments)


def _conform(**arguments: Any) -> dict[str, Any]:
    from ocr import archival

    return archival.conform(**arguments)


def _claim(**arguments: Any) -> dict[str, Any]:
    from ocr import archival

    return archival.claim(**arguments)


def _is_active(**arguments: Any) -> dict[str, Any]:
    from ocr import searchable

    return searchable.is_active(**arguments)


def _probe(**arguments: Any) -> dict[str, Any]:
    from ocr import tesseract

    return tesseract.probe(**arguments)


def _recognise(**arguments: Any) -> dict[str, Any]:
    from ocr import tesseract as recognition

    return recognition.recognise_recognition(**arguments)


def _find_turn(**arguments: Any) -> dict[str, Any]:
    from ocr import tesseract

    return tesseract.find_turn(**arguments)


def _look_for_codes(**arguments: Any) -> dict[str, Any]:
    from ocr import page_arrangement as stack_pages

    return stack_pages.look(**arguments)


def _arrange(**arguments: Any) -> dict[str, Any]:
    from ocr import page_arrangement as arranged_pages

    return arranged_pages.arrange(**arguments)


def _draw_page(**arguments: Any) -> dict[str, Any]:
    from ocr import pages

    return pages.draw(**arguments)


def _models(**arguments: Any) -> dict[str, Any]:
    from ocr import tesseract

    return {"folder": tesseract.models_of(**arguments)}


def _bind(**arguments: Any) -> dict[str, Any]:
    from ocr import searchable as embedding

    return embedding.bind(**arguments)


def _redraw(**arguments: Any) -> dict[str, Any]:
    from ocr import pictures as ink

    return ink.redraw(**arguments)


def _join(**arguments: Any) -> dict[str, Any]:
    from ocr import pages as cuts

    return cuts.join(**arguments)


def _look(**arguments: Any) -> dict[str, Any]:
    from ocr import pages

    return pages.look(**arguments)


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "inspect_pdf": _inspect_pdf,
    "page": _page,
    "assemble": _assemble,
    "conform": _conform,
    "claim": _claim,
    "is_active": _is_active,
    "probe": _probe,
    "recognise": _recognise,
    "find_turn": _find_turn,
    "redraw": _redraw,
    "look_for_codes": _look_for_codes,
    "arrange": _arrange,
    "draw_page": _draw_page,
    "models": _models,
    "bind": _bind,
    "look": _look,
    "join": _join,
}


def main(replies: int, memory: int, file_size: int, nice: int) -> None:
    """Answer jobs until the input ends. `nice` is added to the niceness of this process and its
    children.
    """
    _limit_process(memory, file_size)
    os.nice(nice)
    _spread()
    threading.Thread(target=_end_with_starter, daemon=True).start()
    with os.fdopen(replies, "w", encoding="ascii") as answers:
        for line in sys.stdin:
            request = json.loads(line)
            _limit_time(request["seconds"])
            reply = _run(JOBS[request["job"]], request["arguments"])
            answers.write(json.dumps(reply) + "\n")
            answers.flush()


def _run(job: Callable[..., dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"answer": job(**arguments)}
    except MemoryError:
        return {"error": "DecodeOutOfMemory"}
    except (EngineError, Lack) as error:
        return {"error": type(error).__name__, "sentence": error.sentence}
    except OSError as error:
        # A decoder without memory does not mean that the machine lacks memory: the decoder has its
        # own limit.
        return {
            "error": NoRoom.__name__ if isinstance(lack_of(error), NoRoom) else "PageUnreadable"
        }
    except Exception:
        return {"error": "PageUnreadable"}


def _end_with_starter() -> None:
    """Kill the process group when the input closes, which happens when the starter ends, even by
    `kill -9`.
    """
    hung_up = select.poll()
    hung_up.register(sys.stdin.fileno(), 0)
    hung_up.poll()
    os.killpg(0, signal.SIGKILL)


def _spread() -> None:
    """Move to the configured processors; the starter may be bound to one, where jobs would slow it
    down.
    """
    if told := os.environ.get(PROCESSORS):
        with suppress(OSError, ValueError):
            os.sched_setaffinity(0, [int(number) for number in told.split(",")])


def _limit_process(memory: int, file_size: int) -> None:
    """Set the limits of memory and file size; every child program inherits them for itself."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))


def _limit_time(seconds: float) -> None:
    """Set the processor time limit for one job; the limit counts from the start of the process, so
    each job moves it.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]))
