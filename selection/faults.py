"""What a caller can get wrong in an operation: each with a stable code, in English and in Vietnamese."""

import re
from collections.abc import Collection, Sequence
from typing import ClassVar, Self

from graphql import GraphQLError, Node

# Whoever has more faults than this mends these first. One may quote what was sent, and point at its places.
MOST_FAULTS = 5
MOST_PLACES = 5
LONGEST_REASON = 300

GUESS = re.compile(r",? did you mean .*", re.IGNORECASE | re.DOTALL)


class OperationFault(GraphQLError):  # noqa: N818 -- what a caller got wrong, not an error of the program
    """The operation cannot be answered."""

    code: ClassVar[str] = "OPERATION_FAULT"
    vietnamese: ClassVar[str] = "Không thể trả lời yêu cầu này."
    # What else is wrong with the same request.
    others: Sequence["OperationFault"] = ()

    def __init__(
        self,
        *,
        nodes: Collection[Node] | None = None,
        path: Collection[str | int] | None = None,
        **params: object,
    ) -> None:
        self.params = params
        super().__init__(
            self.said("en"), nodes=nodes, path=path, extensions={"code": self.code, **self.extras()}
        )

    def said(self, language: str) -> str:
        """The fault in Vietnamese (`vi`) or in English: its docstring is its English sentence."""
        sentence = self.vietnamese if language == "vi" else " ".join((self.__doc__ or "").split())
        return sentence.format_map(self.params)

    def stands_at(self, path: Collection[str | int] | None, argument: str) -> None:
        """Say which argument of which field of the answer is meant."""
        if path is not None and self.path is None:
            self.path = list(path)
        self.extensions = {**(self.extensions or {}), "argument": argument}

    def extras(self) -> dict[str, object]:
        """What the fault tells a program beyond its code."""
        return {}


class BadCursor(OperationFault):
    """This cursor does not belong to this list. Use a cursor that the same list gave, in the same order."""

    code = "BAD_CURSOR"
    vietnamese = (
        "Con trỏ này không thuộc danh sách này. Hãy dùng con trỏ do chính danh sách này trả về, cùng thứ tự."
    )


class BadPageSize(OperationFault):
    """A page has between 1 and {most} rows."""

    code = "BAD_PAGE_SIZE"
    vietnamese = "Một trang có từ 1 đến {most} dòng."


class BadPageDirection(OperationFault):
    """Page forwards with `first` and `after`, or backwards with `last` and `before`; not both at once."""

    code = "BAD_PAGE_DIRECTION"
    vietnamese = "Hãy xem tới với `first` và `after`, hoặc xem lùi với `last` và `before`; không dùng cả hai."


class OrderCannotSearch(OperationFault):
    """A list in the order {order} cannot be searched by `{argument}`. Leave `order` out, or take another."""

    code = "ORDER_CANNOT_SEARCH"
    vietnamese = (
        "Danh sách theo thứ tự {order} không tìm được theo `{argument}`."
        " Hãy bỏ `order`, hoặc chọn thứ tự khác."
    )


class BadIdentifier(OperationFault):
    """This is not an identifier of type {entity}."""

    code = "BAD_ID"
    vietnamese = "Đây không phải là mã định danh loại {entity}."


class BadText(OperationFault):
    """This text has a character that no text of the agency has."""

    code = "BAD_TEXT"
    vietnamese = "Văn bản này có ký tự không có trong bất kỳ văn bản nào của cơ quan."


class TextTooLong(OperationFault):
    """A text to look for has at most {most} characters."""

    code = "TEXT_TOO_LONG"
    vietnamese = "Văn bản cần tìm có nhiều nhất {most} ký tự."


class TooManyValues(OperationFault):
    """At most {most} values at once."""

    code = "TOO_MANY_VALUES"
    vietnamese = "Mỗi lần nhiều nhất {most} giá trị."


class DocumentRefused(OperationFault):
    """The document is refused; nothing of it is executed."""


class Mistake(DocumentRefused):
    """Something that graphql-core has found, in its words."""

    @classmethod
    def of(cls, errors: Sequence[GraphQLError]) -> Self:
        """The first of several, with the others; without the names that graphql-core guesses were meant."""
        first, *others = map(cls._told, errors[:MOST_FAULTS])
        first.others = others
        return first

    @classmethod
    def _told(cls, error: GraphQLError) -> Self:
        fault = cls(reason=GUESS.sub("", error.message)[:LONGEST_REASON])
        # Taken over, since to count the lines anew takes as long as the text.
        fault.locations = (error.locations or [])[:MOST_PLACES] or None
        return fault


class DocumentUnreadable(Mistake):
    """This document cannot be read. {reason}"""

    code = "GRAPHQL_PARSE_FAILED"
    vietnamese = "Không đọc được tài liệu này. {reason}"


