"""The tables of the archive, in a schema of their own. The application refers to `Document.id` by a
foreign key.
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
    """Base with its own metadata, so that the library can be created and tested without the
    application.
    """

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
"""Number of consecutively read pages that share an entry of the search index."""


class DocumentStatus(StrEnum):
    """How far a document has been read. The bytes are kept in every status."""

    RECEIVED = "received"
    READING = "reading"
    READABLE = "readable"
    UNREADABLE = "unreadable"
    RECORDING = "recording"
    """A voice recording, which is not read."""
    DISPOSED = "disposed"
    """Its bytes and text are deleted; the row remains as evidence (`archive.disposal`)."""


class RenditionKind(StrEnum):
    """Kinds of files kept beside a document: renditions, and what it was made of."""

    SEARCHABLE_PDF = "searchable_pdf"
    PICTURE_PDF = "picture_pdf"
    THUMBNAIL = "thumbnail"
    PHOTO = "photo"
    """The photo of this page as received, for a document that was bound from photos."""
    PROVENANCE = "provenance"
    """Events from another archive, as JSON lines."""


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class Blob(ArchiveBase):
    """Bytes in the object store. They are never changed or overwritten, because the key is their
    hash.
    """

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
    """Version of the object, as the store returned it after the upload."""
    stored_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    """Instant at which nothing needed the bytes any more and they were given up; null
    while kept.
    """
    erased_at: Mapped[datetime | None]
    """Instant at which the store had deleted the bytes. Between `gone_at` and this instant the
    bytes may or may not exist.
    """


class Document(ArchiveBase):
    """One document as received. The file name is not stored, because file names carry names of
    people.
    """

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
    """The same bytes are one document, however often they are added. After a disposal the same
    bytes make a new document.
    """
    media_type: Mapped[str]
    pages: Mapped[int]
    """Number of pages; 0 for a recording."""
    seconds: Mapped[float | None] = mapped_column(Float)
    """Duration of a recording, if its header states it."""
    label: Mapped[str]
    """What the document is, without personal data, in the caller's words."""
    origin: Mapped[str]
    """Where it came from: `unggah`, `kamera`, `perintah`, ... (the caller's words)."""
    status: Mapped[str] = mapped_column(default=DocumentStatus.RECEIVED)
    status_reason: Mapped[str] = mapped_column(default="")
    """Sentence for users when pages could not be read."""
    added_at: Mapped[datetime]
    level: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Access restriction from 0 to 3; the caller decides who may see which level."""
    facets: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Words of the caller by which a search can be narrowed; the index entries of its pages repeat
    them.
    """
    held_since: Mapped[datetime | None]
    """When its original was put under legal hold in the store; null when it is not held."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Number of the newest version; 1 is the document as it was read."""
    checked_at: Mapped[datetime | None]
    """When a person approved its newest version; null if nobody has."""
    doubts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Number of uncertain words in its newest version (`archive.page_content.DOUBTFUL`)."""
    copy_level: Mapped[str] = mapped_column(default="", server_default="")
    """Standard that the newest judged PDF conforms to, in the reader's words: the searchable copy
    or the document itself. Empty when unknown.
    """
    copy_reason: Mapped[str] = mapped_column(default="", server_default="")
    """Sentence for users: why the copy reaches no higher level, or how it differs from the
    original.
    """
    accepted_at: Mapped[datetime | None]
    """When it was accepted into the archive, if not at its arrival: later, in another archive, or
    with the documents it was made of.
    """
    accepted_by: Mapped[str] = mapped_column(default="", server_default="")
    """Who accepted it into the archive, by the caller's name for that person."""
    disposed_at: Mapped[datetime | None]
    """When it was disposed of; only this row remains."""
    disposed_under: Mapped[str] = mapped_column(default="", server_default="")
    """Decision under which it was disposed of, in the caller's words; empty while it is kept."""

    blob: Mapped[Blob] = relationship(lazy="raise")


