"""Tools around the product: set-up, embedded servers, load and failure trials."""
