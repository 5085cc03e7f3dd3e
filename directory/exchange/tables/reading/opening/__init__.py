"""Japanese sentences about opening times, read into rules: `signs` -> `parts` -> `words`; `rows` puts them into our tables."""
