"""PostgreSQL and an object store on this machine, without Docker: for `./spkt run`, the commands and the tests."""

from workflow_app.local_stack.errors import StackError
from workflow_app.local_stack.postgres import client_programs
from workflow_app.local_stack.stack import LocalStack, running

__all__ = ["LocalStack", "StackError", "client_programs", "running"]
