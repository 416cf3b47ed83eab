"""How often the database is asked: what every click at the counter costs, and it must not creep up
again.
"""

from sqlalchemy import Engine

from tests.integration.web import desk
from tests.integration.web.statements import statements
from tests.integration.web.visitor import Visitor

MOST_PER_COMPLETION = 14
MOST_PER_PAGE = 12
MOST_PER_LIST = 6


def test_a_completion_asks_few_questions(at_desk: Visitor, db_engine: Engine) -> None:
    desk.to_identity(at_desk)
    at_desk.submit(desk.NEXT, **desk.IDENTITY)
    hidden = {"csrf_token": at_desk.token(), "tombol": "selesai"}
    with statements(db_engine) as asked:
        answer = at_desk.client.post(at_desk.path, data={**hidden, "peristiwa": "hilang"})
    assert answer.status_code == 302
    assert 5 < len(asked) <= MOST_PER_COMPLETION, "\n".join(asked)


def test_a_task_page_asks_few_questions(at_desk: Visitor, db_engine: Engine) -> None:
    desk.to_identity(at_desk)
    with statements(db_engine) as asked:
        assert at_desk.client.get(at_desk.path).status_code == 200
    assert 5 < len(asked) <= MOST_PER_PAGE, "\n".join(asked)


def test_a_list_asks_as_often_for_many_tasks_as_for_one(
    at_desk: Visitor, db_engine: Engine
) -> None:
    counts = []
    for _ in range(3):
        desk.begin(at_desk)
        with statements(db_engine) as asked:
            assert at_desk.client.get("/?daftar=saya").status_code == 200
        counts.append(len(asked))
    assert len(set(counts)) == 1
    assert counts[0] <= MOST_PER_LIST
