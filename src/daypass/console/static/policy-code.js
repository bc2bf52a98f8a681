/**
 * A textarea of JSON that is nicer to write in: line numbers, colours laid under it, brackets, Tab, completion.
 *
 * The textarea stays what it was: it holds the text, has the focus and is what the form sends.
 */

import { fill, listbox, matching } from "./combobox.js";
import { el } from "./el.js";
import { parse, position } from "./policy-text.js";

const TOKEN = /("(?:[^"\\\n]|\\.)*"?)(\s*:)?|[{}[\]]|[,:]|[^\s"{}[\],:]+|\s+/g;
const COLOURED = 50_000; // longer texts stay plain: colouring each key press would lag
const PAIRS = { "{": "}", "[": "]", '"': '"' };
const CLOSING = { "}": "{", "]": "[" };

const kind = (token, string, colon) => {
  if (string) return colon ? "name" : "string";
  if (/^[{}[\]]$/.test(token)) return "bracket";
  return /^(true|false|null|-?[0-9])/.test(token) ? "bare" : null;
};

/** Split a text in coloured pieces. */
function* pieces(text) {
  for (const [token, string, colon] of text.matchAll(TOKEN)) {
    yield [kind(token, string, colon), string ?? token];
    if (colon) yield [null, colon];
  }
}

/** Whether a place is inside a string, and how many brackets are open before it. */
export function surroundings(text, offset) {
  let inside = false;
  const open = [];
  for (let at = 0; at < offset; at += 1) {
    const character = text[at];
    if (inside) {
      if (character === "\\") at += 1;
      else if (character === '"' || character === "\n") inside = false;
    } else if (character === '"') inside = true;
    else if (character in PAIRS) open.push(at);
    else if (character in CLOSING && text[open.at(-1)] === CLOSING[character]) open.pop();
  }
  return { inside, open };
}

/** Which bracket belongs to which, both ways. */
function partners(text) {
  const found = new Map();
  const open = [];
  for (const { 0: token, 1: string, index } of text.matchAll(TOKEN)) {
    if (string || token.length > 1) continue;
    if (token in PAIRS) open.push(index);
    else if (token in CLOSING && text[open.at(-1)] === CLOSING[token]) {
      found.set(index, open.at(-1));
      found.set(open.pop(), index);
    }
  }
  return found;
}

/** Put text in the place of the selection, so that the browser's own Undo knows of it. */
function type(area, put, from = area.selectionStart, to = area.selectionEnd) {
  area.setSelectionRange(from, to);
  const done = put ? document.execCommand("insertText", false, put) : from === to || document.execCommand("delete");
  if (!done) {
    area.setRangeText(put, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Indent or outdent the lines of the selection. */
function indent(area, outdent) {
  const { value, selectionStart, selectionEnd } = area;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const before = value.slice(from, selectionEnd);
  const after = outdent ? before.replace(/^( {1,2}|\t)/gm, "") : before.replace(/^/gm, "  ");
  if (after === before) return;
  type(area, after, from, selectionEnd);
  if (selectionStart !== selectionEnd) area.setSelectionRange(from, from + after.length);
}

function newline(area) {
  const { value, selectionStart: at } = area;
  const margin = /^[ \t]*/.exec(value.slice(value.lastIndexOf("\n", at - 1) + 1, at))[0];
  const opened = "{[".includes(value[at - 1] ?? " ") && !surroundings(value, at - 1).inside;
  const between = opened && value[area.selectionEnd] === PAIRS[value[at - 1]];
  type(area, "\n" + margin + (opened ? "  " : "") + (between ? "\n" + margin : ""));
  const caret = at + 1 + margin.length + (opened ? 2 : 0);
  area.setSelectionRange(caret, caret);
}

/** Step over a closing character that is already there; true if that was done. */
function stepOver(area, key) {
  const { value, selectionStart: at, selectionEnd } = area;
  if (at !== selectionEnd) return false;
  const { inside, open } = surroundings(value, at);
  if (key === '"') {
    if (!inside || value[at] !== '"' || value[at - 1] === "\\") return false;
    area.setSelectionRange(at + 1, at + 1);
    return true;
  }
  if (inside || !open.length) return false;
  const next = /^\s*/.exec(value.slice(at))[0].length + at;
  const settled = surroundings(value, value.length).open.length === 0;
  if (value[next] !== key || !settled) return false;
  area.setSelectionRange(next + 1, next + 1);
  return true;
}

function pair(area, key) {
  const { value, selectionStart: at, selectionEnd } = area;
  const { inside } = surroundings(value, at);
  if (inside || at !== selectionEnd || /[^\s,}\]]/.test(value[selectionEnd] ?? "")) return false;
  type(area, key + PAIRS[key]);
  area.setSelectionRange(at + 1, at + 1);
  return true;
}

function unpair(area) {
  const { value, selectionStart: at, selectionEnd } = area;
  if (at !== selectionEnd || !at || PAIRS[value[at - 1]] !== value[at]) return false;
  if (value[at - 1] === '"' && !surroundings(value, at).inside) return false;
  type(area, "", at - 1, at + 1);
  return true;
}

function onKey(area, event, leaving) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Tab" && !leaving) {
    if (event.shiftKey || area.selectionStart !== area.selectionEnd) indent(area, event.shiftKey);
    else type(area, "  ");
    return true;
  }
  if (event.key === "Enter") {
    newline(area);
    return true;
  }
  if (event.key === "Backspace") return unpair(area);
  if (event.key in CLOSING) return stepOver(area, event.key);
  if (event.key === '"') return stepOver(area, event.key) || pair(area, event.key);
  return event.key in PAIRS && pair(area, event.key);
}

