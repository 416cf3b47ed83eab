"""The job of a message: sent once, tried again while that may help, and an incident when it does
not.
"""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.integration.last_tries import lose_worker, run_job
from tests.integration.messages.process import CITIZEN, MAIL, begin, complete, message_of, use
from tests.integration.messages.servers import (
    Mailbox,
    Provider,
    gateway,
    mail_server,
    silent_server,
)
from workflow_app.domain import (
    SYSTEM,
    Actor,
    Conflict,
    Forbidden,
    NotDelivered,
    SentraError,
    Undeliverable,
)
from workflow_app.models import Case, Incident, Message
from workflow_app.services.cases import incidents
from workflow_app.services.core import figures, unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.messages import messages, sending
from workflow_app.services.messages.transports import Gateway, Mail, Transports
from workflow_app.services.operations import consistency_cases, health
from workflow_app.services.operations.health import Stoppages
from workflow_app.services.workflow import cases
from workflow_app.settings import Settings

SENDER = "spkt@contoh.test"


@pytest.fixture
def case_id(works: Works, budi: Actor, kabar: str) -> UUID:
    """A case whose citizen is told by mail."""
    assert kabar
    use(works, "surel", "telepon")
    return begin(works, budi, CITIZEN)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server(Mailbox()) as found:
        yield found


def ways(mailbox: Mailbox) -> Transports:
    return {"surel": Mail("127.0.0.1", mailbox.port, SENDER, "none", seconds=10)}


def message_id(works: Works, case_id: UUID, element: str = "kirim_nomor") -> UUID:
    with works.begin(SYSTEM) as work:
        return message_of(work, case_id, element).id


def state(works: Works, wanted: UUID) -> tuple[str, str, int, str | None]:
    with works.begin(SYSTEM) as work:
        found = work.session.get_one(Message, wanted, populate_existing=True)
        return found.channel, found.status, found.attempts, found.last_error


def open_incidents(works: Works, sari: Actor) -> list[str]:
    with works.begin(sari) as work:
        return [found.sentence for found in incidents.list_open(work)]


def no_server() -> Transports:
    return {"surel": Mail("127.0.0.1", 1, SENDER, "none", seconds=1)}


def test_a_message_is_sent_once_and_the_trail_tells_how(
    works: Works, case_id: UUID, mailbox: Mailbox, sari: Actor
) -> None:
    wanted = message_id(works, case_id)

    for _ in range(2):
        sending.send(works, ways(mailbox), wanted)

    assert [letter["To"] for letter in mailbox.letters] == [MAIL]
    assert state(works, wanted) == ("surel", "sent", 1, None)
    with works.begin(sari) as work:
        (seen,) = [view for view in messages.of_case(work, case_id) if view.id == wanted]
        assert (seen.channel, seen.recipient, seen.title) == ("Surel", "Warga", "Nomor berkas Anda")
        assert seen.sent_at == work.clock()
        assert list(unit_of_work.verify_chains(work)) == []


def test_a_phone_is_reached_through_the_gateway(works: Works, budi: Actor, kabar: str) -> None:
    assert kabar
    use(works, "telepon")
    wanted = message_id(works, begin(works, budi, CITIZEN))
    with gateway(Provider()) as provider:
        sending.send(
            works, {"telepon": Gateway(f"http://127.0.0.1:{provider.port}/", b"s" * 32, 10)}, wanted
        )

    (post,) = provider.posts
    assert post.content["to"] == CITIZEN["telepon"]
    assert post.content["id"] == str(wanted)
    assert state(works, wanted)[:2] == ("telepon", "sent")


def test_a_server_that_hangs_is_tried_again_and_at_the_last_try_somebody_is_told(
    works: Works, settings: Settings, case_id: UUID, sari: Actor, budi: Actor
) -> None:
    wanted = message_id(works, case_id)
    with silent_server() as port:
        hanging: Transports = {"surel": Mail("127.0.0.1", port, SENDER, "none", seconds=0.2)}
        for _ in range(2):
            with pytest.raises(NotDelivered):
                sending.send(works, hanging, wanted)
        assert open_incidents(works, sari) == []
        assert state(works, wanted) == ("surel", "waiting", 2, "Server surel tidak menjawab.")
        with works.begin(sari) as work:
            assert health.read_stoppage(work) == Stoppages(messages=1), (
                "whoever leads is told before the last try"
            )
        with pytest.raises(NotDelivered):
            run_job(
                works,
                settings,
                "send_message",
                is_last=True,
                transports=hanging,
                message_id=wanted,
            )

    assert state(works, wanted)[:3] == ("surel", "failed", 3)
    (sentence,) = open_incidents(works, sari)
    assert "Server surel tidak menjawab. Kirim lagi dari Kotak keluar" in sentence
    with works.begin(sari) as work:
        assert health.read_stoppage(work) == Stoppages(incidents=1)
    with works.begin(budi) as work:
        assert health.read_stoppage(work) == Stoppages(), "the counter does not mind the outbox"
    with works.begin(sari) as work:
        assert cases.get(work, case_id).status == "running"
        assert figures.read(work).messages_failed == {"surel": 1}
        assert figures.read(work).messages_waiting == {"surel": 1}


