"""Reads papers: bytes in, a `Reading` out. Knows no database, no network and nothing else of ours.

`ocr.inspect.inspect` looks at a file before anything decodes it; `ocr.reading.read` decodes it in a
separate process with limits, recognises the words and makes the searchable copy.
"""
