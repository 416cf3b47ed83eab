"""Every word that outlives the program: in databases, queues, object stores, files, and on paper.

Each section is read from the code itself. What it says now stands in `persisted_words.txt`, which
is compared at every test run. `python -m tests.architecture.persisted_words` writes it again,
unless a word would vanish without a new migration.
"""

import importlib
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum, StrEnum
from pathlib import Path

from sqlalchemy import Dialect, MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint, CreateIndex

from archive import documents
from archive.blobs import Blobs
from archive.models import ArchiveBase
from archive.store import Store
from tests.architecture import spoken
from tests.architecture.exported_words import export_words, names_in
from tests.architecture.process_words import elements, forms, processes
from workflow_app.app import create_app
from workflow_app.backup import snapshots
from workflow_app.connections import connect
from workflow_app.engine import state
from workflow_app.migrations import commands
from workflow_app.models import Base
from workflow_app.permissions import ROLES
from workflow_app.services.cases import incidents
from workflow_app.services.core import jobs, unit_of_work
from workflow_app.services.core.vault import Vault
from workflow_app.services.intake import cover_sheets
from workflow_app.services.office_settings import configuration_keys, message_texts, numbers
from workflow_app.services.operations import health
from workflow_app.services.workflow import case_jobs, effects
from workflow_app.settings import SECRETS, Settings, read_settings
from workflow_app.tools.embedded import object_store

FILE = Path(__file__).with_suffix(".txt")
COMMAND = "python -m tests.architecture.persisted_words"
NEWEST = "newest migration: "
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "S3_ENDPOINT": "127.0.0.1:1",
    "S3_ACCESS_KEY": "none",
    "S3_SECRET_KEY": "none",
    "SECRET_KEY": KEY,
    "IDENTITY_KEY": KEY,
    "AUDIT_SIGNING_KEY": KEY,
    "PUBLIC_URL": "https://contoh.invalid",
}
"""Settings of a site whose servers are never asked for anything."""
NOT_OURS = {"PATH", "REMOTE_ADDR"}
"""Names of an environment that others give."""
Words = Iterable[str]


def job_words() -> Words:
    """Name, queue and arguments of each job, and what keeps a second one from waiting beside it."""
    for name, declared in jobs.all_jobs().items():
        stored = ", ".join(declared.arguments) or "timestamp"
        yield f"{name}({stored}) in {'a queue by its way' if declared.queues else declared.queue}"
        yield from ["asked for with timestamp", f"queueing lock {name}"] if declared.cron else []
    yield from (f"queue {word}" for word in spoken.words(jobs.defer, "queue"))
    yield from (f"asked for {word}" for word in spoken.words(jobs.defer, "name") - {spoken.UNKNOWN})
    yield from (f"asked for with {word}" for word in {*spoken.keywords(jobs.defer), jobs.REQUEST})


def event_words() -> Words:
    """What the audit log says: actions, names of chains, keys of the details."""
    writers = (unit_of_work.record, unit_of_work.record_case, unit_of_work.Happening)
    for writer in writers:
        yield from (f"action {word}" for word in spoken.words(writer, "action"))
    for writer in (unit_of_work.record, unit_of_work.Happening):
        yield from (f"chain {word}" for word in spoken.words(writer, "chain"))
    for writer in writers[:2]:
        yield from (f"detail {word}" for word in spoken.keywords(writer))
    yield from (f"digest of {word}" for word in spoken.keys(unit_of_work.digest_of))


def table_words() -> Words:
    """Columns with types, constraints and indexes of both schemas."""
    metadata: tuple[MetaData, ...] = (Base.metadata, ArchiveBase.metadata)
    for each in metadata:
        for table in each.tables.values():
            yield from _of_table(table)


def _of_table(table: Table) -> Words:
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # left untyped
    for column in table.columns:
        empty = "" if column.nullable else " not null"
        yield f"{table.fullname}.{column.name} {column.type.compile(dialect=dialect)}{empty}"
    statements: list[AddConstraint | CreateIndex] = [CreateIndex(each) for each in table.indexes]
    named = (each for each in table.constraints if each.name)
    statements += (AddConstraint(each, isolate_from_table=False) for each in named)
    for statement in statements:
        yield " ".join(str(statement.compile(dialect=dialect)).split())


def value_words() -> Words:
    """Values of the enumerations of the product, one line for each, whatever its class is
    called.
    """
    for name in spoken.modules():
        if not name.endswith(("__main__", "web_server", "child")):
            importlib.import_module(name)
    product = (*StrEnum.__subclasses__(), *IntEnum.__subclasses__())
    for each in product:
        if each.__module__.split(".")[0] in spoken.PACKAGES:
            yield ", ".join(
                sorted(
                    str(m.value) if isinstance(m.value, str) else f"{m.value}={m.name}"
                    for m in each
                )
            )


def plain_words() -> Words:
    """Words in columns that no enumeration names."""
    for what, writer, parameter in (
        ("origin of a document", documents.add, "origin"),
        ("operation that failed", incidents.record, "operation"),
        ("sign of life", health.beat, "name"),
    ):
        yield from (f"{what} {word}" for word in spoken.words(writer, parameter) - {spoken.UNKNOWN})


