"""The chaos trial: processes are killed, and no acknowledged work may be lost."""
