"""Bad days in the admin: notices of many entries, bands, prepared pages. Made to be used in a storm, on a telephone."""
