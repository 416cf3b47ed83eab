"""PostgreSQL and an object store on this machine without Docker: for `./spkt run`, the commands and
the tests.
"""

from workflow_app.tools.embedded.postgres import client_programs
from workflow_app.tools.embedded.server_processes import StackError
from workflow_app.tools.embedded.stack import LocalStack, running

__all__ = ["LocalStack", "StackError", "client_programs", "running"]
