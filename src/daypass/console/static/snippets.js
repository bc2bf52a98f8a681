/** "The same with": the texts as tabs, where without scripts they stand one after another. */

/** The tab that was looked at last, on whatever page. */
let chosen = sessionStorage.getItem("snippet") ?? "";

/** @param {Element} panel @param {string} name */
function choose(panel, name) {
  for (const tab of panel.querySelectorAll("[role='tab']")) {
    const here = tab.getAttribute("aria-controls") === name;
    tab.setAttribute("aria-selected", String(here));
    tab.setAttribute("tabindex", here ? "0" : "-1");
  }
  for (const text of panel.querySelectorAll("[role='tabpanel']")) text.toggleAttribute("hidden", text.id !== name);
}

/** Make tabs of the texts in an element. @param {Element} panel */
function arrange(panel) {
  const texts = [...panel.querySelectorAll("[data-snippet]")];
  if (!texts.length || panel.querySelector("[role='tablist']")) return;
  const list = document.createElement("div");
  list.className = "tabs";
  list.role = "tablist";
  for (const text of texts) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.role = "tab";
    tab.id = `${text.id}-tab`;
    tab.textContent = text.getAttribute("data-snippet");
    tab.setAttribute("aria-controls", text.id);
    tab.addEventListener("click", () => {
      chosen = text.id;
      sessionStorage.setItem("snippet", chosen);
      choose(panel, text.id);
    });
    list.append(tab);
    text.setAttribute("role", "tabpanel");
    text.setAttribute("aria-labelledby", tab.id);
  }
  list.addEventListener("keydown", (event) => {
    const tabs = /** @type {HTMLElement[]} */ ([...list.children]);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (!step || at < 0) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });
  texts[0].before(list);
  choose(panel, texts.some((text) => text.id === chosen) ? chosen : texts[0].id);
}

/** @param {ParentNode} root */
export function snippets(root) {
  for (const panel of root.querySelectorAll("[data-snippets]")) arrange(panel);
}

snippets(document);
document.addEventListener("fragment", (event) => {
  const target = /** @type {Element} */ (event.target);
  arrange(target.closest("[data-snippets]") ?? target);
  snippets(target);
});
