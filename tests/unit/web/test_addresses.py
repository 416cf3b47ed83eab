"""Only paths of this application are followed."""

import pytest

from workflow_app.web.requests import local_path


@pytest.mark.parametrize("path", ["/", "/berkas/1?daftar=saya", "/tugas/1#isian-nama"])
def test_paths_here_are_followed(path: str) -> None:
    assert local_path(path, "/awal") == path


@pytest.mark.parametrize(
    "text",
    [
        None, "", "berkas", "https://lain.example/", "//lain.example/", "/\\lain.example", "/a\\b",
        "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "/\t/lain.example",
    ],
)  # fmt: skip
def test_everything_else_leads_to_the_default(text: str | None) -> None:
    assert local_path(text, "/awal") == "/awal"
