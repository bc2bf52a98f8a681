"""What makes a SAML response worth believing, and the ways there are to forge one."""

from __future__ import annotations

import base64
import copy
import time
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from daypass.errors import ApiError
from daypass.federation.assertions import MAX_RESPONSE, Assertion, read_response
from daypass.federation.metadata import IdentityProvider, read_metadata
from daypass.federation.xml import ASSERTION, NAMESPACES, PROTOCOL, SIGNATURE
from daypass.names import ProviderArn, RoleArn
from tests.federation import saml

NOW = int(time.time())
ACCOUNT = "1234567890123456"
PAIR = f"acs:ram::{ACCOUNT}:role/Reader,acs:ram::{ACCOUNT}:saml-provider/idp"
INVALID = "AuthenticationFail.SAMLAssertion.Invalid"
EXPIRED = "AuthenticationFail.SAMLAssertion.Expired"
PROVIDER = read_metadata(saml.metadata())

Element = etree._Element


def assertion(**changes: Any) -> Element:
    return saml.assertion(NOW, changes.pop("pairs", [PAIR]), **changes)


def signed(**changes: Any) -> Element:
    return saml.signed(assertion(**changes))


def read(root: Element, provider: IdentityProvider = PROVIDER) -> Assertion:
    return read_response(saml.sent(root), provider, NOW)


def refused(encoded: str, provider: IdentityProvider = PROVIDER) -> ApiError:
    with pytest.raises(ApiError) as refusal:
        read_response(encoded, provider, NOW)
    assert refusal.value.status == 401
    return refusal.value


def code(root: Element, provider: IdentityProvider = PROVIDER) -> str:
    return refused(saml.sent(root), provider).code


def test_a_signed_assertion_is_believed_and_read() -> None:
    believed = read(saml.response(signed()))
    assert believed.pairs == {(RoleArn(ACCOUNT, "reader"), ProviderArn(ACCOUNT, "saml", "idp"))}
    assert (believed.id, believed.issuer, believed.session_name) == ("_a1", saml.ENTITY_ID, "alice")
    assert (believed.subject, believed.subject_type) == ("alice@example.com", "persistent")
    assert believed.recipient == believed.recipient_key == saml.RECIPIENT
    assert believed.expires_at == NOW + 300


def test_a_response_may_be_signed_besides_its_assertion() -> None:
    assert read(saml.signed(saml.response(signed()))).session_name == "alice"


def test_a_response_may_be_broken_into_lines() -> None:
    text = base64.encodebytes(etree.tostring(saml.response(signed()))).decode()
    assert read_response(text, PROVIDER, NOW).id == "_a1"


@pytest.mark.parametrize(
    "method", [SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512]
)
@pytest.mark.parametrize(
    "c14n", ["EXCLUSIVE_XML_CANONICALIZATION_1_0", "CANONICAL_XML_1_0", "CANONICAL_XML_1_1"]
)
def test_signatures_of_today_are_checked(method: SignatureMethod, c14n: str) -> None:
    root = saml.response(assertion())
    inner = root.find("saml:Assertion", NAMESPACES)
    assert inner is not None
    text = etree.tostring(saml.signed(inner, method=method, c14n=CanonicalizationMethod[c14n]))
    root.replace(inner, etree.fromstring(text))
    assert read(root).id == "_a1"


@pytest.mark.parametrize(
    "old",
    [{"method": SignatureMethod.RSA_SHA1}, {"digest": DigestAlgorithm.SHA1}],
    ids=["signature", "digest"],
)
def test_signatures_of_yesterday_are_refused(old: dict[str, Any]) -> None:
    assert code(saml.response(saml.signed(assertion(), **old))) == INVALID


def test_either_of_two_certificates_will_do() -> None:
    provider = read_metadata(saml.metadata(saml.key_pair("next")[1], saml.key_pair("idp")[1]))
    assert read(saml.response(signed()), provider).id == "_a1"
    assert read(saml.response(saml.signed(assertion(), by="next")), provider).id == "_a1"
    assert code(saml.response(saml.signed(assertion(), by="attacker")), provider) == INVALID


