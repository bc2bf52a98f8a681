/**
 * The review beside a policy editor, as the server renders it: asked for while the text changes, the older
 * question dropped when a newer one goes out. Findings mark their lines; "fix" changes the text, undone like typing.
 */

import { able, ask, fill, posted } from "./fragments.js";

const PAUSE = 400; // milliseconds without a key press

/** The marks of the lines that findings are about. */
function marks(panel) {
  const found = new Map();
  for (const each of panel.querySelectorAll("[data-line]")) {
    const line = Number(each.dataset.line);
    if (found.get(line) !== "error") found.set(line, each.dataset.severity ?? "warning");
  }
  return found;
}

/**
 * @param {HTMLElement} root of the editor; `data-review` is what its form is posted to
 * @param {HTMLTextAreaElement} area
 * @param {{mark: Function, go: Function, write: Function}} editor
 */
export function live(root, area, editor) {
  const panel = root.querySelector("[data-policy-review]");
  if (!panel || !area.form) return;
  editor.mark(marks(panel));
  panel.addEventListener("click", (event) => {
    const fix = event.target.closest("[data-fix]");
    const line = event.target.closest("[data-go-line]");
    if (fix) {
      event.preventDefault();
      editor.write(fix.value);
    } else if (line) {
      event.preventDefault();
      editor.go(Number(line.dataset.goLine), Number(line.dataset.goColumn ?? 1));
    }
  });
  if (!root.dataset.review || !able) return; // the Review button still works
  for (const button of root.querySelectorAll(".policy-again")) button.hidden = true;

  let timer = 0;
  let asking = new AbortController();
  const review = async () => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    panel.setAttribute("aria-busy", "true");
    try {
      const answer = await ask(root.dataset.review, { method: "POST", body: posted(area.form), signal });
      const html = answer?.ok ? await answer.text() : "";
      if (!html || signal.aborted) return;
      const held = panel.contains(document.activeElement);
      fill(panel, html);
      if (held) panel.focus(); // the button that was pressed is gone
      editor.mark(marks(panel));
    } catch (error) {
      // A newer question, or the server is gone: the panel keeps its last answer, and OK tells of it.
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    } finally {
      if (!signal.aborted) panel.removeAttribute("aria-busy");
    }
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(review, PAUSE);
  });
}
