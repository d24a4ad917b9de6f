import { isOfRequests, isPrivileged, type Scope } from "../../core/confirmation/scopes.ts";
import type { CreatedKey } from "../../core/pages/project-page-data.ts";
import { refuse, type Result } from "../../core/refusal.ts";
import { findProject } from "../../store/project/projects.ts";
import { insertKeyIf } from "../../store/project/project-keys.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { isoTime } from "../runtime.ts";
import { UNKNOWN_PROJECT } from "../projects/project-refusals.ts";
import { checkScopes } from "./give-scopes.ts";
import { draftKey, finishKey, insertedKey, whyNotAgain } from "./new-key.ts";

/** That have not ended, in one project. Each agent and each backend should have its own. */
export const KEYS_MAX = 100;
const DAY_MILLISECONDS = 24 * 3_600_000;

export interface NewKey {
  readonly id: string | null;
  readonly project: string;
  readonly label: string;
  readonly scopes: readonly Scope[];
  /** Null: it does not expire. */
  readonly expiresInDays: number | null;
  readonly agent: boolean;
}

export async function createKey(call: ActCall, input: NewKey): Promise<Result<CreatedKey>> {
  const { runtime, store } = call;
  const { id, label, scopes, expiresInDays, agent } = input;
  const allowed = await checkScopes(call, scopes);
  if (!allowed.ok) return allowed;
  const again = id === null ? undefined : await whyNotAgain(call, id);
  if (again) return again;
  const project = await findProject(store, input.project);
  if (project === undefined) return UNKNOWN_PROJECT;
  if (project.mode === "test" && scopes.some((scope) => !isOfRequests(scope)))
    return refuse(
      "validation_failed",
      "a key of a test project only asks, reads and uses requests; create this key in a live project",
      "/scopes",
    );
  const expiresAt = expiresInDays === null ? null : runtime.now() + expiresInDays * DAY_MILLISECONDS;
  const drafted = await draftKey(call, { id, project, label, scopes, expiresAt, agent, replaces: null });
  if (!drafted.ok) return drafted;
  const { row } = drafted.value;
  const detail = {
    project: project.name,
    scopes: row.scopes,
    expires: expiresAt === null ? "never" : isoTime(expiresAt),
    ...(agent ? { agent: "yes" } : {}),
    ...(isPrivileged(scopes) ? { waits: "for a signature" } : {}),
  };
  const done = { act: "key.created" as const, subject: { id: row.id, name: label }, detail };
  await insertKeyIf(store, row, KEYS_MAX, trailEntry(call, done));
  return (await insertedKey(call, drafted.value)) === undefined
    ? whyNotCreated(call, row.id, project.id)
    : finishKey(call, drafted.value);
}

async function whyNotCreated(call: ActCall, id: string, projectId: string): Promise<Result<never>> {
  const again = await whyNotAgain(call, id);
  if (again) return again;
  const project = await findProject(call.store, projectId);
  if (project !== undefined && project.archivedAt !== null)
    return refuse(
      "project_archived",
      `the project "${project.name}" is archived; create the key in another one`,
    );
  return refuse(
    "quota_exceeded",
    `the project has ${KEYS_MAX} keys; revoke one that is not used, or create the key in another project`,
  );
}
