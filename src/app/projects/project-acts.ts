import { scopesToGive } from "../../core/account/scope-terms.ts";
import type { ProjectItem, ProjectList, ProjectPage } from "../../core/pages/project-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findKey } from "../../store/account/api-keys.ts";
import { readProjectKeys } from "../../store/project/project-keys.ts";
import { archiveProject, findProject, readProjects, renameProject } from "../../store/project/projects.ts";
import { readChannels } from "../../store/channels/own-channels.ts";
import { act, messageAct, type ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { cancelKeyChange } from "../keys/key-acts.ts";
import { channelItem } from "../channels/channel-item.ts";
import { keyItems, projectItem } from "../keys/key-item.ts";
import { newId } from "../runtime.ts";
import { createProject } from "./create-project.ts";
import {
  changeRules,
  addProjectHook,
  ownedBy,
  removeProjectHook,
  testProjectHook,
} from "./project-notices.ts";
import { isArchived, nameTaken, UNKNOWN_PROJECT } from "./project-refusals.ts";

/** The keys that ended last, on the page of their project. */
const ENDED_KEYS_MAX = 50;

export const PROJECT_ACTS = {
  "projects.read": act("projects.read", listProjects),
  "project.read": act("keys.read", readProject),
  "projects.create": act("projects.change", createProject),
  "projects.rename": act("projects.change", rename),
  "projects.archive": act("projects.change", archive),
  "projects.notices": act("projects.change", changeRules),
  "projects.add-hook": act("projects.change", addProjectHook),
  "projects.test-hook": messageAct("projects.change", testProjectHook),
  "projects.remove-hook": act("projects.change", removeProjectHook),
};

async function listProjects(
  { runtime, store }: ActCall,
  { archived }: { readonly archived: boolean },
): Promise<Result<ProjectList>> {
  const items = (await readProjects(store, archived)).map(projectItem);
  const byName = items.toSorted((one, other) => one.name.localeCompare(other.name, "en"));
  return accept({ projects: byName, archived, newId: newId(runtime, "j") });
}

interface ProjectQuery {
  /** Null: the project of the API key that asks. */
  readonly project: string | null;
  /** A chat room to which a test notice was just sent. */
  readonly tested?: string | undefined;
}

async function readProject(
  { runtime, store, actor }: ActCall,
  { project: id, tested }: ProjectQuery,
): Promise<Result<ProjectPage>> {
  const own = id === null && actor.kind === "key" ? await findKey(store, actor.key.id) : undefined;
  const project = await findProject(store, id ?? own?.projectId ?? "");
  if (project === undefined) return UNKNOWN_PROJECT;
  const now = runtime.now();
  const { current, ended } = await readProjectKeys(store, project.id, now, ENDED_KEYS_MAX);
  const rooms = (await readChannels(store, ownedBy(project.id))).map(channelItem);
  return accept({
    project: projectItem(project),
    keys: await keyItems(store, current, project, now),
    ended: await keyItems(store, ended, project, now),
    scopes: actor.kind === "person" ? scopesToGive(actor.person.role) : [],
    newKeyId: newId(runtime, "k"),
    rooms,
    tested: rooms.find((room) => room.id === tested) ?? null,
    newRoomId: newId(runtime, "n"),
  });
}

interface NewName {
  readonly project: string;
  /** What the person saw. Null: it does not matter what it was. */
  readonly was: string | null;
  readonly name: string;
}

async function rename(
  call: ActCall,
  { project: id, was: seen, name }: NewName,
): Promise<Result<ProjectItem>> {
  const { store } = call;
  const before = await findProject(store, id);
  if (before === undefined) return UNKNOWN_PROJECT;
  const was = seen ?? before.name;
  if (was === name && before.name === name) return accept(projectItem(before));
  const done = { act: "project.renamed" as const, subject: { id, name }, detail: { from: was, to: name } };
  await renameProject(store, { id, was, name }, trailEntry(call, done));
  const after = await findProject(store, id);
  if (after === undefined) return UNKNOWN_PROJECT;
  if (after.archivedAt !== null) return isArchived(after.name);
  if (after.name === name) return accept(projectItem(after));
  if (after.name !== was)
    return refuse(
      "changed_meanwhile",
      `somebody else has called this project "${after.name}" meanwhile; look at it and send your change again`,
    );
  return nameTaken(name);
}

/** Its keys stop at once. Requests that are pending can still be decided. Repeated, it changes nothing. */
async function archive(
  call: ActCall,
  { project: id }: { readonly project: string },
): Promise<Result<ProjectItem>> {
  const { runtime, store } = call;
  const project = await findProject(store, id);
  if (project === undefined) return UNKNOWN_PROJECT;
  const now = runtime.now();
  const { current } = await readProjectKeys(store, id, now, 0);
  const done = { act: "project.archived" as const, subject: { id, name: project.name } };
  await archiveProject(store, id, now, trailEntry(call, done));
  for (const key of current) await cancelKeyChange(call, key);
  const after = await findProject(store, id);
  return after === undefined ? UNKNOWN_PROJECT : accept(projectItem(after));
}
