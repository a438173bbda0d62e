"""The portal that is attacked: the one that really runs."""

from tests.api.conftest import portal

__all__ = ["portal"]
