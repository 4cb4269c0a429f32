"""A paper as PDF/UA (tagged, for screen readers), and its charts and maps as pictures, by typst.

Everything that is shown goes in as data, never as markup, so text of a report cannot become an
instruction. The same drawing serves PDF, HTML (SVG) and Word (PNG). typst reads no file and no network here.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Literal

import typst

from hotspots.views.palette import COLOURS, DARK
from hotspots.views.paper import Bars, Beside, Items, Outlines, Paper, Section, Table, Text

_KINDS = {Text: "text", Items: "items", Table: "table", Bars: "bars", Outlines: "outlines"}
PIXELS_A_INCH = 200.0


def _inks(colours: Mapping[str, str]) -> str:
    names = {"blue": "place", "grey": "second", "ink": "text", "ground": "ground"}
    return "".join(f'#let {name} = rgb("{colours[key]}")\n' for name, key in names.items())


_DRAWINGS = """
#let bars(b) = {
  let top = calc.max(10, ..b.heights.filter(h => h != none))
  let bar(i) = {
    let h = b.heights.at(i)
    stack(dir: ttb, spacing: 3pt,
      text(weight: "bold", size: 9.5pt, b.words.at(i)),
      if h == none { none } else if b.hollow.at(i) {
        rect(width: 70%, height: 88pt * h / top, stroke: (paint: blue, thickness: 1.2pt, dash: "dashed"))
      } else { rect(width: 70%, height: 88pt * h / top, fill: blue, stroke: none) })
  }
  let n = b.labels.len()
  grid(columns: (1fr,) * n, align: center + bottom, row-gutter: 4pt,
    ..range(n).map(bar),
    grid.hline(stroke: 0.8pt + ink),
    ..b.labels.map(l => pad(top: 3pt, x: 3pt, text(size: 8.5pt, l))))
}
#let outlines(o) = {
  let points = (o.shapes.map(s => s.at(1)) + o.around).flatten().chunks(2)
  let xs = points.map(p => p.at(0))
  let ys = points.map(p => p.at(1))
  let (x0, y1) = (calc.min(..xs), calc.max(..ys))
  let span = calc.max(calc.max(..xs) - x0, y1 - calc.min(..ys), 50)
  let size = 400pt * o.width
  let at(p) = ((p.at(0) - x0) / span * size, (y1 - p.at(1)) / span * size)
  let path(ring) = {
    let (first, ..rest) = ring.map(at)
    (curve.move(first), ..rest.map(p => curve.line(p)), curve.close())
  }
  let drawn(rings, ..look) = place(curve(fill-rule: "even-odd", ..look, ..rings.map(path).flatten()))
  let high = (y1 - calc.min(..ys)) / span * size + 16pt
  box(width: size, height: high, {
    for rings in o.around { drawn(rings, stroke: 0.6pt + grey) }
    for s in o.shapes {
      drawn(s.at(1), fill: blue.transparentize(if o.around.len() > 0 { 40% } else { 67% }), stroke: 0.8pt + blue)
      if s.at(0) != "" {
        let p = at(s.at(1).at(0).at(0))
        place(dx: p.at(0) + 3pt, dy: p.at(1) - 9pt,
          box(fill: ground, inset: 1.5pt, text(size: 9pt, weight: "bold", s.at(0))))
      }
    }
    let length(m) = m / span * size
    let m = (50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000).filter(m => length(m) <= size * 0.35)
      .last(default: 50)
    place(bottom + left, box(width: length(m), inset: (bottom: 3pt), stroke: (bottom: 1.5pt + ink),
      text(size: 8pt, if m < 1000 [#m m] else [#calc.quo(m, 1000) km])))
  })
}
"""
_FONTS = '#set text(font: ("Arial", "Liberation Sans", "DejaVu Sans", "Libertinus Serif"), lang: "en", region: "gb")\n'
_PICTURE = (
    _FONTS
    + """#set text(fill: ink)
#let b = json(bytes(sys.inputs.block))
#set page(width: 440pt * if b.kind == "bars" { 1 } else { b.width }, height: auto, margin: 4pt, fill: ground)
"""
    + _DRAWINGS
    + """
#if b.kind == "bars" { bars(b) } else { outlines(b) }
"""
)
_PAPER = (
    _FONTS
    + _inks(COLOURS)
    + _DRAWINGS
    + """
#let d = json(bytes(sys.inputs.paper))
#set document(title: d.title, author: d.author, date: none)
#set page(paper: "a4", margin: (x: 18mm, top: 17mm, bottom: 18mm),
  header: if d.marking != "" { align(center, text(size: 9pt, weight: "bold", d.marking)) },
  footer: context text(size: 7.5pt, fill: grey)[
    #d.title #h(1fr) Page #counter(page).display() of #counter(page).final().first() #linebreak()
    #d.strip
  ])
#set text(size: 10pt)
#set par(leading: 0.62em, spacing: 0.9em)
#show heading.where(level: 1): set text(size: 18pt)
#show heading.where(level: 2): set text(size: 12pt)
#show heading.where(level: 2): it => block(above: 1.15em, below: 0.5em, sticky: true, it)
#let shown(b) = {
  if b.kind == "text" and b.strong {
    block(fill: rgb("#f5f7f8"), stroke: (bottom: 2pt + blue), inset: 8pt, width: 100%,
      text(size: 12pt, weight: "bold", b.text))
  } else if b.kind == "text" { par(text(b.text)) }
  else if b.kind == "items" { list(..b.items.map(i => text(i))) }
  else if b.kind == "table" {
    if b.rows.len() == 0 { par(text(b.empty)) } else {
      set text(size: 9pt)
      show table.cell.where(y: 0): set text(weight: "bold")
      table(columns: b.heads.len(), stroke: (x, y) => (bottom: 0.5pt + rgb("#b1b4b6")), inset: (x: 4pt, y: 3pt),
        table.header(..b.heads.map(h => text(h))), ..b.rows.flatten().map(c => text(c)))
    }
  } else {
    figure(kind: image, supplement: none, numbering: none, alt: b.alt, caption: text(size: 9pt, fill: grey, b.caption),
      if b.kind == "bars" { bars(b) } else { outlines(b) })
  }
}
= #d.title
#if d.sample {
  block(stroke: (left: 3pt + rgb("#F46A25")), inset: (left: 6pt, y: 2pt),
    [*Sample data.* Every report here is invented.])
}
#text(fill: grey, size: 9.5pt, d.lines.join(linebreak()))
#let told(s) = { if s.heading != "" { heading(level: 2, s.heading) }; for b in s.blocks { shown(b) } }
#for s in d.sections {
  if "picture" in s {
    grid(columns: (1fr, 400pt * s.picture.width), column-gutter: 14pt, for part in s.sections { told(part) },
      pad(top: 1.15em, shown(s.picture)))
  } else { told(s) }
}
#v(0.5em)
#block(stroke: (top: 0.5pt + grey), inset: (top: 6pt), width: 100%, text(size: 8.5pt, fill: grey, d.foot.join(" ")))
"""
)


def pdf_of(paper: Paper, *, author: str) -> bytes:
    """The paper as PDF/UA-1 on A4; `author` is the organisation, for the file's properties."""
    told = {**_plain(paper), "author": author}
    return typst.compile(_source(_PAPER), sys_inputs={"paper": _json(told)}, format="pdf", pdf_standards=["ua-1"])


def picture_of(block: Bars | Outlines, kind: Literal["svg", "png"], *, dark: bool = False) -> bytes:
    """One chart or map as a picture; dark: for a screen in the dark theme."""
    inputs = {"block": _json(_block(block))}
    source = _source(_inks(DARK if dark else COLOURS) + _PICTURE)
    return typst.compile(source, sys_inputs=inputs, format=kind, ppi=PIXELS_A_INCH)


@cache
def _source(text: str) -> bytes:
    return text.encode()


def _plain(paper: Paper) -> dict:
    return {**{k: v for k, v in asdict(paper).items() if k != "made_on"}, "sections": [*map(_part, paper.sections)]}


def _part(part: Section | Beside) -> dict:
    if isinstance(part, Beside):
        return {"sections": [*map(_part, part.sections)], "picture": _block(part.picture)}
    return {"heading": part.heading, "blocks": [_block(b) for b in part.blocks]}


def _block(block: object) -> dict:
    return {"kind": _KINDS[type(block)], **asdict(block)}


def _json(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False)
