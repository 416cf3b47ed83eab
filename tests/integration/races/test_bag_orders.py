"""Two windows of one auditor ask for bags at the same moment."""

from uuid import uuid4

from tests.integration.races.meeting import outcome, second_comes_while_first_holds, together
from tests.integration.races.office import Office
from workflow_app.domain import SYSTEM, InvalidInput
from workflow_app.models import BagOrder, Case
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.exports import bag_orders


def test_one_person_has_only_a_few_bags_waiting_however_many_windows_ask(
    open_office: Office,
) -> None:
    works = open_office.works
    auditor, other = (open_office.newcomer("auditor") for _ in range(2))
    with works.begin(SYSTEM) as work:
        number = work.session.get_one(Case, open_office.begin()).number

    def ask(work: UnitOfWork) -> object:
        return bag_orders.order(work, str(uuid4()), numbers=[number], level="biasa")

    for _ in range(bag_orders.MOST_AT_ONCE - 1):
        assert not isinstance(outcome(works, auditor, ask), InvalidInput)
    first, second = second_comes_while_first_holds(works, (auditor, ask), (auditor, ask))
    assert not isinstance(first, InvalidInput)
    assert (
        isinstance(second, InvalidInput)
        and "Tunggu sampai salah satunya selesai" in second.fields["tas"]
    )
    found = together(*[lambda: outcome(works, other, ask)] * (bag_orders.MOST_AT_ONCE + 2))
    assert sum(isinstance(each, InvalidInput) for each in found) == 2

    with works.begin(SYSTEM) as work:
        made = work.session.get_one(BagOrder, first)
        made.status, made.sentence = "failed", "Tidak jadi."
    assert not isinstance(outcome(works, auditor, ask), InvalidInput), "one of them is over"