def test_a_refused_message_is_an_incident_at_once_and_can_be_retried(
    works: Works, case_id: UUID, mailbox: Mailbox, sari: Actor
) -> None:
    wanted = message_id(works, case_id)
    mailbox.answer = "550 unknown"
    with pytest.raises(Undeliverable):
        sending.send(works, ways(mailbox), wanted)
    assert ["550" in sentence for sentence in open_incidents(works, sari)] == [True]
    with works.begin(SYSTEM) as work:
        work.session.execute(text("update procrastinate_jobs set status = 'failed'"))
        assert list(consistency_cases.check(work)) != []  # the other message has lost its job

    with works.begin(sari) as work:
        incidents.retry(work, incidents.list_open(work)[0].id)
    with pytest.raises(Conflict), works.begin(sari) as work:
        messages.retry(work, wanted)
    mailbox.answer = "250 OK"
    sending.send(works, ways(mailbox), wanted)

    assert open_incidents(works, sari) == []
    assert state(works, wanted)[1] == "sent"


def test_a_way_that_is_not_set_up_is_told_to_those_who_can_set_it_up(
    works: Works, case_id: UUID, sari: Actor
) -> None:
    with pytest.raises(Undeliverable):
        sending.send(works, {}, message_id(works, case_id))

    (sentence,) = open_incidents(works, sari)
    assert "SMTP_HOST" in sentence


def test_a_message_of_a_case_that_has_ended_is_still_owed(
    works: Works, case_id: UUID, budi: Actor
) -> None:
    complete(works, budi, case_id, "tangani", {})
    wanted = message_id(works, case_id, "kabari")

    lose_worker(works, "send_message", message_id=wanted)

    with works.begin(SYSTEM) as work:
        found = work.session.query(Incident).filter_by(task_id=wanted).one()
        assert (found.operation, found.resolved_at) == ("message", None)
        assert work.session.get_one(Case, case_id).status == "done"


def test_what_does_not_get_through_becomes_a_slip_that_is_handed_over(
    works: Works, case_id: UUID, mailbox: Mailbox, budi: Actor, sari: Actor
) -> None:
    wanted = message_id(works, case_id)
    with pytest.raises(NotDelivered):
        sending.send(works, no_server(), wanted)
    with pytest.raises(Conflict), works.begin(budi) as work:
        messages.hand_over(work, wanted)

    with works.begin(budi) as work:
        messages.print_instead(work, wanted)
        slip = messages.slip(work, wanted)
        assert slip.message.can_hand_over
        assert "dengan nomor" in slip.body
    assert open_incidents(works, sari) == []
    sending.send(works, ways(mailbox), wanted)  # a job that was still on its way
    assert mailbox.letters == []
    for _ in range(2):
        with works.begin(budi) as work:
            messages.hand_over(work, wanted)

    with works.begin(sari) as work:
        (seen,) = [view for view in messages.of_case(work, case_id) if view.id == wanted]
        assert (seen.status, seen.channel, seen.handed_by) == ("sent", "Slip", budi.name)
    with pytest.raises(Conflict), works.begin(sari) as work:
        messages.retry(work, wanted)


def test_a_message_that_was_sent_is_not_printed(
    works: Works, case_id: UUID, mailbox: Mailbox, budi: Actor
) -> None:
    wanted = message_id(works, case_id)
    sending.send(works, ways(mailbox), wanted)

    with pytest.raises(Conflict), works.begin(budi) as work:
        messages.print_instead(work, wanted)
    with pytest.raises(Conflict), works.begin(budi) as work:
        messages.slip(work, wanted)


def test_only_those_who_mind_the_outbox_see_it_and_only_that_of_their_unit(
    works: Works, case_id: UUID, budi: Actor, sari: Actor, tono: Actor
) -> None:
    with works.begin(sari) as work:
        assert len(messages.outbox(work).unsent) == 2
    with works.begin(tono) as work:
        assert messages.outbox(work).unsent == []
    with pytest.raises(Forbidden), works.begin(budi) as work:
        messages.outbox(work)
    wanted = message_id(works, case_id)
    for attempt in (messages.retry, messages.print_instead, messages.hand_over, messages.slip):
        with pytest.raises(SentraError), works.begin(tono) as work:
            attempt(work, wanted)


def test_a_job_of_nothing_does_nothing(works: Works, mailbox: Mailbox) -> None:
    sending.send(works, ways(mailbox), uuid4())
    lose_worker(works, "send_message", message_id=uuid4())

    assert mailbox.letters == []
