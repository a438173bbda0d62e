"""Consents: for what the agency asks one, in which words, and how it says no.

What the law demands of the agency needs no consent; these are the extras. One consent is for one purpose,
silence is none, and it holds until it is withdrawn. For a child a parent or guardian gives it.
Source: Law 91/2025/QH15 articles 9 and 10.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.refusals import Refusal


class ConsentPurpose(StrEnum):
    """What a person may consent to."""

    NOTICES = "NOTICES"
    SHARING = "SHARING"
    STATISTICS = "STATISTICS"


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """The words of a consent. Other words take another version: whoever consented keeps what they read."""

    version: str
    vietnamese: str
    english: str


WORDS: Mapping[ConsentPurpose, ConsentWords] = MappingProxyType(
    {
        ConsentPurpose.NOTICES: ConsentWords(
            "2026-01",
            "Tôi đồng ý để cơ quan bảo hiểm xã hội dùng tên và thông tin liên lạc của tôi để gửi cho tôi"
            " tin về chính sách và dịch vụ mới. Tôi có thể rút lại sự đồng ý bất cứ lúc nào.",
            "I agree that the social security agency uses my name and how to reach me, to send me news of"
            " policies and services. I can withdraw this at any time.",
        ),
        ConsentPurpose.SHARING: ConsentWords(
            "2026-01",
            "Tôi đồng ý để cơ quan bảo hiểm xã hội cung cấp quá trình tham gia bảo hiểm của tôi cho tổ chức"
            " mà tôi yêu cầu. Tôi có thể rút lại sự đồng ý bất cứ lúc nào.",
            "I agree that the social security agency gives the record of my insurance to organisations at my"
            " request. I can withdraw this at any time.",
        ),
        ConsentPurpose.STATISTICS: ConsentWords(
            "2026-01",
            "Tôi đồng ý để cơ quan bảo hiểm xã hội dùng dữ liệu của tôi cho khảo sát và nghiên cứu ngoài"
            " thống kê theo luật định. Tôi có thể rút lại sự đồng ý bất cứ lúc nào.",
            "I agree that the social security agency uses my data in surveys and research beyond the"
            " statistics that the law demands. I can withdraw this at any time.",
        ),
    }
)


class ConsentWordsChanged(Refusal):
    """The words of this consent are at version {version} now. Read them, then decide."""

    code = "CONSENT_WORDS_CHANGED"
    vietnamese = "Nội dung đồng ý hiện là phiên bản {version}. Hãy đọc lại rồi quyết định."


def words_read(purpose: ConsentPurpose, version: str) -> ConsentWords:
    """The words that a person has read, where they are still those of the purpose.

    Raises: ConsentWordsChanged.
    """
    words = WORDS[purpose]
    if words.version != version:
        raise ConsentWordsChanged(path=("textVersion",), version=words.version)
    return words
