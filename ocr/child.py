"""The program inside the sandbox: takes jobs as JSON lines from its standard input and answers on a pipe.

Started by `ocr.sandbox` only. It imports a decoder when the first job needs it, and stops when its input ends.
"""

import json
import math
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

MAX_FILE = 2_000_000_000


def _inspect_pdf(**arguments: Any) -> dict[str, Any]:
    from ocr import pdf

    return pdf.inspect(**arguments)


def _page(**arguments: Any) -> dict[str, Any]:
    from ocr import pages

    return pages.prepare(**arguments)


def _assemble(**arguments: Any) -> dict[str, Any]:
    from ocr import searchable

    return searchable.assemble(**arguments)


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "inspect_pdf": _inspect_pdf,
    "page": _page,
    "assemble": _assemble,
}


def main(replies: int, memory: int) -> None:
    """Answer jobs until the input ends."""
    _limit_process(memory)
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
    except Exception:
        return {"error": "PageUnreadable"}


def _limit_process(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))


def _limit_time(seconds: float) -> None:
    """The processor limit counts from the start of the process, so each job moves it on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
