/** Loaded by every page. Everything here makes a page nicer that works without it. */

import "./fragments.js";
import "./keys.js";
import { watchExpiry } from "./session.js";
import { say, word } from "./words.js";

/** Show times in the reader's own zone. @param {ParentNode} root */
function localTimes(root) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    const moment = new Date(time.getAttribute("datetime") ?? "");
    if (Number.isNaN(moment.getTime())) continue;
    const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
    time.textContent = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
    time.setAttribute("title", moment.toString());
    time.removeAttribute("data-time");
  }
}

/** Copy what a button says it copies. @param {HTMLElement} button */
async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy ?? "");
  say(word("copied"));
}

/** Show or hide the secret beside a button. @param {HTMLElement} button */
function reveal(button) {
  const input = button.parentElement?.querySelector("input");
  if (input) input.type = input.type === "password" ? "text" : "password";
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const copies = target.closest("[data-copy]");
  if (copies instanceof HTMLElement) copy(copies).catch(() => say(word("failed")));
  const reveals = target.closest("[data-reveal]");
  if (reveals instanceof HTMLElement) reveal(reveals);
  if (target.closest("[aria-disabled='true']")) event.preventDefault();
});

/** A form that is on its way cannot be sent again. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
  const button = event.submitter ?? form.querySelector("button:not([type='button'])");
  button?.setAttribute("aria-busy", "true");
});

/** A page that comes back from the browser's memory starts anew. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) form.removeAttribute("data-sent");
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

localTimes(document);
document.addEventListener("fragment", (event) => localTimes(/** @type {Element} */ (event.target)));
watchExpiry();

/** A draft is done with once its form was sent and the answer is not that form again, nor a refusal. */
const sent = sessionStorage.getItem("sent draft");
if (sent && !document.querySelector("[data-signed-out]")) {
  sessionStorage.removeItem("sent draft");
  if (!document.querySelector(`form[data-draft="${CSS.escape(sent)}"]`)) sessionStorage.removeItem(`draft ${sent}`);
}
if (document.querySelector("form[data-draft]")) import("./drafts.js");
