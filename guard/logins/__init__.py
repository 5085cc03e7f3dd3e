"""Coming in: guesses, forgotten passwords, how passwords are kept, how long somebody stays."""
