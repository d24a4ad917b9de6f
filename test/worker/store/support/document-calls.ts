import type { Filled } from "./store-calls.ts";

/** Calls about groups, policies and rules. */
export const DOCUMENT_CALLS = {
  documentsInForce: ({ store }: Filled) => [[store]],
  findDocument: ({ store }: Filled) => [
    [store, "group", "finance"],
    [store, "rules", ""],
  ],
  rememberedDirectory: ({ store }: Filled) => [[store]],
  areRulesInForce: ({ store }: Filled) => [[store]],
};
