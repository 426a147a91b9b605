"""What the page of `page.py` does: draw, pan, zoom, search, show neighbours.

Plain JavaScript, without any library. Words reach the document through `textContent` and the
canvas only, and are looked up in a Map, so that no word can be taken for markup or for a
property of an object.
"""

SCRIPT = """
"use strict";
const { words, x, y, near } = JSON.parse(document.getElementById("data").textContent);
const [map, tip, search, found] =
  ["map", "tip", "search", "found"].map((id) => document.getElementById(id));
const pen = map.getContext("2d");
const index = new Map();
words.forEach((word, i) => { if (!index.has(word)) index.set(word, i); });
const short = (word, most = 24) => {
  const characters = Array.from(word);
  return characters.length > most ? characters.slice(0, most - 1).join("") + "\\u2026" : word;
};
const labels = words.map((word) => short(word));
const SIZE = 13, HIGH = 18, CLOSE = 14;
let view = { k: 1, dx: 0, dy: 0 }, whole = 1, widths = [], boxes = [], colours = {},
  family = "sans-serif";
let hovered = -1, pinned = -1, matches = [], at = 0, asked = false, moved = false;

const right = (i) => x[i] * view.k + view.dx;
const down = (i) => -y[i] * view.k + view.dy;
const size = () => [map.clientWidth || 1, map.clientHeight || 1];
const font = (bold) => (bold ? "600 " : "") + SIZE + "px " + family;

function showAll() {
  const [width, height] = size();
  const [left, last, low, high] =
    [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)];
  whole = Math.min((width - 120) / Math.max(last - left, 0.01),
    (height - 60) / Math.max(high - low, 0.01));
  whole = Math.max(20, Math.min(whole, 4000));
  view = { k: whole, dx: width / 2 - whole * (left + last) / 2,
    dy: height / 2 + whole * (low + high) / 2 };
  moved = false;
  redraw();
}

function shift(dx, dy) {
  view.dx += dx;
  view.dy += dy;
  moved = true;
  redraw();
}

function zoom(factor, px, py) {
  const k = Math.max(whole / 4, Math.min(view.k * factor, whole * 200));
  const ratio = k / view.k;
  view = { k, dx: px - (px - view.dx) * ratio, dy: py - (py - view.dy) * ratio };
  moved = true;
  redraw();
}

function centre(i) {
  const [width, height] = size(), k = Math.max(view.k, whole * 3);
  view = { k, dx: width / 2 - x[i] * k, dy: height / 2 + y[i] * k };
  moved = true;
  redraw();
}

function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; draw(); });
}

function draw() {
  const [width, height] = size(), ratio = window.devicePixelRatio || 1;
  if (map.width !== Math.round(width * ratio) || map.height !== Math.round(height * ratio)) {
    map.width = Math.round(width * ratio);
    map.height = Math.round(height * ratio);
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  const focus = hovered >= 0 ? hovered : pinned;
  const friends = new Set(focus < 0 ? [] :
    near[focus].map(([word]) => index.get(word)).filter((i) => i !== undefined));
  const marked = new Set(matches);
  pen.strokeStyle = colours.faint;
  pen.lineWidth = 1;
  for (const i of friends) {
    pen.beginPath();
    pen.moveTo(right(focus), down(focus));
    pen.lineTo(right(i), down(i));
    pen.stroke();
  }
  const seen = [];
  for (let i = 0; i < words.length; i++) {
    const px = right(i), py = down(i);
    if (px < -300 || px > width + 300 || py < -20 || py > height + 20) continue;
    seen.push(i);
    const strong = i === focus || marked.has(i);
    pen.fillStyle = strong ? colours.mark : colours.dot;
    pen.beginPath();
    pen.arc(px, py, strong ? 5 : friends.has(i) ? 4 : 2.5, 0, 7);
    pen.fill();
  }
  // The word looked at has its label first, then its neighbours, what was searched, the rest.
  const rank = (i) => i === focus ? 0 : friends.has(i) ? 1 : marked.has(i) ? 2 : 3;
  seen.sort((a, b) => rank(a) - rank(b) || a - b);
  boxes = [];
  const rows = [new Map(), new Map()];
  for (const i of seen) fill(rows[0], [right(i) - 3, down(i) - 3, right(i) + 3, down(i) + 3, i]);
  for (const i of seen) label(i, rank(i), ...rows);
  if (!tip.hidden) placeTip();
}

// Boxes are kept by the rows of the screen that they touch: left, top, right, bottom, word.
const touched = (box) => [box[1], box[3]].map((edge) => Math.floor(edge / HIGH));
const fill = (rows, box) => touched(box).forEach((row) => {
  if (!rows.has(row)) rows.set(row, []);
  rows.get(row).push(box);
});
const meets = (rows, box, gap) => touched(box).some((row) => (rows.get(row) || []).some((other) =>
  other[4] !== box[4] && box[0] < other[2] + gap && box[2] + gap > other[0]
  && box[1] < other[3] && box[3] > other[1]));

function label(i, rank, dots, taken) {
  const strong = rank === 0 || rank === 2;
  pen.font = font(strong);
  const width = strong ? pen.measureText(labels[i]).width
    : widths[i] ??= pen.measureText(labels[i]).width;
  const px = right(i), py = down(i);
  const free = [[px + 6, py - HIGH / 2], [px - 6 - width, py - HIGH / 2],
    [px - width / 2, py - HIGH - 4], [px - width / 2, py + 4]]
    .map(([left, top]) => [left, top, left + width, top + HIGH, i])
    .filter((box) => rank === 0 || !meets(taken, box, 3));
  // A label over a point is better than none.
  const box = free.find((box) => !meets(dots, box, 0)) || free[0];
  if (!box) return;
  fill(taken, box);
  boxes.push(box);
  pen.strokeStyle = colours.paper;
  pen.lineWidth = 3;
  pen.strokeText(labels[i], box[0], box[1] + HIGH / 2);
  pen.fillStyle = strong ? colours.mark : colours.ink;
  pen.fillText(labels[i], box[0], box[1] + HIGH / 2);
}

function wordAt(px, py) {
  for (const [left, top, end, bottom, i] of boxes) {
    if (px >= left && px <= end && py >= top && py <= bottom) return i;
  }
  let best = -1, distance = CLOSE;
  for (let i = 0; i < words.length; i++) {
    const away = Math.hypot(right(i) - px, down(i) - py);
    if (away < distance) [best, distance] = [i, away];
  }
  return best;
}

function showTip() {
  const i = hovered >= 0 ? hovered : pinned;
  tip.hidden = i < 0;
  tip.classList.toggle("pinned", i >= 0 && i === pinned);
  if (i < 0) return;
  const name = document.createElement("b");
  name.textContent = short(words[i], 80);
  const lines = near[i].map(([word, score]) => {
    const line = document.createElement("div");
    const there = index.get(word);
    const text = document.createElement(there === undefined ? "bdi" : "button");
    text.textContent = short(word, 40);
    if (there !== undefined) text.onclick = () => { choose(there); centre(there); };
    const value = document.createElement("span");
    value.textContent = score.toFixed(2);
    line.append(text, value);
    return line;
  });
  tip.replaceChildren(name, ...lines);
  placeTip();
}

function placeTip() {
  const i = hovered >= 0 ? hovered : pinned;
  const [width, height] = size(), px = right(i), py = down(i);
  tip.style.visibility = px < 0 || px > width || py < 0 || py > height ? "hidden" : "visible";
  const left = px + 24 + tip.offsetWidth < width ? px + 24 : px - 24 - tip.offsetWidth;
  tip.style.left = Math.max(4, Math.min(left, width - tip.offsetWidth - 4)) + "px";
  tip.style.top = Math.max(4, Math.min(py + 14, height - tip.offsetHeight - 4)) + "px";
}

function choose(i) {
  [pinned, hovered] = [i, -1];
  showTip();
  redraw();
}

function look() {
  const wanted = search.value.trim().toLowerCase();
  const rank = (word) => word === wanted ? 0 : word.startsWith(wanted) ? 1 : 2;
  const lower = (i) => words[i].toLowerCase();
  matches = wanted === "" ? [] : [...words.keys()].filter((i) => lower(i).includes(wanted))
    .sort((a, b) => rank(lower(a)) - rank(lower(b)) || a - b);
  at = 0;
  goTo();
}

function goTo() {
  found.textContent = search.value.trim() === "" ? "words: " + words.length
    : matches.length ? at + 1 + " of " + matches.length : "not on this map";
  choose(matches.length ? matches[at] : -1);
  if (matches.length) centre(matches[at]);
}

search.addEventListener("input", (event) => { if (!event.isComposing) look(); });
search.addEventListener("compositionend", look);
search.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && matches.length) {
    at = (at + (event.shiftKey ? matches.length - 1 : 1)) % matches.length;
    goTo();
  }
});

const held = new Map();
let travelled = 0;
const spot = (event) => {
  const { left, top } = map.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
};
map.addEventListener("pointerdown", (event) => {
  map.setPointerCapture(event.pointerId);
  held.set(event.pointerId, spot(event));
  travelled = held.size > 1 ? CLOSE : 0;
  map.classList.add("held");
});
map.addEventListener("pointermove", (event) => {
  const here = spot(event), before = held.get(event.pointerId);
  if (before === undefined) {
    const i = wordAt(...here);
    map.classList.toggle("over", i >= 0);
    if (i !== hovered) { hovered = i; showTip(); redraw(); }
    return;
  }
  const other = [...held].filter(([id]) => id !== event.pointerId).map(([, place]) => place)[0];
  travelled += Math.hypot(here[0] - before[0], here[1] - before[1]);
  held.set(event.pointerId, here);
  if (other) {
    const span = (place) => Math.max(8, Math.hypot(place[0] - other[0], place[1] - other[1]));
    zoom(span(here) / span(before), (here[0] + other[0]) / 2, (here[1] + other[1]) / 2);
  } else {
    shift(here[0] - before[0], here[1] - before[1]);
  }
});
const letGo = (event) => {
  if (!held.delete(event.pointerId)) return;
  map.classList.toggle("held", held.size > 0);
  if (event.type === "pointerup" && travelled < 5) choose(wordAt(...spot(event)));
};
map.addEventListener("pointerup", letGo);
map.addEventListener("pointercancel", letGo);
map.addEventListener("pointerleave", () => {
  if (hovered >= 0) { hovered = -1; showTip(); redraw(); }
});
map.addEventListener("wheel", (event) => {
  event.preventDefault();
  const pixels = event.deltaY * [1, 16, 400][event.deltaMode] * (event.ctrlKey ? 6 : 1);
  zoom(Math.exp(-Math.max(-400, Math.min(pixels, 400)) * 0.0018), ...spot(event));
}, { passive: false });

const middle = () => size().map((side) => side / 2);
document.getElementById("in").onclick = () => zoom(1.5, ...middle());
document.getElementById("out").onclick = () => zoom(1 / 1.5, ...middle());
document.getElementById("all").onclick = showAll;
map.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60],
    ArrowDown: [0, -60] }[event.key];
  if (step) shift(...step);
  else if (event.key === "+" || event.key === "=") zoom(1.5, ...middle());
  else if (event.key === "-") zoom(1 / 1.5, ...middle());
  else if (event.key === "0") showAll();
  else if (event.key === "Escape") choose(-1);
  else if (event.key === "/") search.focus();
  else return;
  event.preventDefault();
});

function paint() {
  const style = getComputedStyle(document.documentElement);
  family = getComputedStyle(document.body).fontFamily;
  for (const name of ["paper", "ink", "faint", "dot", "mark"]) {
    colours[name] = style.getPropertyValue("--" + name).trim();
  }
  redraw();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
new ResizeObserver(() => { if (moved) redraw(); else showAll(); }).observe(map);
paint();
look();
"""
