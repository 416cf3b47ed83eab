"""Two who put several things on record at the same moment, in chains that both need: they stand in
line, never in a ring.
"""

from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.integration.races.meeting import outcome, together
from tests.integration.races.office import Office
from workflow_app.domain import SYSTEM
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works

SLOW = 0.3


def begun(works: Works, *chains: str) -> None:
    with works.begin(SYSTEM) as work:
        unit_of_work.record_all(
            work, [unit_of_work.Happening(chain, "test.happened") for chain in chains]
        )


def told(work: UnitOfWork, *chains: str) -> str:
    unit_of_work.record_all(
        work, [unit_of_work.Happening(chain, "test.happened") for chain in chains]
    )
    return "told"


@pytest.mark.parametrize("known", ["first", "last", "both", "none"])
def test_chains_are_taken_in_one_order_whether_they_exist_or_begin(
    open_office: Office, known: str
) -> None:
    """The one who has begun the first chain goes on to the last, while the other asks for both."""
    works, key = open_office.works, uuid4().hex
    first, last = f"test:{key}:a", f"test:{key}:b"
    begun(works, *{"first": [first], "last": [last], "both": [first, last], "none": []}[known])

    def one_by_one(work: UnitOfWork) -> str:
        told(work, first)
        work.session.flush()
        work.session.execute(text("select pg_sleep(:seconds)"), {"seconds": SLOW})
        return told(work, last)

    def both(work: UnitOfWork) -> str:
        work.session.execute(text("select pg_sleep(:seconds)"), {"seconds": SLOW / 2})
        return told(work, last, first)

    found = together(
        lambda: outcome(works, SYSTEM, one_by_one), lambda: outcome(works, SYSTEM, both)
    )
    assert found == ["told", "told"]
    with works.begin(SYSTEM) as work:
        assert not [finding for finding in unit_of_work.verify_chains(work) if key in finding.chain]


def test_many_who_tell_of_the_same_chains_in_any_order_all_come_through(
    open_office: Office,
) -> None:
    works, key = open_office.works, uuid4().hex
    chains = [f"test:{key}:{no}" for no in range(12)]
    begun(works, *chains[::3])
    orders = [
        chains,
        chains[::-1],
        chains[5:] + chains[:5],
        chains[::2],
        chains[1::2][::-1],
        chains[::-3],
    ]
    found = together(
        *[
            lambda mine=mine: outcome(works, SYSTEM, lambda work: told(work, *mine))
            for mine in orders
        ]
    )
    assert found == ["told"] * len(orders)
    with works.begin(SYSTEM) as work:
        assert not [finding for finding in unit_of_work.verify_chains(work) if key in finding.chain]
