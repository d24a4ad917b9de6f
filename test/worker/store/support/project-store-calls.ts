import { insertTrailIfChanged } from "../../../../src/store/account/trail.ts";
import { FILLED_PROJECTS } from "./filled-tenant.ts";
import type { Filled } from "./store-calls.ts";

// Calls of the functions for projects and their API keys, and for the first page of the console.

const [PROJECT] = FILLED_PROJECTS;
let entries = 0;
export const trailEntry = ({ now }: Filled) =>
  insertTrailIfChanged({
    id: `y_call_${entries++}`,
    at: now,
    actorKind: "service",
    actorId: "",
    actorName: "",
    act: "",
    subjectId: "",
    subjectName: "",
    detail: "{}",
    place: "",
  });
const newKeyRow = (id: string, replaces: string | null = null) => ({
  id,
  hash: id,
  redacted: "",
  name: "",
  projectId: PROJECT,
  scopes: "",
  personId: null,
  agent: false,
  createdAt: 1,
  expiresAt: null,
  waiting: false,
  replaces,
});

export const PROJECT_CALLS: Readonly<Record<string, (filled: Filled) => readonly (readonly unknown[])[]>> = {
  findProject: ({ store }) => [[store, PROJECT]],
  readProjects: ({ store }) => [
    [store, false],
    [store, true],
  ],
  findTestProject: ({ store }) => [[store]],
  countLiveProjects: ({ store }) => [[store, 1_000]],
  findProjectByName: ({ store }) => [[store, "name"]],
  insertProjectIf: (filled) => [
    [filled.store, { id: "j_new", name: "New", mode: "live", createdAt: 1 }, 1_000, trailEntry(filled)],
  ],
  renameProject: (filled) => [[filled.store, { id: "j_new", was: "New", name: "Newer" }, trailEntry(filled)]],
  archiveProject: (filled) => [[filled.store, "j_new", 2, trailEntry(filled)]],
  readProjectKeys: ({ store, now }) => [[store, PROJECT, now, 50]],
  findReplacement: ({ store }) => [[store, "k_1"]],
  insertKeyIf: (filled) => [[filled.store, newKeyRow("k_new"), 100, trailEntry(filled)]],
  replaceKey: (filled) => [[filled.store, newKeyRow("k_newer", "k_new"), filled.now, trailEntry(filled)]],
  setKeyChange: ({ store }) => [[store, "k_new", "c_1"]],
  revokeKey: (filled) => [[filled.store, "k_new", filled.now, trailEntry(filled)]],
  readFirstSteps: ({ store }) => [[store]],
  countForOverview: ({ store, now }) => [[store, now, 1_000]],
  hideFirstSteps: (filled) => [[filled.store, 1, trailEntry(filled)]],
  findFirstProject: ({ store }) => [[store]],
};
