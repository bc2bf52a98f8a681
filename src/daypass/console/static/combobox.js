/**
 * The combobox pattern of ARIA for text inputs: a list of suggestions that keyboard, pointer and screen readers reach.
 *
 * @typedef {{value: string, hint?: string}} Option
 */

import { el } from "./el.js";

const MOST = 50;
let made = 0;

/** Options that contain all of what was typed, those that start with it first. */
export function matching(options, typed, most = MOST) {
  const wanted = typed.trim().toLowerCase();
  const found = options.filter(({ value }) => value.toLowerCase().includes(wanted));
  const starts = ({ value }) => (value.toLowerCase().startsWith(wanted) ? 0 : 1);
  return found.sort((one, other) => starts(one) - starts(other)).slice(0, most);
}

/** Make the list that belongs to a text field. */
export function listbox(label) {
  made += 1;
  return el("ul", { role: "listbox", id: `suggestions-${made}`, "aria-label": label, class: "suggestions", hidden: "" });
}

/** Show options in a list; says which one is active. */
export function fill(list, options, active, choose) {
  list.replaceChildren(
    ...options.map((option, index) => {
      const item = el("li", { role: "option", id: `${list.id}-${index}`, "aria-selected": String(index === active) }, [
        el("span", {}, [option.value]),
        ...(option.hint ? [el("small", {}, [option.hint])] : []),
      ]);
      item.addEventListener("pointerdown", (event) => {
        event.preventDefault(); // the field keeps the focus
        choose(option);
      });
      return item;
    }),
  );
  list.hidden = !options.length;
  list.children[active]?.scrollIntoView({ block: "nearest" });
}

/**
 * Make an input suggest; returns what is put in its place in the page.
 *
 * @param {HTMLInputElement} input
 * @param {(typed: string) => Option[] | Promise<Option[]>} suggest
 * @param {(value: string) => void} chosen called with a suggestion taken, or with what was typed and Enter
 * @param {string} label of the list
 */
export function combobox(input, suggest, chosen, label) {
  const list = listbox(label);
  let options = [];
  let active = -1;
  let asked = 0;
  const set = (attributes) => Object.entries(attributes).forEach(([name, value]) => input.setAttribute(name, value));
  set({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list", autocomplete: "off" });

  const draw = () => {
    fill(list, options, active, take);
    input.setAttribute("aria-expanded", String(options.length > 0));
    if (active >= 0) input.setAttribute("aria-activedescendant", `${list.id}-${active}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    asked += 1;
    options = [];
    active = -1;
    draw();
  };
  const open = async (first = -1) => {
    const turn = (asked += 1);
    const found = await suggest(input.value);
    if (turn !== asked || document.activeElement !== input) return;
    options = found;
    active = found.length ? first : -1;
    draw();
  };
  const take = (option) => {
    input.value = option.value;
    close();
    chosen(option.value);
  };

  input.addEventListener("input", () => open());
  input.addEventListener("click", () => open());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!options.length) {
        open(0);
        return;
      }
      active += event.key === "ArrowDown" ? 1 : -1;
      if (active < -1) active = options.length - 1;
      if (active >= options.length) active = -1;
      draw();
    } else if (event.key === "Escape" && options.length) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Enter") {
      event.preventDefault(); // the form is not sent from here
      if (active >= 0) take(options[active]);
      else if (input.value.trim()) {
        close();
        chosen(input.value.trim());
      }
    }
  });
  return el("span", { class: "combobox" }, [input, list]);
}
