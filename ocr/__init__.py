"""The reading library: it turns the bytes of a document into a `Reading`.

It uses no database and no network and imports nothing from the application. `ocr.inspect.inspect`
examines a file before anything decodes it; `ocr.reading.read` decodes it in a separate process with
limits, recognises the words and makes the searchable copy.
"""
