"""The style of every page: one sheet for light, dark, presenter view, small screens and paper.

Only `key=` classes and Streamlit's documented st… classes and test ids are styled; nothing else is stable.
"""

from collections.abc import Mapping

from hotspots.views.palette import COLOURS, DARK

TEXT_SIZES = (18, 20, 22, 24)
"""Sizes of text in pixels that presenter view offers; everything on the page grows with it."""

_LIGHT_TINTS: Mapping[str, str] = {"note": "#EEF2F6", "warn": "#FDECE2", "edge": "#D5D9DC", "sample": "#FFF7BF"}
_DARK_TINTS: Mapping[str, str] = {"note": "#1D3850", "warn": "#4A2410", "edge": "#3A444B", "sample": "#3D3712"}


def sheet(*, dark: bool) -> str:
    """The style of both themes as a `<style>` element.

    The page takes the tones of the theme in use at once, without a run of the script; dialogs and popovers stand
    outside it and take those of the theme at the last run, which is the one that opened them.
    """
    light_tones, dark_tones = {**COLOURS, **_LIGHT_TINTS}, {**DARK, **_DARK_TINTS}
    last = "; ".join(f"--hub-{name}: {tone}" for name, tone in (dark_tones if dark else light_tones).items())
    both = "; ".join(f"--hub-{name}: light-dark({tone}, {dark_tones[name]})" for name, tone in light_tones.items())
    return f"<style>:root {{ {last} }}\n.stApp {{ {both} }}\n{_SCREEN}{_SMALL}{_PAPER}</style>"


def presenting(size: int) -> str:
    """Presenter view: every size on the page follows the root's, which is a little less on a small laptop."""
    laptop = f"@media screen and (max-width: 1500px) {{ :root {{ font-size: {size * 20 / 22:.1f}px !important; }} }}"
    return f"<style>@media screen {{ :root {{ font-size: {size}px !important; }} }}\n{laptop}</style>"


def page_foot(words: str) -> str:
    """What each printed page carries at its foot: marking and sample notice, and which page it is."""
    said = words.replace("\\", "").replace('"', "'").replace("<", "").replace("\n", " ")
    return (
        "<style>@page { margin: 16mm 14mm 18mm; "
        f'@bottom-left {{ content: "{said}"; font: 9pt Arial, sans-serif; }} '
        '@bottom-right { content: "Page " counter(page) " of " counter(pages); font: 9pt Arial, sans-serif; } }</style>'
    )


