"""Worked examples of health."""

from collections.abc import Mapping

from domain.examples.inputs import Benefit

BENEFITS: Mapping[str, Benefit] = {}
