/** Says how long credentials are still good, each second. */

for (const each of document.querySelectorAll("[data-countdown]")) {
  const end = Date.parse(each.getAttribute("data-countdown") ?? "");
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    const hours = Math.floor(left / 3600);
    each.textContent = left ? `${hours}:${two(Math.floor((left % 3600) / 60))}:${two(left % 60)}` : (each.getAttribute("data-over") ?? "");
    if (left) setTimeout(tick, 1000);
  };
  tick();
}
