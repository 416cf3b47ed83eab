"""A visitor without JavaScript: reads the page, fills the form that is on it, presses a button."""

import io
from typing import Any
from urllib.parse import urlsplit

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

File = tuple[bytes, str]
"""Content and file name."""


class Visitor:
    """A browser of one person. Every page must be well-formed; redirects are followed like a
    browser does.
    """

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.answer: TestResponse
        self.path = "/"

    @property
    def text(self) -> str:
        """Source of the page."""
        return self.answer.text

    @property
    def words(self) -> str:
        """What a person reads: the text of the page without markup."""
        body = next(iter(parse(self.text.replace("<wbr>", "")).iter("body")))
        return " ".join(" ".join(body.itertext()).split())

    def page(self) -> Any:
        """The parsed page; fails when it is not well-formed."""
        return parse(self.text)

    def open(self, path: str, **headers: str) -> "Visitor":
        """Go to an address."""
        return self._arrive(self.client.get(path, headers=headers))

    def follow(self, words: str) -> "Visitor":
        """Press the first link with these words."""
        for link in self.page().iter("a"):
            if words in " ".join("".join(link.itertext()).split()):
                return self.open(link.get("href"))
        raise AssertionError(f"no link {words!r} on {self.path}")

    def submit(
        self,
        words: str,
        _files: dict[str, list[File]] | None = None,
        _action: str | None = None,
        **changes: str | list[str] | None,
    ) -> "Visitor":
        """Press the button with these words after changing fields (`a__b` means `a.b`; None
        empties). `_action` names the form where several have such a button.
        """
        form, button = self._button(words, _action)
        values = fields_of(form)
        if button.get("name"):
            values[button.get("name")] = [button.get("value") or ""]
        for name, value in changes.items():
            values[name.replace("__", ".")] = (
                [] if value is None else [value] if isinstance(value, str) else value
            )
        data: dict[str, Any] = {name: texts for name, texts in values.items() if texts}
        for name, files in (_files or {}).items():
            data[name] = [(io.BytesIO(content), filename) for content, filename in files]
        action = button.get("formaction") or form.get("action") or self.path
        if form.get("method") == "post":
            return self._arrive(self.client.post(action, data=data))
        return self._arrive(self.client.get(action, query_string=data))

    def sign_in(self, username: str, password: str) -> "Visitor":
        """Through the sign-in page."""
        return self.open("/masuk").submit("Masuk", nama_pengguna=username, kata_sandi=password)

    def token(self) -> str:
        """The token of the forms on this page."""
        return next(
            box.get("value") for box in self.page().iter("input") if box.get("name") == "csrf_token"
        )

    def _button(self, words: str, action: str | None = None) -> tuple[Any, Any]:
        for form in self.page().iter("form"):
            if action not in (None, form.get("action")):
                continue
            for button in form.iter("button"):
                if " ".join("".join(button.itertext()).split()) == words:
                    return form, button
        raise AssertionError(f"no button {words!r} on {self.path}")

    def _arrive(self, answer: TestResponse) -> "Visitor":
        self.answer, self.path = answer, answer.request.path
        hops = 0
        while self.answer.status_code in (301, 302, 303, 307, 308):
            hops += 1
            assert hops < 6, "redirects in a circle"
            target = urlsplit(self.answer.location)
            path = target.path + (f"?{target.query}" if target.query else "")
            self.answer = self.client.get(path)
            self.path = target.path
        if self.answer.mimetype == "text/html":
            self.page()
        return self


def parse(text: str) -> Any:
    """The tree of a page; raises when it is not well-formed."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def fields_of(form: Any) -> dict[str, list[str]]:
    """What a browser would send for a form as it stands."""
    values: dict[str, list[str]] = {}
    for box in form.iter("input"):
        kind = box.get("type", "text")
        if kind in ("file", "submit", "button") or (
            kind in ("radio", "checkbox") and "checked" not in box.attrib
        ):
            continue
        values.setdefault(box.get("name"), []).append(box.get("value") or "")
    for area in form.iter("textarea"):
        values.setdefault(area.get("name"), []).append((area.text or "").removeprefix("\n"))
    for choice in form.iter("select"):
        chosen = [
            o.get("value") or "" for o in choice.iter("option") if "selected" in o.attrib
        ] or [""]
        values.setdefault(choice.get("name"), []).extend(chosen)
    return {name: texts for name, texts in values.items() if name}
