/**
 * The Visual Editor of a policy. It is drawn from the text, and every change goes into the text first.
 */

import { matching } from "./combobox.js";
import { el } from "./el.js";
import { adder, arnBuilder, chips, condition, newCondition, picker, section, select } from "./policy-parts.js";
import * as policy from "./policy-view.js";

const TYPES = [
  ["RAM", "Cloud Account"],
  ["Service", "Cloud Service"],
  ["Federated", "Identity Provider"],
];
const NEW = {
  identity: { Effect: "Allow", Action: [], Resource: "*" },
  trust: { Effect: "Allow", Principal: { RAM: [] }, Action: "sts:AssumeRole" },
};
const FEW = 3; // statements whose lists of actions are open from the start
const EMPTY = `{
  "Version": "1",
  "Statement": []
}`; // what is drawn before there is a text
const KEPT = 100; // texts that Undo goes back to

/**
 * @param {HTMLElement} panel what it is drawn in
 * @param {object} ways
 * @param {() => string} ways.read
 * @param {(text: string) => void} ways.write
 * @param {object} ways.known what is suggested
 * @param {boolean} ways.trust a trust policy: principals instead of resources
 * @param {(text: string, values?: object) => string} ways.t
 */
export function visual(panel, { read, write, known, trust, t }) {
  /** @type {Map<number, object>} what is open and searched for, by statement */
  const states = new Map();
  const texts = [];
  let last = "";
  const current = () => read().trim() ? read() : EMPTY;

  const change = (text, focus) => {
    const before = read();
    if (text === before) return draw();
    texts.push(before);
    if (texts.length > KEPT) texts.shift();
    write((last = text));
    return draw(focus);
  };
  const undo = () => {
    if (texts.length) write((last = texts.pop()));
    draw();
  };

  /** Several edits after each other, each on the text the last one left. */
  const steps = (index, edits) => edits.reduce((text, edit) => {
    const seen = policy.view(text);
    return edit(seen, seen.statements[index]);
  }, current());

  function principals(seen, one, at) {
    const type = states.get(one.index).type ?? one.principals[0]?.name ?? "RAM";
    const lists = one.principals.map((each) => el("div", {}, [
      el("p", { class: "policy-label" }, [t(TYPES.find(([name]) => name === each.name)?.[1] ?? ""), " ", el("code", {}, [each.name])]),
      chips(t("Principals of type {type}", { type: each.name }), each.values.map(({ text }) => text), `${at}.${each.name}`, t, (index) => change(policy.removePrincipal(seen, one, each.name, index), `${at}.add`)),
    ]));
    return section(t("Principal"), [
      ...lists,
      select(t("Principal Type"), TYPES.map(([value, text]) => [value, t(text)]), type, `${at}.type`, (value) => {
        states.get(one.index).type = value;
        draw();
      }),
      adder(t("Add principal"), t("Add"), `${at}.add`, async (typed) => matching(await known.principals(type), typed), (value) => change(policy.addPrincipal(seen, one, type, value)), t),
    ], "Principal");
  }

  function actions(seen, one, at) {
    const state = states.get(one.index);
    const values = one.action?.values.map(({ text }) => text) ?? [];
    const set = ({ remove, add }) => change(steps(one.index, [
      ...remove.map((value) => (now, same) => {
        const index = same.action?.values.findIndex(({ text }) => text === value) ?? -1;
        return index < 0 ? now.text : policy.removeValue(now, same, "action", index);
      }),
      ...add.map((value) => (now, same) => policy.addValue(now, same, "action", value)),
    ]));
    const name = one.action?.name ?? "Action";
    const suggest = async (typed) => matching(await known.actions(typed.includes(":") ? typed.split(":")[0] : state.service), typed);
    const meaning = select(t("Applies to"), [["Action", t("These actions (Action)")], ["NotAction", t("All but these actions (NotAction)")]], name, `${at}.name`, (value) => change(policy.nameAction(seen, one, value)));
    return section(t("Action"), [
      ...(trust ? [] : picker({ values, state, at, few: seen.statements.length <= FEW }, { set, redraw: draw }, known, t)),
      chips(t("Chosen actions"), values, `${at}.value`, t, (index) => change(policy.removeValue(seen, one, "action", index), `${at}.add`)),
      adder(t("Add action"), t("Add"), `${at}.add`, suggest, (value) => change(policy.addValue(seen, one, "action", value)), t),
      ...(one.action && (!trust || name === "NotAction") ? [meaning] : []),
    ], "Action");
  }

  function resources(seen, one, at) {
    const state = states.get(one.index);
    const values = one.resource?.values.map(({ text }) => text) ?? [];
    const every = values.length === 1 && values[0] === "*" && !state.some;
    const name = `${panel.id}-${at}`;
    const choice = (text, checked, to) => el("label", {}, [el("input", { form: "", type: "radio", name, checked, "data-at": `${at}.${to}`, change: () => {
      state.some = to === "some";
      change(to === "all" ? policy.setResources(seen, one, "*") : read());
    } }), " ", t(text)]);
    const radios = el("div", { class: "policy-radios", role: "radiogroup", "aria-label": t("Resource") }, [choice("All resources", every, "all"), choice("Selected resources", !every, "some")]);
    if (every) return section(t("Resource"), [radios], "Resource");
    const add = (value) => change(steps(one.index, [(now, same) => {
      const star = same.resource?.values.length === 1 && same.resource.values[0].text === "*";
      return star ? policy.setResources(now, same, [value]) : policy.addValue(now, same, "resource", value);
    }]));
    const service = state.service ?? one.action?.values[0]?.text.split(":")[0] ?? "";
    return section(t("Resource"), [
      radios,
      chips(t("Chosen resources"), values, `${at}.value`, t, (index) => change(policy.removeValue(seen, one, "resource", index), `${at}.add`)),
      adder(t("Add resource"), t("Add"), `${at}.add`, async (typed) => matching(await known.arns(service), typed), add, t),
      arnBuilder(at, state, service, known, t, add),
    ], "Resource");
  }

  function conditions(seen, one, at) {
    const rows = one.conditions.map((line, index) => condition(line, `${at}.${index}`, t, {
      removeValue: (which) => change(policy.removeCondition(seen, one, line, which), `${at}.new.key`),
      addValue: (value) => change(policy.addCondition(seen, one, line.operator, line.key, value)),
      remove: () => change(policy.removeCondition(seen, one, line), `${at}.new.key`),
    }));
    return section(t("Condition"), [
      ...(rows.length ? [el("ul", { class: "policy-conditions" }, rows)] : []),
      newCondition(`${at}.new`, known, t, (operator, key, value) => change(policy.addCondition(seen, one, operator, key, value), `${at}.new.key`)),
    ], "Condition");
  }

  /** What is not shown above, as it is written. */
  function others(text, members) {
    if (!members.length) return [];
    return [el("div", { class: "policy-others" }, [
      el("p", {}, [t("Kept as it is written; edit it in JSON:")]),
      ...members.map(({ key, value }) => el("pre", { tabindex: "0" }, [text.slice(key.start, value.end)])),
    ])];
  }

  function statement(seen, one) {
    if (!states.has(one.index)) states.set(one.index, {});
    const at = `s${one.index}`;
    const written = (name, slot) => slot || !policy.has(one, name);
    const both = policy.has(one, "Action") && policy.has(one, "NotAction");
    const effects = ["Allow", "Deny"].map((name) => [name, t(name)]);
    return el("fieldset", { class: "policy-statement", "data-statement": String(one.index) }, [
      el("legend", {}, [t("Statement {number}", { number: one.index + 1 })]),
      ...(written("Effect", one.effect) ? [select(t("Effect"), effects, String(one.effect?.value.value ?? ""), `${at}.effect`, (value) => change(policy.setEffect(seen, one, value)))] : []),
      ...((trust || one.principals.length) && (one.principals.length || !policy.has(one, "Principal") || emptyPrincipal(one)) ? [principals(seen, one, `${at}.principal`)] : []),
      ...(!both && written("Action", one.action) && written("NotAction", one.action) ? [actions(seen, one, `${at}.action`)] : []),
      ...((!trust || one.resource) && written("Resource", one.resource) ? [resources(seen, one, `${at}.resource`)] : []),
      ...(one.conditions.length || !policy.has(one, "Condition") || emptyCondition(one) ? [conditions(seen, one, `${at}.condition`)] : []),
      ...others(seen.text, one.others),
      el("button", { type: "button", class: "button small", "data-at": `${at}.remove`, click: () => {
        states.clear();
        change(policy.removeStatement(seen, one), "add");
      } }, [t("Remove statement {number}", { number: one.index + 1 })]),
    ]);
  }

  const inOthers = (one, name) => one.others.some((member) => member.key.value === name);
  const emptyPrincipal = (one) => !inOthers(one, "Principal");
  const emptyCondition = (one) => !inOthers(one, "Condition");

  function contents(seen) {
    const { fault } = seen.parsed;
    if (fault) return [el("p", { role: "alert" }, [t("This is not JSON yet. Line {line}, column {column}: {reason}.", { ...fault, reason: t(fault.reason) })])];
    if (!seen.shown) return [el("p", { role: "alert" }, [t("Statement is not a list of statements; the Visual Editor cannot show it. Edit it in JSON.")])];
    return [
      ...seen.parsed.repeated.map(({ line, name }) => el("p", { class: "policy-warning" }, [t("Line {line}: {name} stands twice. RAM refuses that.", { line, name })])),
      ...seen.statements.map((one) => statement(seen, one)),
      ...others(seen.text, seen.others),
      el("div", { class: "policy-buttons" }, [
        el("button", { type: "button", class: "button", "data-at": "add", click: () => change(add(seen), `s${seen.statements.length}.effect`) }, [t("Add statement")]),
        el("button", { type: "button", class: "button", "data-at": "undo", disabled: !texts.length, click: undo }, [t("Undo")]),
      ]),
    ];
  }

  const add = (seen) => policy.addStatement(seen, NEW[trust ? "trust" : "identity"]);

  /** Draw the text anew; the focus stays where it was, or goes where it is told. */
  function draw(focus) {
    const seen = policy.view(current());
    if (read() !== last) texts.length = 0; // changed elsewhere since: Undo would take that back too
    last = read();
    const held = panel.contains(document.activeElement) ? document.activeElement.dataset.at : undefined;
    panel.replaceChildren(...contents(seen));
    const wanted = focus ?? held;
    const find = () => wanted && [...panel.querySelectorAll("[data-at]")].find((each) => each.dataset.at === wanted);
    find()?.focus();
    known.settled().then(() => held && !focus && document.activeElement === document.body && find()?.focus());
  }
  return { draw };
}
