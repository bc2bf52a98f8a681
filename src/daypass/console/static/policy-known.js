/** What an editor can suggest: services, actions, condition keys, principals. Asked for once, when first needed. */

/**
 * @param {string | undefined} address of a JSON answer: {services, actions, arns, keys, principals}
 * @param {(address: string) => Promise<any>} ask
 */
export function knowledge(address, ask) {
  let answer;
  const waiting = new Set();
  const all = () => (answer ??= (address ? ask(address) : Promise.resolve({})).catch(() => ({})));
  const services = async () => (await all()).services ?? [];
  const actions = async (service) => {
    const known = (await all()).actions ?? {};
    return service && known[service] ? known[service] : service ? [] : Object.values(known).flat();
  };
  const arns = async (service) => ((await all()).arns ?? {})[service] ?? [];
  return {
    account: "",
    services,
    actions,
    arns,
    /** The last parts of ARNs. */
    resources: async (service) => (await arns(service)).map(({ value, hint }) => ({ value: value.split(":").slice(4).join(":"), hint })),
    keys: async () => (await all()).keys ?? [],
    principals: async (type) => ((await all()).principals ?? {})[type] ?? [],
    /** Remember work under way, so that `settled` can wait for it. */
    after(work) {
      waiting.add(work);
      work.finally(() => waiting.delete(work));
    },
    settled: () => Promise.all(waiting),
  };
}
