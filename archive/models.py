"""What the tables of the archive have in common: a schema of their own, and how things in it are
named.

The tables of the archive, in their own schema. The application refers to `Document.id` by a foreign
key. Tables about pages beside what stands on them: what a copy still needs of them, and which look
alike.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SCHEMA = "archive"


class ArchiveBase(DeclarativeBase):
    """Own metadata, so that the library can be created and tested without the application."""

    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True), str: Text}


BLOCK = 4096
"""Pages that are read one after the other and share an entry of the index."""


class DocumentStatus(StrEnum):
    """How far a document has been read. It is kept safely in every one of these."""

    RECEIVED = "received"
    READING = "reading"
    READABLE = "readable"
    UNREADABLE = "unreadable"
    RECORDING = "recording"
    """A voice: there is nothing to be read."""
    DISPOSED = "disposed"
    """Its bytes and words are gone, its row tells what it was (`archive.disposal`)."""


class RenditionKind(StrEnum):
    """What lies beside a document: versions made from it, and what it was made of."""

    SEARCHABLE_PDF = "searchable_pdf"
    PICTURE_PDF = "picture_pdf"
    THUMBNAIL = "thumbnail"
    PHOTO = "photo"
    """Of a document that was bound from photos: the photo of this page, as it was received."""
    PROVENANCE = "provenance"
    """Events that came along from another archive, as JSON lines."""


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class Blob(ArchiveBase):
    """Bytes in the object store. Never changed, never overwritten: the key is their hash."""

    __tablename__ = "blob"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("erased_at IS NULL OR gone_at IS NOT NULL", name="erased"),
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    version_id: Mapped[str]
    """Version of the object in the store, as its answer to the upload named it."""
    stored_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    """When nothing needed the bytes any more and they were given up; null for all that is kept."""
    erased_at: Mapped[datetime | None]
    """When the store had let go of them; between the two they may be there or not."""


class Document(ArchiveBase):
    """One paper as received. The name of the file is not kept: file names carry names of people."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(_one_of("status", DocumentStatus), name="status"),
        CheckConstraint("pages > 0 OR status IN ('recording', 'disposed')", name="pages"),
        CheckConstraint("level BETWEEN 0 AND 3", name="level"),
        Index(None, "added_at", "id"),
        Index("ix_document_held", "id", postgresql_where=text("held_since IS NOT NULL")),
        Index("ix_document_unread", "added_at", postgresql_where=text("status = 'unreadable'")),
        Index(
            "ix_document_unchecked",
            text("(doubts = 0)"),
            "added_at",
            "id",
            postgresql_where=text("checked_at IS NULL AND status = 'readable'"),
        ),
        Index(
            "ix_document_living",
            "blob_sha256",
            unique=True,
            postgresql_where=text("disposed_at IS NULL"),
        ),
        CheckConstraint("(status = 'disposed') = (disposed_at IS NOT NULL)", name="disposed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    blob_sha256: Mapped[str] = mapped_column(ForeignKey(Blob.sha256))
    """The same bytes are one document, however often they are brought; brought again after a
    disposal they are another.
    """
    media_type: Mapped[str]
    pages: Mapped[int]
    """0 of a recording."""
    seconds: Mapped[float | None] = mapped_column(Float)
    """How long a recording lasts, where its header says so."""
    label: Mapped[str]
    """What the paper is, in words without personal data, given by the caller."""
    origin: Mapped[str]
    """Where it came from: `unggah`, `kamera`, `perintah`, ... (the caller's words)."""
    status: Mapped[str] = mapped_column(default=DocumentStatus.RECEIVED)
    status_reason: Mapped[str] = mapped_column(default="")
    """Sentence for people when pages could not be read."""
    added_at: Mapped[datetime]
    level: Mapped[int] = mapped_column(SmallInteger, default=0)
    """How far its access is restricted, 0 to 3; who may see which is the caller's to say."""
    facets: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """By what a search can be narrowed to it, in the caller's words; its pages repeat them in the
    index.
    """
    held_since: Mapped[datetime | None]
    """When its original was put under legal hold in the store; null while it is not."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """The newest one; 1 is the document as it was read."""
    checked_at: Mapped[datetime | None]
    """When a person found its newest version good; null while nobody did."""
    doubts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Words of its newest version of which the reader was not sure
    (`archive.corrections.DOUBTFUL`).
    """
    copy_level: Mapped[str] = mapped_column(default="", server_default="")
    """What the newest PDF that was judged conforms to, in the reader's words: its copy, or itself;
    empty where nobody knows.
    """
    copy_reason: Mapped[str] = mapped_column(default="", server_default="")
    """Sentence for people: why its copy is not more, or what sets it apart from the original."""
    accepted_at: Mapped[datetime | None]
    """When it became a paper of the archive, where that was not when it came: later, in another
    archive, or with the papers that it was made of.
    """
    accepted_by: Mapped[str] = mapped_column(default="", server_default="")
    """Who accepted it into the archive, by the name that the caller knows people by."""
    disposed_at: Mapped[datetime | None]
    """When it was disposed of; what is left is this row."""
    disposed_under: Mapped[str] = mapped_column(default="", server_default="")
    """Under what, in the caller's words; empty while it is kept."""

    blob: Mapped[Blob] = relationship(lazy="raise")


class Rendition(ArchiveBase):
    """Made from a document, or a photo that it was made of. `page` is one of the original, counted
    from 1; 0 means the whole document as it was read.
    """

    __tablename__ = "rendition"
    __table_args__ = (CheckConstraint("page >= 0", name="page"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, default=0, server_default="0"
    )
    """Degrees clockwise by which a person turned the page, from how it was read."""
    blob_sha256: Mapped[str] = mapped_column(ForeignKey(Blob.sha256), index=True)
    made_at: Mapped[datetime]

    blob: Mapped[Blob] = relationship(lazy="raise")


class FormerRendition(ArchiveBase):
    """Bytes that were once made from a document: a better reading took their place, or the document
    was disposed of.
    """

    __tablename__ = "former_rendition"

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    blob_sha256: Mapped[str] = mapped_column(ForeignKey(Blob.sha256), primary_key=True, index=True)


class Page(ArchiveBase):
    """What stands on one page of the newest version."""

    __tablename__ = "page"
    __table_args__ = (
        CheckConstraint("no > 0", name="no"),
        UniqueConstraint("seq"),
        Index(None, "tsv", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index(None, "likeness", postgresql_using="gin"),
        # What stands on the page lies beside its row, which is narrow then: a search passes
        # thousands of rows and reads few of them.
        {"postgresql_with": {"toast_tuple_target": 128}},
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    confidence: Mapped[float | None] = mapped_column(Float)
    """Mean of the words, 0 to 100; null when the page has no words."""
    words: Mapped[list[list[Any]]] = mapped_column(JSONB)
    """One `[text, confidence, left, top, width, height]` for each word, in pixels of the page."""
    width: Mapped[int]
    height: Mapped[int]
    source: Mapped[str]
    """`ocr`, `text` (the file brought it), `blank`, `failed`, or `turned` until it is read as it
    stands now.
    """
    reason: Mapped[str] = mapped_column(default="")
    """Sentence for people when this page could not be read."""
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """In which order pages were read: a search looks at the last ones first."""
    numbers: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", deferred=True)
    """By what the numbers on the page are found, however they are written (`archive.numbers`)."""
    facets: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", deferred=True)
    """Those of its document (`archive.facets`)."""
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Texts of the QR codes on the page, as far as they were looked for."""
    likeness: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    """How the page looks (`archive.likeness.tokens`); null for one that was not read with this, is
    blank or failed.
    """
    corrected: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list, server_default="{}")
    """Which of the words a person has put right or confirmed, by their places in `words`."""
    doubts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Words of which the reader was not sure."""
    tsv: Mapped[Any] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('indonesian'::regconfig, left(text, 200000))"
            " || to_tsvector('simple'::regconfig, left(text, 200000))"
            f" || array_to_tsvector(numbers || facets || ('~'::text || (seq / {BLOCK})::text))",
            persisted=True,
        ),
        deferred=True,
        deferred_raiseload=True,
    )
    """Stems for finding word forms, plain words beside them for names, keys of numbers, facets (`=`
    before them), and of which block of pages it is (`~` and a number, see `archive.search`). A
    tsvector holds 1 MB at most, hence the bound: a page of paper has some 3,000 characters.
    """


class Version(ArchiveBase):
    """An arrangement of a document that a person made. The first version, as it was read, has no
    row.
    """

    __tablename__ = "version"
    __table_args__ = (CheckConstraint("no > 1", name="no"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    """Who, as the caller knows people."""
    act: Mapped[str]
    """What was done: see `archive.versions.Act`."""
    page: Mapped[int]
    """The page it was done to, as the version before counts them; of a restored version its number.
    """
    places: Mapped[list[list[int]]] = mapped_column(JSONB)
    """Its pages in their order, see `archive.arrangement.Place`."""
    pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey(Blob.sha256), index=True)
    """Its searchable copy; null until it is made, and for versions that a newer one overtook."""
    reason: Mapped[str] = mapped_column(default="")
    """Sentence for people when the copy could not be made."""


class PastPage(ArchiveBase):
    """What stood on a page in earlier versions: kept when it was changed or taken out."""

    __tablename__ = "past_page"

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    leaf: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The fields of `archive.documents.PageText`, without its number."""


class MadeOf(ArchiveBase):
    """A document whose bytes were put together from pages of others: cut off from one, or several
    in one.
    """

    __tablename__ = "made_of"

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    source_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True, index=True)
    source_version: Mapped[int]
    """The version of the source that its pages were taken from."""
    pages: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Which of them, as that version counts them."""


class PageLayer(ArchiveBase):
    """What the copy of a document needs of a page that was read, while others of its pages still
    are. Who reads on begins where these end; gone when the copy is made, and with the document.
    """

    __tablename__ = "page_layer"
    __table_args__ = (CheckConstraint("no > 0", name="no"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    layout: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """How the layer lies on the page, in the reader's own words; empty for a page that needs none.
    """
    layer: Mapped[bytes] = mapped_column(LargeBinary)
    """A PDF of invisible text; empty for a page without."""


class PageAlike(ArchiveBase):
    """Two pages of two documents that may be the same page, noted when the later one was read; each
    pair once.
    """

    __tablename__ = "page_alike"
    __table_args__ = (CheckConstraint("one_id < other_id", name="order"), Index(None, "other_id"))

    one_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    one_page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    other_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    other_page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    distance: Mapped[int]
    """Bits of 64 in which their looks differ."""
