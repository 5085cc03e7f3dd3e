"""The form of an entry: in the order in which a resident reads it, with what is still missing and what can be proposed."""
