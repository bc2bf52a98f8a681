/** Keys: `/` searches, `g` and a letter go somewhere, `?` shows them all. */

import { word } from "./words.js";

let going = false;

/** Whether keys mean text where the focus is. @param {EventTarget | null} target */
function typing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/** Go where `g` and this key lead. @param {string} key */
function go(key) {
  const link = document.querySelector(`#navigation a[data-key="${CSS.escape(key)}"]`);
  if (link instanceof HTMLAnchorElement) link.click();
}

function help() {
  const box = document.createElement("dialog");
  const title = document.createElement("h2");
  title.textContent = word("shortcuts");
  const list = document.createElement("div");
  list.className = "keys";
  const rows = [["/", document.querySelector(".jump input")?.getAttribute("aria-label") ?? ""]];
  for (const link of document.querySelectorAll("#navigation a[data-key]")) {
    rows.push([`g ${/** @type {HTMLElement} */ (link).dataset.key}`, link.textContent ?? ""]);
  }
  for (const [keys, name] of rows) {
    const kbd = document.createElement("kbd");
    kbd.textContent = keys;
    const text = document.createElement("span");
    text.textContent = name;
    list.append(kbd, text);
  }
  box.ariaLabel = title.textContent;
  box.append(title, list);
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

document.querySelector(".jump input")?.addEventListener("focus", () => import("./search.js"), { once: true });

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (going) {
    going = false;
    return go(event.key);
  }
  if (event.key === "g") {
    going = true;
    setTimeout(() => (going = false), 1500);
  } else if (event.key === "?") {
    help();
  } else if (event.key === "/") {
    const box = document.querySelector(".jump input");
    if (box instanceof HTMLElement) {
      event.preventDefault();
      box.focus();
    }
  }
});
