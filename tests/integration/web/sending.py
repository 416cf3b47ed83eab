"""Sending what no page would send, and counting what came of it."""

from sqlalchemy import func, select
from werkzeug.test import stream_encode_multipart

from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works


def count(works: Works, table: type) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def post(visitor: Visitor, path: str, **data: object) -> int:
    return visitor.client.post(path, data={"csrf_token": visitor.token(), **data}).status_code


def multipart(visitor: Visitor, path: str, **data: object) -> Visitor:
    """As the browser sends the form of a task: in parts."""
    body, _, boundary = stream_encode_multipart(
        {"csrf_token": visitor.token(), **data}, threshold=1 << 30
    )
    kind = f"multipart/form-data; boundary={boundary}"
    return visitor._arrive(visitor.client.post(path, data=body.read(), content_type=kind))
