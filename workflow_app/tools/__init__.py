"""Tools around the product: set-up, embedded servers, benches and failure trials."""
