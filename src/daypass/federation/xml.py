"""Reading XML of strangers: no entities, no document types, nothing fetched, no depth beyond reason."""

from __future__ import annotations

from typing import Final

from lxml import etree

MAX_DEPTH: Final = 64
"""Elements inside one another. SAML has about ten."""

ASSERTION: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"

NAMESPACES: Final = {"saml": ASSERTION, "samlp": PROTOCOL, "md": METADATA, "ds": SIGNATURE}


def parser() -> etree.XMLParser:
    """Return a parser for one document."""
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
    )


def read(document: bytes) -> etree._Element:
    """Read a document.

    Raises:
        ValueError: it is not well-formed, has a document type, or is nested too deeply.
    """
    try:
        root = etree.fromstring(document, parser())
    except etree.XMLSyntaxError:
        raise ValueError("it is not well-formed XML") from None
    information = root.getroottree().docinfo
    if information.internalDTD is not None or information.externalDTD is not None:
        raise ValueError("it has a document type")
    for element in root.iter():
        if not isinstance(element.tag, str) and element.tag is not etree.Comment:
            raise ValueError("it has entities or processing instructions")
    if _deeper(root, MAX_DEPTH):
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
    return root


def _deeper(root: etree._Element, most: int) -> bool:
    level = [root]
    for _ in range(most):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def text_of(element: etree._Element) -> str:
    """Return the text of an element that holds nothing else.

    Raises:
        ValueError: it holds something else, a comment for instance.
    """
    if len(element):
        raise ValueError(f"{etree.QName(element).localname} holds more than text")
    return (element.text or "").strip()
