"""Which inputs of a form take papers."""

import pytest

from tests.unit.web.test_forms import SCHEMA, UI
from workflow_app.engine.forms import read_form
from workflow_app.services.documents.classification import is_paper_field


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("bukti", True),
        ("persyaratan.ktp_01.documents", True),
        ("persyaratan.ktp_01.number", False),
        ("persyaratan", False),
        ("bukti.lain", False),
        ("nama", False),
        ("", False),
        ("../bukti", False),
    ],
)
def test_only_paper_fields_take_files(name: str, takes: bool) -> None:
    assert is_paper_field(read_form("uji", SCHEMA, UI), name) is takes