_SCREEN = """
.stMainBlockContainer { padding: 3.75rem 1.4rem 1rem !important; }
[class*="st-key-strip"] { background: var(--hub-sample); border-bottom: 1px solid var(--hub-edge); padding: 0 1.4rem;
  margin: 0 -1.4rem; width: calc(100% + 2.8rem) !important; max-width: none; min-height: 1.9rem; gap: .1rem .5rem; }
[class*="st-key-strip-own"] { background: transparent; }
[class*="st-key-strip"] p, [class*="st-key-strip"] button p { font-size: .84rem; margin: 0; color: var(--hub-text); }
[class*="st-key-strip"] .stMarkdown { margin: 0; }
[class*="st-key-strip"] [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
[class*="st-key-strip"] button { min-height: 1.6rem; padding: 0 .4rem; }
.st-key-role [role="group"] { min-height: 1.6rem; height: 1.6rem; background: transparent; }
.st-key-role input { font-size: .84rem; padding: 0 0 0 .4rem; }
.st-key-hub-top { min-height: 2.6rem; }
.st-key-area-map .hub-map { height: max(24rem, calc(100vh - 15.4rem)); }
[data-testid="stPopoverBody"]:has([data-testid="stTable"]) { max-width: 96vw; }
[data-testid="stTable"] :is(th, td) { padding: .2rem .45rem !important; font-size: .84rem; }
.st-key-card { border: 2px solid var(--hub-place) !important; padding: .55rem .9rem .4rem; }
.st-key-card h3 { padding: 0; }
.st-key-who p { font-size: .88rem; line-height: 1.35; }
[class*="st-key-note"] p { border-left: 4px solid var(--hub-place); background: var(--hub-note); color: var(--hub-text);
  padding: .3rem .7rem; font-size: .92rem; }
.st-key-warn p { border-left: 4px solid var(--hub-alert); background: var(--hub-warn); color: var(--hub-text);
  padding: .35rem .7rem; }
[data-testid="stMarkdownContainer"] h2 { padding: .5rem 0 1rem; }
[data-testid="stMarkdownContainer"] table { width: 100%; font-size: .88rem; }
[data-testid="stMarkdownContainer"] :is(th, td) { padding: .25rem .5rem; }
button[kind^="primary"]:enabled, button[kind^="primary"]:enabled p { color: var(--hub-ground) !important; }
button[kind^="primary"]:disabled, button[kind^="primary"]:disabled p { color: var(--hub-second) !important; }
.big-number { font-size: 2.5rem; font-weight: 700; line-height: 1.05; font-variant-numeric: tabular-nums; }
.quiet { color: var(--hub-second); font-size: .84rem; }
.stApp [data-testid="stCaptionContainer"] { color: var(--hub-second); opacity: 1; }
.stApp [data-testid="stCaptionContainer"] p { color: inherit; }
*:focus-visible, [data-testid="stSelectbox"] div:has(> input:focus-visible) {
  outline: 3px solid var(--hub-text) !important; box-shadow: 0 0 0 6px var(--hub-halo) !important; }
/* The box round the field is what one sees and presses: the ring of the field inside it would be cut. */
[data-testid="stSelectbox"] div > input:focus-visible { outline: none !important; box-shadow: none !important; }
@media screen { :is([class*="st-key-paper"], [class*="st-key-phone"]),
  [data-testid="stLayoutWrapper"]:has(> :is([class*="st-key-paper"], [class*="st-key-phone"])) { display: none; } }
@media print { [class*="st-key-phone"] { display: none !important; } }
/* A phone has no room for columns: each row is a card, read downwards; a grid stays where rows are to be chosen. */
@media screen and (max-width: 640px) {
  :is([class*="st-key-paper"], [class*="st-key-phone"]):has(.cards),
  [data-testid="stLayoutWrapper"]:has(> :is([class*="st-key-paper"], [class*="st-key-phone"]) .cards) {
    display: flex; }
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-screen"]):has(+ [data-testid="stLayoutWrapper"] .instead) {
    display: none; }
  .beside::before { content: "Each line in full"; font-weight: 700; }
  .cards { max-height: 75vh; overflow-y: auto; }
  .cards.beside { max-height: 50vh; }
  .cards thead { display: none; }
  .cards :is(table, tbody, tr, td) { display: block; width: 100%; }
  .cards tr { border-top: 1px solid var(--hub-edge); padding: .5rem 0; }
  .cards td { display: grid; grid-template-columns: 36% 1fr; gap: .5rem; padding: .1rem 0; font-size: .9rem;
    overflow-wrap: anywhere; }
  .cards td:first-child { font-weight: 700; }
  .cards td:empty { display: none; }
  .cards td::before { content: attr(data-head); font-weight: 400; color: var(--hub-second); } }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { transition: none !important;
  animation: none !important; scroll-behavior: auto !important; } }
"""

