"""Models of the register, one subject a file."""

from .areas import Area, AreaLayer, PostalCode, Town
from .days import Banner, DaysKind, DaysNotice, Level, MeasureState, PreparedList, PreparedPage
from .flow import Approval, FieldAnswer, SavedMeanwhile, SecondApproval, TrashedEntry
from .freshness import (
    ChangeProposal,
    CheckRound,
    ConfirmCode,
    FreshnessSettings,
    MailedAddress,
    PhoneCheck,
    PhoneTry,
    Verification,
)
from .imports import ImportChange, ImportFile, ImportProfile, ImportRun, RunState
from .kinds import ConsultationDesk, EmploymentPathway, GatheringPlace, VolunteerOpportunity
from .lines import LineHours, NationalLine
from .looks import LastLook
from .organisations import Office, Organisation, OrganisationRole
from .parts import Channel, NextStep, OpeningException, OpeningRule, ResourceText
from .public_record import ContentChange, CountedAs, PublicRecord, Tombstone
from .resources import Resource, kind_tables
from .supply import CoverageSnapshot, Intake, MissingResource, Offer, OfferKind, OfferState
from .taxonomy import Field, InstitutionType, Need, NeedAnswer, Programme
from .words.calls import Call
from .words.danger import DangerAnswer, DangerLine, DangerPattern, DangerTopic, DangerVoice
from .words.plain import HardWord
from .words.vocabulary import (
    Phrase,
    Promotion,
    StopWord,
    SynonymGroup,
    VocabularyVersion,
)

__all__ = [
    "Approval",
    "Area",
    "AreaLayer",
    "Banner",
    "Call",
    "ChangeProposal",
    "Channel",
    "CheckRound",
    "ConfirmCode",
    "ConsultationDesk",
    "ContentChange",
    "CountedAs",
    "CoverageSnapshot",
    "DangerAnswer",
    "DangerLine",
    "DangerPattern",
    "DangerTopic",
    "DangerVoice",
    "DaysKind",
    "DaysNotice",
    "EmploymentPathway",
    "Field",
    "FieldAnswer",
    "FreshnessSettings",
    "GatheringPlace",
    "HardWord",
    "ImportChange",
    "ImportFile",
    "ImportProfile",
    "ImportRun",
    "InstitutionType",
    "Intake",
    "LastLook",
    "Level",
    "LineHours",
    "MailedAddress",
    "MeasureState",
    "MissingResource",
    "NationalLine",
    "Need",
    "NeedAnswer",
    "NextStep",
    "Offer",
    "OfferKind",
    "OfferState",
    "Office",
    "OpeningException",
    "OpeningRule",
    "Organisation",
    "OrganisationRole",
    "PhoneCheck",
    "PhoneTry",
    "Phrase",
    "PostalCode",
    "PreparedList",
    "PreparedPage",
    "Programme",
    "Promotion",
    "PublicRecord",
    "Resource",
    "ResourceText",
    "RunState",
    "SavedMeanwhile",
    "SecondApproval",
    "StopWord",
    "SynonymGroup",
    "Tombstone",
    "Town",
    "TrashedEntry",
    "Verification",
    "VocabularyVersion",
    "VolunteerOpportunity",
    "kind_tables",
]
