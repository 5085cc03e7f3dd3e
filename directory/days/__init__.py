"""Bad days, for whoever works: notices of many entries, bands above pages, prepared pages."""
