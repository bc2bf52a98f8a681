/**
 * A page that shows secrets: files made of what it shows, a question before it is closed, and
 * nothing left for Back or Reload. The page's address becomes that of the plain page it leads to.
 */

const once = /** @type {HTMLElement | null} */ (document.querySelector("[data-once]"));
let kept = false;

/** What an entry shows, by name. @param {Element} entry @returns {Map<string, string>} */
function shown(entry) {
  const found = new Map();
  for (const each of entry.querySelectorAll("[data-field]")) {
    found.set(each.getAttribute("data-field"), each instanceof HTMLInputElement ? each.value : each.textContent);
  }
  return found;
}

/** A field of a CSV file; spreadsheets run what begins like a formula. @param {string} text */
function field(text) {
  const plain = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** @type {Record<string, (entries: Map<string, string>[]) => [string, string, string]>} */
const FORMS = {
  csv(entries) {
    const names = [...new Set(entries.flatMap((entry) => [...entry.keys()]))];
    const rows = entries.map((entry) => names.map((name) => secretOr(name, entry.get(name) ?? "")).join(","));
    return ["csv", "text/csv", [names.map(field).join(","), ...rows, ""].join("\r\n")];
  },
  env(entries) {
    const [entry] = entries;
    return [
      "env",
      "text/plain",
      `ALIBABA_CLOUD_ACCESS_KEY_ID=${entry.get("AccessKey ID")}\nALIBABA_CLOUD_ACCESS_KEY_SECRET=${entry.get("AccessKey Secret")}\n`,
    ];
  },
  profile(entries) {
    const [entry] = entries;
    const profile = {
      name: once?.dataset.file,
      mode: "AK",
      access_key_id: entry.get("AccessKey ID"),
      access_key_secret: entry.get("AccessKey Secret"),
      region_id: "cn-shanghai",
      output_format: "json",
      language: "en",
    };
    return ["json", "application/json", `${JSON.stringify({ current: profile.name, profiles: [profile] }, null, 2)}\n`];
  },
};

/** Secrets stay as they are: nobody chose them to harm a spreadsheet. @param {string} name @param {string} text */
function secretOr(name, text) {
  return /Secret|Password/.test(name) ? `"${text.replaceAll('"', '""')}"` : field(text);
}

/** Hand a file to the browser. @param {string} form */
function download(form) {
  const entries = [...document.querySelectorAll("[data-secrets]")].map(shown);
  const [ending, type, text] = FORMS[form](entries);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = `${once?.dataset.file ?? "secrets"}.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  kept = true;
}

/** Leave nothing behind for whoever comes back to this page. */
function forget() {
  for (const each of document.querySelectorAll("[data-secret]")) {
    if (each instanceof HTMLInputElement) {
      each.value = "";
      each.removeAttribute("value");
    } else each.remove();
  }
  for (const each of document.querySelectorAll("[data-secrets] [data-copy]")) each.removeAttribute("data-copy");
}

if (once) {
  history.replaceState(null, "", once.dataset.once);
  addEventListener("pagehide", forget);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const button = target.closest("[data-download]");
    if (button instanceof HTMLElement) download(button.dataset.download ?? "csv");
    if (target.closest("[data-secrets] [data-copy]")) kept = true;
    const shut = target.closest("[data-close]");
    if (!(shut instanceof HTMLAnchorElement) || kept) return;
    event.preventDefault();
    /** @type {HTMLDialogElement | null} */ (document.getElementById("saved"))?.showModal();
  });
  document.querySelector("#saved [data-back]")?.addEventListener("click", () => {
    /** @type {HTMLDialogElement | null} */ (document.getElementById("saved"))?.close();
  });
  for (const button of document.querySelectorAll("[data-download]")) button.removeAttribute("hidden");
}

