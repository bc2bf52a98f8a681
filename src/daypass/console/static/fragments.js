/**
 * Parts of pages, fetched and put in place.
 *
 * - `<form data-live="/url" data-into="#id">`: whenever the form changes, what it holds is posted
 *   to the URL, without passwords, and the answer shown in the element.
 * - `<form data-filter="#id">` (GET): the list in the element follows what is typed.
 * - `<a data-dialog href="/url">`: the page's content is shown in a dialog; the form in it is
 *   an ordinary one.
 * - `<div data-poll="/url">`: is replaced each second until the answer has no data-poll.
 *
 * Everything goes through setHTML, which lets no script through; a browser without it
 * keeps to whole pages.
 */

import { signIn } from "./session.js";
import { say, word } from "./words.js";

export const able = "setHTML" in Element.prototype;

/** Put HTML into an element. @param {Element} element @param {string} html */
export function fill(element, html) {
  /** @type {any} */ (element).setHTML(html, { sanitizer: {} });
  element.dispatchEvent(new CustomEvent("fragment", { bubbles: true }));
}

/**
 * Fetch the content of a page. When the session has ended, a dialog asks to sign in again and
 * the request is repeated; null if that is not done.
 *
 * @param {string} url
 * @param {RequestInit} [options]
 * @returns {Promise<Response | null>}
 */
export async function ask(url, options = {}) {
  const answer = await fetch(url, { ...options, headers: { "X-Fragment": "1", ...options.headers } });
  if (answer.status !== 401) return answer;
  if (!(await signIn())) return null;
  if (options.body instanceof URLSearchParams) {
    options.body.set("form_token", document.querySelector("input[name='form_token']")?.getAttribute("value") ?? "");
  }
  return ask(url, options);
}

/** What a form holds, as it would be posted. @param {HTMLFormElement} form */
export function posted(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
  return fields;
}

/** Call a function once things have been quiet for a while. @param {() => void} later @param {number} delay */
function calmly(later, delay) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(later, delay);
  };
}

/** @type {WeakMap<HTMLFormElement, number>} */
const asked = new WeakMap();

/** Show the answer to a form as it stands, unless the form has changed meanwhile. @param {HTMLFormElement} form */
async function review(form) {
  const target = document.querySelector(form.dataset.into ?? "");
  if (!target || !form.dataset.live) return;
  const turn = (asked.get(form) ?? 0) + 1;
  asked.set(form, turn);
  const body = posted(form);
  for (const secret of form.querySelectorAll("input[type='password'][name]")) body.delete(secret.getAttribute("name") ?? "");
  const answer = await ask(form.dataset.live, { method: "POST", body });
  if (answer && asked.get(form) === turn) fill(target, await answer.text());
}

/** Show the list that a filter asks for. @param {HTMLFormElement} form */
async function filter(form) {
  const target = document.querySelector(form.dataset.filter ?? "");
  if (!target) return;
  const turn = (asked.get(form) ?? 0) + 1;
  asked.set(form, turn);
  const url = new URL(form.getAttribute("action") || location.href, location.href);
  url.search = posted(form).toString();
  const answer = await ask(url.href);
  if (!answer || asked.get(form) !== turn) return;
  const page = document.createElement("div");
  fill(page, await answer.text());
  const found = page.querySelector(form.dataset.filter ?? "");
  if (found) target.replaceChildren(...found.childNodes);
  target.dispatchEvent(new CustomEvent("fragment", { bubbles: true }));
  history.replaceState(null, "", url);
}

/** Show a page's content in a dialog. @param {string} url */
export async function dialog(url) {
  const answer = await ask(url);
  if (answer) show(await answer.text());
}

/** Open a dialog with some content. @param {string} html @returns {HTMLDialogElement} */
export function show(html) {
  const box = document.createElement("dialog");
  const content = document.createElement("div");
  const shut = document.createElement("button");
  shut.type = "button";
  shut.className = "icon-button shut";
  shut.textContent = "✕";
  shut.ariaLabel = word("close");
  shut.addEventListener("click", () => box.close());
  box.append(shut, content);
  // What is behind cannot be reached, and is not told of either: two buttons of one name would be there.
  const behind = [...document.body.children].filter((each) => !each.hasAttribute("aria-hidden"));
  box.addEventListener("close", () => {
    for (const each of behind) each.removeAttribute("aria-hidden");
    box.remove();
  });
  for (const each of behind) each.setAttribute("aria-hidden", "true");
  document.body.append(box);
  fill(content, html);
  const title = content.querySelector("h1");
  if (title) box.ariaLabel = title.textContent;
  box.showModal();
  /** @type {HTMLElement | null} */ (content.querySelector("[autofocus], input:not([type='hidden']), select, textarea"))?.focus();
  return box;
}

/** Ask for what is polled, once. @param {HTMLElement} element */
async function poll(element) {
  if (!element.isConnected || !element.dataset.poll) return;
  const answer = await ask(element.dataset.poll);
  if (!answer) return;
  const fresh = document.createElement("div");
  fill(fresh, await answer.text());
  element.replaceWith(...fresh.childNodes);
  startPolls();
}

function startPolls() {
  for (const element of document.querySelectorAll("[data-poll]:not([data-polled])")) {
    element.setAttribute("data-polled", "");
    setTimeout(() => poll(/** @type {HTMLElement} */ (element)).catch(complain), 1000);
  }
}

function complain() {
  say(word("failed"));
}

if (able) {
  /** @type {WeakMap<HTMLFormElement, () => void>} */
  const calm = new WeakMap();
  const follow = (/** @type {Event} */ event) => {
    const form = /** @type {any} */ (event.target).form;
    if (!(form instanceof HTMLFormElement) || !(form.dataset.live || form.dataset.filter)) return;
    const act = form.dataset.live ? review : filter;
    if (!calm.has(form)) calm.set(form, calmly(() => act(form).catch(complain), 250));
    calm.get(form)?.();
  };
  document.addEventListener("input", follow);
  document.addEventListener("change", follow);
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("a[data-dialog]");
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog(link.href).catch(() => location.assign(link.href));
  });
  document.addEventListener("fragment", startPolls);
  startPolls();
}
