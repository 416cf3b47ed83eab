"""What a database holds, in figures: by these a restored one is compared with the one that was backed up."""

import hashlib

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from workflow_app.models.audit import AuditChain

OWN = "nspname !~ '^pg_' and nspname <> 'information_schema'"
TABLES = f"""
    select nspname || '.' || relname, format('%I.%I', nspname, relname)
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and {OWN} order by 1"""  # noqa: S608 - our own words
ANYTHING = f"""
    select exists (select from pg_class join pg_namespace on pg_namespace.oid = relnamespace where {OWN})"""  # noqa: S608 - our own words


def is_empty(session: Session) -> bool:
    """Whether nobody has made anything in this database."""
    return not session.scalar(text(ANYTHING))


def rows(session: Session) -> dict[str, int]:
    """Number of rows of every table."""
    return {
        name: session.scalar(text(f"select count(*) from {quoted}")) or 0  # noqa: S608 - quoted by the server
        for name, quoted in session.execute(text(TABLES)).all()
    }


def chain_heads(session: Session) -> tuple[int, str]:
    """Number of the trail's chains, and a hash over the heads of all of them."""
    digest, count = hashlib.sha256(), 0
    query = select(AuditChain.name, AuditChain.length, AuditChain.head).order_by(AuditChain.name.collate("C"))
    for name, length, head in session.execute(query.execution_options(yield_per=5000)):
        count += 1
        digest.update(f"{name}\0{length}\0{head.hex()}\n".encode())
    return count, digest.hexdigest()


def server_version(session: Session) -> int:
    """Major version of the database server."""
    return int(session.scalar(text("show server_version_num")) or 0) // 10_000


def revision(session: Session) -> str:
    """Revision of the tables."""
    return str(session.scalar(text("select version_num from alembic_version")))
