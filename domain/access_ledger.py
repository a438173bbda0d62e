"""Who looked at whose data, and by which right."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class AccessRightKind(StrEnum):
    """A right by which somebody sees what is known of a person."""

    OWN = "OWN"
    MANDATE = "MANDATE"
    EMPLOYMENT = "EMPLOYMENT"
    OFFICE = "OFFICE"
    AGREEMENT = "AGREEMENT"


@dataclass(frozen=True, slots=True)
class FieldShown:
    """Something that was shown, by its name and in plain words."""

    name: str
    name_vi: str
    name_en: str


# What each field is that tells something of somebody. A field that is not here is in nobody's ledger: a test
# asks for it.
FIELDS: Mapping[str, tuple[str, str]] = {
    "AccessEntry.__typename": ("một lượt xem dữ liệu", "an entry of this log"),
    "AccessEntry.agreement": ("thỏa thuận của bên xem", "the agreement under which a partner looked"),
    "AccessEntry.at": ("thời điểm xem", "when it was seen"),
    "AccessEntry.caseReference": ("vụ việc của bên xem", "the reader's case"),
    "AccessEntry.cursor": ("vị trí của lượt xem trong danh sách", "the place of an entry in this log"),
    "AccessEntry.document": ("mã băm của câu hỏi", "the hash of what asked"),
    "AccessEntry.employer": ("đơn vị đã xem", "the employer that looked"),
    "AccessEntry.fields": ("những gì đã được xem", "what was seen"),
    "AccessEntry.id": ("mã của lượt xem", "the identifier of an entry of this log"),
    "AccessEntry.office": ("cơ quan đã xem", "the office that looked"),
    "AccessEntry.purpose": ("mục đích xem", "what for"),
    "AccessEntry.purposeEn": ("mục đích xem", "what for"),
    "AccessEntry.purposeVi": ("mục đích xem", "what for"),
    "AccessEntry.readerEn": ("người đã xem", "who looked"),
    "AccessEntry.readerKind": ("tư cách của người xem", "in which capacity"),
    "AccessEntry.readerVi": ("người đã xem", "who looked"),
    "AccessEntry.right": ("quyền xem", "by which right"),
    "AccessEntry.totalCount": ("số lượt xem", "how many entries this log has"),
    "AccessEntry.withheldUntil": ("thời điểm được báo", "until when it was withheld"),
    "Benefit.__typename": ("rằng có trợ cấp", "that there is a benefit"),
    "Benefit.accessRight": ("quyền xem trợ cấp", "by which right a benefit is seen"),
    "Benefit.amount": ("mức trợ cấp", "the amount of a benefit"),
    "Benefit.cursor": ("vị trí của trợ cấp trong danh sách", "the place of a benefit in a list"),
    "Benefit.decisionNumber": ("số quyết định hưởng", "the number of the decision on a benefit"),
    "Benefit.id": ("định danh của trợ cấp", "the identifier of a benefit"),
    "Benefit.kind": ("loại trợ cấp", "what is paid"),
    "Benefit.office": ("cơ quan chi trả", "the office that pays"),
    "Benefit.participant": ("người hưởng", "who is paid"),
    "Benefit.payment": ("cách chi trả", "how a benefit is paid"),
    "Benefit.recordedAt": ("thời điểm ghi nhận trợ cấp", "when a benefit was recorded"),
    "Benefit.totalCount": ("số trợ cấp", "how many benefits there are"),
    "Benefit.validFrom": ("ngày bắt đầu hưởng", "since when a benefit is paid"),
    "Benefit.validTo": ("ngày thôi hưởng", "until when a benefit is paid"),
    "Certificate.__typename": ("rằng có giấy xác nhận", "that there is a certificate"),
    "Certificate.accessRight": ("quyền xem giấy xác nhận", "by which right a certificate is seen"),
    "Certificate.code": ("mã kiểm tra giấy xác nhận", "the code of a certificate"),
    "Certificate.cursor": (
        "vị trí của giấy xác nhận trong danh sách",
        "the place of a certificate in a list",
    ),
    "Certificate.fromMonth": ("tháng đầu của giấy xác nhận", "the first month of a certificate"),
    "Certificate.id": ("định danh của giấy xác nhận", "the identifier of a certificate"),
    "Certificate.issuedAt": ("thời điểm cấp giấy xác nhận", "when a certificate was issued"),
    "Certificate.months": ("các tháng được xác nhận", "the months that were certified"),
    "Certificate.office": ("cơ quan giữ hồ sơ khi cấp", "the office that kept the record then"),
    "Certificate.participant": ("giấy xác nhận của ai", "whose coverage was certified"),
    "Certificate.signed": ("giấy xác nhận đã ký", "a certificate as it was signed"),
    "Certificate.toMonth": ("tháng cuối của giấy xác nhận", "the last month of a certificate"),
    "Certificate.totalCount": ("số giấy xác nhận", "how many certificates there are"),
    "Consent.accessRight": ("quyền xem sự đồng ý", "by which right a consent is seen"),
    "Consent.__typename": ("rằng có sự đồng ý", "that there is a consent"),
    "Consent.cursor": ("vị trí của sự đồng ý trong danh sách", "the place of a consent in a list"),
    "Consent.givenByMandate": ("căn cứ đồng ý thay", "by which mandate a consent was given"),
    "Consent.givenAt": ("thời điểm đồng ý", "when a consent was given"),
    "Consent.id": ("định danh của sự đồng ý", "the identifier of a consent"),
    "Consent.isInForce": ("sự đồng ý còn hiệu lực không", "whether a consent stands"),
    "Consent.office": ("cơ quan ghi nhận sự đồng ý", "the office that has a consent"),
    "Consent.participant": ("người đồng ý", "who gave a consent"),
    "Consent.purpose": ("mục đích đã đồng ý", "to what the person said yes"),
    "Consent.textEn": ("nội dung đồng ý bằng tiếng Anh", "the words of a consent in English"),
    "Consent.textVersion": ("phiên bản nội dung đồng ý", "the version of the words of a consent"),
    "Consent.textVi": ("nội dung đồng ý", "the words of a consent"),
    "Consent.totalCount": ("số lần đồng ý", "how many consents there are"),
    "Consent.withdrawnAt": ("thời điểm rút lại sự đồng ý", "when a consent was withdrawn"),
    "Consent.withdrawnByMandate": (
        "căn cứ rút lại sự đồng ý thay",
        "by which mandate a consent was withdrawn",
    ),
    "Contribution.__typename": ("rằng có dòng đóng bảo hiểm", "that there is a line of the ledger"),
    "Contribution.accessRight": ("quyền xem quá trình đóng", "by which right a line of the ledger is seen"),
    "Contribution.base": ("tiền lương làm căn cứ đóng", "what a contribution is reckoned on"),
    "Contribution.cursor": ("vị trí của dòng trong quá trình đóng", "the place of a line in the ledger"),
    "Contribution.employer": ("đơn vị đóng", "the employer that pays"),
    "Contribution.fromMonth": ("tháng bắt đầu đóng", "from which month a contribution is reckoned"),
    "Contribution.id": ("định danh của dòng đóng", "the identifier of a line of the ledger"),
    "Contribution.participant": ("ai được đóng", "whose contribution it is"),
    "Contribution.recordedAt": ("thời điểm ghi nhận dòng đóng", "when a line of the ledger was recorded"),
    "Contribution.scheme": ("loại hình tham gia", "in which scheme the months count"),
    "Contribution.toMonth": ("tháng kết thúc đóng", "until which month a contribution is reckoned"),
    "Contribution.totalCount": ("số dòng đóng", "how many lines the ledger has"),
    "DataRequest.__typename": ("rằng có yêu cầu về dữ liệu", "that there is a data request"),
    "DataRequest.accessRight": ("quyền xem yêu cầu về dữ liệu", "by which right a data request is seen"),
    "DataRequest.actBy": ("hạn thực hiện yêu cầu về dữ liệu", "by when a data request is acted on"),
    "DataRequest.answer": ("trả lời yêu cầu về dữ liệu", "the answer to a data request"),
    "DataRequest.answerBy": (
        "hạn trả lời yêu cầu về dữ liệu",
        "by when a request about the data is answered",
    ),
    "DataRequest.answeredAt": (
        "thời điểm trả lời yêu cầu về dữ liệu",
        "when a request about the data was answered",
    ),
    "DataRequest.concerns": ("dữ liệu được nêu trong yêu cầu", "which data a request is about"),
    "DataRequest.cursor": (
        "vị trí của yêu cầu về dữ liệu",
        "the place of a request about the data in a list",
    ),
    "DataRequest.filedAt": ("thời điểm gửi yêu cầu về dữ liệu", "when a data request was filed"),
    "DataRequest.id": ("định danh của yêu cầu về dữ liệu", "the identifier of a data request"),
    "DataRequest.isOverdue": (
        "yêu cầu về dữ liệu có quá hạn không",
        "whether a request about the data is overdue",
    ),
    "DataRequest.kind": ("loại yêu cầu về dữ liệu", "what is asked about the data"),
    "DataRequest.office": ("cơ quan giữ yêu cầu về dữ liệu", "the office that has a data request"),
    "DataRequest.participant": ("yêu cầu về dữ liệu của ai", "whose data a request is about"),
    "DataRequest.status": ("trạng thái yêu cầu về dữ liệu", "where a data request stands"),
    "DataRequest.totalCount": ("số yêu cầu về dữ liệu", "how many requests about the data there are"),
    "DataRequest.unconfirmed": ("thời hạn đã được xác nhận chưa", "whether the time limits are confirmed"),
    "DataRequest.version": (
        "số lần thay đổi yêu cầu về dữ liệu",
        "how often a request about the data changed",
    ),
    "DataRequest.wish": ("nội dung yêu cầu về dữ liệu", "what a data request asks for"),
    "Dossier.__typename": ("rằng có hồ sơ", "that there is a dossier"),
    "Dossier.accessRight": ("quyền xem hồ sơ", "by which right a dossier is seen"),
    "Dossier.acceptedAt": ("thời điểm tiếp nhận hồ sơ", "when a dossier was accepted"),
    "Dossier.applicant": ("người nộp hồ sơ với tư cách nào", "in which capacity a dossier was filed"),
    "Dossier.closedAt": ("thời điểm kết thúc hồ sơ", "when a dossier was closed"),
    "Dossier.code": ("mã hồ sơ", "the code of a dossier"),
    "Dossier.cursor": ("vị trí của hồ sơ trong danh sách", "the place of a dossier in a list"),
    "Dossier.deadline": ("thời hạn giải quyết hồ sơ", "the deadline of a dossier, with its reasons"),
    "Dossier.dueOn": ("ngày hẹn trả kết quả", "by when a dossier is answered"),
    "Dossier.employer": ("đơn vị nộp hồ sơ", "the employer that filed a dossier"),
    "Dossier.events": ("quá trình giải quyết hồ sơ", "what happened to a dossier"),
    "Dossier.filedBy": ("người nộp hồ sơ", "who filed a dossier"),
    "Dossier.id": ("định danh của hồ sơ", "the identifier of a dossier"),
    "Dossier.office": ("cơ quan giữ hồ sơ", "the office that holds a dossier"),
    "Dossier.participant": ("hồ sơ của ai", "whom a dossier is about"),
    "Dossier.reference": ("số tra cứu hồ sơ", "the reference of a dossier"),
    "Dossier.request": ("nội dung yêu cầu", "what a dossier asks for"),
    "Dossier.service": ("dịch vụ của hồ sơ", "the service of a dossier"),
    "Dossier.serviceVersion": ("phiên bản thủ tục của hồ sơ", "the version of the service of a dossier"),
    "Dossier.status": ("trạng thái hồ sơ", "where a dossier stands"),
    "Dossier.submittedAt": ("thời điểm nộp hồ sơ", "when a dossier was filed"),
    "Dossier.totalCount": ("số hồ sơ", "how many dossiers there are"),
    "Dossier.version": ("số lần thay đổi hồ sơ", "how often a dossier changed"),
    "DossierEvent.__typename": ("rằng hồ sơ có sự kiện", "that something happened to a dossier"),
    "DossierEvent.accessRight": (
        "quyền xem sự kiện của hồ sơ",
        "by which right an event of a dossier is seen",
    ),
    "DossierEvent.actorKind": ("ai đã thực hiện sự kiện", "in which capacity somebody acted on a dossier"),
    "DossierEvent.at": ("thời điểm của sự kiện", "when something happened to a dossier"),
    "DossierEvent.cursor": ("thứ tự của sự kiện", "the place of an event of a dossier"),
    "DossierEvent.kind": ("sự kiện của hồ sơ", "what happened to a dossier"),
    "DossierEvent.mandate": ("giấy ủy quyền của sự kiện", "by which mandate somebody acted on a dossier"),
    "DossierEvent.office": ("cơ quan giữ hồ sơ khi đó", "the office that held a dossier then"),
    "DossierEvent.onBehalfOf": ("sự kiện thay mặt ai", "for whom somebody acted on a dossier"),
    "DossierEvent.reason": ("lý do của sự kiện", "the reason given for an event of a dossier"),
    "DossierEvent.seq": ("số thứ tự của sự kiện", "the number of an event of a dossier"),
    "DossierEvent.status": ("trạng thái hồ sơ sau sự kiện", "where a dossier stood after an event"),
    "DossierEvent.totalCount": ("số sự kiện của hồ sơ", "how many events a dossier has"),
    "Employment.__typename": ("rằng có quá trình làm việc", "that there is an employment"),
    "Employment.accessRight": ("quyền xem quá trình làm việc", "by which right an employment is seen"),
    "Employment.cursor": ("vị trí của quá trình làm việc", "the place of an employment in a list"),
    "Employment.employer": ("nơi làm việc", "the employer"),
    "Employment.endedOn": ("ngày nghỉ việc", "the last day of work"),
    "Employment.id": ("định danh của quá trình làm việc", "the identifier of an employment"),
    "Employment.participant": ("người lao động", "who is employed"),
    "Employment.position": ("chức danh, công việc", "the position held"),
    "Employment.startedOn": ("ngày bắt đầu làm việc", "the first day of work"),
    "Employment.totalCount": ("số quá trình làm việc", "how many employments there are"),
    "HealthCard.__typename": ("rằng có thẻ bảo hiểm y tế", "that there is a health insurance card"),
    "HealthCard.accessRight": (
        "quyền xem thẻ bảo hiểm y tế",
        "by which right a health insurance card is seen",
    ),
    "HealthCard.benefitLevel": ("mức hưởng bảo hiểm y tế", "the level of a health insurance card"),
    "HealthCard.benefitPercent": ("tỷ lệ hưởng bảo hiểm y tế", "the share that health insurance pays"),
    "HealthCard.continuity": (
        "thời gian tham gia bảo hiểm y tế liên tục",
        "since when the person is insured without a break",
    ),
    "HealthCard.copayments": ("số tiền cùng chi trả trong năm", "what was copaid in a year"),
    "HealthCard.cursor": ("vị trí của thẻ trong danh sách", "the place of a health insurance card in a list"),
    "HealthCard.facilityCode": (
        "nơi đăng ký khám chữa bệnh ban đầu",
        "the health facility where one is registered",
    ),
    "HealthCard.fiveYearsOn": ("thời điểm đủ 5 năm liên tục", "when five years without a break are reached"),
    "HealthCard.id": ("định danh của thẻ bảo hiểm y tế", "the identifier of a health insurance card"),
    "HealthCard.issuedAt": ("thời điểm cấp thẻ", "when a health insurance card was issued"),
    "HealthCard.object": ("đối tượng tham gia bảo hiểm y tế", "as what the person is insured"),
    "HealthCard.objectCode": ("mã đối tượng bảo hiểm y tế", "as what the person is insured, in letters"),
    "HealthCard.participant": ("thẻ của ai", "whose health insurance card it is"),
    "HealthCard.totalCount": ("số thẻ bảo hiểm y tế", "how many health insurance cards there are"),
    "HealthCard.validFrom": ("ngày thẻ có giá trị", "since when a health insurance card is valid"),
    "HealthCard.validTo": ("ngày thẻ hết giá trị", "until when a health insurance card is valid"),
    "HealthCopayment.__typename": ("rằng có lần cùng chi trả", "that something was copaid"),
    "HealthCopayment.accessRight": ("quyền xem lần cùng chi trả", "by which right a copayment is seen"),
    "HealthCopayment.amount": ("số tiền cùng chi trả", "what was copaid of a visit"),
    "HealthCopayment.cursor": ("vị trí của lần cùng chi trả", "the place of a copayment in a list"),
    "HealthCopayment.id": ("định danh của lần cùng chi trả", "the identifier of a copayment"),
    "HealthCopayment.paidOn": ("ngày cùng chi trả", "when it was copaid"),
    "HealthCopayment.participant": ("người cùng chi trả", "who copaid"),
    "HealthCopayment.recordedAt": ("thời điểm ghi nhận lần cùng chi trả", "when a copayment was recorded"),
    "HealthCopayment.totalCount": ("số lần cùng chi trả", "how often something was copaid"),
    "HealthCopayment.visitReference": ("mã lần khám chữa bệnh", "which visit was copaid"),
    "HouseholdMember.__typename": ("rằng thuộc một hộ gia đình", "that the person belongs to a household"),
    "HouseholdMember.accessRight": (
        "quyền xem thành viên hộ gia đình",
        "by which right it is seen who belongs to a household",
    ),
    "HouseholdMember.cursor": ("vị trí trong danh sách thành viên hộ", "the place in a list of a household"),
    "HouseholdMember.household": ("hộ gia đình", "the household"),
    "HouseholdMember.id": (
        "định danh của thành viên hộ gia đình",
        "the identifier of a member of a household",
    ),
    "HouseholdMember.participant": ("thành viên hộ gia đình là ai", "who belongs to a household"),
    "HouseholdMember.relationship": ("quan hệ với chủ hộ", "the relationship to the head of the household"),
    "HouseholdMember.takesPart": (
        "tham gia bảo hiểm y tế theo hộ không",
        "whether the person is insured with the household",
    ),
    "HouseholdMember.totalCount": ("số thành viên hộ gia đình", "how many belong to a household"),
    "HouseholdMember.validFrom": ("ngày vào hộ gia đình", "since when the person belongs to a household"),
    "HouseholdMember.validTo": ("ngày rời hộ gia đình", "until when the person belonged to a household"),
    "Identifier.__typename": ("rằng có một số định danh", "that there is a number"),
    "Identifier.accessRight": ("quyền xem số định danh", "by which right a number is seen"),
    "Identifier.cursor": ("vị trí của số trong danh sách", "the place of a number in a list"),
    "Identifier.id": ("định danh của số", "the identifier of a number"),
    "Identifier.kind": ("loại số", "which numbers there are"),
    "Identifier.masked": ("số định danh, đã che", "a number, masked"),
    "Identifier.number": ("số định danh đầy đủ", "a number in full"),
    "Identifier.totalCount": ("có bao nhiêu số", "how many numbers there are"),
    "Identifier.validFrom": ("ngày bắt đầu dùng số", "since when a number is used"),
    "Identifier.validTo": ("ngày thôi dùng số", "until when a number is used"),
    "Mandate.__typename": ("rằng có người đại diện", "that somebody may act for the person"),
    "Mandate.accessRight": ("quyền xem quan hệ đại diện", "by which right a mandate is seen"),
    "Mandate.acceptedAt": ("thời điểm nhận đại diện", "when a mandate was accepted"),
    "Mandate.basis": ("căn cứ đại diện", "why somebody may act for the person"),
    "Mandate.cursor": ("vị trí của quan hệ đại diện", "the place of a mandate in a list"),
    "Mandate.evidence": ("giấy tờ chứng minh quan hệ đại diện", "the papers of a mandate"),
    "Mandate.givenAt": ("thời điểm lập quan hệ đại diện", "when a mandate was given"),
    "Mandate.id": ("định danh của quan hệ đại diện", "the identifier of a mandate"),
    "Mandate.isInForce": ("quan hệ đại diện còn hiệu lực không", "whether a mandate is in force"),
    "Mandate.minimumAssurance": ("mức định danh tối thiểu của đại diện", "the level that a mandate takes"),
    "Mandate.office": ("cơ quan ghi nhận quan hệ đại diện", "the office that has a mandate"),
    "Mandate.participant": ("người được đại diện", "who is represented"),
    "Mandate.representativeName": ("tên người đại diện", "the name of who represents the person"),
    "Mandate.representedName": ("tên người được đại diện", "the name of who is represented"),
    "Mandate.revokedAt": ("thời điểm chấm dứt đại diện", "when a mandate was revoked"),
    "Mandate.serviceGroups": ("nhóm thủ tục được đại diện", "in which services somebody may act"),
    "Mandate.totalCount": ("số quan hệ đại diện", "how many mandates there are"),
    "Mandate.validFrom": ("ngày bắt đầu đại diện", "the first day of a mandate"),
    "Mandate.validTo": ("ngày kết thúc đại diện", "the last day of a mandate"),
    "Notice.__typename": ("rằng có thông báo", "that there is a notice"),
    "Notice.accessRight": ("quyền xem thông báo", "by which right a notice is seen"),
    "Notice.createdAt": ("thời điểm thông báo", "when a notice was made"),
    "Notice.cursor": ("vị trí của thông báo trong danh sách", "the place of a notice in a list"),
    "Notice.employer": ("đơn vị được nêu trong thông báo", "the employer that a notice is of"),
    "Notice.fromMonth": ("thông báo áp dụng từ tháng", "since which month a notice says something"),
    "Notice.id": ("định danh của thông báo", "the identifier of a notice"),
    "Notice.kind": ("loại thông báo", "what a notice is about"),
    "Notice.participant": ("người được thông báo", "whom a notice tells"),
    "Notice.textEn": ("nội dung thông báo bằng tiếng Anh", "the text of a notice in English"),
    "Notice.textVi": ("nội dung thông báo bằng tiếng Việt", "the text of a notice in Vietnamese"),
    "Notice.toMonth": ("thông báo áp dụng đến tháng", "until which month a notice says something"),
    "Notice.totalCount": ("số thông báo", "how many notices there are"),
    "Participant.__typename": ("rằng có người này", "that there is such a person"),
    "Participant.accessRight": (
        "quyền xem dữ liệu của người này",
        "by which right the person's data are seen",
    ),
    "Participant.accessLog": ("nhật ký xem dữ liệu", "this log"),
    "Participant.benefits": ("danh sách trợ cấp", "the list of benefits"),
    "Participant.birthDate": ("ngày sinh", "the day of birth"),
    "Participant.certificates": ("danh sách giấy xác nhận", "the list of certificates"),
    "Participant.consents": ("danh sách sự đồng ý", "the list of consents"),
    "Participant.contributions": ("quá trình đóng", "the ledger of contributions"),
    "Participant.coverage": (
        "quyền lợi bảo hiểm, lý do và các tháng đã đóng",
        "what the person is covered for, why, and by which months",
    ),
    "Participant.cursor": ("vị trí của người này trong danh sách", "the person's place in a list"),
    "Participant.dataRequests": ("danh sách yêu cầu về dữ liệu", "the list of requests about the data"),
    "Participant.diedOn": ("ngày mất", "the day of death"),
    "Participant.dossiers": ("danh sách hồ sơ", "the list of dossiers"),
    "Participant.employments": ("quá trình làm việc", "the list of employments"),
    "Participant.fullName": ("họ và tên", "the full name"),
    "Participant.healthCard": ("thẻ bảo hiểm y tế", "the health insurance card"),
    "Participant.healthCards": ("danh sách thẻ bảo hiểm y tế", "the list of health insurance cards"),
    "Participant.healthCopayments": ("danh sách lần cùng chi trả", "the list of copayments"),
    "Participant.household": ("hộ gia đình", "the household"),
    "Participant.householdMemberships": ("các hộ gia đình đã và đang tham gia", "the list of households"),
    "Participant.id": ("định danh của người này", "the person's identifier in the portal"),
    "Participant.identifiers": ("danh sách số định danh", "the list of numbers"),
    "Participant.mandates": ("danh sách ủy quyền", "the list of mandates"),
    "Participant.notices": ("danh sách thông báo", "the list of notices"),
    "Participant.office": ("cơ quan quản lý", "the office that keeps the record"),
    "Participant.sex": ("giới tính", "the sex"),
    "Participant.totalCount": ("rằng có người này", "that there is such a person"),
    "Participant.unpaidContributions": ("các tháng chưa được đóng", "the months that were not paid"),
}


def shown(name: str) -> FieldShown:
    """A field in plain words."""
    return FieldShown(name, *FIELDS[name])


def reader_in_vietnamese(
    kind: str, name: str, office_vi: str | None, office_en: str | None, employer: str | None
) -> str:
    """Who looked, as one says it."""
    del office_en
    return _reader(
        kind,
        name,
        office_vi,
        employer,
        oneself="Chính chủ hồ sơ",
        officer="Cán bộ",
        represents="người đại diện",
    )


def reader_in_english(
    kind: str, name: str, office_vi: str | None, office_en: str | None, employer: str | None
) -> str:
    """Who looked, as one says it."""
    del office_vi
    return _reader(
        kind,
        name,
        office_en,
        employer,
        oneself="The person themself",
        officer="Officer",
        represents="who represents the person",
    )


def _reader(
    kind: str,
    name: str,
    office: str | None,
    employer: str | None,
    *,
    oneself: str,
    officer: str,
    represents: str,
) -> str:
    match kind:
        case "CITIZEN":
            return oneself
        case "OFFICER":
            said = [f"{officer} {name}".strip(), office]
        case "EMPLOYER":
            said = [name, employer]
        case "REPRESENTATIVE":
            said = [name, represents]
        case _:
            said = [name]
    return ", ".join(each for each in said if each)
