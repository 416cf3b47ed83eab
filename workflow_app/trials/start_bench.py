"""How long a start takes until the first page is there: the first one of a new site, and the next ones on its data."""

import time
from dataclasses import dataclass

from workflow_app.trials.officer import Officer, Unexpected
from workflow_app.trials.site import TrialSite, stopped_site

FIRST_PAGE = "/masuk"


@dataclass(frozen=True)
class Starts:
    """Seconds from the command to the first page; the virtual environment is there already."""

    first_s: float
    """An empty data directory: servers, tables, processes, demo cases."""
    second_s: float
    """Median of the starts on the data that the first one made."""
    seconds: list[float]
    """Each of those."""


def measure(rounds: int = 3) -> Starts:
    """Start one throw-away site, and start it again `rounds` times. Raises `StackError`, `Unexpected`."""
    with stopped_site() as site:
        first = _start(site)
        later = [_start(site) for _ in range(rounds)]
    return Starts(round(first, 2), round(sorted(later)[len(later) // 2], 2), [round(one, 2) for one in later])


def _start(site: TrialSite) -> float:
    began = time.perf_counter()
    site.start()
    with Officer(site.address, "", "") as visitor:
        page = visitor.get(FIRST_PAGE)
    took = time.perf_counter() - began
    site.stop()
    if page.status != 200:
        raise Unexpected(f"{FIRST_PAGE}: {page.status}")
    return took
