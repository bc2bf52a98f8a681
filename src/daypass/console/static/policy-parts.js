/** Parts of the Visual Editor: lists of values, the choice of actions, the ARN builder, conditions. */

import { combobox, matching } from "./combobox.js";
import { el } from "./el.js";

export const OPERATORS = [
  ...["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"],
  ...["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"],
  ...["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"],
  ...["Bool", "IpAddress", "NotIpAddress"],
];

const SHOWN = 200; // checkboxes of one group at once
let made = 0;

/** A label and the control it names. */
export function labelled(text, control, after = control) {
  made += 1;
  control.id ||= `field-${made}`;
  return el("div", { class: "policy-field" }, [el("label", { for: control.id }, [text]), after]);
}

export function section(title, children, at) {
  return el("fieldset", { class: "policy-section", "data-part": at }, [el("legend", {}, [title]), ...children]);
}

/** Values as a list, each with a button that removes it. */
export function chips(label, texts, at, t, remove) {
  if (!texts.length) return el("p", { class: "policy-none" }, [t("None yet.")]);
  return el("ul", { class: "chips", "aria-label": label }, texts.map((text, index) =>
    el("li", {}, [
      el("code", {}, [text]),
      el("button", { type: "button", "data-at": `${at}.${index}`, "aria-label": t("Remove {name}", { name: text }), click: () => remove(index) }, ["×"]),
    ]),
  ));
}

/** A text field that suggests, and a button beside it: both add what stands in it. */
export function adder(label, button, at, suggest, add, t) {
  const input = el("input", { form: "", type: "text", "data-at": at, spellcheck: "false" });
  const take = () => input.value.trim() && add(input.value.trim());
  const box = combobox(input, suggest, add, t("Suggestions"));
  return el("div", { class: "policy-adder" }, [
    labelled(label, input, box),
    el("button", { type: "button", class: "button", click: take }, [button]),
  ]);
}

/** A choice of few. */
export function select(label, choices, chosen, at, change) {
  const options = choices.some(([value]) => value === chosen) ? choices : [[chosen, chosen], ...choices];
  const control = el("select", { form: "", "data-at": at }, options.map(([value, text]) => el("option", { value, selected: value === chosen }, [text])));
  control.addEventListener("change", () => change(control.value));
  return labelled(label, control);
}

function radio(name, text, checked, at, change) {
  return el("label", {}, [el("input", { form: "", type: "radio", name, checked, "data-at": at, change }), " ", text]);
}

/** Whether a pattern of `*` and `?` covers a text, ignoring case; in one pass, whatever somebody wrote in the policy. */
export function covers(pattern, text) {
  const [wanted, found] = [pattern.toLowerCase(), text.toLowerCase()];
  let [at, star, mark] = [0, -1, 0];
  for (let place = 0; place < found.length; ) {
    if (wanted[at] === "*") {
      star = at;
      at += 1;
      mark = place;
    } else if (at < wanted.length && (wanted[at] === "?" || wanted[at] === found[place])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      mark += 1;
      place = mark;
    } else return false;
  }
  return /^\**$/.test(wanted.slice(at));
}

/** Checkboxes of a service's actions, grouped by what they do. */
function checklist(actions, values, search, at, t, toggle) {
  const same = (one, other) => one.toLowerCase() === other.toLowerCase();
  const wide = values.filter((value) => /[*?]/.test(value));
  const found = matching(actions, search, actions.length);
  const levels = [...new Set(actions.map(({ level }) => level))];
  const box = ({ value, hint }) => {
    const through = wide.find((each) => covers(each, value));
    const input = el("input", { form: "", type: "checkbox", "data-at": `${at}.${value}`, checked: values.some((each) => same(each, value)) || Boolean(through), disabled: Boolean(through), change: () => toggle(value) });
    return el("li", {}, [el("label", { title: hint }, [input, " ", value.split(":")[1] ?? value, ...(through ? [el("small", {}, [" ", t("by {pattern}", { pattern: through })])] : [])])]);
  };
  const group = (level) => {
    const listed = found.filter((each) => each.level === level);
    if (!listed.length) return [];
    const more = listed.length > SHOWN ? [el("p", {}, [t("{count} more; search for them.", { count: listed.length - SHOWN })])] : [];
    return [el("details", { open: "" }, [el("summary", {}, [`${t(level)} (${listed.length})`]), el("ul", { class: "policy-actions" }, listed.slice(0, SHOWN).map(box)), ...more])];
  };
  return levels.flatMap(group);
}

/**
 * Service, then all or chosen actions.
 *
 * @param {{values: string[], state: {service?: string, search?: string, choosing?: boolean}, at: string, few: boolean}} one
 *     few: whether there are so few statements that the lists of actions are open from the start
 * @param {{set: (values: {remove: string[], add: string[]}) => void, redraw: () => void}} ways
 */
