import { FILLED_APPROVERS, FILLED_PROJECTS } from "./filled-tenant.ts";
import { trailEntry } from "./project-store-calls.ts";
import type { Calls } from "./store-calls.ts";

// Calls of the functions for channels and what people set about their notices.

const [PROJECT] = FILLED_PROJECTS;
const [PERSON = ""] = FILLED_APPROVERS;
const OWN = { kind: "person", id: PERSON };
const ITS = { kind: "project", id: PROJECT };
const newChannel = (id: string, more: object = {}) => ({
  id,
  kind: "chat",
  name: "Team",
  address: `https://chat.example/${id}`,
  keys: null,
  use: "default",
  createdAt: 1,
  verifiedAt: 1,
  linkedAt: null,
  ...more,
});
const RULES = { noticeKinds: "push", hidesContent: false, reminderPercent: 50 };
const QUIET = { quietFrom: 1_320, quietUntil: 420, timeZone: "UTC" };
const LOUD = { quietFrom: null, quietUntil: null, timeZone: "UTC" };

export const CHANNEL_CALLS: Calls = {
  insertChannelIf: (filled) => [
    [filled.store, OWN, newChannel("n_chat"), trailEntry(filled)],
    [filled.store, OWN, newChannel("n_mail", { kind: "email", linkedAt: 1 }), trailEntry(filled)],
    [filled.store, ITS, newChannel("n_room"), trailEntry(filled)],
  ],
  insertSubscription: (filled) => [
    [filled.store, PERSON, newChannel("n_push", { kind: "push", keys: "{}" }), trailEntry(filled)],
  ],
  noteLink: (filled) => [
    [filled.store, { id: "n_mail", person: PERSON, now: filled.now }, trailEntry(filled)],
  ],
  readChannels: ({ store }) => [
    [store, OWN],
    [store, ITS],
  ],
  readLostChannels: ({ store }) => [[store, PERSON, 0, 5]],
  findChannel: ({ store }) => [[store, "n_chat"]],
  findChannelOf: ({ store }) => [[store, OWN, "n_chat"]],
  findChannelByAddress: ({ store }) => [[store, OWN, { kind: "email", address: "" }]],
  changeChannel: (filled) => [
    [
      filled.store,
      { id: "n_chat", owner: OWN, was: { name: "Team", use: "default" }, now: { name: "Us", use: "never" } },
      trailEntry(filled),
    ],
  ],
  verifyChannel: (filled) => [
    [filled.store, { id: "n_mail", address: "https://chat.example/n_mail", now: 2 }, trailEntry(filled)],
  ],
  unsubscribeChannel: (filled) => [[filled.store, "n_mail", 3, trailEntry(filled)]],
  removeChannel: (filled) => [[filled.store, { id: "n_chat", owner: OWN, now: 3 }, trailEntry(filled)]],
  readAskingProjects: ({ store }) => [[store, PERSON, 100]],
  findNoticeSettings: ({ store }) => [[store, PERSON]],
  noticeSettingsOf: ({ store }) => [[store, [PERSON]]],
  saveQuietHours: (filled) => [[filled.store, PERSON, { was: LOUD, now: QUIET }, trailEntry(filled)]],
  pauseNotices: (filled) => [[filled.store, PERSON, { until: 1, zone: "UTC" }, trailEntry(filled)]],
  resumeNotices: (filled) => [[filled.store, PERSON, trailEntry(filled)]],
  changeNoticeRules: (filled) => [
    [filled.store, { project: PROJECT, was: RULES, now: RULES }, trailEntry(filled)],
  ],
};
