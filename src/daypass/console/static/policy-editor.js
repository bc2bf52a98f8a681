/**
 * Makes a policy editor of each textarea that is marked as one: two tabs over one text, and a live review beside it.
 *
 * <div data-policy-editor data-kind="identity" data-known="/policy-known" data-review="/policy-review?…"
 *      data-texts="{…}">  …<textarea>…  <div data-policy-review>…
 */

import { el } from "./el.js";
import { ask } from "./fragments.js";
import { code } from "./policy-code.js";
import { knowledge } from "./policy-known.js";
import { live } from "./policy-review.js";
import { format } from "./policy-text.js";
import { suggestions } from "./policy-suggest.js";
import { visual } from "./policy-visual.js";

const TAB = "policy-editor-tab";
let made = 0;

/** Texts of the page's language; English where there is none. `{name}` is filled in. */
function words(root) {
  const texts = JSON.parse(root.dataset.texts || "{}");
  return (text, values = {}) => (Object.hasOwn(texts, text) ? texts[text] : text).replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/** Tabs of ARIA: arrows go between them, one is in the order of Tab. */
function tabs(items, label, chosen) {
  const buttons = items.map(({ name, panel }) => {
    made += 1;
    const id = `policy-tab-${made}`;
    panel.id ||= `${id}-panel`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", id);
    return el("button", { type: "button", role: "tab", id, "aria-controls": panel.id }, [name]);
  });
  const choose = (index) => {
    items.forEach(({ panel }, at) => (panel.hidden = at !== index));
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    });
    chosen(index);
  };
  buttons.forEach((button, index) => {
    button.addEventListener("click", () => choose(index));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = (index + step + items.length) % items.length;
      choose(next);
      buttons[next].focus();
    });
  });
  return { list: el("div", { role: "tablist", "aria-label": label, class: "policy-tabs tabs" }, buttons), choose };
}

function remembered() {
  try {
    return sessionStorage.getItem(TAB) === "json" ? 1 : 0;
  } catch {
    return 0; // storage is switched off
  }
}

function remember(index) {
  try {
    sessionStorage.setItem(TAB, index ? "json" : "visual");
  } catch {
    // storage is switched off: the next page starts with the Visual Editor
  }
}

/** Ask for JSON with the token of the form. */
async function asked(address, form) {
  const token = form?.querySelector("input[name='form_token']")?.value ?? "";
  const answer = await ask(address, { method: "POST", body: new URLSearchParams([["form_token", token]]) });
  if (!answer?.ok) throw new TypeError("there is nothing to suggest");
  return answer.json();
}

/** Enhance one editor; once. */
export function enhance(root) {
  if (root.dataset.policyEditor === "on") return;
  root.dataset.policyEditor = "on";
  const area = root.querySelector("textarea");
  const field = root.querySelector("[data-policy-field]") ?? area.parentElement;
  const t = words(root);
  const trust = root.dataset.kind === "trust";
  const known = knowledge(root.dataset.known, (address) => asked(address, area.form));
  known.account = root.dataset.account ?? "";
  const written = code(area, { suggest: suggestions(known), t });
  const panel = el("div", { class: "policy-visual" });
  made += 1;
  panel.id = `policy-visual-${made}`;
  let writing = false;
  const write = (text) => {
    writing = true;
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    writing = false;
  };
  const drawn = visual(panel, { read: () => area.value, write, known, trust, t });
  const formatting = el("button", { type: "button", class: "button", click: () => written.write(format(area.value)) }, [t("Format")]);
  const help = el("p", { class: "hint", id: `policy-help-${made}` }, [t("Tab indents; press Escape, then Tab to leave the field. Ctrl+Space suggests.")]);
  area.setAttribute("aria-describedby", [area.getAttribute("aria-describedby"), help.id].filter(Boolean).join(" "));
  const json = el("div", { class: "policy-json" });
  field.replaceWith(panel, json);
  json.append(field, help, el("div", { class: "policy-buttons" }, [formatting]));
  const { list, choose } = tabs([{ name: t("Visual Editor"), panel }, { name: t("JSON"), panel: json }], t("Policy editor"), (index) => {
    remember(index);
    if (index === 0) drawn.draw();
    else written.draw();
  });
  panel.before(list);
  choose(remembered());
  area.addEventListener("input", () => !writing && !panel.hidden && drawn.draw()); // a draft came back
  live(root, area, {
    mark: written.mark,
    go(line, column) {
      choose(1);
      written.go(line, column);
    },
    write(text) {
      write(text);
      drawn.draw();
    },
  });
}

const all = (within) => within.querySelectorAll("[data-policy-editor]").forEach(enhance);
document.addEventListener("fragment", (event) => all(event.target));
all(document);
