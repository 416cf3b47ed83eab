"""What stands on a page as rows of the tables, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from archive import corrections, numbers
from archive.models import Document, Page
from archive.page_text import PageText

_FIELDS = [name for name in PageText.__slots__ if name != "no"]


def row_of(document: Document, page: PageText) -> dict[str, Any]:
    """The row of a page, with the facets that its document has."""
    return {
        "document_id": document.id,
        "facets": list(document.facets),
        "no": page.no,
        "text": (text := _storable(page.text)),
        "numbers": numbers.keys_of(text),
        "confidence": page.confidence,
        "words": [[_storable(text), *rest] for text, *rest in page.words],
        "width": page.width,
        "height": page.height,
        "source": page.source,
        "reason": page.reason,
        "codes": [_storable(code) for code in page.codes],
        "likeness": None if page.likeness is None else list(page.likeness),
        "corrected": list(page.corrected),
        "doubts": corrections.doubts_of(page),
    }


def content_of(page: PageText) -> dict[str, Any]:
    """The page as JSON, without its number."""
    content = asdict(page)
    del content["no"]
    return content


def text_of(no: int, content: Mapping[str, Any]) -> PageText:
    """The page back from that."""
    words = [tuple(word) for word in content["words"]]
    return PageText(no, **{**{name: content[name] for name in _FIELDS if name in content}, "words": words})


def of_document(document_id: UUID) -> Select[Any]:
    """The pages of the newest version, for `page_of`."""
    columns = [getattr(Page, name) for name in ("no", *_FIELDS)]
    return select(*columns).where(Page.document_id == document_id).order_by(Page.no)


def page_of(row: Row[Any]) -> PageText:
    """A row of it."""
    content = dict(row._mapping)
    return text_of(content.pop("no"), content)


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
