"""The nouns of this library: what goes in (`Limits`, `Options`) and what comes out."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted at all, and what the decoding process may use."""

    max_bytes: int = 50_000_000
    max_recording_bytes: int = 0
    """The same for recordings of a voice; 0 where none are taken."""
    max_megapixels: int = 120
    """Per page, from the header of the picture."""
    max_pages: int = 300
    decode_seconds: float = 60.0
    """Wall and processor seconds for decoding one page."""
    inspect_seconds: float = 20.0
    """The same for looking into one PDF: somebody waits for the answer."""
    inspect_wait: float = 10.0
    """Wall seconds to wait for others who look into theirs."""
    inspect_memory: int = 1_000_000_000
    """Bytes of address space for that."""
    decode_memory: int = 2_000_000_000
    """Bytes of address space of the decoding process, and of the engine that it starts."""
    decode_file: int = 200_000_000
    """Bytes of each file that either of them writes, and of the copy that is made of a document."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to read. The defaults are the measured ones."""

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
    """How sure the engine must be about the orientation of a page before the page is turned."""
    thumbnail_pixels: int = 480
    """Longest side of a thumbnail."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the file is, found without decoding pixels in this process."""

    media_type: str
    pages: int
    """0 for a recording."""
    width: int
    """Pixels of the first page; for a PDF, points."""
    height: int
    encrypted: bool = False
    """The PDF is encrypted but opens without a password (it restricts printing or copying)."""
    has_text: bool = False
    """At least one page brings its own text."""
    signed: bool = False
    """The PDF carries a digital signature: no changed copy of it is made."""
    xfa: bool = False
    """The PDF is a form of XFA, of which its pages may show nothing."""
    seconds: float | None = None
    """How long a recording lasts, where its header says so."""
    reason: str = ""
    """A sentence worth showing although the file is accepted; empty when there is nothing to say.
    """

    @property
    def is_recording(self) -> bool:
        """A voice: nothing to be read."""
        return self.media_type.startswith("audio/")


class PageSource(StrEnum):
    """Where the text of a page comes from."""

    OCR = "ocr"
    TEXT = "text"
    BLANK = "blank"
    FAILED = "failed"


class PdfKind(StrEnum):
    """What `Reading.pdf` is."""

    SEARCHABLE = "searchable"
    """Page pictures with invisible text over them; of a PDF with text, a copy without scripts and
    attachments.
    """
    PICTURE = "picture"
    """Page pictures only: no page could be recognised."""
    ORIGINAL = "original"
    """Nothing was made (`pdf` is None): the file received brings its own text and nothing that
    acts, and is PDF/A or cannot become it; or it is signed.
    """
    NONE = "none"
    """Nothing could be made (`pdf` is None)."""


class PdfLevel(StrEnum):
    """What `Reading.pdf` conforms to, as found in its own bytes, or the file received where nothing
    was made.
    """

    A_1B = "PDF/A-1b"
    A_2B = "PDF/A-2b"
    A_3B = "PDF/A-3b"
    PLAIN = "PDF"
    """It works, and holds something that PDF/A forbids or that nobody here can judge."""
    NONE = ""
    """Nothing was made, and the file received is no PDF/A."""


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
    """0 to 100; 100 for text that the file brought itself."""
    box: Box


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page as it was read. A failed page has no text and a `reason`."""

    no: int
    """Counted from 1."""
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
    """The page failed for a reason that another try may not meet."""
    codes: tuple[str, ...] = ()
    """Texts of QR codes, looked for where the words speak of a code."""
    likeness: tuple[int, ...] | None = None
    """How the page looks (`ocr.likeness`); None for a page that is blank or failed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole document as it was read."""

    media_type: str
    pages: tuple[PageReading, ...]
    pdf: bytes | None
    pdf_kind: PdfKind
    thumbnails: tuple[bytes, ...]
    """One WebP for each page, without metadata; empty bytes for a page that could not be decoded.
    """
    pdf_level: PdfLevel = PdfLevel.NONE
    reason: str = ""
    """Sentence for people: why there is no better PDF, or what sets the copy apart from the file
    received.
    """

    @property
    def failed(self) -> tuple[PageReading, ...]:
        """The pages that could not be read."""
        return tuple(page for page in self.pages if page.source is PageSource.FAILED)

    @property
    def is_readable(self) -> bool:
        """Whether at least one page could be read (a blank page counts as read)."""
        return len(self.failed) < len(self.pages)
