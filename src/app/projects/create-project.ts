import { checkProjectLimit } from "../../core/account/plan-limits.ts";
import type { ProjectMode } from "../../core/confirmation/project-mode.ts";
import type { ProjectItem } from "../../core/pages/project-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import {
  countLiveProjects,
  findProject,
  findProjectByName,
  insertProjectIf,
} from "../../store/project/projects.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { projectItem } from "../keys/key-item.ts";
import { newId } from "../runtime.ts";
import { nameTaken } from "./project-refusals.ts";

/** Archived ones included: their requests keep them. A page lists all. */
const PROJECTS_MAX = 1_000;

export interface NewProject {
  /** The form has chosen it, so that a form that is sent twice creates one project. Null: a new one. */
  readonly id: string | null;
  readonly name: string;
  readonly mode: ProjectMode;
}

export async function createProject(call: ActCall, input: NewProject): Promise<Result<ProjectItem>> {
  const { runtime, store } = call;
  const { name, mode } = input;
  const id = input.id ?? newId(runtime, "j");
  if ((await findProject(store, id)) !== undefined) return alreadyCreated(name);
  const done = { act: "project.created" as const, subject: { id, name }, detail: { mode } };
  await insertProjectIf(
    store,
    { id, name, mode, createdAt: runtime.now() },
    PROJECTS_MAX,
    trailEntry(call, done),
  );
  const stored = await findProject(store, id);
  if (stored !== undefined) return accept(projectItem(stored));
  if ((await findProjectByName(store, name)) !== undefined) return nameTaken(name);
  const { plan } = await store.own();
  const full =
    mode === "live" ? checkProjectLimit(plan, await countLiveProjects(store, PROJECTS_MAX)) : undefined;
  return (
    full ??
    refuse(
      "quota_exceeded",
      `an organisation has at most ${PROJECTS_MAX} projects, archived ones included; use one that exists`,
    )
  );
}

function alreadyCreated(name: string) {
  return refuse(
    "already_created",
    `this form has already created the project "${name}"; find it in the list`,
  );
}
