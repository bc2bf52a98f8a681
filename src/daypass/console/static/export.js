/** Export of events: how far it has come, and a way to stop it. Without this the browser saves the answer by itself. */

import { say, word } from "./words.js";

/** Show how far it is. @param {HTMLElement} link @returns {{ show: (count: number) => void, close: () => void, signal: AbortSignal }} */
function progress(link) {
  const stop = new AbortController();
  const box = document.createElement("dialog");
  const text = document.createElement("p");
  const bar = document.createElement("progress");
  const cancel = document.createElement("button");
  box.id = "export";
  box.ariaLabel = text.textContent = link.dataset.reading ?? "";
  text.setAttribute("role", "status");
  bar.ariaLabel = text.textContent;
  cancel.type = "button";
  cancel.className = "button";
  cancel.textContent = link.dataset.cancel ?? "";
  cancel.addEventListener("click", () => box.close());
  box.addEventListener("close", () => {
    stop.abort();
    box.remove();
  });
  box.append(text, bar, cancel);
  document.body.append(box);
  box.showModal();
  return {
    show: (count) => (text.textContent = `${link.dataset.reading} ${count} ${link.dataset.events}`),
    close: () => box.close(),
    signal: stop.signal,
  };
}

/** Read an export, then save it. @param {HTMLAnchorElement} link */
async function save(link) {
  const shown = progress(link);
  try {
    const answer = await fetch(link.href, { signal: shown.signal });
    if (!answer.ok || !answer.body) throw new Error(String(answer.status));
    /** @type {BlobPart[]} */
    const parts = [];
    let count = 0;
    const reader = answer.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      for (const byte of part.value) if (byte === 10) count += 1;
      shown.show(count);
    }
    const address = URL.createObjectURL(new Blob(parts, { type: "application/x-ndjson" }));
    const file = document.createElement("a");
    file.href = address;
    file.download = link.download;
    file.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  } catch (fault) {
    if (!shown.signal.aborted) say(word("failed"));
  } finally {
    shown.close();
  }
}

document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a[data-export]");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  save(link);
});
