import { FILLED_PROJECTS } from "./filled-tenant.ts";
import { trailEntry } from "./project-store-calls.ts";
import type { Filled } from "./store-calls.ts";

// Calls of the functions for webhooks and their deliveries, as people see and change them.

const [PROJECT] = FILLED_PROJECTS;
const TERMS = { projectId: PROJECT, name: "New", url: "https://hooks.example/", events: "[]" };
const NEW = { ...TERMS, id: "w_new", format: "standard", createdAt: 1 };
const ofWebhook = { webhook: "w_one", from: 18_000, before: 20_000 };

export const WEBHOOK_CALLS = {
  readWebhooks: ({ store }: Filled) => [[store]],
  findWebhook: ({ store }: Filled) => [[store, "w_one"]],
  wasWebhook: ({ store }: Filled) => [[store, "w_one"]],
  insertWebhookIf: (filled: Filled) => [[filled.store, NEW, 20, trailEntry(filled)]],
  changeWebhook: (filled: Filled) => [
    [filled.store, "w_new", { was: TERMS, now: { ...TERMS, projectId: null } }, trailEntry(filled)],
  ],
  rotateSecrets: (filled: Filled) => [
    [filled.store, { id: "w_new", secretNumber: 1 }, filled.now, trailEntry(filled)],
  ],
  disableWebhook: (filled: Filled) => [[filled.store, "w_new", filled.now, trailEntry(filled)]],
  enableWebhook: (filled: Filled) => [[filled.store, "w_new", trailEntry(filled)]],
  removeWebhook: (filled: Filled) => [[filled.store, "w_new", filled.now, trailEntry(filled)]],
  readDeliveries: ({ store }: Filled) => [
    [store, { ...ofWebhook, state: null, type: null, limit: 51 }],
    [store, { ...ofWebhook, state: "failed", type: "quota.warning", limit: 51 }],
  ],
  readSequences: ({ store }: Filled) => [[store, "w_one"]],
  findDelivery: ({ store }: Filled) => [[store, "w_one", 1]],
  insertTestDelivery: (filled: Filled) => [
    [filled.store, { webhook: "w_one", eventId: "e_test", at: filled.now, data: "{}" }, trailEntry(filled)],
  ],
  replayRange: (filled: Filled) => {
    const { store, now } = filled;
    const replay = { ...ofWebhook, states: ["failed", "delivered"], since: now, now, soon: now };
    return [
      [store, replay, trailEntry(filled)],
      [store, replay, undefined],
    ];
  },
};