def test_an_expired_certificate_signs_nothing() -> None:
    certificate = saml.key_pair("old", years=-1)[1]
    provider = read_metadata(saml.metadata(certificate))
    root = saml.response(saml.signed(assertion(), by="attacker"))
    assert code(root, provider) == "AuthenticationFail.IDPMetadata.Invalid"


def _without(path: str) -> Callable[[Element], None]:
    def cut(root: Element) -> None:
        for element in root.findall(path, NAMESPACES):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)

    return cut


def _twice(path: str) -> Callable[[Element], None]:
    def double(root: Element) -> None:
        element = root.find(path, NAMESPACES)
        assert element is not None
        element.addnext(copy.deepcopy(element))

    return double


def _set(path: str, name: str, value: str | None) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        element = root.find(path, NAMESPACES)
        assert element is not None
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return change


def _text(path: str, value: str) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        element = root.find(path, NAMESPACES)
        assert element is not None
        element.text = value

    return change


def _condition(root: Element) -> None:
    conditions = root.find("saml:Conditions", NAMESPACES)
    assert conditions is not None
    etree.SubElement(conditions, f"{{{ASSERTION}}}Condition")


CONFIRMED = ".//saml:SubjectConfirmationData"
NAME_VALUE = f".//saml:Attribute[@Name='{saml.ROLE_SESSION_NAME}']/saml:AttributeValue"

