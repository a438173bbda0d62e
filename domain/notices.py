"""Notices: what people are told of what employers say about them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class NoticeKind(StrEnum):
    """What somebody is told."""

    CONTRIBUTION_CHANGED = "CONTRIBUTION_CHANGED"
    EMPLOYMENT_ENDED = "EMPLOYMENT_ENDED"
    EMPLOYMENT_STARTED = "EMPLOYMENT_STARTED"
    REGISTERED = "REGISTERED"


# In Vietnamese and in English; the employer stands before, the month behind.
WORDS: Mapping[NoticeKind, tuple[str, str]] = MappingProxyType(
    {
        NoticeKind.CONTRIBUTION_CHANGED: (
            "đã khai mức đóng bảo hiểm mới của bạn từ tháng",
            "has filed a new base of your contributions from",
        ),
        NoticeKind.EMPLOYMENT_ENDED: (
            "đã báo bạn nghỉ việc; không còn đóng bảo hiểm cho bạn từ tháng",
            "has said that you work there no more; it pays no contributions for you from",
        ),
        NoticeKind.EMPLOYMENT_STARTED: (
            "đã báo bạn bắt đầu làm việc từ tháng",
            "has said that you work there since",
        ),
        NoticeKind.REGISTERED: (
            "đã đăng ký bạn tham gia bảo hiểm xã hội từ tháng",
            "has registered you for social insurance since",
        ),
    }
)
