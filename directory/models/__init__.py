"""Models of the register, one subject a file."""

from .areas import Area, AreaLayer, PostalCode, Town
from .calls import Call
from .changes import ContentChange
from .danger import DangerAnswer, DangerLine, DangerPattern, DangerTopic, DangerVoice
from .kinds import ConsultationDesk, EmploymentPathway, GatheringPlace, VolunteerOpportunity
from .lines import LineHours, NationalLine
from .organisations import Organisation, OrganisationRole
from .parts import Channel, NextStep, OpeningException, OpeningRule, ResourceText
from .public_record import PublicRecord
from .reports import CoverageSnapshot, MissingResource
from .resources import Resource, kind_tables
from .taxonomy import Field, InstitutionType, Need, NeedAnswer, Programme
from .vocabulary import (
    Phrase,
    Promotion,
    StopWord,
    SynonymGroup,
    VocabularyVersion,
)

__all__ = [
    "Area",
    "AreaLayer",
    "Call",
    "Channel",
    "ConsultationDesk",
    "ContentChange",
    "CoverageSnapshot",
    "DangerAnswer",
    "DangerLine",
    "DangerPattern",
    "DangerTopic",
    "DangerVoice",
    "EmploymentPathway",
    "Field",
    "GatheringPlace",
    "InstitutionType",
    "LineHours",
    "MissingResource",
    "NationalLine",
    "Need",
    "NeedAnswer",
    "NextStep",
    "OpeningException",
    "OpeningRule",
    "Organisation",
    "OrganisationRole",
    "Phrase",
    "PostalCode",
    "Programme",
    "Promotion",
    "PublicRecord",
    "Resource",
    "ResourceText",
    "StopWord",
    "SynonymGroup",
    "Town",
    "VocabularyVersion",
    "VolunteerOpportunity",
    "kind_tables",
]
