"""Whether what the city writes can be read by everybody: rules, what they find, and what may be mended at once."""
