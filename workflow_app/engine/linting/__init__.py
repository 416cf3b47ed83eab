"""The linter of process folders: one module a family of rules, `linter` runs them all."""
