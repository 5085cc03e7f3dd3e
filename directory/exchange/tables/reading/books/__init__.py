"""Files as sheets of rows of text: `files` opens them, `delimited` and `workbooks` read, `grid` is what comes of it."""
