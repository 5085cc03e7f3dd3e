"""What others can give: from a public form over a checked mail to the city's answer, and to the draft of an entry."""
