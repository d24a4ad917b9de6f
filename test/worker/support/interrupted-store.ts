import type { TenantStore } from "../../../src/store/tenant-store.ts";

/** The same store, but something else happens before its first statement that adds a step. */
export function interrupted(store: TenantStore, happens: () => Promise<unknown>): TenantStore {
  let happened = false;
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const call = (...values: unknown[]) => Reflect.apply(value, target, values) as unknown;
      if (name !== "change") return call;
      return async (...values: Parameters<TenantStore["change"]>) => {
        const addsStep = values[0].some((run) => run !== undefined && "step" in run.values);
        if (addsStep && !happened) {
          happened = true;
          await happens();
        }
        return call(...values);
      };
    },
  });
}