export function picker({ values, state, at, few }, { set, redraw }, known, t) {
  const services = new Set(values.map((value) => value.split(":")[0]).filter((name) => !/[*?]/.test(name)));
  const service = state.service ?? (services.size === 1 ? [...services][0] : "");
  const input = el("input", { form: "", type: "text", value: service, "data-at": `${at}.service`, spellcheck: "false" });
  const choose = (name) => {
    state.service = name.trim().toLowerCase();
    state.search = "";
    redraw();
  };
  input.addEventListener("change", () => input.value.trim() && choose(input.value));
  const suggest = async (typed) => matching(await known.services(), typed === service ? "" : typed);
  const parts = [labelled(t("Service"), input, combobox(input, suggest, choose, t("Suggestions")))];
  if (!service) return parts;
  const all = `${service}:*`;
  const mine = values.filter((value) => value.toLowerCase().startsWith(`${service}:`));
  const every = mine.includes(all);
  parts.push(
    el("div", { class: "policy-radios", role: "radiogroup", "aria-label": t("Actions of {service}", { service }) }, [
      radio(`${at}-scope`, t("All actions"), every, `${at}.all`, () => set({ remove: mine, add: [all] })),
      radio(`${at}-scope`, t("Selected actions"), !every, `${at}.some`, () => set({ remove: [all], add: [] })),
    ]),
  );
  if (every) return parts;
  const search = el("input", { form: "", type: "search", value: state.search ?? "", "data-at": `${at}.search` });
  const listing = el("div", { class: "policy-checklist", role: "group", "aria-label": t("Actions of {service}", { service }) });
  const toggle = (value) => {
    const found = mine.find((each) => each.toLowerCase() === value.toLowerCase());
    set(found ? { remove: [found], add: [] } : { remove: [], add: [value] });
  };
  const fill = async () => {
    const actions = await known.actions(service);
    listing.replaceChildren(...checklist(actions, values, state.search ?? "", `${at}.pick`, t, toggle));
    if (!actions.length) listing.replaceChildren(el("p", {}, [t("No actions of this service are known here; type them below.")]));
  };
  search.addEventListener("input", () => {
    state.search = search.value;
    fill();
  });
  const box = el("details", { class: "policy-choose", open: state.choosing ?? few }, [
    el("summary", { "data-at": `${at}.choose` }, [t("Choose from the list")]),
    labelled(t("Search actions"), search),
    listing,
  ]);
  if (box.open) known.after(fill());
  box.addEventListener("toggle", () => {
    if (box.open && !listing.children.length) fill();
    state.choosing = box.open;
  });
  return [...parts, box];
}

/** Fields for the five parts of an ARN. */
export function arnBuilder(at, state, service, known, t, add) {
  const field = (name, value) => el("input", { form: "", type: "text", value, size: "12", spellcheck: "false", "data-at": `${at}.arn.${name}` });
  const inputs = { service: field("service", service || "*"), region: field("region", "*"), account: field("account", known.account || "*"), resource: field("resource", "*") };
  const shapes = async (typed) => matching(await known.resources(inputs.service.value), typed === "*" ? "" : typed);
  const resource = combobox(inputs.resource, shapes, () => {}, t("Suggestions"));
  const built = () => `acs:${inputs.service.value.trim()}:${inputs.region.value.trim()}:${inputs.account.value.trim()}:${inputs.resource.value.trim()}`;
  const preview = el("output", { class: "policy-arn" }, [built()]);
  const box = el("details", { class: "policy-builder", open: Boolean(state.arn) }, [
    el("summary", { "data-at": `${at}.arn` }, [t("Build an ARN")]),
    el("div", { class: "policy-parts" }, [
      labelled(t("Service code"), inputs.service),
      labelled(t("Region"), inputs.region),
      labelled(t("Account ID"), inputs.account),
      labelled(t("Resource path"), inputs.resource, resource),
    ]),
    preview,
    el("button", { type: "button", class: "button small", "data-at": `${at}.arn.add`, click: () => add(built()) }, [t("Add ARN")]),
  ]);
  box.addEventListener("toggle", () => (state.arn = box.open));
  box.addEventListener("input", () => (preview.textContent = built()));
  return box;
}

/** One condition: operator, key, and its values. */
export function condition(line, at, t, ways) {
  return el("li", { class: "policy-condition" }, [
    el("p", {}, [el("code", {}, [line.operator]), " ", el("code", {}, [line.key])]),
    chips(t("Values of {name}", { name: line.key }), line.values.map(({ text }) => text), `${at}.value`, t, ways.removeValue),
    adder(t("Add a value for {name}", { name: line.key }), t("Add value"), `${at}.add`, () => [], ways.addValue, t),
    el("button", { type: "button", class: "button small", "data-at": `${at}.remove`, click: ways.remove }, [t("Remove condition")]),
  ]);
}

/** Operator, key and value of a condition to come. */
export function newCondition(at, known, t, add) {
  const operator = el("select", { form: "", "data-at": `${at}.operator` }, OPERATORS.map((name) => el("option", {}, [name])));
  const key = el("input", { form: "", type: "text", "data-at": `${at}.key`, spellcheck: "false" });
  const value = el("input", { form: "", type: "text", "data-at": `${at}.value`, spellcheck: "false" });
  const take = () => key.value.trim() && add(operator.value, key.value.trim(), value.value);
  value.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    take();
  });
  const keys = async (typed) => matching(await known.keys(), typed);
  return el("div", { class: "policy-parts" }, [
    labelled(t("Operator"), operator),
    labelled(t("Condition key"), key, combobox(key, keys, () => value.focus(), t("Suggestions"))),
    labelled(t("Value"), value),
    el("button", { type: "button", class: "button", "data-at": `${at}.take`, click: take }, [t("Add Condition")]),
  ]);
}
