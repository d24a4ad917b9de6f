import type { ProjectItem } from "../../core/pages/project-page-data.ts";
import type { ProjectRules } from "../../core/pages/sending/notices-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Owner } from "../../store/channels/own-channels.ts";
import { changeNoticeRules } from "../../store/project/notice-rules.ts";
import { findProject } from "../../store/project/projects.ts";
import type { ProjectRow } from "../../store/rows.ts";
import type { ActCall } from "../acts/act.ts";
import { changedValues } from "../acts/changed-values.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { insertHook, type NewHook } from "../channels/add-channel.ts";
import { removeOwned } from "../channels/remove-channel.ts";
import { testChannel } from "../channels/test-channel.ts";
import { projectItem } from "../keys/key-item.ts";
import { columnsOf, rulesOf } from "./notice-rules-of.ts";
import { isArchived, UNKNOWN_PROJECT } from "./project-refusals.ts";

// What a project says of the notices of its requests, and the chat rooms that hear of them.

interface RulesChange {
  readonly project: string;
  /** What the person saw. Null: it does not matter what it was. */
  readonly was: ProjectRules | null;
  /** What is left out stays as it is. */
  readonly now: { readonly [Name in keyof ProjectRules]?: ProjectRules[Name] | undefined };
}

export async function changeRules(
  call: ActCall,
  { project: id, was: seen, now: wanted }: RulesChange,
): Promise<Result<ProjectItem>> {
  const before = await liveProject(call, id);
  if (!before.ok) return before;
  const was = seen ?? rulesOf(before.value);
  const now: ProjectRules = {
    kinds: wanted.kinds ?? was.kinds,
    hidesContent: wanted.hidesContent ?? was.hidesContent,
    reminderPercent: wanted.reminderPercent ?? was.reminderPercent,
  };
  const detail = changedValues(textsOf(was), textsOf(now));
  if (Object.keys(detail).length > 0) {
    const subject = { id, name: before.value.name };
    const entry = trailEntry(call, { act: "project.notices", subject, detail });
    const change = { project: id, was: columnsOf(was), now: columnsOf(now) };
    if (!(await changeNoticeRules(call.store, change, entry)))
      return refuse(
        "changed_meanwhile",
        "somebody else has changed the notices of this project meanwhile; look at them and send your change again",
      );
  }
  const after = await findProject(call.store, id);
  return after === undefined ? UNKNOWN_PROJECT : accept(projectItem(after));
}

/** For the audit trail. */
function textsOf(rules: ProjectRules) {
  return {
    channels: columnsOf(rules).noticeKinds || "none",
    "leaves out who asks for what": rules.hidesContent ? "yes" : "no",
    "reminds after": rules.reminderPercent === 0 ? "never" : `${rules.reminderPercent} %`,
  };
}

/** It is always used: people have added it for this. */
export async function addProjectHook(
  call: ActCall,
  { project, ...hook }: NewHook & { readonly project: string },
): Promise<Result<{ readonly channel: string }>> {
  const found = await liveProject(call, project);
  return found.ok ? insertHook(call, ownedBy(project), hook, "always") : found;
}

interface ProjectHook {
  readonly project: string;
  readonly channel: string;
}

export async function testProjectHook(call: ActCall, { project, channel }: ProjectHook) {
  return testChannel(call, ownedBy(project), channel);
}

export async function removeProjectHook(
  call: ActCall,
  { project, channel }: ProjectHook,
): Promise<Result<null>> {
  return removeOwned(call, ownedBy(project), channel);
}

export function ownedBy(project: string): Owner {
  return { kind: "project", id: project };
}

async function liveProject({ store }: ActCall, id: string): Promise<Result<ProjectRow>> {
  const project = await findProject(store, id);
  if (project === undefined) return UNKNOWN_PROJECT;
  return project.archivedAt === null ? accept(project) : isArchived(project.name);
}
