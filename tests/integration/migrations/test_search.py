"""Pages that were read before numbers had keys are found by them after the upgrade (R37)."""

import psycopg
from alembic import command
from alembic.script import ScriptDirectory

from workflow_app.migrations import commands

REVISION = "0019"
PAGE = """
    with blob as (
        insert into archive.blob (sha256, size, media_type, version_id, stored_at)
        values (repeat('0', 64), 1, 'image/jpeg', '', now()) returning sha256
    ), document as (
        insert into archive.document (id, blob_sha256, media_type, pages, label, origin, status,
            status_reason, added_at)
        select gen_random_uuid(), sha256, 'image/jpeg', 2, 'Surat', 'upload', 'readable', '', now()
            from blob returning id
    )
    insert into archive.page (document_id, no, text, words, width, height, source, reason)
    select id, no, text, '[]', 1, 1, 'ocr', ''
    from document, (values (1, 'kendaraan DA l234 XY'), (2, 'kehilangan dompet')) pages (no, text)
"""
FOUND = "select no from archive.page where tsv @@ %s::tsquery"


def test_r37_pages_from_before_are_found_by_their_numbers_and_still_by_their_words(
    empty_database_url: str,
) -> None:
    url = "postgresql+psycopg://" + empty_database_url.split("://", 1)[1]
    config = commands.config_for(url)
    before = ScriptDirectory.from_config(config).get_revision(REVISION).down_revision
    command.upgrade(config, str(before))
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(PAGE)

    command.upgrade(config, REVISION)

    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute(FOUND, ["'#pDA1234XY'"]).fetchall() == [(1,)]
        assert connection.execute(FOUND, ["hilang"]).fetchall() == [(2,)]
        assert connection.execute(FOUND, ["'~0'"]).fetchall() == [(1,), (2,)]
