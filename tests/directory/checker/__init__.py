"""The checker: rules, records, mending."""
