/** The session's end: a warning before it, and signing in again without leaving the page. */

import { able, ask, fill, posted, show } from "./fragments.js";

const WARNING = 5 * 60;

/** Seconds without a word from the server after which a session may have ended unnoticed. */
const SILENCE = 5 * 60;

/** Seconds that are left, by the server's clock. */
function left() {
  const { expires, now } = document.body.dataset;
  return Number(expires) - Number(now) - performance.now() / 1000;
}

/** Show the banner when the time comes. */
export function watchExpiry() {
  const banner = document.getElementById("expiry");
  if (!banner || !document.body.dataset.expires) return;
  banner.querySelector("[data-sign-in]")?.addEventListener("click", (event) => {
    if (!able) return;
    event.preventDefault();
    signIn();
  });
  setInterval(() => {
    banner.hidden = left() > WARNING;
  }, 1000);
  banner.hidden = left() > WARNING;
}

/** @type {Promise<boolean> | null} */
let pending = null;

/** Ask to sign in, in a dialog; whether that was done. Forms on the page stay as they are. */
export function signIn() {
  pending ??= inDialog().finally(() => {
    pending = null;
  });
  return pending;
}

/** @returns {Promise<boolean>} */
async function inDialog() {
  const first = await fetch("/sign-in", { headers: { "X-Fragment": "1" } });
  const box = show(await first.text());
  return new Promise((resolve) => {
    box.addEventListener("close", () => resolve(false));
    box.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const form = /** @type {HTMLFormElement} */ (event.target);
      const fields = posted(form);
      const button = event.submitter;
      if (button instanceof HTMLButtonElement && button.name) fields.append(button.name, button.value);
      const answer = await fetch(form.action, { method: "POST", headers: { "X-Fragment": "1" }, body: fields });
      const token = answer.headers.get("X-Form-Token");
      if (!token) return fill(/** @type {Element} */ (box.lastElementChild), await answer.text());
      renew(token, answer.headers.get("X-Expires") ?? "0");
      resolve(true);
      box.close();
    });
  });
}

/** Give the forms of this page to the new session. @param {string} token @param {string} expires */
function renew(token, expires) {
  for (const input of document.querySelectorAll("input[name='form_token']")) input.setAttribute("value", token);
  document.body.dataset.expires = expires;
}

/** When the server was last heard of, in seconds since the page was loaded. */
let heard = 0;

/** Whether the session goes on, as far as is known; after minutes of silence the server is asked. */
async function goesOn() {
  if (left() <= 0) return signIn();
  if (performance.now() / 1000 - heard < SILENCE) return true;
  const answer = await ask("/search", { method: "HEAD" });
  heard = performance.now() / 1000;
  return answer !== null;
}

/** A form that an ended session would lose is sent once somebody is signed in again. */
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || !document.body.dataset.expires) return;
    if (!able || form.dataset.sure || form.closest("dialog form[action^='/sign-in']")) return;
    if (left() > 0 && performance.now() / 1000 - heard < SILENCE) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    goesOn().then((sure) => {
      if (!sure) return;
      form.dataset.sure = "true";
      form.requestSubmit(button);
      delete form.dataset.sure;
    });
  },
  true,
);
