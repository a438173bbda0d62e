"""Demonstration data: people who do not exist, with lives that read true and pass every constraint."""

from db.demonstration.loading import AlreadyPopulated, load
from db.demonstration.personas import PERSONAL_NUMBERS

__all__ = ["PERSONAL_NUMBERS", "AlreadyPopulated", "load"]
