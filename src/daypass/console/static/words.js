/** Texts that scripts show; they come with the page, in its language. */

const words = document.getElementById("words");

/** @param {string} name @returns {string} */
export function word(name) {
  return words?.dataset[name] ?? "";
}

/** Say something for a moment, to eyes and to screen readers. @param {string} text */
export function say(text) {
  document.getElementById("toast")?.remove();
  const toast = document.createElement("div");
  toast.id = "toast";
  toast.role = "status";
  toast.popover = "manual";
  document.body.append(toast);
  toast.showPopover();
  toast.textContent = text;
  setTimeout(() => toast.remove(), 2500);
}
