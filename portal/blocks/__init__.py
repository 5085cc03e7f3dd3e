"""The blocks of guidance pages. None can be published in a way that keeps somebody out: pictures have words, tables have headings,
links say where they lead, headings skip no rank. Drafts may still lack all of it."""

from .body import Body
from .register import Councils, EntryChooser, area_choices, field_choices, municipality_choices, topic_choices
from .text import Question, Voice

# What the first migration calls it.
DeskChooser = EntryChooser

__all__ = [
    "Body",
    "Councils",
    "DeskChooser",
    "Question",
    "Voice",
    "area_choices",
    "field_choices",
    "municipality_choices",
    "topic_choices",
]
