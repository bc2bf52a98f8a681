/**
 * What a policy says, as far as the Visual Editor can show it, and the edits it makes.
 *
 * A view is read from the text each time. Every edit takes a view and returns the new text, changed in the one
 * place that was touched. What a view does not understand is in `others` and stays where it is.
 *
 * @typedef {import("./policy-text.js").Node} Node
 * @typedef {import("./policy-text.js").Member} Member
 * @typedef {{node: Node, text: string}} Value
 * @typedef {{name: string, member: Member, values: Value[], list: boolean}} Slot a member that is a string or a list of strings
 * @typedef {{operator: string, key: string, operatorMember: Member, member: Member, values: Value[], list: boolean}} Line
 * @typedef {object} Statement
 * @property {number} index
 * @property {Node} node
 * @property {Member | null} effect
 * @property {Slot | null} action Action or NotAction
 * @property {Slot | null} resource
 * @property {Slot[]} principals one a type
 * @property {Line[]} conditions
 * @property {Member[]} others what is only shown as text
 *
 * @typedef {object} View
 * @property {string} text
 * @property {import("./policy-text.js").Parsed} parsed
 * @property {Node | null} list the array of statements, if it is one
 * @property {Statement[]} statements
 * @property {Member[]} others members beside Version and Statement
 * @property {boolean} shown whether the Visual Editor can show it at all
 */

import { addItem, addMember, parse, removeEntry, replace } from "./policy-text.js";

const once = (object, name) => {
  const found = object.members.filter((member) => member.key.value === name);
  return found.length === 1 ? found[0] : null;
};

/** @returns {Value[] | null} null if the node is no string and no list of strings */
function values(node) {
  const nodes = node.kind === "array" ? node.items : [node];
  return nodes.every((each) => each.kind === "string") ? nodes.map((each) => ({ node: each, text: String(each.value) })) : null;
}

function slot(member) {
  const found = member && values(member.value);
  return found ? { name: String(member.key.value), member, values: found, list: member.value.kind === "array" } : null;
}

const isObject = (node) => node?.kind === "object";
const distinct = (object) => new Set(object.members.map(({ key }) => key.value)).size === object.members.length;

/** One slot a member, if all of them can be shown. */
function slots(member) {
  if (!member || !isObject(member.value) || !distinct(member.value)) return null;
  const found = member.value.members.map(slot);
  return found.every(Boolean) ? found : null;
}

function lines(member) {
  if (!member || !isObject(member.value) || !distinct(member.value)) return null;
  const found = [];
  for (const operatorMember of member.value.members) {
    const keys = slots(operatorMember);
    if (!keys) return null;
    for (const each of keys) found.push({ ...each, operator: String(operatorMember.key.value), key: each.name, operatorMember });
  }
  return found;
}

/** @returns {Statement} */
function statement(node, index) {
  const effect = once(node, "Effect");
  const told = effect?.value.kind === "string" ? effect : null;
  const both = once(node, "Action") && once(node, "NotAction");
  const action = both ? null : slot(once(node, "Action") ?? once(node, "NotAction"));
  const resource = slot(once(node, "Resource"));
  const principal = once(node, "Principal");
  const principals = slots(principal);
  const condition = once(node, "Condition");
  const conditions = lines(condition);
  const known = new Set([told, action?.member, resource?.member, principals && principal, conditions && condition]);
  const others = node.members.filter((member) => !known.has(member));
  return { index, node, effect: told, action, resource, principals: principals ?? [], conditions: conditions ?? [], others };
}

/**
 * @param {string} text
 * @returns {View}
 */
export function view(text) {
  const parsed = parse(text);
  const root = parsed.root;
  const given = isObject(root) ? once(root, "Statement") : null;
  const nodes = given?.value.kind === "array" ? given.value.items : given ? [given.value] : [];
  const shown = Boolean(given) && nodes.every(isObject);
  const others = isObject(root) ? root.members.filter((member) => member !== given && member.key.value !== "Version") : [];
  const list = given?.value.kind === "array" ? given.value : null;
  return { text, parsed, list, statements: shown ? nodes.map(statement) : [], others, shown };
}

/** Whether a statement has a member, shown or not. */
export const has = (one, name) => one.node.members.some((member) => member.key.value === name);

/** The names a visual edit may add to a statement: those it does not have, so that none ever stands twice. */
const missing = (one, name) => !has(one, name);

/** Set Effect. */
export function setEffect(seen, one, effect) {
  if (one.effect) return replace(seen.text, one.effect.value, JSON.stringify(effect));
  return missing(one, "Effect") ? addMember(seen.text, one.node, "Effect", effect) : seen.text;
}

