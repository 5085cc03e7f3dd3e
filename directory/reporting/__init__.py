"""How well the town is covered（充足状況）: counts of what is public, for the people who plan. Nothing here is about anybody."""
