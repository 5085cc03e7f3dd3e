"""The partner pages, by what people do there."""
