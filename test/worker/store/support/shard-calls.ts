import { Budget } from "../../../../src/store/shards/tenant-rows.ts";
import type { Calls, Filled } from "./store-calls.ts";

// Calls of the functions that are not about the rows of one open tenant. Those that delete come last.

const deletedOf = ({ database, store }: Filled) => ({
  database,
  ref: store.tenantId,
  streamKey: "00",
  deletedAt: 1,
});

export const SHARD_CALLS: Calls = {
  storeOfConfirmation: ({ databases, newest }) => [[databases, newest[0]?.id]],
  sealedCount: ({ databases }) => [[databases]],
  sealedFrom: ({ databases }) => [[databases, 1_000, 500]],
  listTenants: ({ databases }) => [[databases]],
  refOfStream: ({ databases }) => [[databases, "absent"]],
  openTenant: ({ databases, store }) => [[databases, store.tenantId]],
  openEnding: ({ databases, store, now }) => [[databases, store.tenantId, now]],
  openDeleted: ({ databases, store }) => [[databases, store.tenantId]],
  readShard: ({ database, store }) => [[database, store.tenantId]],
  placeOf: ({ databases, store }) => [[databases, store.tenantId, "0"]],
  shardsAfter: ({ database }) => [[database]],
  setMove: ({ database }) => [
    [database, { ref: "0Filled1", shard: "1", state: "leaving", at: 1 }, [null]],
    [database, { ref: "0Filled1", shard: "1", state: "left", at: 1 }, ["leaving"]],
  ],
  endMove: ({ database }) => [[database, { ref: "0Filled1", shard: "1", state: "left", at: 1 }]],
  // With an empty copy, and with one that has every row.
  copyRows: ({ database, databases, store }) => [
    [database, databases.of("1"), store.tenantId, new Budget(4)],
    [database, database, store.tenantId, new Budget(100)],
  ],
  findDeleted: ({ databases, store }) => [[databases, store.tenantId]],
  keepOnlyLabels: (filled) => [[deletedOf(filled), (seq: number) => `label ${seq}`, new Budget(2)]],
  keepOnlyReports: (filled) => [[deletedOf(filled), new Budget(3)]],
  nextReportAt: (filled) => [[deletedOf(filled)]],
  deleteAllElse: (filled) => [[deletedOf(filled), true, new Budget(2)]],
  destroyStreamKey: (filled) => [[deletedOf(filled)]],
  deleteRows: ({ database, store }) => [
    [database, "0Filled1", new Budget(100)],
    [database, store.tenantId, new Budget(2)],
  ],
  deleteWhere: ({ database, store }) => [
    [database, store.tenantId, new Budget(2), "webhooks", "id = 'absent'"],
  ],
  markSandboxEnded: ({ store, now }) => [[store, now]],
  isSandbox: ({ store }) => [[store]],
  endedSandboxes: ({ database, now }) => [[database, now, 50]],
  countSandboxes: ({ database }) => [[database, 100]],
  tenantsWithWork: ({ database, now }) => [[database, now]],
  insertChallenge: ({ database }) => [[database, "call", { purpose: "sign-in", personId: null }, 1]],
  useChallenge: ({ database }) => [[database, "call", { purpose: "sign-in", personId: null }, 0, "by"]],
  insertTenant: ({ databases }) => [
    [
      databases,
      { id: "0Filled0", name: "", streamKey: "", genesisSalt: "", createdAt: 1, signupUntil: 1 },
      () => [],
    ],
  ],
  deleteExpiredSignUps: ({ database, now }) => [[database, now]],
  deleteExpiredRows: ({ database, now }) => [[database, now + 365 * 86_400_000]],
  checkWritable: ({ database }) => [[database, "call"]],
  addCallCounts: ({ database, now }) => [
    [database, [{ minute: now, kind: "ask", withinMilliseconds: 1, answered: 1, failed: 0 }]],
  ],
  readCallCounts: ({ database, now }) => [[database, now - 3_600_000]],
};