_SMALL = """
@media (max-width: 1500px) { :root { font-size: 15.6px; }
  [class*="st-key-stacks"] [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) { flex-wrap: wrap; }
  [class*="st-key-stacks"] [data-testid="stColumn"] { min-width: 100%; } }
@media (max-width: 1200px) { .st-key-hub-body > [data-testid="stHorizontalBlock"],
    .st-key-hub-body [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  .st-key-hub-body [data-testid="stColumn"] { min-width: 100%; } }
@media (max-width: 800px) { :root { font-size: 16px; }
  [data-testid="stHeader"] [data-testid="stLogo"], [data-testid="stHeader"] .stLogo { max-width: 52vw; height: auto; }
  [data-testid="stToolbar"] div:has(> [data-testid="stMainMenu"]) { min-width: 0; margin-left: auto; }
  .stMainBlockContainer { padding: 3.75rem .8rem 1rem !important; }
  [class*="st-key-strip"] { padding: 0 .8rem; margin: 0 -.8rem; width: calc(100% + 1.6rem) !important; }
  [data-testid="stColumn"] { min-width: 100%; }
  [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  :is(.st-key-hub-map, .st-key-area-map) .hub-map { height: min(60vh, 26rem); }
  .st-key-outcome-outline img { max-height: 60vh; object-fit: contain; }
  [data-testid="stButtonGroup"] > div { flex-wrap: wrap; max-width: 100%; }
  [data-testid="stPopoverBody"]:has([data-testid="stTable"]) { padding: .5rem; }
  [data-testid="stTable"] :is(th, td) { padding: .1rem .2rem !important; font-size: .78rem; } }
"""

_PAPER = """
@media print {
  @page { size: A4; }
  :root { font-size: 11pt !important; color-scheme: light; }
  html, body, .stApp, [data-testid="stAppViewContainer"], [data-testid="stMain"], .stMainBlockContainer {
    display: block !important; position: static !important; height: auto !important; overflow: visible !important;
    background: #fff !important; }
  .stMainBlockContainer { padding: 0 !important; max-width: 178mm; }
  .stMainBlockContainer :is([data-testid="stVerticalBlock"], [data-testid="stHorizontalBlock"],
    [data-testid="stLayoutWrapper"], [data-testid="stColumn"], [data-testid="stElementContainer"]) {
    display: block !important; width: auto !important; min-width: 0 !important; height: auto !important;
    min-height: 0 !important; overflow: visible !important; }
  .stMainBlockContainer [data-testid="stVerticalBlock"]:is(.st-key-card, :has([class*="st-key-paper"]
    tr:nth-child(13))) { break-inside: auto !important; }
  .stMainBlockContainer [data-testid="stMarkdownContainer"] { margin-bottom: -.4rem; }
  .stMainBlockContainer :is(header, button, [role="tab"][aria-selected="false"], .hub-map,
    [data-testid="stToolbar"], [data-testid="stElementToolbar"], [data-testid="stButtonGroup"],
    [data-testid="stMultiSelect"], [data-testid="stSelectbox"], [data-testid="stTextInput"],
    [data-testid="stTextArea"], [data-testid="stNumberInput"], [data-testid="stDateInput"],
    [data-testid="stTimeInput"], [data-testid="stSlider"], [data-testid="stCheckbox"], [data-testid="stRadio"],
    [data-testid="stFileUploader"], [data-testid="stForm"], [data-testid="stPageLink"]),
  header, .stMainBlockContainer :is([class*="st-key-strip"], .st-key-hub-tools, .st-key-turn, .st-key-powers-filters,
    [class*="st-key-screen"]), .stMainBlockContainer [data-testid="stLayoutWrapper"]:has(> [class*="st-key-screen"]) {
    display: none !important; }
  h1, h2, h3, h4, h5, [data-testid="stElementContainer"]:has(h1, h2, h3, h4, h5),
  [data-testid="stElementContainer"]:has(h1, h2, h3, h4, h5) + [data-testid="stElementContainer"]:has(
    [data-testid="stCaptionContainer"]) { break-after: avoid; }
  .stVegaLiteChart, [data-testid="stImage"], tr, figure { break-inside: avoid; }
  [class*="st-key-paper"] table { width: 100%; border-collapse: collapse; }
  [class*="st-key-paper"] :is(th, td) { text-align: left; vertical-align: top; border-bottom: 1px solid var(--hub-edge);
    padding: .1rem .25rem; font-size: .7rem; }
  [class*="st-key-paper"] .figure { text-align: right; }
  a[href^="http"]::after { content: " (" attr(href) ")"; font-weight: 400; }
}
"""
