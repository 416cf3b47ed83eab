"""Whether the installation agrees with itself and is well."""
