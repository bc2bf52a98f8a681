/** What an editor can suggest: services, actions, condition keys, principals. Asked for once, when first needed. */

/**
 * @param {string | undefined} address of a JSON answer: {services, actions, arns, keys, principals}
 * @param {(address: string) => Promise<any>} ask
 */
export function knowledge(address, ask) {
  let answer;
  const waiting = new Set();
  const all = () => (answer ??= (address ? ask(address) : Promise.resolve({})).catch(() => ({})));
  /** What stands under a name; names come from policies, so `constructor` must not find anything. */
  const under = (table, name) => (table && Object.hasOwn(table, name) ? table[name] : []);
  const services = async () => (await all()).services ?? [];
  const actions = async (service) => {
    const known = (await all()).actions ?? {};
    return service ? under(known, service) : Object.values(known).flat();
  };
  const arns = async (service) => under((await all()).arns, service);
  return {
    account: "",
    services,
    actions,
    arns,
    /** The last parts of ARNs. */
    resources: async (service) => (await arns(service)).map(({ value, hint }) => ({ value: value.split(":").slice(4).join(":"), hint })),
    keys: async () => (await all()).keys ?? [],
    principals: async (type) => under((await all()).principals, type),
    /** Remember work under way, so that `settled` can wait for it. */
    after(work) {
      waiting.add(work);
      work.finally(() => waiting.delete(work));
    },
    settled: () => Promise.all(waiting),
  };
}
