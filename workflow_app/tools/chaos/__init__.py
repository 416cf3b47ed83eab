"""The chaos trial: processes are killed, and nothing may be lost."""
