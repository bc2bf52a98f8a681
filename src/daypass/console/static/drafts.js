/**
 * What is typed into a `<form data-draft="name">` is kept in this tab until the form is sent,
 * so that neither an ended session nor a wrong click loses it. Never passwords or hidden fields.
 */

import { say, word } from "./words.js";

for (const form of document.querySelectorAll("form[data-draft]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  const key = `draft ${form.dataset.draft}`;
  const fields = [...form.querySelectorAll("textarea, input[type='text']")].filter((field) => "name" in field && field.name);
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
  for (const field of /** @type {HTMLInputElement[]} */ (fields)) {
    if (typeof kept[field.name] === "string" && field.value === field.defaultValue && kept[field.name] !== field.value) {
      say(word("draft"));
      field.value = kept[field.name];
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  form.addEventListener("input", () => {
    const now = Object.fromEntries(/** @type {HTMLInputElement[]} */ (fields).map((field) => [field.name, field.value]));
    sessionStorage.setItem(key, JSON.stringify(now));
  });
  form.addEventListener("submit", () => sessionStorage.setItem("sent draft", form.dataset.draft ?? ""));
}
