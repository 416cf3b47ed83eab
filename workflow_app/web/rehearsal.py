"""Pages that everybody opens first, made once for nobody before the server divides itself: what they look up for the first time
(statements, addresses, templates) its processes then have at hand. Nothing is written, and no connection is kept.
"""

import logging
from dataclasses import replace
from uuid import uuid4

from flask import Flask, current_app, g

from workflow_app import logs
from workflow_app.services.accounts import sessions
from workflow_app.services.accounts.users import UserView
from workflow_app.services.watching.watch import Watch
from workflow_app.types import PUBLIC
from workflow_app.web.parts import EXTENSION, Sentra, sentra

log = logging.getLogger(__name__)

FIRST_PAGES = (("/", "ka_spkt"), ("/papan", "ka_spkt"), ("/", "petugas"), ("/mulai", "petugas"))
"""Addresses, and the role of who opens them."""


def rehearse(app: Flask) -> None:
    """A database that is away, or not there yet, is no reason not to start. The watch stays out of it: a thread of it would not
    come along when the server divides itself.
    """
    usual: Sentra = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(usual, watch=Watch({}, automatic=False))
    try:
        for path, role in FIRST_PAGES:
            with app.test_request_context(path):
                _make(role)
    except Exception as error:  # whoever opens the page hears of it
        log.info("first pages were not made beforehand: %s", logs.words_of(error))
    finally:
        usual.works.session_factory.kw["bind"].dispose()
        app.extensions[EXTENSION] = usual


def _make(role: str) -> None:
    """The page of this request, for somebody who is not there."""
    with sentra().works.glance(PUBLIC) as work:
        sessions.find(work, "", current_app.config["SESSION_IDLE"], is_background=True)
    g.request_id, g.session_id, g.may_configure = "-", uuid4(), False
    g.user = UserView(
        id=uuid4(),
        username="",
        full_name="",
        rank="",
        nrp="",
        unit="spkt",
        roles=frozenset({role}),
        is_active=True,
        session_epoch=0,
    )
    current_app.dispatch_request()
