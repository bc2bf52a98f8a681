/** The step that a form leads to is shown in a dialog, where the browser can; `data-whole` leads to a page of its own. */

import { able, ask, posted, show } from "./fragments.js";

/** @param {HTMLFormElement} form */
async function next(form) {
  const answer = await ask(form.action, { method: "POST", body: posted(form) });
  if (answer?.ok) show(await answer.text());
  else if (answer) form.submit();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!able || event.defaultPrevented || !(form instanceof HTMLFormElement) || form.closest("dialog")) return;
  if (form.method !== "post" || button?.hasAttribute("formaction")) return;
  event.preventDefault();
  delete form.dataset.sent;
  button?.removeAttribute("aria-busy");
  next(form).catch(() => form.submit());
});