/** What the string under the caret is: the name it stands under, its start, what of it is typed. */
export function underCaret(text, at) {
  const { inside, open } = surroundings(text, at);
  if (!inside) return null;
  let start = at;
  while (text[start - 1] !== '"' || text[start - 2] === "\\") start -= 1;
  const end = /^[^"\n]*/.exec(text.slice(at))[0].length + at;
  const names = open.map((place) => /"((?:[^"\\]|\\.)*)"\s*:\s*$/.exec(text.slice(0, place))?.[1] ?? null);
  const own = /"((?:[^"\\]|\\.)*)"\s*:\s*$/.exec(text.slice(0, start - 1))?.[1] ?? null;
  const inList = text[open.at(-1)] === "[";
  const isName = !inList && own === null;
  const path = [...names, ...(own !== null ? [own] : [])].filter((name) => name !== null);
  return { start, end, typed: text.slice(start, at), path, isName };
}

/** Suggestions beside the caret; a text field with aria-activedescendant, as a textarea cannot be a combobox. */
function complete(area, layer, suggest, label) {
  const list = listbox(label);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-haspopup", "listbox");
  area.setAttribute("aria-controls", list.id);
  let options = [];
  let active = 0;
  let place = null;
  let turn = 0;
  let taking = false;

  const draw = () => {
    fill(list, options, active, take);
    if (options.length) area.setAttribute("aria-activedescendant", `${list.id}-${active}`);
    else area.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    turn += 1;
    if (!options.length) return;
    options = [];
    draw();
  };
  const take = (option) => {
    const put = JSON.stringify(option.value).slice(1, -1);
    const { start, end } = place;
    close();
    area.focus();
    taking = true;
    type(area, put, start, end);
    taking = false;
    const closed = area.value[start + put.length] === '"' ? 1 : 0;
    area.setSelectionRange(start + put.length + closed, start + put.length + closed);
  };
  const open = async () => {
    const mine = (turn += 1);
    const found = underCaret(area.value, area.selectionStart);
    const offered = found ? await suggest(found) : [];
    if (mine !== turn || document.activeElement !== area) return;
    const exact = offered.length === 1 && offered[0].value === found?.typed;
    options = found && !exact ? matching(offered, found.typed) : [];
    active = 0;
    place = found;
    draw();
    if (options.length) beside(list, layer, place.start);
  };
  const onKey = (event) => {
    if (event.key === " " && event.ctrlKey) {
      open();
      return true;
    }
    if (event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return false;
    if (!options.length) {
      close(); // also of what is still being asked for: the caret moves on
      return false;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      active = (active + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length;
      draw();
    } else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) take(options[active]);
    else if (event.key === "Escape") close();
    else {
      close();
      return false;
    }
    return true;
  };
  area.addEventListener("blur", close);
  area.addEventListener("input", (event) => (event.inputType?.startsWith("insert") && event.isTrusted && !taking ? open() : close()));
  return { list, onKey };
}

/** Put a list under a character of the coloured layer. */
function beside(list, layer, offset) {
  const range = document.createRange();
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
  let left = offset;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (left <= node.data.length) {
      range.setStart(node, left);
      break;
    }
    left -= node.data.length;
  }
  const spot = range.getBoundingClientRect();
  const frame = list.offsetParent?.getBoundingClientRect();
  if (!frame) return;
  const room = Math.max(0, frame.width - list.offsetWidth - 8);
  list.style.left = `${Math.min(Math.max(0, spot.left - frame.left), room)}px`;
  list.style.top = `${spot.bottom - frame.top + 4}px`;
}

