"""A database of before with cases, letters and photos in it goes on to the newest revision, and
back again.
"""

import psycopg
from alembic import command

from workflow_app.migrations import commands

BEFORE = "0030"
ROWS = """
    insert into definition (id, process_key, version, name, content_hash, is_current, deployed_at)
    values (gen_random_uuid(), 'uji', 1, 'Contoh', 'contoh', true, now());
    insert into service_case (id, number, process_key, definition_id, unit, status, outcome, state,
        revision, passed, opened_at,
                              closed_at, data_key)
    select gen_random_uuid(), 'S-2026-' || n, 'uji', d.id, 'spkt', 'done', 'selesai', '', 3, '{}',
        now(), now(), ''
    from definition d, generate_series(1, 3) n;
    insert into case_clock (case_id, name, round, started_at, target_minutes, due_at)
    select id, 'kedatangan', 1, now(), 20, now() from service_case;
    insert into letter_number (id, series, year, sequence, number, given_at)
    select gen_random_uuid(), 'UJI', 2026, row_number() over (), number, now() from service_case;
    insert into letter (id, case_id, kind, title, number_id, number, status, verify_code, frozen,
        sealed, issued_at)
    select gen_random_uuid(), c.id, 'surat', 'Surat', n.id, n.number, 'valid', n.number, '{}', '',
        now()
    from service_case c join letter_number n on n.number = c.number;
"""


def test_a_filled_database_is_upgraded_and_taken_back(empty_database_url: str) -> None:
    config = commands.config_for("postgresql+psycopg://" + empty_database_url.split("://", 1)[1])
    command.upgrade(config, BEFORE)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(ROWS)

    command.upgrade(config, "head")

    with psycopg.connect(empty_database_url) as connection:
        told = connection.execute(
            "select count(*) from letter join definition d on d.id = letter.definition_id"
        )
        assert told.fetchone() == (3,)
        waiting = connection.execute("select count(*) from service_case where standing is null")
        assert waiting.fetchone() == (3,), "they are filled in by a job"
    command.downgrade(config, BEFORE)
    command.upgrade(config, "head")
    command.check(config)


LANES = """
    insert into message (id, case_id, element, recipient, template, channel, sealed, status,
        written_at, attempts)
    select gen_random_uuid(), id, 'kabar', 'warga', 'contoh', case number when 'S-2026-1' then
        'surel' else 'telepon' end, '', 'waiting', now(), 0
    from service_case where number <> 'S-2026-3';
    insert into procrastinate_jobs (queue_name, task_name, args, status)
    select case m.channel when 'surel' then 'messages' else 'phones' end, 'send_message',
        jsonb_build_object('message_id', m.id), s::procrastinate_job_status
    from message m, unnest(array['todo', 'doing']) s;
"""
PLACES = """
    select channel, queue_name, job.status::text from message join procrastinate_jobs job on
        args->>'message_id' = message.id::text
    order by 1, 2, 3
"""


def test_messages_that_wait_or_whose_worker_was_stopped_change_their_lane(
    empty_database_url: str,
) -> None:
    """One that was begun waits again once it is found that nobody does it; then somebody must ask
    for its queue.
    """
    config = commands.config_for("postgresql+psycopg://" + empty_database_url.split("://", 1)[1])
    command.upgrade(config, BEFORE)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(ROWS)
    command.upgrade(config, "0041")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(LANES)
        lanes = connection.execute(PLACES).fetchall()

    command.downgrade(config, "0040")
    with psycopg.connect(empty_database_url) as connection:
        assert {queue for _, queue, _ in connection.execute(PLACES)} == {"messages"}
    command.upgrade(config, "0041")
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute(PLACES).fetchall() == lanes
