"""One paper in the form that was asked for."""

from collections.abc import Mapping

from hotspots.errors import BadValue
from hotspots.views.paper import Paper
from hotspots.views.paper_html import html_of
from hotspots.views.paper_pdf import pdf_of
from hotspots.views.paper_word import word_of

MIME: Mapping[str, str] = {
    "pdf": "application/pdf",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv",
}


def printed(paper: Paper, kind: str, *, author: str) -> bytes:
    """The paper as pdf, html or docx; raises `BadValue` for another kind.

    author: the organisation that stands in the file's properties, never a person
    """
    if kind == "pdf":
        return pdf_of(paper, author=author)
    if kind == "html":
        return html_of(paper).encode()
    if kind == "docx":
        return word_of(paper, author=author)
    raise BadValue(f"A paper is printed as .pdf, .html or .docx; .{kind} was asked for.")
