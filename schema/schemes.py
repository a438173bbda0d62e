"""The schemes in which months count."""

from domain.contributions import ContributionScheme
from schema.enums import described

__all__ = ["ContributionScheme"]

described(
    ContributionScheme,
    COMPULSORY="Bắt buộc: by duty, at an employer.",
    HEALTH_ONLY="Chỉ bảo hiểm y tế: health insurance alone.",
    VOLUNTARY="Tự nguyện: social insurance by choice.",
)
