"""A database of before with cases, letters and photos in it goes on to the newest revision, and back again."""

import psycopg
from alembic import command

from workflow_app.migrations import commands

BEFORE = "0030"
ROWS = """
    insert into definition (id, process_key, version, name, content_hash, is_current, deployed_at)
    values (gen_random_uuid(), 'uji', 1, 'Contoh', 'contoh', true, now());
    insert into service_case (id, number, process_key, definition_id, unit, status, outcome, state, revision, passed, opened_at,
                              closed_at, data_key)
    select gen_random_uuid(), 'S-2026-' || n, 'uji', d.id, 'spkt', 'done', 'selesai', '', 3, '{}', now(), now(), ''
    from definition d, generate_series(1, 3) n;
    insert into case_clock (case_id, name, round, started_at, target_minutes, due_at)
    select id, 'kedatangan', 1, now(), 20, now() from service_case;
    insert into letter_number (id, series, year, sequence, number, given_at)
    select gen_random_uuid(), 'UJI', 2026, row_number() over (), number, now() from service_case;
    insert into letter (id, case_id, kind, title, number_id, number, status, verify_code, frozen, sealed, issued_at)
    select gen_random_uuid(), c.id, 'surat', 'Surat', n.id, n.number, 'valid', n.number, '{}', '', now()
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