def setting_words() -> Words:
    """Keys of the office's settings, and the names inside of their values."""
    for name, family in configuration_keys.FAMILIES.items():
        yield f"family {name}{' (open)' if family.is_open else ''}"
    for key, seed in configuration_keys.SEED.items():
        yield key
        yield from (f"{key} > {inner}" for inner in names_in(seed))
    yield from (f"text of a message may say {name}" for name in message_texts.PLACEHOLDERS)


def environment_words() -> Words:
    """Names of the environment that a site is set up by, and of its file of keys."""
    yield from (name.upper() for name in Settings.model_fields)
    yield from (f"{name}_FILE" for name in SECRETS)
    asked = spoken.read_from("environ") - NOT_OURS
    yield from (name for name in asked if re.fullmatch(r"[A-Z][A-Z0-9_]+", name))
    yield from (f"{object_store.FILE_NAME}: {name}" for name in object_store.MAKERS)


def object_words() -> Words:
    """Names of objects in the store, and the contexts by which sealed bytes open again."""
    yield "SHA-256 of the bytes, in hex"
    for method, parameter in (
        (Blobs.put_named, "name"),
        (Blobs.named, "prefix"),
        (Store.upload, "name"),
    ):
        yield from (f"object {word}" for word in spoken.words(method, parameter) - {spoken.UNKNOWN})
    for sealing in (Vault.seal, Vault.open, Vault.fingerprint):
        yield from (f"sealed as {word}" for word in spoken.words(sealing, "context"))
    yield from (f"marked as {word}" for word in spoken.words(Vault.mark, "kind") - {spoken.UNKNOWN})
    files = (snapshots.DATABASE, snapshots.OBJECTS, snapshots.MANIFEST, snapshots.SIGNATURE)
    yield f"backup {', '.join(files)}"


def address_words() -> Words:
    """Routes of the web server, and what is printed on paper or stands in a QR code."""
    app = create_app(read_settings(NOWHERE), connect(read_settings(NOWHERE)))
    for rule in app.url_map.iter_rules():
        yield f"{rule.rule} {' '.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))}"
    yield from (f"printed {text}" for text in spoken.addresses("public_url"))
    yield f"QR code of a cover sheet {cover_sheets.MARK}/<task>/<slot>/<signature>"


def operation_words() -> Words:
    """What service tasks ask for."""
    yield from (f"at once {name}" for name in effects.IMMEDIATE)
    yield from (f"by the worker {name}" for name in {*effects.JOBS, *case_jobs.OPERATIONS})


def state_words() -> Words:
    """What the stored state of a case and its definition are read by."""
    yield f"format {state.FORMAT}"
    yield from (f"state {name}" for name in spoken.keys(state.pack))
    yield from (f"type {name}" for name in state._REGISTRY.typenames.values())


def number_words() -> Words:
    """Series of numbers, as the settings name their patterns and as the code asks for them."""
    yield from (
        word for word in spoken.words(numbers.allocate, "series") if spoken.UNKNOWN not in word
    )
    yield from (
        key.partition(".")[2] for key in configuration_keys.SEED if key.startswith("pola_nomor.")
    )


SECTIONS: dict[str, Callable[[], Words]] = {
    "jobs and queues": job_words,
    "audit log": event_words,
    "tables": table_words,
    "values of enumerations": value_words,
    "values of columns": plain_words,
    "settings of the office": setting_words,
    "environment": environment_words,
    "object store and seals": object_words,
    "addresses": address_words,
    "operations of service tasks": operation_words,
    "stored state of cases": state_words,
    "series of numbers": number_words,
    "roles": lambda: ROLES,
    "messages to citizens": lambda: message_texts.KEYS,
    "processes and letters": processes,
    "models of processes": elements,
    "forms of processes": forms,
    "files for others": export_words,
}


def now() -> dict[str, list[str]]:
    """What the code says, section by section."""
    return {name: sorted(set(words())) for name, words in SECTIONS.items()}


def kept() -> tuple[str, dict[str, list[str]]]:
    """The newest migration that the file was written under, and what it says."""
    revision, found = "", dict[str, list[str]]()
    section: list[str] = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = found.setdefault(line.removeprefix("## "), [])
        elif line.startswith(f"# {NEWEST}"):
            revision = line.removeprefix(f"# {NEWEST}")
        elif line and not line.startswith("# "):
            section.append(line)
    return revision, found


def vanished(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[str]:
    """Words that were and are not any more, each with its section."""
    return [
        f"{name}: {word}"
        for name, words in before.items()
        for word in words
        if word not in after.get(name, ())
    ]


def written(sections: Mapping[str, list[str]], revision: str) -> str:
    """The text of the file."""
    lines = [
        (
            "# Every word that outlives the program. Written by the command below; never edit it "
            "by hand."
        ),
        f"# {COMMAND}",
        f"# {NEWEST}{revision}",
    ]
    for name, words in sections.items():
        lines += ["", f"## {name}", *words]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the file anew, unless a word would vanish and no migration has come since it was
    written.
    """
    after, head = now(), commands.head()
    if FILE.exists():
        revision, before = kept()
        gone = vanished(before, after)
        if gone and revision == head:
            sys.stderr.write(
                "\n".join([*gone, f"would vanish, and {head} is still the newest migration.\n"])
            )
            return 1
    FILE.write_text(written(after, head), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
