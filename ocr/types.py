"""The types of this library: its input (`Limits`, `Options`) and its output."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of what is accepted and of what the decoding process may use."""

    max_bytes: int = 50_000_000
    max_recording_bytes: int = 0
    """The same for voice recordings; 0 when none are accepted."""
    max_megapixels: int = 120
    """Per page, from the header of the picture."""
    max_pages: int = 300
    decode_seconds: float = 60.0
    """Wall and processor seconds for decoding one page."""
    inspect_seconds: float = 20.0
    """The same for inspecting one PDF, while a user waits."""
    inspect_wait: float = 10.0
    """Wall seconds to wait for other inspections."""
    inspect_memory: int = 1_000_000_000
    """Bytes of address space for an inspection."""
    decode_memory: int = 2_000_000_000
    """Bytes of address space of the decoding process, and of the engine it starts."""
    decode_file: int = 200_000_000
    """Bytes of each file that these processes write, and of the copy of a document."""


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of reading. The defaults were determined by measurement."""

    limits: Limits = field(default_factory=Limits)
    languages: str = "ind"
    page_seconds: float = 120.0
    """Wall seconds that the engine may use for one page."""
    document_seconds: float = 3600.0
    """Wall seconds for a whole document; pages not begun by then are not read."""
    workers: int = 0
    """Pages read at the same time; 0 means one per core."""
    tesseract_command: str = "tesseract"
    nice: int = 0
    """Added niceness of decoding and recognising, so that reading does not slow the counter."""
    turn_confidence: float = 2.0
    """Confidence about the orientation of a page that the engine needs before the
    page is turned.
    """
    thumbnail_pixels: int = 480
    """Longest side of a thumbnail."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """Facts about a file, found without decoding pixels in this process."""

    media_type: str
    pages: int
    """Number of pages; 0 for a recording."""
    width: int
    """Pixels of the first page; for a PDF, points."""
    height: int
    encrypted: bool = False
    """The PDF is encrypted but opens without a password (it restricts printing or copying)."""
    has_text: bool = False
    """At least one page has its own text."""
    signed: bool = False
    """The PDF carries a digital signature, so no changed copy is made."""
    xfa: bool = False
    """The PDF is an XFA form, whose pages may show nothing."""
    seconds: float | None = None
    """Duration of a recording, if its header states it."""
    reason: str = ""
    """A sentence for users although the file is accepted; empty when there is nothing to say."""

    @property
    def is_recording(self) -> bool:
        """Whether it is a voice recording, which is not read."""
        return self.media_type.startswith("audio/")


class PageSource(StrEnum):
    """Origin of the text of a page."""

    OCR = "ocr"
    TEXT = "text"
    BLANK = "blank"
    FAILED = "failed"


class PdfKind(StrEnum):
    """Kinds of `Reading.pdf`."""

    SEARCHABLE = "searchable"
    """Page pictures with invisible text over them; for a PDF with text, a copy without scripts and
    attachments.
    """
    PICTURE = "picture"
    """Page pictures only, because no page could be recognised."""
    ORIGINAL = "original"
    """No copy was made (`pdf` is None): the file has its own text and no active parts, and is PDF/A
    or cannot become it; or it is signed.
    """
    NONE = "none"
    """No copy could be made (`pdf` is None)."""


class PdfLevel(StrEnum):
    """Conformance level of `Reading.pdf`, or of the received file when no copy was made, as
    validated from the bytes.
    """

    A_1B = "PDF/A-1b"
    A_2B = "PDF/A-2b"
    A_3B = "PDF/A-3b"
    PLAIN = "PDF"
    """A working PDF with something that PDF/A forbids or that cannot be validated here."""
    NONE = ""
    """No copy was made, and the received file is not PDF/A."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright page, from its top left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word on a page."""

    text: str
    confidence: float
    """0 to 100; 100 for text of the file itself."""
    box: Box


@dataclass(frozen=True, slots=True)
class PageReading:
    """Result for one page. A failed page has no text and a `reason`."""

    no: int
    """Page number, counted from 1."""
    text: str
    confidence: float | None
    """Mean of the words, weighted by their length; None without words."""
    words: tuple[Word, ...]
    width: int
    """Pixels of the upright page; the word boxes are in the same pixels."""
    height: int
    source: PageSource
    rotation: int = 0
    """Degrees clockwise by which the page had to be turned to stand upright (0, 90, 180, 270)."""
    reason: str = ""
    is_retryable: bool = False
    """The page failed for a reason that a retry may not meet."""
    codes: tuple[str, ...] = ()
    """Texts of QR codes, searched where the words mention a code."""
    likeness: tuple[int, ...] | None = None
    """Difference hash of the page (`ocr.pages.of`); None for a blank or failed page."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Result for a whole document."""

    media_type: str
    pages: tuple[PageReading, ...]
    pdf: bytes | None
    pdf_kind: PdfKind
    thumbnails: tuple[bytes, ...]
    """One WebP for each page, without metadata; empty bytes for a page that could not be decoded.
    """
    pdf_level: PdfLevel = PdfLevel.NONE
    reason: str = ""
    """Sentence for users: why there is no better PDF, or how the copy differs from the received
    file.
    """

    @property
    def failed(self) -> tuple[PageReading, ...]:
        """The pages that could not be read."""
        return tuple(page for page in self.pages if page.source is PageSource.FAILED)

    @property
    def is_readable(self) -> bool:
        """Whether at least one page could be read (a blank page counts as read)."""
        return len(self.failed) < len(self.pages)
