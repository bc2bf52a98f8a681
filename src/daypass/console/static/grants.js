/** Grant Permission: the lists follow what is typed, and what is picked stands beside them. */

import { able, ask, fill, posted } from "./fragments.js";
import { say, word } from "./words.js";

const form = document.querySelector("form.granting");

/** Show beside each list what is picked in it. */
function showChosen() {
  for (const picker of document.querySelectorAll("[data-picker]")) {
    const ticked = /** @type {HTMLInputElement[]} */ ([...picker.querySelectorAll(".picker-found input:checked")]);
    const entries = ticked.map((box) => {
      const entry = document.createElement("li");
      entry.textContent = box.value.slice(box.value.indexOf(":") + 1);
      return entry;
    });
    picker.querySelector("[data-chosen]")?.replaceChildren(...entries);
    const count = picker.querySelector("[data-count]");
    if (count) count.textContent = String(entries.length);
  }
}

let turn = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Fetch the lists anew; what is ticked stays so. @param {HTMLFormElement} from */
async function search(from) {
  const mine = ++turn;
  const answer = await ask("/grants/find", { method: "POST", body: posted(from) });
  if (!answer || mine !== turn) return;
  const page = document.createElement("div");
  fill(page, await answer.text());
  for (const found of document.querySelectorAll(".picker-found")) {
    const fresh = page.querySelector(`#${found.id}`);
    if (!fresh) continue;
    keepTicks(found, fresh);
    found.replaceChildren(...fresh.childNodes);
  }
  showChosen();
}

/** What was ticked while the answer was under way counts, not what the answer says. @param {Element} now @param {Element} fresh */
function keepTicks(now, fresh) {
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (now.querySelectorAll("input[type='checkbox']"))) {
    const same = fresh.querySelector(`input[value="${CSS.escape(box.value)}"]`);
    if (same instanceof HTMLInputElement) same.checked = box.checked;
    else if (box.checked) fresh.querySelector("ul")?.prepend(/** @type {Element} */ (box.closest("li")));
  }
}

if (form instanceof HTMLFormElement) {
  form.addEventListener("change", showChosen);
  if (able) {
    form.addEventListener("input", (event) => {
      const target = /** @type {Element} */ (event.target);
      if (!target.matches(".picker-search input, .picker-search select")) return;
      clearTimeout(timer);
      timer = setTimeout(() => search(form).catch(() => say(word("failed"))), 200);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && /** @type {Element} */ (event.target).matches(".picker-search input")) event.preventDefault();
    });
  }
}
