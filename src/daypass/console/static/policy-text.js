/**
 * A policy's JSON text, read without losing anything and edited a node at a time.
 *
 * The text is the one state. `parse` says where each value stands; every edit takes the text and returns
 * it with one place changed, so that spacing, order, unknown elements and even repeated keys stay as written.
 *
 * @typedef {object} Node
 * @property {"object" | "array" | "string" | "number" | "literal"} kind
 * @property {number} start first character
 * @property {number} end one past the last
 * @property {unknown} [value] of a string, number or literal
 * @property {Node[]} [items] of an array
 * @property {Member[]} [members] of an object, repeated keys included
 *
 * @typedef {{key: Node, value: Node}} Member
 * @typedef {{offset: number, line: number, column: number, reason: string, name?: string}} Fault
 * @typedef {{text: string, root: Node | null, fault: Fault | null, repeated: Fault[]}} Parsed
 */

/** As deep as daypass reads a policy. */
export const MAX_DEPTH = 100;

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;

/** Line and column, from 1, of a place in a text. A column counts characters as people do, not UTF-16 units. */
export function position(text, offset) {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: [...before.slice(before.lastIndexOf("\n") + 1)].length + 1 };
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.depth = 0;
    /** @type {Fault[]} */
    this.repeated = [];
  }

  fault(reason, offset = this.at) {
    return { offset, ...position(this.text, offset), reason };
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  take(character) {
    this.match(SPACE);
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    this.match(SPACE);
    return true;
  }

  /** @returns {Node} */
  value() {
    const start = this.at;
    const first = this.text[start];
    if (first === "{") return this.nested(start, () => ({ kind: "object", members: this.members() }));
    if (first === "[") return this.nested(start, () => ({ kind: "array", items: this.items() }));
    if (first === '"') return this.string();
    const number = this.match(NUMBER);
    if (number) return { kind: "number", start, end: this.at, value: number[0] };
    const literal = this.match(LITERAL);
    if (literal) return { kind: "literal", start, end: this.at, value: JSON.parse(literal[0]) };
    throw this.fault("A value is expected here");
  }

  nested(start, read) {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw this.fault("It is nested too deeply");
    const inner = read();
    this.depth -= 1;
    return { ...inner, start, end: this.at };
  }

  string() {
    const start = this.at;
    const found = this.match(STRING);
    if (!found) throw this.fault("This string does not end, or holds a character that must be escaped");
    return { kind: "string", start, end: this.at, value: JSON.parse(found[0]) };
  }

  /** Read what stands between brackets. Ends just behind the closing one, its trailing space unread. */
  between(close, read) {
    this.at += 1;
    this.match(SPACE);
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      read();
      this.match(SPACE);
      if (this.text[this.at] === close) {
        this.at += 1;
        return;
      }
      if (!this.take(",")) throw this.fault(close === "}" ? "A comma or } is expected here" : "A comma or ] is expected here");
    }
  }

  items() {
    const items = [];
    this.between("]", () => items.push(this.value()));
    return items;
  }

  members() {
    const members = [];
    const seen = new Set();
    this.between("}", () => {
      if (this.text[this.at] !== '"') throw this.fault("A name in double quotes is expected here");
      const key = this.string();
      if (seen.has(key.value)) this.repeated.push({ ...this.fault("This name stands twice", key.start), name: String(key.value) });
      seen.add(key.value);
      if (!this.take(":")) throw this.fault("A colon is expected here");
      members.push({ key, value: this.value() });
    });
    return members;
  }

  whole() {
    this.match(SPACE);
    const root = this.value();
    this.match(SPACE);
    if (this.at < this.text.length) throw this.fault("Nothing more is expected here");
    return root;
  }
}

/**
 * Read a text; a broken one gets its first fault, with line and column.
 *
 * @param {string} text
 * @returns {Parsed}
 */
