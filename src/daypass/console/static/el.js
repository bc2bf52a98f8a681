/**
 * Make an element. Texts become text nodes, never markup.
 *
 * @param {string} name
 * @param {Record<string, string | ((event: Event) => void) | boolean | null | undefined>} attributes
 *     a function is a listener for the event it is named for; false, null and undefined are left out
 * @param {(Node | string)[]} children
 */
export function el(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
