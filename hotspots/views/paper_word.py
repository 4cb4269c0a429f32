"""A paper as a Word file, to be edited into a committee's own template."""

import io
from datetime import datetime, time

from docx import Document
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from hotspots.views.paper import Bars, Beside, Block, Items, Outlines, Paper, Section, Table, Text
from hotspots.views.paper_pdf import picture_of

_BLUE, _GREY = RGBColor(0x12, 0x43, 0x6D), RGBColor(0x50, 0x5A, 0x5F)


def word_of(paper: Paper, *, author: str) -> bytes:
    """The paper as .docx on A4, with real headings, table headers and alternative texts."""
    file = Document()
    _set_up(file, paper, author)
    file.add_heading(paper.title, level=1)
    if paper.sample:
        file.add_paragraph().add_run("Sample data. Every report here is invented.").bold = True
    for line in paper.lines:
        _small(file, line)
    for part in paper.sections:
        for section in part.sections if isinstance(part, Beside) else (part,):
            _add_section(file, section)
        if isinstance(part, Beside):
            _add(file, part.picture)
    for line in paper.foot:
        _small(file, line)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _set_up(file: WordFile, paper: Paper, author: str) -> None:
    page = file.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    file.styles["Normal"].font.name, file.styles["Normal"].font.size = "Arial", Pt(10.5)
    for level in (1, 2):
        font = file.styles[f"Heading {level}"].font
        font.name, font.color.rgb = "Arial", _BLUE
    if paper.marking:
        head = page.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        head.add_run(paper.marking).bold = True
    foot = page.footer.paragraphs[0].add_run(paper.strip)
    foot.font.size, foot.font.color.rgb = Pt(8), _GREY
    written = datetime.combine(paper.made_on, time())
    about = file.core_properties
    about.title, about.author, about.last_modified_by, about.language = paper.title, author, author, "en-GB"
    about.created = about.modified = written


def _small(file: WordFile, text: str) -> None:
    run = file.add_paragraph().add_run(text)
    run.font.size, run.font.color.rgb = Pt(9), _GREY


def _add_section(file: WordFile, section: Section) -> None:
    if section.heading:
        file.add_heading(section.heading, level=2)
    for block in section.blocks:
        _add(file, block)


def _add(file: WordFile, block: Block) -> None:
    if isinstance(block, Text):
        file.add_paragraph().add_run(block.text).bold = block.strong
    elif isinstance(block, Items):
        for item in block.items:
            file.add_paragraph(item, style="List Bullet")
    elif isinstance(block, Table):
        _add_table(file, block)
    else:
        _add_picture(file, block)


def _add_table(file: WordFile, block: Table) -> None:
    if not block.rows:
        file.add_paragraph(block.empty)
        return
    table = file.add_table(rows=1, cols=len(block.heads), style="Light List Accent 1")
    for cell, head in zip(table.rows[0].cells, block.heads, strict=True):
        cell.text = head
    repeat = table.rows[0]._tr.get_or_add_trPr().makeelement(qn("w:tblHeader"), {})
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in block.rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words


def _add_picture(file: WordFile, block: Bars | Outlines) -> None:
    picture = file.add_picture(
        io.BytesIO(picture_of(block, "png")), width=Cm(16 * (block.width if isinstance(block, Outlines) else 1))
    )
    picture._inline.docPr.set("descr", block.alt)
    _small(file, block.caption)
