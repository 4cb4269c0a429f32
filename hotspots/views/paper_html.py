"""A paper as one HTML file that prints well: no script, no link, nothing to fetch."""

import base64

from jinja2 import Environment, StrictUndefined

from hotspots.views.paper import Bars, Outlines, Paper
from hotspots.views.paper_pdf import picture_of

_PAGE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
    """{% macro shown(block) %}
{% set kind = block.__class__.__name__ %}
{% if kind == "Text" %}<p{% if block.strong %} class="answer"{% endif %}>{{ block.text }}</p>
{% elif kind == "Items" %}<ul>{% for item in block.items %}<li>{{ item }}</li>{% endfor %}</ul>
{% elif kind == "Table" and not block.rows %}<p>{{ block.empty }}</p>
{% elif kind == "Table" %}
<table><thead><tr>{% for head in block.heads %}<th scope="col">{{ head }}</th>{% endfor %}</tr></thead><tbody>
{% for row in block.rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% else %}
<figure><img alt="{{ block.alt }}" src="{{ picture(block) }}"><figcaption>{{ block.caption }}</figcaption></figure>
{% endif %}
{% endmacro %}
{% macro told(section) %}
{% if section.heading %}<h2>{{ section.heading }}</h2>{% endif %}
{% for block in section.blocks %}{{ shown(block) }}{% endfor %}
{% endmacro %}
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{{ paper.title }}</title>
<style>
:root { color: #0b0c0c; background: #fff; font: 16px/1.45 Arial, "Liberation Sans", sans-serif; }
body { max-width: 178mm; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.65rem; margin: .4rem 0; }
h2 { font-size: 1.1rem; margin: 1.3rem 0 .3rem; break-after: avoid; }
p { margin: .3rem 0 .6rem; }
.marking { font-weight: 700; text-align: center; }
.sample { border-left: 4px solid #f46a25; padding-left: .6rem; }
.lines, figcaption, footer { color: #505a5f; font-size: .88rem; }
.answer { background: #f5f7f8; border-bottom: 3px solid #12436d; padding: .7rem 1rem; font-weight: 700; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem .25rem 0; border-bottom: 1px solid #d5d9dc;
  overflow-wrap: anywhere; }
thead { display: table-header-group; }
tr, figure { break-inside: avoid; }
figure { margin: .6rem 0; }
img { max-width: 100%; }
.beside { display: flex; flex-wrap: wrap; gap: 0 1.2rem; }
.beside > div:first-child { flex: 3 1 22rem; }
.beside > div:last-child { flex: 1 1 11rem; max-width: 14rem; }
footer { margin-top: 1.6rem; border-top: 1px solid #b1b4b6; padding-top: .5rem; }
@media print { body { margin: 0; max-width: none; } }
@page { size: A4; margin: 16mm 16mm 20mm;
  @bottom-left { content: "{{ strip }}"; font: 8pt Arial, sans-serif; color: #505a5f; width: 80%; text-align: left; }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt Arial, sans-serif; color: #505a5f; } }
</style>
</head>
<body>
{% if paper.marking %}<p class="marking">{{ paper.marking }}</p>{% endif %}
<h1>{{ paper.title }}</h1>
{% if paper.sample %}<p class="sample"><strong>Sample data.</strong> Every report here is invented.</p>{% endif %}
<div class="lines">{% for line in paper.lines %}<div>{{ line }}</div>{% endfor %}</div>
{% for part in paper.sections %}
{% if part.__class__.__name__ == "Beside" %}
<div class="beside"><div>{% for section in part.sections %}{{ told(section) }}{% endfor %}</div>
<div>{{ shown(part.picture) }}</div></div>
{% else %}{{ told(part) }}{% endif %}
{% endfor %}
<footer>{% for line in paper.foot %}{{ line }} {% endfor %}
{% if paper.marking %}<p class="marking">{{ paper.marking }}</p>{% endif %}</footer>
</body>
</html>
"""
)


def html_of(paper: Paper) -> str:
    """The paper as one self-contained HTML file."""
    return _PAGE.render(paper=paper, picture=_as_address, strip=_as_css(paper.strip))


def _as_css(text: str) -> str:
    """A text inside quotes of a style sheet: whatever is no letter, digit or space as its number and a space."""
    return "".join(c if c.isalnum() or c == " " else f"\\{ord(c):06x} " for c in text)


def _as_address(block: Bars | Outlines) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture_of(block, "svg")).decode()