/** Add a value behind a slot's others; a single string becomes a list with that string as it was spelled. */
function addTo(text, found, value) {
  const node = found.member.value;
  if (found.list) return addItem(text, node, value);
  return replace(text, node, "[" + text.slice(node.start, node.end) + ", " + JSON.stringify(value) + "]");
}

function removeFrom(text, found, index) {
  return found.list ? removeEntry(text, found.member.value, index) : replace(text, found.member.value, "[]");
}

/** @param {"action" | "resource"} which */
export function addValue(seen, one, which, value) {
  const found = one[which];
  if (found) return found.values.some((each) => each.text === value) ? seen.text : addTo(seen.text, found, value);
  const name = which === "action" ? "Action" : "Resource";
  const free = missing(one, name) && (which !== "action" || missing(one, "NotAction"));
  return free ? addMember(seen.text, one.node, name, [value]) : seen.text;
}

/** @param {"action" | "resource"} which */
export function removeValue(seen, one, which, index) {
  return removeFrom(seen.text, one[which], index);
}

/** @param {"action" | "resource"} which */
export function replaceValue(seen, one, which, index, value) {
  return replace(seen.text, one[which].values[index].node, JSON.stringify(value));
}

/** Say Action or NotAction; the values stay. */
export function nameAction(seen, one, name) {
  return one.action ? replace(seen.text, one.action.member.key, JSON.stringify(name)) : seen.text;
}

/** Put `*` in the place of all resources, or nothing. */
export function setResources(seen, one, value) {
  if (one.resource) return replace(seen.text, one.resource.member.value, JSON.stringify(value));
  return missing(one, "Resource") ? addMember(seen.text, one.node, "Resource", value) : seen.text;
}

export function addPrincipal(seen, one, type, value) {
  const found = one.principals.find((each) => each.name === type);
  if (found) return found.values.some((each) => each.text === value) ? seen.text : addTo(seen.text, found, value);
  const principal = once(one.node, "Principal");
  if (principal && isObject(principal.value) && !one.others.includes(principal)) {
    return addMember(seen.text, principal.value, type, [value]);
  }
  return missing(one, "Principal") ? addMember(seen.text, one.node, "Principal", { [type]: [value] }) : seen.text;
}

/** Remove a value; the last of a type takes the type with it, unless it is the last type. */
export function removePrincipal(seen, one, type, index) {
  const found = one.principals.find((each) => each.name === type);
  if (found.values.length > 1 || one.principals.length === 1) return removeFrom(seen.text, found, index);
  const { value } = once(one.node, "Principal");
  return removeEntry(seen.text, value, value.members.indexOf(found.member));
}

export function addCondition(seen, one, operator, key, value) {
  const line = one.conditions.find((each) => each.operator === operator && each.key === key);
  if (line) return line.values.some((each) => each.text === value) ? seen.text : addTo(seen.text, line, value);
  const condition = once(one.node, "Condition");
  if (!condition) return missing(one, "Condition") ? addMember(seen.text, one.node, "Condition", { [operator]: { [key]: [value] } }) : seen.text;
  if (one.others.includes(condition)) return seen.text;
  const under = once(condition.value, operator);
  if (under) return addMember(seen.text, under.value, key, [value]);
  return addMember(seen.text, condition.value, operator, { [key]: [value] });
}

/** Remove a value of a condition; an operator or a block that would be left empty goes too. */
export function removeCondition(seen, one, line, index = -1) {
  if (index >= 0 && line.values.length > 1) return removeFrom(seen.text, line, index);
  const condition = once(one.node, "Condition");
  const under = line.operatorMember.value;
  if (under.members.length > 1) return removeEntry(seen.text, under, under.members.indexOf(line.member));
  const block = condition.value;
  if (block.members.length > 1) return removeEntry(seen.text, block, block.members.indexOf(line.operatorMember));
  return removeEntry(seen.text, one.node, one.node.members.indexOf(condition));
}

/** Add a statement behind the others; a bare object becomes a list with it. */
export function addStatement(seen, value) {
  if (seen.list) return addItem(seen.text, seen.list, value);
  const node = seen.statements[0].node;
  return replace(seen.text, node, "[" + seen.text.slice(node.start, node.end) + ", " + JSON.stringify(value) + "]");
}

export function removeStatement(seen, one) {
  return seen.list ? removeEntry(seen.text, seen.list, one.index) : replace(seen.text, one.node, "[]");
}
