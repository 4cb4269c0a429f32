"""Papers: what each reader gets, in every form; text of the data stays text; the councillor's is what was published."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from docx import Document
from pypdf import PdfReader
from typer.testing import CliRunner

from hotspots import briefs
from hotspots import store as stores
from hotspots.__main__ import app
from hotspots.errors import BadValue, NotAllowed
from hotspots.pipeline import outcomes
from hotspots.release.recipe import recipe_from_json
from hotspots.release.roles import Role, Viewer
from hotspots.settings import Settings
from hotspots.store import open_store
from hotspots.store.published import published_file, read_published
from hotspots.views.outcome_paper import outcome_paper, titles_of
from hotspots.views.palette import DARK
from hotspots.views.paper import Bars, Beside, Items, Outlines, Paper, Section, Table, Text
from hotspots.views.paper_pdf import picture_of
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
    HOSTILE,
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


def words_in(content: bytes, kind: str) -> str:
    """Everything a paper says, its foot included."""
    if kind == "pdf":
        return text_of(content)
    if kind == "html":
        plain = re.sub(r"\\([0-9a-f]{6}) ", lambda m: chr(int(m[1], 16)), content.decode())
        return " ".join(plain.split())
    read = Document(io.BytesIO(content))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    parts = [p.text for p in (*read.paragraphs, *read.sections[0].footer.paragraphs)]
    return " ".join([*parts, *cells])


def alternatives(node) -> list[str]:
    """The words that stand for the pictures of a PDF, for who cannot see them."""
    node = node.get_object()
    if not isinstance(node, dict):
        return []
    kids = node.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    return [*([str(node["/Alt"])] if "/Alt" in node else []), *(a for kid in kids for a in alternatives(kid))]


def test_a_pdf_is_tagged_marked_on_every_page_and_shows_text_as_text():
    pdf = printed(PAPER, "pdf", author="The hub")
    read = PdfReader(io.BytesIO(pdf))
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root and root["/Lang"].startswith("en")
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert all("OFFICIAL-SENSITIVE" in page.extract_text() for page in read.pages)
    assert text_of(pdf).count("#panic()") >= 8 + len(read.pages)
    assert "#panic() $x$ *bold*" in text_of(pdf) and "None at all." in text_of(pdf)
    assert not [page for page in read.pages if "/AA" in page or "/Annots" in page]


def test_html_is_self_contained_and_shows_text_as_text():
    page = printed(PAPER, "html", author="The hub").decode()
    assert "<script>" not in page and "&lt;script&gt;" in page and "{{ 7*191 }}" in page
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert page.count("data:image/svg+xml") == 2
    style = page[page.index("<style>") : page.index("</style>")]
    assert "bold" in style and not re.search(r"[<>$#*{]", re.search(r'content: "(.*)"; font', style)[1])


def test_word_has_headings_tables_and_pictures_with_their_words():
    content = printed(PAPER, "docx", author="The hub")
    read = Document(io.BytesIO(content))
    assert [p.text for p in read.paragraphs if p.style.name == "Heading 1"] == [HOSTILE]
    assert read.tables[0].rows[1].cells[0].text == HOSTILE
    assert len(read.inline_shapes) == 2
    assert read.sections[0].header.paragraphs[0].text == "OFFICIAL-SENSITIVE"
    assert read.sections[0].footer.paragraphs[0].text == HOSTILE
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


def test_a_councillors_paper_says_on_its_sheet_what_it_was_made_from_and_names_no_file(held, ask):
    paper = briefs.councillor_brief(held, "park view", viewer=Viewer(Role.COUNCILLOR), marking="OFFICIAL")
    recipe = recipe_from_json(held.releases[-1].recipe)
    files = stores.files_in_force(ask.store)
    told = f"files of council ASB log (1), fire and rescue (1), housing (1) and police.uk ({len(files) - 3}), reports"
    assert any(told in line and recipe.fingerprint in line for line in paper.foot)
    for kind in ("pdf", "html", "docx"):
        text = words_in(printed(paper, kind, author="The hub"), kind)
        assert text.count(recipe.fingerprint) == 2, kind
        assert "Data to 31 August 2018" in text, kind
        assert not [name for name in files["file"] if name.rsplit("/")[-1] in text], kind


def test_a_councillors_paper_shows_the_outline_of_the_ward_with_words_for_it(held):
    councillor = Viewer(Role.COUNCILLOR)
    paper = briefs.councillor_brief(held, "park view", viewer=councillor, marking="")
    drawn = next(part.picture for part in paper.sections if isinstance(part, Beside))
    assert [label for label, _ in drawn.shapes] == [""] and len(drawn.around) == 8
    assert drawn.caption.startswith("Park View (fictional) lies in ") and "No place or report is drawn." in drawn.alt
    content = {kind: printed(paper, kind, author="The hub") for kind in ("pdf", "html", "docx")}
    assert drawn.alt in alternatives(PdfReader(io.BytesIO(content["pdf"])).trailer["/Root"]["/StructTreeRoot"])
    assert f'alt="{drawn.alt}"' in content["html"].decode()
    xml = zipfile.ZipFile(io.BytesIO(content["docx"])).read("word/document.xml").decode()
    assert f'descr="{drawn.alt}"' in xml


def test_without_a_file_of_areas_one_sentence_says_so_and_sets_a_councillor_no_task(held):
    bare = replace(held, outlines=held.outlines.iloc[:0])
    paper = briefs.councillor_brief(bare, "park view", viewer=Viewer(Role.COUNCILLOR), marking="")
    told = [line for line in paper.foot if "outline" in line]
    assert told == ["The hub has no outline of Samphire ward to show."]
    assert all(isinstance(part, Section) for part in paper.sections)


def test_a_map_for_the_dark_theme_is_dark():
    dark, light = (picture_of(Outlines(SQUARE, "A square", "One area"), "svg", dark=d).decode() for d in (True, False))
    assert DARK["ground"].casefold() in dark.casefold() and DARK["ground"].casefold() not in light.casefold()


def test_every_hub_paper_names_the_files_behind_it_with_their_hashes(ask):
    files = stores.files_in_force(ask.store)
    logs = files[files["source"] != "police.uk"]
    for paper in (briefs.hub_pack(ask), briefs.evidence_pack(ask, "Park View"), briefs.assessment_tables(ask)):
        table = paper.sections[-1].blocks[0]
        assert {(row[1], row[-1]) for row in table.rows} >= {(f.file, f.sha256[:12]) for f in logs.itertuples()}
        assert f"{len(files) - len(logs)} files" in {row[1] for row in table.rows}
        assert sum(int(row[3].replace(",", "")) for row in table.rows) == stores.totals(ask.store)["incidents"]
        assert all(part in paper.strip for part in ("Data to", "police.uk", "not proven", "files: last page"))
    for kind in ("pdf", "html", "docx"):
        text = words_in(printed(briefs.assessment_tables(ask), kind, author="The hub"), kind)
        assert not [h for h in logs["sha256"] if h[:12] not in text], kind


def test_the_command_prints_what_the_page_hands_out(ask, held, tmp_path, monkeypatch):
    where = tmp_path / "brief.pdf"
    monkeypatch.setenv("HUB_SETTINGS", str(tmp_path / "settings.toml"))
    (tmp_path / "settings.toml").write_text('marking = "OFFICIAL-SENSITIVE"')  # a paper for the public bears its own
    told = ["brief", "--for", "councillor", "--place", "Park View", "--out", str(where), "--store", str(ask.store.path)]
    assert CliRunner().invoke(app, told).exit_code == 0
    current = held.current()
    area = next(a for a, title in titles_of(current).items() if title.startswith("Park View"))
    page = outcome_paper(current, area, marking="OFFICIAL")
    assert where.read_bytes() == printed(page, "pdf", author=Settings().title)


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


def test_an_evidence_pack_compares_the_one_place_it_is_about(ask, monkeypatch):
    """Whoever presses the button waits for its place, not for all that the hub ever adopted."""
    compared, compare_in = [], outcomes.compare_in
    monkeypatch.setattr(outcomes, "compare_in", lambda *a, **of: compared.append(of["name"]) or compare_in(*a, **of))
    briefs.evidence_pack(ask, "Ropewalk Court")
    assert set(compared) == {"Ropewalk Court (fictional)"}


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
