"""People put papers right: checked, arranged anew, cut apart and put together."""
