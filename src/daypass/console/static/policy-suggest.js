/** What may stand where the caret is in a policy's JSON. */

import { OPERATORS } from "./policy-parts.js";

const STATEMENT = ["Effect", "Action", "NotAction", "Resource", "Principal", "Condition"];
const options = (values) => values.map((value) => ({ value }));

/**
 * @param {ReturnType<typeof import("./policy-known.js").knowledge>} known
 * @returns {(place: {path: string[], isName: boolean, typed: string}) => Promise<{value: string, hint?: string}[]>}
 */
export function suggestions(known) {
  return async ({ path, isName, typed }) => {
    const [first, element, operator, key] = path;
    if (isName && !path.length) return options(["Version", "Statement"]);
    if (first !== "Statement") return first === "Version" ? options(["1"]) : [];
    if (isName) {
      if (!element) return options(STATEMENT);
      if (element === "Principal") return options(["RAM", "Service", "Federated"]);
      if (element !== "Condition") return [];
      return operator ? known.keys() : options(OPERATORS);
    }
    if (element === "Effect") return options(["Allow", "Deny"]);
    if (element === "Action" || element === "NotAction") {
      const service = typed.includes(":") ? typed.split(":")[0].toLowerCase() : "";
      return service ? known.actions(service) : known.services().then((all) => all.map(({ value, hint }) => ({ value: `${value}:`, hint })));
    }
    if (element === "Resource") {
      const all = await Promise.all((await known.services()).map(({ value }) => known.arns(value)));
      return [{ value: "*" }, ...all.flat()];
    }
    if (element === "Principal") return known.principals(operator ?? "RAM");
    if (element === "Condition" && key) return /MFAPresent|SecureTransport/i.test(key) ? options(["true", "false"]) : [];
    return [];
  };
}