/** Colour the text; the bracket pair beside the caret stands out. */
function paint(layer, text, caret) {
  if (text.length > COLOURED) {
    layer.textContent = text + "\n";
    return;
  }
  const pairs = partners(text);
  const near = [caret, caret - 1].find((at) => pairs.has(at));
  const matched = near === undefined ? [] : [near, pairs.get(near)];
  let at = 0;
  const made = [...pieces(text)].map(([name, piece]) => {
    const lit = matched.includes(at);
    at += piece.length;
    return name ? el("span", { class: `json-${name}${lit ? " json-pair" : ""}` }, [piece]) : piece;
  });
  layer.replaceChildren(...made, "\n");
}

/**
 * Enhance a textarea.
 *
 * @param {HTMLTextAreaElement} area
 * @param {object} ways
 * @param {(place: object) => Promise<object[]>} ways.suggest what may stand under the caret
 * @param {(text: string, values?: object) => string} ways.t
 */
export function code(area, { suggest, t }) {
  const layer = el("pre", { class: "policy-colours", "aria-hidden": "true" });
  const numbers = el("div", { class: "policy-lines", "aria-hidden": "true" });
  const field = el("div", { class: "policy-layers" });
  const status = el("p", { class: "policy-status", role: "status" });
  const frame = el("div", { class: "policy-code" }, [numbers, field]);
  area.replaceWith(frame);
  field.append(layer, area);
  const completion = complete(area, layer, suggest, t("Suggestions"));
  frame.append(completion.list);
  frame.after(status);
  area.classList.add("policy-text");
  area.setAttribute("wrap", "off");
  area.setAttribute("spellcheck", "false");
  /** @type {Map<number, string>} */
  let marks = new Map();
  let leaving = false;

  const scroll = () => {
    layer.scrollTop = area.scrollTop;
    layer.scrollLeft = area.scrollLeft;
    numbers.scrollTop = area.scrollTop;
  };
  const number = () => {
    const count = area.value.split("\n").length;
    const fault = parse(area.value).fault;
    const all = new Map(marks);
    if (fault && area.value.trim()) all.set(fault.line, "error");
    numbers.replaceChildren(
      ...Array.from({ length: count }, (_, index) => el("span", { class: all.get(index + 1) ? `line-${all.get(index + 1)}` : null }, [String(index + 1)])),
    );
    const broken = fault && area.value.trim();
    area.setAttribute("aria-invalid", String(Boolean(broken)));
    status.textContent = broken ? t("Line {line}, column {column}: {reason}.", { ...fault, reason: t(fault.reason) }) : "";
  };
  const draw = () => {
    paint(layer, area.value, document.activeElement === area ? area.selectionStart : -1);
    number();
    scroll();
  };

  area.addEventListener("input", draw);
  area.addEventListener("scroll", scroll);
  for (const each of ["keyup", "click", "focus"]) area.addEventListener(each, () => paint(layer, area.value, area.selectionStart));
  area.addEventListener("focus", () => (leaving = true)); // who only passes by with Tab is let through
  area.addEventListener("pointerdown", () => setTimeout(() => (leaving = false)));
  area.addEventListener("keydown", (event) => {
    if (completion.onKey(event) || onKey(area, event, leaving)) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (event.key === "Escape") leaving = true;
    else if (!["Tab", "Shift"].includes(event.key)) leaving = false;
  });
  draw();

  return {
    draw,
    /** Mark lines: a map of line numbers to "error" or "warning". */
    mark(lines) {
      marks = lines;
      number();
    },
    /** Put the caret at a line and column. */
    go(line, column = 1) {
      const start = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      area.focus();
      area.setSelectionRange(start + column - 1, start + column - 1);
      area.scrollTop = Math.max(0, (line - 5) * (area.scrollHeight / Math.max(1, area.value.split("\n").length)));
    },
    /** Put a text in the place of the whole, undoable. */
    write(text) {
      if (text === area.value) return;
      area.focus();
      type(area, text, 0, area.value.length);
      area.setSelectionRange(0, 0);
    },
    position: () => position(area.value, area.selectionStart),
  };
}
