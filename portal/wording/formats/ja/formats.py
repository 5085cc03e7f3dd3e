"""Days with their day of the week; all else stays as Django has it."""

DATE_FORMAT = "Y年n月j日（D）"
DATETIME_FORMAT = "Y年n月j日（D）G:i"