WRONG: dict[str, tuple[Callable[[Element], None], str]] = {
    "another issuer": (_text("saml:Issuer", "https://elsewhere.example.com"), INVALID),
    "no issuer": (_without("saml:Issuer"), INVALID),
    "no subject": (_without("saml:Subject"), INVALID),
    "no name": (_without(".//saml:NameID"), INVALID),
    "an empty name": (_text(".//saml:NameID", " "), INVALID),
    "two names": (_twice(".//saml:NameID"), INVALID),
    "no confirmation": (_without(".//saml:SubjectConfirmation"), INVALID),
    "two confirmations": (_twice(".//saml:SubjectConfirmation"), INVALID),
    "no confirmation data": (_without(CONFIRMED), INVALID),
    "a confirmation by key": (
        _set(".//saml:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
        INVALID,
    ),
    "another recipient": (_set(CONFIRMED, "Recipient", "https://signin.aliyun.com/saml/SSO"), INVALID),
    "no recipient": (_set(CONFIRMED, "Recipient", None), INVALID),
    "no end of the confirmation": (_set(CONFIRMED, "NotOnOrAfter", None), INVALID),
    "a confirmation that is over": (_set(CONFIRMED, "NotOnOrAfter", saml.moment(NOW)), EXPIRED),
    "a confirmation that has not begun": (_set(CONFIRMED, "NotBefore", saml.moment(NOW + 61)), INVALID),
    "conditions that are over": (_set("saml:Conditions", "NotOnOrAfter", saml.moment(NOW)), EXPIRED),
    "conditions that have not begun": (_set("saml:Conditions", "NotBefore", saml.moment(NOW + 61)), INVALID),
    "a logon that is over": (
        _set("saml:AuthnStatement", "SessionNotOnOrAfter", saml.moment(NOW)),
        EXPIRED,
    ),
    "a time that is none": (_set("saml:Conditions", "NotOnOrAfter", "tomorrow"), INVALID),
    "a day that is none": (_set("saml:Conditions", "NotOnOrAfter", "2026-02-31T00:00:00Z"), INVALID),
    "no conditions": (_without("saml:Conditions"), INVALID),
    "no audience restriction": (_without(".//saml:AudienceRestriction"), INVALID),
    "another audience": (_text(".//saml:Audience", "urn:amazon:webservices"), INVALID),
    "an unknown condition": (_condition, INVALID),
    "no roles": (_without(f".//saml:Attribute[@Name='{saml.ROLE}']"), INVALID),
    "the session name twice": (_twice(f".//saml:Attribute[@Name='{saml.ROLE_SESSION_NAME}']"), INVALID),
    "no session name": (_without(f".//saml:Attribute[@Name='{saml.ROLE_SESSION_NAME}']"), INVALID),
    "two session names": (_twice(NAME_VALUE), INVALID),
}


@pytest.mark.parametrize(("bend", "wanted"), WRONG.values(), ids=WRONG)
def test_a_signed_assertion_that_says_something_wrong_is_refused(
    bend: Callable[[Element], None], wanted: str
) -> None:
    bent = assertion()
    bend(bent)
    assert code(saml.response(saml.signed(bent))) == wanted


def test_clocks_may_be_a_minute_apart_when_an_assertion_is_new() -> None:
    assert read(saml.response(signed(begins=NOW + 60))).id == "_a1"


def test_the_recipient_is_compared_as_ram_writes_it() -> None:
    believed = read(saml.response(signed(recipient="https://signin.aliyun.com/saml-role/SSO")))
    assert believed.recipient == "https://signin.aliyun.com/saml-role/SSO"
    assert believed.recipient_key == saml.RECIPIENT


def test_the_international_site_is_a_recipient_too() -> None:
    believed = read(
        saml.response(
            signed(
                recipient="https://signin.alibabacloud.com/saml-role/sso",
                audience="urn:alibaba:cloudcomputing:international",
            )
        )
    )
    assert believed.recipient_key == "https://signin.alibabacloud.com/saml-role/sso"


def test_roles_may_be_listed_in_several_attributes() -> None:
    bent = assertion()
    _twice(f".//saml:Attribute[@Name='{saml.ROLE}']")(bent)
    _text(f".//saml:Attribute[@Name='{saml.ROLE}']/saml:AttributeValue", PAIR.replace("Reader", "Writer"))(
        bent
    )
    assert {role.name for role, _ in read(saml.response(saml.signed(bent))).pairs} == {"reader", "writer"}


def test_a_role_value_that_cannot_be_read_names_no_role() -> None:
    assert (
        read(
            saml.response(signed(pairs=["nonsense", PAIR.split(",", maxsplit=1)[0], PAIR.replace(",", ";")]))
        ).pairs
        == set()
    )


@pytest.mark.parametrize("status", ["Requester", "Responder"])
def test_a_response_that_tells_of_failure_is_refused(status: str) -> None:
    assert code(saml.response(signed(), status=status)) == INVALID


UNREADABLE = {
    "empty": "",
    "not Base64": "%%%%",
    "not XML": saml.encoded(b"nothing"),
    "no response": saml.encoded(b"<a/>"),
    "an assertion by itself": saml.sent(signed()),
    "a response without assertion": saml.sent(saml.response()),
    "a hundred thousand characters and one": "A" * (MAX_RESPONSE + 1),
    "as many elements as fit": saml.encoded(b"<a>" + b"<b/>" * 18_000 + b"</a>"),
    "as deep as fits": saml.encoded(b"<a>" * 10_000 + b"</a>" * 10_000),
    "as many attributes as fit": saml.encoded(b"<a " + b" ".join(b'a%d=""' % n for n in range(7000)) + b"/>"),
    "as many namespaces as fit": saml.encoded(
        b"<a " + b" ".join(b'xmlns:a%d="u:%d"' % (n, n) for n in range(2500)) + b"/>"
    ),
    "UTF-16 without saying so": saml.encoded("<a/>".encode("utf-16-le")),
    "a null": saml.encoded(b"<a>\x00</a>"),
}


@pytest.mark.parametrize("encoded", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_response_is_refused(encoded: str) -> None:
    assert refused(encoded).code == INVALID


def _with_document_type(declaration: bytes, name: bytes) -> str:
    text = etree.tostring(saml.response(signed()))
    return saml.encoded(declaration + text.replace(b"alice@example.com", name))


BOMBS = {
    "entities that grow": _with_document_type(
        b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%b">' % (ord("b") + n, b"&%c;" % (ord("a") + n) * 10) for n in range(9))
        + b"]>",
        b"&j;",
    ),
    "one large entity many times": _with_document_type(
        b'<!DOCTYPE r [<!ENTITY a "' + b"a" * 20_000 + b'">]>', b"&a;" * 8_000
    ),
    "a file": _with_document_type(b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>', b"&a;"),
    "an address": _with_document_type(b'<!DOCTYPE r [<!ENTITY a SYSTEM "http://127.0.0.1:1/">]>', b"&a;"),
    "a parameter entity": _with_document_type(
        b'<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1:1/">%a;]>', b"alice"
    ),
    "an external subset": _with_document_type(b'<!DOCTYPE r SYSTEM "http://127.0.0.1:1/r.dtd">', b"alice"),
    "a document type alone": _with_document_type(b"<!DOCTYPE r>", b"alice@example.com"),
    "a processing instruction": _with_document_type(
        b'<?xml-stylesheet href="http://127.0.0.1:1/"?>', b"alice<?x?>"
    ),
}


@pytest.mark.parametrize("encoded", BOMBS.values(), ids=BOMBS)
def test_document_types_entities_and_instructions_are_refused(encoded: str) -> None:
    assert refused(encoded).code == INVALID


@pytest.mark.parametrize(
    "c14n", ["EXCLUSIVE_XML_CANONICALIZATION_1_0", "EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS"]
)
def test_a_comment_cuts_no_name_short(c14n: str) -> None:
    name = "alice@example.com<!-- -->.attacker.example.com"
    root = saml.response(saml.signed(assertion(name=name), c14n=CanonicalizationMethod[c14n]))
    if c14n.endswith("COMMENTS"):
        assert code(root) == INVALID
    else:
        assert read(root).subject == "alice@example.com.attacker.example.com"


def test_a_comment_put_in_afterwards_cuts_no_name_short() -> None:
    text = etree.tostring(saml.response(signed(name="alice@example.com.attacker.example.com")))
    cut = text.replace(b"example.com.attacker", b"example.com<!---->.attacker")
    assert cut != text
    believed = read_response(saml.encoded(cut), PROVIDER, NOW)
    assert believed.subject == "alice@example.com.attacker.example.com"


def test_an_assertion_without_signature_is_refused_even_in_a_signed_response() -> None:
    assert code(saml.response(assertion())) == INVALID
    assert code(saml.signed(saml.response(assertion()))) == INVALID


def test_an_assertion_changed_after_signing_is_refused() -> None:
    for before, after in ((b"Reader", b"Admin"), (b">alice<", b">mallory<"), (b"alice@", b"root@")):
        text = etree.tostring(saml.response(signed()))
        assert before in text
        assert refused(saml.encoded(text.replace(before, after))).code == INVALID


def test_two_assertions_are_refused_however_they_are_signed() -> None:
    assert code(saml.response(signed(), signed(id="_a2"))) == INVALID
    assert code(saml.response(signed(), assertion(id="_a2"))) == INVALID
    assert code(saml.response(assertion(id="_a2"), signed())) == INVALID
    assert code(saml.response(signed(), signed())) == INVALID


def test_an_encrypted_assertion_is_no_assertion() -> None:
    assert code(saml.response(etree.Element(f"{{{ASSERTION}}}EncryptedAssertion"))) == INVALID


def _evil(**changes: Any) -> Element:
    return assertion(session="mallory", name="root@example.com", **changes)


def _signature(element: Element) -> Element:
    found = element.find("ds:Signature", NAMESPACES)
    assert found is not None
    return found


def _bare(element: Element) -> Element:
    bare = copy.deepcopy(element)
    bare.remove(_signature(bare))
    return bare


def _xsw1() -> Element:
    """The signed response, kept inside the signature of a forged one."""
    original = saml.signed(saml.response(signed()), by="idp")
    forged = saml.response(_evil(id="_evil"), identifier="_evil_response")
    signature = copy.deepcopy(_signature(original))
    forged.insert(1, signature)
    signature.append(_bare(original))
    return forged


def _xsw2() -> Element:
    """The signed response, kept beside the signature of a forged one."""
    original = saml.signed(saml.response(signed()), by="idp")
    forged = saml.response(_evil(id="_evil"), identifier="_evil_response")
    forged.insert(1, copy.deepcopy(_signature(original)))
    forged.insert(1, _bare(original))
    return forged


def _xsw3() -> Element:
    """A forged assertion before the signed one."""
    return saml.response(_evil(id="_evil"), signed())


def _xsw4() -> Element:
    """The signed assertion inside a forged one."""
    forged = _evil(id="_evil")
    forged.append(signed())
    return saml.response(forged)


def _xsw5() -> Element:
    """A forged assertion with the signature of one that stands after it."""
    original = signed()
    forged = _evil(id="_evil")
    forged.insert(1, copy.deepcopy(_signature(original)))
    return saml.response(forged, _bare(original))


def _xsw6() -> Element:
    """A forged assertion with the signature of one that stands inside that signature."""
    original = signed()
    forged = _evil(id="_evil")
    signature = copy.deepcopy(_signature(original))
    forged.insert(1, signature)
    signature.append(_bare(original))
    return saml.response(forged)


def _xsw7() -> Element:
    """A forged assertion in an extension, of the same ID, before the signed one."""
    extensions = etree.Element(f"{{{PROTOCOL}}}Extensions")
    extensions.append(_evil())
    return saml.response(extensions, signed())


def _xsw8() -> Element:
    """The signed assertion in an object of the signature of a forged one of the same ID."""
    original = signed()
    forged = _evil()
    signature = copy.deepcopy(_signature(original))
    forged.insert(1, signature)
    etree.SubElement(signature, f"{{{SIGNATURE}}}Object").append(_bare(original))
    return saml.response(forged)


def _same_id_elsewhere() -> Element:
    """Something else with the ID of the signed assertion."""
    extensions = etree.Element(f"{{{PROTOCOL}}}Extensions", {"ID": "_a1"})
    return saml.response(extensions, signed())


def _renamed_original() -> Element:
    """A forged assertion that refers to the signed one, which is hidden under another element's name."""
    original = signed()
    hidden = _bare(original)
    hidden.tag = f"{{{ASSERTION}}}Advice"
    forged = _evil(id="_evil")
    forged.insert(1, copy.deepcopy(_signature(original)))
    forged.append(hidden)
    return saml.response(forged)


def _whole_document() -> Element:
    """An assertion whose signature refers to the document it is in."""
    original = signed()
    reference = original.find(".//ds:Reference", NAMESPACES)
    assert reference is not None
    reference.set("URI", "")
    return saml.response(original)


def _two_references() -> Element:
    """A signature over the assertion and something else."""
    original = signed()
    reference = original.find(".//ds:Reference", NAMESPACES)
    assert reference is not None
    reference.addnext(copy.deepcopy(reference))
    return saml.response(original)


def _transformed_away() -> Element:
    """A signature whose transforms select something else than the assertion."""
    original = signed()
    transform = original.find(".//ds:Transform", NAMESPACES)
    assert transform is not None
    transform.set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")
    return saml.response(original)


WRAPPED = {
    "XSW1": _xsw1,
    "XSW2": _xsw2,
    "XSW3": _xsw3,
    "XSW4": _xsw4,
    "XSW5": _xsw5,
    "XSW6": _xsw6,
    "XSW7": _xsw7,
    "XSW8": _xsw8,
    "an ID twice": _same_id_elsewhere,
    "the original under another name": _renamed_original,
    "a reference to the document": _whole_document,
    "two references": _two_references,
    "transforms of another kind": _transformed_away,
}


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_a_signature_says_nothing_of_what_is_wrapped_around_it(wrap: Callable[[], Element]) -> None:
    assert code(wrap()) == INVALID


def test_a_signature_by_a_shared_secret_is_refused() -> None:
    root = saml.response(signed())
    method = root.find(".//ds:SignatureMethod", NAMESPACES)
    assert method is not None
    method.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    assert code(root) == INVALID


def test_the_key_that_a_signature_brings_along_counts_for_nothing() -> None:
    assert code(saml.response(saml.signed(assertion(), by="attacker"))) == INVALID


def test_a_signature_may_come_without_its_certificate() -> None:
    root = saml.response(signed())
    for info in root.findall(".//ds:KeyInfo", NAMESPACES):
        parent = info.getparent()
        assert parent is not None
        parent.remove(info)
    assert read(root).id == "_a1"
