"""The personas: people who do not exist, as whom a developer may sign in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from auth.scopes import LEVELS, Scope
from auth.sessions import SCOPES_OF_KIND
from auth.viewer import ViewerKind
from domain.refusals import Refusal


class PersonaUnknown(Refusal):
    """There is nobody called {subject} here; there are: {known}."""

    code = "PERSONA_UNKNOWN"
    vietnamese = "Không có nhân vật {subject}; hiện có: {known}."


@dataclass(frozen=True)
class Persona:
    """Somebody invented. `what_vi` and `what_en` say who that is; `subject` is what the issuer calls them.

    `assurance` is the highest level that the persona can sign in at, `usual_assurance` the one without being
    asked, where that is lower. A machine has no browser to sign in with: it proves itself by a key.
    """

    subject: str
    kind: ViewerKind
    name: str
    what_vi: str
    what_en: str
    assurance: int = 2
    personal_number: str | None = None
    usual_assurance: int | None = None
    is_machine: bool = False

    def signed_in(self, acr_values: str) -> "Persona":
        """The persona as this sign-in proves it: at the first level asked for that it can reach, if any.

        Source: OpenID Connect Core 1.0 section 5.5.1.1: an issuer that cannot give what is asked gives less.
        """
        usual = self.assurance if self.usual_assurance is None else self.usual_assurance
        asked = (LEVELS[word] for word in acr_values.split() if word in LEVELS)
        reached = next((level for level in asked if level <= self.assurance), usual)
        return replace(self, assurance=max(usual, reached))

    @property
    def scopes(self) -> frozenset[Scope]:
        """All that the persona may ask for."""
        return SCOPES_OF_KIND[self.kind]

    def get_user_id(self) -> str:
        """Say what the issuer calls the persona, in Authlib's words."""
        return self.subject


PERSONAS: Mapping[str, Persona] = MappingProxyType(
    {
        persona.subject: persona
        for persona in (
            Persona(
                subject="lan",
                kind=ViewerKind.CITIZEN,
                name="Nguyễn Thị Lan",
                what_vi="người dân ở Hà Nội",
                what_en="a citizen in Hà Nội",
                personal_number="001192001234",
            ),
            Persona(
                subject="minh",
                kind=ViewerKind.CITIZEN,
                name="Trần Văn Minh",
                what_vi="người dân ở TP. Hồ Chí Minh",
                what_en="a citizen in TP. Hồ Chí Minh",
                personal_number="079085004321",
            ),
            Persona(
                subject="hoa",
                kind=ViewerKind.CITIZEN,
                name="Lê Thị Hoa",
                what_vi="người dân ở Hà Nội, thường đăng nhập ở mức 1",
                what_en="a citizen in Hà Nội, who usually signs in at level 1",
                personal_number="001168007788",
                usual_assurance=1,
            ),
            Persona(
                subject="nga",
                kind=ViewerKind.CITIZEN,
                name="Đỗ Thị Nga",
                what_vi="giáo viên ở Hà Nội, đóng hơn 30 năm, sắp nghỉ hưu",
                what_en="a teacher in Hà Nội, thirty years insured, about to retire",
                personal_number="001170002266",
            ),
            Persona(
                subject="mai",
                kind=ViewerKind.CITIZEN,
                name="Trần Thị Mai",
                what_vi="công nhân may ở Hà Nội, sắp sinh con thứ hai",
                what_en="a seamstress in Hà Nội who expects her second child",
                personal_number="001196004455",
            ),
            Persona(
                subject="hanh",
                kind=ViewerKind.CITIZEN,
                name="Ngô Thị Hạnh",
                what_vi="người dân ở TP. Hồ Chí Minh, chồng đã mất, nuôi hai con và mẹ chồng",
                what_en="a widow in TP. Hồ Chí Minh with two children and her husband's mother",
                personal_number="079182006612",
            ),
            Persona(
                subject="quang",
                kind=ViewerKind.CITIZEN,
                name="Bùi Minh Quang",
                what_vi="kỹ sư ở TP. Hồ Chí Minh, làm cho hai đơn vị cùng lúc",
                what_en="an engineer in TP. Hồ Chí Minh who works for two employers at once",
                personal_number="079090005599",
            ),
            Persona(
                subject="det-may",
                kind=ViewerKind.EMPLOYER,
                name="Công ty Dệt may Sông Hồng",
                what_vi="người thay mặt đơn vị sử dụng lao động",
                what_en="somebody who acts for an employer",
            ),
            Persona(
                subject="thu",
                kind=ViewerKind.OFFICER,
                name="Phạm Thị Thu",
                what_vi="cán bộ bảo hiểm xã hội ở Hà Nội",
                what_en="an officer in Hà Nội",
                assurance=3,
            ),
            Persona(
                subject="son",
                kind=ViewerKind.OFFICER,
                name="Võ Văn Sơn",
                what_vi="cán bộ bảo hiểm xã hội ở TP. Hồ Chí Minh",
                what_en="an officer in TP. Hồ Chí Minh",
                assurance=3,
            ),
            Persona(
                subject="bo-y-te",
                kind=ViewerKind.PARTNER,
                name="Bộ Y tế",
                what_vi="cơ quan phối hợp, chỉ bằng chương trình",
                what_en="a partner ministry, by program only",
                assurance=3,
                is_machine=True,
            ),
            Persona(
                subject="det-may-he-thong",
                kind=ViewerKind.EMPLOYER,
                name="Công ty Dệt may Sông Hồng",
                what_vi="hệ thống nhân sự của đơn vị sử dụng lao động, chỉ bằng chương trình",
                what_en="an employer's system, by program only",
                is_machine=True,
            ),
        )
    }
)

PEOPLE = tuple(persona for persona in PERSONAS.values() if not persona.is_machine)
MACHINES = tuple(persona for persona in PERSONAS.values() if persona.is_machine)


def persona_of(subject: str) -> Persona:
    """Find a persona.

    Raises: PersonaUnknown.
    """
    if subject not in PERSONAS:
        raise PersonaUnknown(subject=subject, known=", ".join(PERSONAS))
    return PERSONAS[subject]
