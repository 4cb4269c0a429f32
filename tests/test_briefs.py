"""Papers: what each reader gets, in every form; text of the data stays text; the councillor's is what was published."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from docx import Document
from pypdf import PdfReader

from hotspots import briefs
from hotspots.errors import BadValue, NotAllowed
from hotspots.release.roles import Role, Viewer
from hotspots.settings import Settings
from hotspots.store import open_store
from hotspots.store.published import published_file, read_published
from hotspots.views.outcome_paper import titles_of
from hotspots.views.paper import Bars, Items, Outlines, Paper, Section, Table, Text
from hotspots.views.printing import printed

AT = datetime(2018, 10, 1, 9)
HOSTILE = "<script>alert(1)</script> ${alert(2)} #panic() $x$ *bold* [l](javascript:x) {{ 7*191 }} =1+1"
BARS = Bars(("a", "b"), ("about 5", "fewer than 5"), (5.0, 5.0), (False, True), HOSTILE, HOSTILE)
SQUARE = (("1", (((0.0, 0.0), (0.0, 90.0), (90.0, 90.0), (0.0, 0.0)),)),)
PAPER = Paper(
    HOSTILE,
    "OFFICIAL-SENSITIVE",
    True,
    date(2018, 9, 12),
    (HOSTILE,),
    (
        Section(HOSTILE, (Text(HOSTILE, strong=True), Text(HOSTILE), Items((HOSTILE,)))),
        Section("", (Table((HOSTILE,), ((HOSTILE,),)), Table(("a",), (), empty="None at all."), BARS)),
        Section("Map", (Outlines(SQUARE, "A square", "One area"),)),
    ),
    (HOSTILE,),
)


@pytest.fixture(scope="module")
def ask(published_sample) -> briefs.Request:
    store = open_store(published_sample / "sample.sqlite", at=AT)
    member = Viewer(Role.HUB_MEMBER, name="a member")
    return briefs.Request(store, member, Settings(), date(2018, 9, 12), datetime(2018, 9, 12, 9))


@pytest.fixture(scope="module")
def held(ask):
    return read_published(published_file(str(ask.store.path)))


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_a_pdf_is_tagged_marked_on_every_page_and_shows_text_as_text():
    pdf = printed(PAPER, "pdf", author="The hub")
    read = PdfReader(io.BytesIO(pdf))
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root and root["/Lang"].startswith("en")
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert all("OFFICIAL-SENSITIVE" in page.extract_text() for page in read.pages)
    assert "#panic() $x$ *bold*" in text_of(pdf) and "None at all." in text_of(pdf)
    assert not [page for page in read.pages if "/AA" in page or "/Annots" in page]


def test_html_is_self_contained_and_shows_text_as_text():
    page = printed(PAPER, "html", author="The hub").decode()
    assert "<script>" not in page and "&lt;script&gt;" in page and "{{ 7*191 }}" in page
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert page.count("data:image/svg+xml") == 2


def test_word_has_headings_tables_and_pictures_with_their_words():
    content = printed(PAPER, "docx", author="The hub")
    read = Document(io.BytesIO(content))
    assert [p.text for p in read.paragraphs if p.style.name == "Heading 1"] == [HOSTILE]
    assert read.tables[0].rows[1].cells[0].text == HOSTILE
    assert len(read.inline_shapes) == 2
    assert read.sections[0].header.paragraphs[0].text == "OFFICIAL-SENSITIVE"
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert 'descr="One area"' in xml and "<w:tblHeader" in xml and "<w:instrText" not in xml


def test_another_form_is_refused():
    with pytest.raises(BadValue, match=r"\.odt was asked for"):
        printed(PAPER, "odt", author="The hub")


def test_a_councillors_paper_is_one_page_with_the_released_figures(held):
    paper = briefs.councillor_brief(held, "park view", viewer=Viewer(Role.COUNCILLOR), marking="OFFICIAL")
    pdf = printed(paper, "pdf", author="The hub")
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    text = text_of(pdf)
    assert "reports have almost stopped" in text and "From about 50 to fewer than 5" in text
    assert "Flat" not in text and "cuckoo" not in text.casefold()
    assert set(re.findall(r"about (\d+)", text)) <= {str(n) for n in range(5, 500, 5)}


def test_every_published_page_prints_on_one_sheet(held):
    current = held.current()
    for name in list(titles_of(current).values())[::4]:
        paper = briefs.councillor_brief(held, name, viewer=Viewer(Role.COUNCILLOR), marking="OFFICIAL")
        assert len(PdfReader(io.BytesIO(printed(paper, "pdf", author="h"))).pages) == 1, name


def test_the_same_paper_twice_is_the_same_bytes(held):
    one, two = (
        printed(
            briefs.councillor_brief(held, "Park View", viewer=Viewer(Role.COUNCILLOR), marking=""), "pdf", author="h"
        )
        for _ in range(2)
    )
    assert one == two


def test_the_hub_pack_follows_the_agenda(ask):
    paper = briefs.hub_pack(ask)
    assert [s.heading for s in paper.sections][:4] == [
        "Actions overdue", "New and rising", "Top areas", "Places to assess",
    ]  # fmt: skip
    text = text_of(printed(paper, "pdf", author="h"))
    assert "Tanners Court" in text
    assert "Flat " not in text and "9990" not in text


def test_the_evidence_pack_says_what_was_found_done_and_changed_and_how(ask):
    text = text_of(printed(briefs.evidence_pack(ask, "Park View"), "pdf", author="h"))
    for words in ("31", "Closure order", "49", "Regression to the mean", "published numbers", "consistent with"):
        assert words in text, words


def test_the_assessment_tables_compare_whole_years(ask):
    paper = briefs.assessment_tables(ask)
    heads = paper.sections[0].blocks[0].heads
    assert heads == ("Kind", "Year to Aug 2016", "Year to Aug 2017", "Year to Aug 2018", "Change, last year")
    assert printed(paper, "docx", author="h")


MAY = {  # paper → roles that may have it; the councillor's own is in the table too
    "councillor": {Role.COUNCILLOR, Role.SENIOR_OFFICER, Role.HUB_MEMBER, Role.DATA_STEWARD},
    "hub": {Role.SENIOR_OFFICER, Role.HUB_MEMBER, Role.DATA_STEWARD},
    "review": {Role.SENIOR_OFFICER, Role.HUB_MEMBER, Role.DATA_STEWARD},
    "assessment": {Role.SENIOR_OFFICER, Role.HUB_MEMBER, Role.DATA_STEWARD},
}


@pytest.mark.parametrize("role", Role, ids=str)
@pytest.mark.parametrize("reader", MAY)
def test_every_role_gets_only_its_papers(reader, role, ask, held):
    viewer = Viewer(role)
    own = replace(ask, viewer=viewer)
    make = {
        "councillor": lambda: briefs.councillor_brief(held, "Park View", viewer=viewer, marking=""),
        "review": lambda: briefs.evidence_pack(own, "Park View"),
        **{name: (lambda made=made: made(own)) for name, made in briefs.MEETING.items()},
    }
    assert set(make) == set(MAY)
    if role in MAY[reader]:
        assert make[reader]().sections
    else:
        with pytest.raises(NotAllowed):
            make[reader]()
