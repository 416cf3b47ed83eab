"""Templates as they were compiled once: kept in a folder of the operator's, so that a start need not do it again.

What lies there is run, so one to which others may write is left alone. Without such a folder, and where it is full, each start
compiles anew.
"""

import hashlib
import inspect
import logging
import os
import stat
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from flask import Flask
from jinja2 import Environment
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from workflow_app.web import pages

log = logging.getLogger(__name__)


class CompiledPages(FileSystemBytecodeCache):
    """What was compiled from other sources, by other filters or by another Jinja is compiled again: filters of what is written
    out in a template are applied when it is compiled.
    """

    def __init__(self, folder: Path, environment: Environment) -> None:
        super().__init__(str(folder))
        self._code = _digest(environment)

    def get_source_checksum(self, source: str) -> str:
        """The template and everything else that the compiled form depends on."""
        return hashlib.sha256(f"{self._code}\0{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """What cannot be read was not kept."""
        try:
            super().load_bytecode(bucket)
        except Exception as error:  # half a file has many ways to be wrong
            log.debug("compiled template: %s", type(error).__name__)
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """A full disk is no reason to show no page."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def register(app: Flask, folder: str) -> None:
    """Keep what is compiled in this folder, where one is named, can be made, and is written to by nobody else."""
    if not folder:
        return
    with suppress(OSError):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        told = Path(folder).stat()
        if told.st_uid != os.geteuid() or told.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            log.warning("others may write to COMPILED_PAGES_FOLDER: nothing is kept there, and nothing read")
            return
        app.jinja_env.bytecode_cache = CompiledPages(Path(folder), app.jinja_env)


def read_all(app: Flask) -> None:
    """Have every template at hand."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def _digest(environment: Environment) -> str:
    """Of what templates are compiled with: Jinja, the options, the code of the filters."""
    modules = {inspect.getmodule(one) for one in environment.filters.values()}
    ours = {pages, *(one for one in modules if one is not None and one.__name__.startswith("workflow_app."))}
    digest = hashlib.sha256(version("jinja2").encode())
    for source in sorted(str(one.__file__) for one in ours):
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()