class DocumentInvalid(Mistake):
    """This document does not fit the schema. {reason}"""

    code = "GRAPHQL_VALIDATION_FAILED"
    vietnamese = "Tài liệu này không hợp với lược đồ. {reason}"


class VariableInvalid(Mistake):
    """A variable has no value of its type. {reason}"""

    code = "BAD_USER_INPUT"
    vietnamese = "Một biến không có giá trị đúng kiểu. {reason}"


class NullRefused(DocumentRefused):
    """The variable ${variable} may be left out, and may not be null."""

    code = "NULL_REFUSED"
    vietnamese = "Biến ${variable} có thể bỏ qua, nhưng không được là null."


class TooDeep(DocumentRefused):
    """An operation is at most {most} fields deep. Ask for what lies deeper by its identifier."""

    code = "TOO_DEEP"
    vietnamese = "Một truy vấn sâu nhiều nhất {most} trường. Hãy hỏi phần sâu hơn theo mã định danh."


class TooManyFields(DocumentRefused):
    """A document has at most {most} fields and fragments, those in a fragment as often as it is spread."""

    code = "TOO_MANY_FIELDS"
    vietnamese = (
        "Một tài liệu có nhiều nhất {most} trường và đoạn dùng chung;"
        " những gì trong đoạn dùng chung được tính theo mỗi lần dùng."
    )


class TooManyFragments(DocumentRefused):
    """A document has at most {most} fragments."""

    code = "TOO_MANY_FRAGMENTS"
    vietnamese = "Một tài liệu có nhiều nhất {most} đoạn dùng chung."


class TooManyLinks(DocumentRefused):
    """An operation has at most {most} links, lists and derived fields. Ask in parts."""

    code = "TOO_MANY_LINKS"
    vietnamese = (
        "Một thao tác có nhiều nhất {most} liên kết, danh sách và trường suy ra. Hãy chia nhỏ truy vấn."
    )


class TooManyRepeats(DocumentRefused):
    """A document names the same field in the same place at most {most} times."""

    code = "TOO_MANY_REPEATS"
    vietnamese = "Một tài liệu nêu cùng một trường ở cùng một chỗ nhiều nhất {most} lần."


class TooManyComparisons(DocumentRefused):
    """Too many fields and fragments of this document answer in the same place. Ask in several requests."""

    code = "TOO_MANY_COMPARISONS"
    vietnamese = (
        "Quá nhiều trường và đoạn dùng chung của tài liệu này trả lời ở cùng một chỗ."
        " Hãy chia thành nhiều yêu cầu."
    )


class TooManyActs(DocumentRefused):
    """The mutations of a document are at most {most}. Send each other one by itself."""

    code = "TOO_MANY_ACTS"
    vietnamese = "Một tài liệu có nhiều nhất {most} thao tác ghi. Hãy gửi riêng các thao tác còn lại."

    def __init__(self, *, most: int, requested: int) -> None:
        # What all of them cost together, which whoever tries is charged.
        self.requested = requested
        super().__init__(most=most)


class CostTooHigh(DocumentRefused):
    """This costs {requested} and may cost {limit}. Ask for shorter pages, or for less of each row."""

    code = "COST_TOO_HIGH"
    vietnamese = (
        "Truy vấn này có chi phí {requested}, giới hạn là {limit}."
        " Hãy lấy trang ngắn hơn, hoặc ít trường hơn."
    )

    def extras(self) -> dict[str, object]:
        """The figures, and the way to the field that costs most, by response keys."""
        return dict(self.params)


class TooManyIdentifiers(OperationFault):
    """At most {most} identifiers at once."""

    code = "TOO_MANY_IDS"
    vietnamese = "Mỗi lần nhiều nhất {most} mã định danh."


class StepUpRequired(OperationFault):
    """This takes a sign-in at level {level} of the electronic identity. Sign in at it, and ask again."""

    code = "STEP_UP_REQUIRED"
    vietnamese = (
        "Việc này cần đăng nhập bằng tài khoản định danh mức {level} trở lên."
        " Hãy đăng nhập lại ở mức đó rồi thực hiện lại."
    )

    def extras(self) -> dict[str, object]:
        """The level that it takes."""
        return {"level": self.params["level"]}


class FieldNotGranted(OperationFault):
    """The agreement under which you ask does not cover {field}; without purpose and case there is none."""

    code = "FIELD_OUTSIDE_AGREEMENT"
    vietnamese = (
        "Thỏa thuận chia sẻ dữ liệu của bạn không bao gồm {field};"
        " chưa nêu mục đích và hồ sơ thì chưa có thỏa thuận nào."
    )

    def extras(self) -> dict[str, object]:
        """The field that it does not cover."""
        return {"field": self.params["field"]}


class ScopeMissing(OperationFault):
    """This takes the scope `{scope}`, which the caller's token or session does not have."""

    code = "SCOPE_MISSING"
    vietnamese = "Việc này cần quyền `{scope}`, mà thẻ truy cập hoặc phiên làm việc không có."