export function parse(text) {
  const reader = new Reader(text);
  try {
    return { text, root: reader.whole(), fault: null, repeated: reader.repeated };
  } catch (fault) {
    if (fault instanceof Error) throw fault;
    return { text, root: null, fault: /** @type {Fault} */ (fault), repeated: reader.repeated };
  }
}

/** Put something else in a node's place. */
export function replace(text, node, put) {
  return text.slice(0, node.start) + put + text.slice(node.end);
}

const insert = (text, offset, put) => text.slice(0, offset) + put + text.slice(offset);
const ends = (container) =>
  container.items
    ? container.items.map((item) => [item.start, item.end])
    : container.members.map((member) => [member.key.start, member.value.end]);

/** What a text indents a level with; two spaces where it does not say. */
function unit(text) {
  return /^[ \t]*[\[{][ \t]*\r?\n([ \t]+)/.exec(text)?.[1] ?? "  ";
}

/** The white space a new entry of a container is set off with. */
function lead(text, container) {
  const entries = ends(container);
  if (entries.length > 1) return text.slice(text.lastIndexOf(",", entries.at(-1)[0]) + 1, entries.at(-1)[0]);
  if (entries.length === 1) {
    const first = text.slice(container.start + 1, entries[0][0]);
    return first.includes("\n") ? first : " ";
  }
  return "";
}

const indentAt = (text, offset) => /[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1))[0];

/**
 * Write a value as it stands best behind `before`: over several lines where the entries beside it stand on lines.
 */
function spelled(text, value, before) {
  if (!before.includes("\n")) return JSON.stringify(value);
  const margin = before.slice(before.lastIndexOf("\n") + 1);
  return JSON.stringify(value, null, unit(text)).replaceAll("\n", "\n" + margin);
}

/** Add an entry, spelled by `put(lead)`, behind the last one. */
function append(text, container, put) {
  const entries = ends(container);
  if (entries.length) {
    const before = lead(text, container);
    return insert(text, entries.at(-1)[1], "," + before + put(before));
  }
  const inner = text.slice(container.start, container.end);
  if (!text.includes("\n") && !inner.includes("\n")) return replace(text, container, inner[0] + put("") + inner.at(-1));
  const margin = indentAt(text, container.start);
  const before = "\n" + margin + unit(text);
  return replace(text, container, inner[0] + before + put(before) + "\n" + margin + inner.at(-1));
}

/** Add a value to an array. */
export function addItem(text, array, value) {
  return append(text, array, (before) => spelled(text, value, before));
}

/** Add a member to an object. */
export function addMember(text, object, name, value) {
  const colon = /^"\s*:\s*/.exec(text.slice((object.members[0]?.key.end ?? 1) - 1))?.[0].slice(1) ?? ": ";
  const gap = colon.includes("\n") ? ": " : colon;
  return append(text, object, (before) => JSON.stringify(name) + gap + spelled(text, value, before));
}

/** Take the entry at an index away, and the comma that belongs to it. */
export function removeEntry(text, container, index) {
  const entries = ends(container);
  if (entries.length === 1) return text.slice(0, container.start + 1) + text.slice(container.end - 1);
  if (index > 0) return text.slice(0, entries[index - 1][1]) + text.slice(entries[index][1]);
  return text.slice(0, entries[0][0]) + text.slice(entries[1][0]);
}

/** Write a text over lines, two spaces a level. Every token stays as it was spelled, repeated names too. */
export function format(text) {
  const { root } = parse(text);
  if (!root) return text;
  const write = (node, margin) => {
    const [entries, brackets] = node.items
      ? [node.items.map((item) => write(item, margin + "  ")), "[]"]
      : node.members
        ? [node.members.map(({ key, value }) => text.slice(key.start, key.end) + ": " + write(value, margin + "  ")), "{}"]
        : [null, ""];
    if (!entries) return text.slice(node.start, node.end);
    if (!entries.length) return brackets;
    return brackets[0] + "\n" + entries.map((entry) => margin + "  " + entry).join(",\n") + "\n" + margin + brackets[1];
  };
  return write(root, "");
}
