"""What the page of `page.py` does and how it looks: sort, filter, show sentences.

Plain JavaScript, without any library. Words and sentences reach the document through
`textContent` only, so that none can be taken for markup.
"""

SCRIPT = """
"use strict";
const { columns, rows, examples } = JSON.parse(document.getElementById("data").textContent);
const [head, body, found, more, text, least, length] =
  ["head", "body", "found", "more", "text", "count", "length"]
    .map((id) => document.getElementById(id));
const STEP = 200, COUNT = columns.indexOf("count");
const sizes = rows.map((row) => Array.from(row[0]).length);
const isNumber = columns.map((_, i) => rows.every((row) => row[i] === null
  || typeof row[i] === "number"));
let order = rows.map((_, i) => i), shown = STEP, by = -1, up = false;

const make = (kind, content) => {
  const made = document.createElement(kind);
  if (content !== undefined) made.textContent = content;
  return made;
};
const show = (value) => value === null ? ""
  : typeof value === "number" && !Number.isInteger(value) ? value.toFixed(3)
  : typeof value === "number" ? value.toLocaleString("en") : value;

function compare(a, b) {
  if (by < 0) return a - b;
  const [x, y] = [rows[a][by], rows[b][by]];
  if (x === y) return a - b;
  if (x === null) return 1;
  if (y === null) return -1;
  const less = isNumber[by] ? x - y : x < y ? -1 : 1;
  return up ? less : -less;
}

function sentence(line, word) {
  const made = make("p"), parts = line.split(word);
  parts.forEach((part, i) => {
    if (i) made.append(make("mark", word));
    made.append(part);
  });
  return made;
}

function open(row, i) {
  if (row.nextSibling && row.nextSibling.className === "why") {
    row.nextSibling.remove();
    return;
  }
  const line = make("tr"), cell = make("td");
  line.className = "why";
  cell.colSpan = columns.length + 1;
  const own = examples[i] || [];
  if (own.length) own.forEach((one) => cell.append(sentence(one, rows[i][0])));
  else cell.append(make("p", "No sentence."));
  line.append(cell);
  row.after(line);
}

function draw() {
  const wanted = text.value.trim().toLowerCase();
  const fewest = Number(least.value) || 0, shortest = Number(length.value) || 0;
  const kept = order.filter((i) => sizes[i] >= shortest
    && (COUNT < 0 || rows[i][COUNT] >= fewest)
    && rows[i].some((cell) => typeof cell === "string" && cell.toLowerCase().includes(wanted)));
  kept.sort(compare);
  const lines = kept.slice(0, shown).map((i) => {
    const line = make("tr");
    line.append(make("td", String(i + 1)));
    rows[i].forEach((cell, j) => {
      const made = make("td", show(cell));
      if (isNumber[j]) made.className = "number";
      line.append(made);
    });
    const word = line.children[1], opener = make("button", word.textContent);
    opener.title = "Show sentences";
    opener.onclick = () => open(line, i);
    word.replaceChildren(opener);
    return line;
  });
  body.replaceChildren(...lines);
  found.textContent = kept.length.toLocaleString("en") + " of "
    + rows.length.toLocaleString("en") + " words";
  more.hidden = kept.length <= shown;
}

function titles() {
  const made = ["#", ...columns].map((name, j) => {
    const cell = make("th"), button = make("button", name);
    const i = j - 1, here = i === by;
    if (here) {
      button.textContent = name + (i < 0 ? "" : up ? " \\u25b2" : " \\u25bc");
      cell.setAttribute("aria-sort", up || i < 0 ? "ascending" : "descending");
    }
    if (i >= 0 && isNumber[i]) cell.className = "number";
    button.onclick = () => {
      up = i === by ? !up : i >= 0 && !isNumber[i];
      by = i;
      shown = STEP;
      titles();
      draw();
    };
    cell.append(button);
    return cell;
  });
  head.replaceChildren(...made);
}

for (const input of [text, least, length]) {
  input.addEventListener("input", () => { shown = STEP; draw(); });
}
more.addEventListener("click", () => { shown += 5 * STEP; draw(); });
titles();
draw();
"""

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --faint: #66717c;
  --edge: #e1e5ea; --link: #1f5f9e; --mark: #ffe9a8; --panel: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e4e7eb;
  --faint: #94a0ad; --edge: #2c333b; --link: #7db9f0; --mark: #6b5413; --panel: #1d2228; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 14px/1.45 "Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",
  "WenQuanYi Zen Hei",sans-serif; }
header { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 8px 18px;
  align-items: center; min-height: 52px; padding: 8px 16px; background: var(--panel);
  border-bottom: 1px solid var(--edge); }
h1 { margin: 0; font-size: 16px; max-width: 100%; overflow-wrap: anywhere; }
label, output { color: var(--faint); }
input, #more { font: inherit; color: var(--ink); background: var(--paper);
  border: 1px solid var(--edge); border-radius: 6px; padding: 4px 8px; }
input[type=number] { width: 84px; }
main { padding: 0 16px 32px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 4px 10px; text-align: left; border-bottom: 1px solid var(--edge);
  white-space: nowrap; }
td:first-child { color: var(--faint); font-variant-numeric: tabular-nums; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
th button, td button { font: inherit; border: 0; padding: 0; background: none; cursor: pointer;
  color: inherit; }
th button { font-weight: 600; }
td button { color: var(--link); font-size: 15px; max-width: 24em; overflow: hidden;
  text-overflow: ellipsis; }
.why td { white-space: normal; overflow-wrap: anywhere; background: var(--panel); }
.why td:first-child { color: inherit; }
.why p { margin: 4px 0; }
mark { background: var(--mark); color: inherit; }
#more { margin: 12px 0; cursor: pointer; }
"""
