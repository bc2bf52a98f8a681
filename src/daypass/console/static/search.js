/** Suggestions under the box at the top: what begins with the text, as links that arrow keys walk through. */

import { able, ask, fill } from "./fragments.js";

const form = document.querySelector("form.jump");
const input = form?.querySelector("input");
const box = document.createElement("div");
box.className = "menu suggestions";
box.popover = "manual";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let turn = 0;

/** Show what begins with the text. */
async function suggest() {
  const wanted = input?.value.trim() ?? "";
  const mine = ++turn;
  if (!wanted) return hide();
  const answer = await ask(`/search?q=${encodeURIComponent(wanted)}`);
  if (!answer?.ok || mine !== turn) return;
  const page = document.createElement("div");
  fill(page, await answer.text());
  const shown = [];
  for (const kind of page.querySelectorAll("#list section")) {
    const links = [...kind.querySelectorAll("a")].slice(0, 5);
    if (links.length) shown.push(/** @type {Element} */ (kind.querySelector("h2")), ...links);
  }
  for (const element of shown) element.removeAttribute("id");
  box.replaceChildren(...shown);
  if (!shown.length) return hide();
  if (!box.isConnected) form?.append(box);
  if (!box.matches(":popover-open")) box.showPopover();
  box.scrollTop = 0;
}

function hide() {
  if (box.isConnected && box.matches(":popover-open")) box.hidePopover();
}

/** Move among the box and its links. @param {number} by */
function move(by) {
  const stops = /** @type {HTMLElement[]} */ ([input, ...box.querySelectorAll("a")]);
  const at = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  stops[(at + by + stops.length) % stops.length]?.focus();
}

if (able && form && input) {
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => suggest().catch(hide), 150);
  });
  form.addEventListener("keydown", (event) => {
    const { key } = /** @type {KeyboardEvent} */ (event);
    if (key === "Escape") {
      hide();
      input.focus();
    } else if (box.matches(":popover-open") && (key === "ArrowDown" || key === "ArrowUp")) {
      event.preventDefault();
      move(key === "ArrowDown" ? 1 : -1);
    }
  });
  form.addEventListener("focusout", (event) => {
    const to = /** @type {FocusEvent} */ (event).relatedTarget;
    if (!(to instanceof Node && form.contains(to))) hide();
  });
  if (input.value) suggest().catch(hide); // what was typed while this module was on its way
}