class Rendition(ArchiveBase):
    """A file made from a document, or a photo of which the document was made. `page` is a page of
    the original, counted from 1; 0 means the whole document as it was read.
    """

    __tablename__ = "rendition"
    __table_args__ = (CheckConstraint("page >= 0", name="page"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, default=0, server_default="0"
    )
    """Degrees clockwise by which a person turned the page after it was read."""
    blob_sha256: Mapped[str] = mapped_column(ForeignKey(Blob.sha256), index=True)
    made_at: Mapped[datetime]

    blob: Mapped[Blob] = relationship(lazy="raise")


class FormerRendition(ArchiveBase):
    """Bytes of a former rendition: a better reading replaced it, or the document was
    disposed of.
    """

    __tablename__ = "former_rendition"

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    blob_sha256: Mapped[str] = mapped_column(ForeignKey(Blob.sha256), primary_key=True, index=True)


class Page(ArchiveBase):
    """The content of one page of the newest version."""

    __tablename__ = "page"
    __table_args__ = (
        CheckConstraint("no > 0", name="no"),
        UniqueConstraint("seq"),
        Index(None, "tsv", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index(None, "likeness", postgresql_using="gin"),
        # Large columns are stored outside the row (TOAST), which keeps the row narrow: a search
        # passes thousands of rows and reads the content of few.
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
    """`ocr`, `text` (text layer of the file), `blank`, `failed`, or `turned` until the page is read
    in its new orientation.
    """
    reason: Mapped[str] = mapped_column(default="")
    """Sentence for users when this page could not be read."""
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """Order in which pages were read; a search begins with the newest."""
    numbers: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", deferred=True)
    """Search keys of the numbers on the page, independent of their notation (`archive.queries`)."""
    facets: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", deferred=True)
    """Facets of its document (`archive.search`)."""
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Texts of the QR codes found on the page."""
    likeness: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    """Image features of the page (`archive.similar.tokens`); null when they were not computed, and
    for a blank or failed page.
    """
    corrected: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list, server_default="{}")
    """Positions in `words` of the words that a person corrected or confirmed."""
    doubts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Number of words of which the reader was not sure."""
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
    """Index entry: stems for word forms, plain words for names, keys of numbers, facets (with
    prefix `=`) and the block of the page (`~` and a number, see `archive.search`). A tsvector holds
    at most 1 MB, hence the bound; a page of paper has some 3,000 characters.
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
    """The person, by the caller's id."""
    act: Mapped[str]
    """What was done, see `archive.versions.Act`."""
    page: Mapped[int]
    """The page concerned, as numbered in the version before; for a restored version the number of
    that version.
    """
    places: Mapped[list[list[int]]] = mapped_column(JSONB)
    """Its pages in order, see `archive.versions.Place`."""
    pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey(Blob.sha256), index=True)
    """Its searchable copy; null until it is made, and for versions that were superseded before."""
    reason: Mapped[str] = mapped_column(default="")
    """Sentence for users when the copy could not be made."""


class PastPage(ArchiveBase):
    """The content of a page in earlier versions, kept when the page was changed or removed."""

    __tablename__ = "past_page"

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    leaf: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The fields of `archive.documents.PageText`, without the number."""


class MadeOf(ArchiveBase):
    """One source of an assembled document: it was split from the source or merged from several."""

    __tablename__ = "made_of"

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    source_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True, index=True)
    source_version: Mapped[int]
    """The version of the source from which its pages were taken."""
    pages: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Page numbers in that version."""


class PageLayer(ArchiveBase):
    """Data of a read page for the searchable copy, kept while other pages are still being read.

    A reader that continues after a crash begins after these pages. The rows are deleted when the
    copy is made, and with the document.
    """

    __tablename__ = "page_layer"
    __table_args__ = (CheckConstraint("no > 0", name="no"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    layout: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Position of the layer on the page, in the reader's format; empty for a page
    without a layer.
    """
    layer: Mapped[bytes] = mapped_column(LargeBinary)
    """A PDF of invisible text; empty for a page without a layer."""


class PageAlike(ArchiveBase):
    """Two pages of two documents that may be the same page, recorded when the later one was read;
    each pair once.
    """

    __tablename__ = "page_alike"
    __table_args__ = (CheckConstraint("one_id < other_id", name="order"), Index(None, "other_id"))

    one_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    one_page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    other_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    other_page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    distance: Mapped[int]
    """Number of differing bits among the 64 bits of their image features."""
