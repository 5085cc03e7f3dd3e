"""How a file that somebody else made becomes rows of our own tables: `files`, then `headers`, `matching`, `translating`."""
