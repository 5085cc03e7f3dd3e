"""Pages that are kept whole: made once, and given to everybody who asks for the same until something that they show changes."""
