"""Tables of the application, one module per subject. Importing the package registers
all of them.
"""

from workflow_app.models.accounts import Absence, Attempt, RoleChange, User, UserRole, UserSession
from workflow_app.models.audit import AuditChain, AuditCheckpoint, AuditEvent
from workflow_app.models.base import NAMING, Base
from workflow_app.models.cases import (
    Case,
    CaseClock,
    CaseKinship,
    CaseMark,
    CaseRemark,
    CaseWaiver,
    CaseWall,
    ClockEdge,
    Incident,
    TimeCorrection,
)
from workflow_app.models.documents import (
    BagOrder,
    CaseDocument,
    DisposalItem,
    PaperDismissal,
    PaperHold,
)
from workflow_app.models.event_log import CaseStep, ModelPart, StayTally, TalliedDay, Tally
from workflow_app.models.intake import (
    BoxOpening,
    BoxSheet,
    Capture,
    CapturePage,
    PaperStack,
    StackPart,
)
from workflow_app.models.letters import Letter, LetterNumber, Message, NumberSeries
from workflow_app.models.office_settings import Configuration
from workflow_app.models.operations import Heartbeat
from workflow_app.models.processes import Definition, DefinitionFile
from workflow_app.models.public import Publication, TrackingCode
from workflow_app.models.roster import DutyMember, DutyPeriod
from workflow_app.models.workflow import (
    OPEN,
    UNASSIGNED,
    CaseMove,
    Draft,
    MoveOrder,
    PendingEffect,
    SealedAnswers,
    Submission,
    Task,
)

__all__ = [
    "NAMING",
    "OPEN",
    "UNASSIGNED",
    "Absence",
    "Attempt",
    "AuditChain",
    "AuditCheckpoint",
    "AuditEvent",
    "BagOrder",
    "Base",
    "BoxOpening",
    "BoxSheet",
    "Capture",
    "CapturePage",
    "Case",
    "CaseClock",
    "CaseDocument",
    "CaseKinship",
    "CaseMark",
    "CaseMove",
    "CaseRemark",
    "CaseStep",
    "CaseWaiver",
    "CaseWall",
    "ClockEdge",
    "Configuration",
    "Definition",
    "DefinitionFile",
    "DisposalItem",
    "Draft",
    "DutyMember",
    "DutyPeriod",
    "Heartbeat",
    "Incident",
    "Letter",
    "LetterNumber",
    "Message",
    "ModelPart",
    "MoveOrder",
    "NumberSeries",
    "PaperDismissal",
    "PaperHold",
    "PaperStack",
    "PendingEffect",
    "Publication",
    "RoleChange",
    "SealedAnswers",
    "StackPart",
    "StayTally",
    "Submission",
    "TalliedDay",
    "Tally",
    "Task",
    "TimeCorrection",
    "TrackingCode",
    "User",
    "UserRole",
    "UserSession",
]
