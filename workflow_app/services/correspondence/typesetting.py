"""From a letter template to an archivable PDF. Pure: no database, no network, no files but the installed fonts."""

import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import segno
from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from weasyprint import HTML
from weasyprint.css import ColorProfile
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from workflow_app.engine.definitions import LetterSource
from workflow_app.errors import InvalidDefinition

PDF_VARIANT = "pdf/a-2u"
"""Archivable, with text that can be copied and searched; no attachments, hence not part 3."""
COLOURS = "warna"
"""Name of our own colour profile: WeasyPrint's built-in one is the same, but leaves its file open."""

# It would log addresses of pictures it cannot show, and a drawn signature is such an address.
logging.getLogger("weasyprint").setLevel(logging.CRITICAL)

_environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


@dataclass(frozen=True)
class Metadata:
    """What the PDF says about itself: nothing about any person (pitfall 32)."""

    title: str
    author: str
    made_at: datetime
    identifier: bytes
    """Same content, same identifier: printing twice gives the same bytes."""


class _NothingOutside(URLFetcher):
    """A letter holds all it shows; a template that asks for anything else is refused, never fetched."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if not url.lower().startswith("data:"):
            raise FatalURLFetchingError("a letter template may use data: addresses only")
        response: URLFetcherResponse = super().fetch(url, headers)
        return response


def fill(letter: LetterSource, context: Mapping[str, Any]) -> str:
    """The letter as HTML. Raises `InvalidDefinition` for a template that does not fit what a letter knows."""
    environment = _environment.overlay(loader=DictLoader(letter.parts))
    try:
        return environment.from_string(letter.html).render(context)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        # The message could quote an answer, so only the kind of error is kept.
        raise InvalidDefinition(detail=f"letter template: {type(error).__name__}") from None


def typeset(html: str, metadata: Metadata) -> tuple[bytes, int]:
    """The HTML as PDF/A, and its number of pages. Raises `InvalidDefinition` when it asks for anything outside."""
    fetcher = _NothingOutside(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)
    try:
        document = HTML(string=html, url_fetcher=fetcher).render(
            color_profiles={COLOURS: _srgb()}, pdf_variant=PDF_VARIANT, output_intent=COLOURS
        )
        _describe(document.metadata, metadata)
        pdf: bytes = document.write_pdf(
            pdf_variant=PDF_VARIANT, output_intent=COLOURS, pdf_identifier=metadata.identifier
        )
    except FatalURLFetchingError as error:
        raise InvalidDefinition(detail=f"letter template: {error}") from None
    return pdf, len(document.pages)


def _describe(target: Any, metadata: Metadata) -> None:
    target.title = metadata.title
    target.authors = [metadata.author]
    target.description = None
    target.keywords = []
    target.custom = {}
    target.attachments = []
    target.created = target.modified = metadata.made_at.astimezone(UTC).isoformat(timespec="seconds")


def _srgb() -> ColorProfile:
    profile = io.BytesIO((files("weasyprint.pdf") / "sRGB2014.icc").read_bytes())
    return ColorProfile(profile, "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))


def qr_picture(address: str) -> str:
    """A QR code as a data address, black on white, that survives a stamp over a corner."""
    picture: str = segno.make_qr(address, error="q").svg_data_uri(
        scale=4, border=2, dark="#000", light="#fff"
    )
    return picture
