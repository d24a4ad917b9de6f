import { pageVersion } from "../../core/pages/page-version.ts";
import { COUNTED_MAX, type Guide, type StartPage } from "../../core/pages/start-page-data.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { countForOverview, hideFirstSteps, readFirstSteps } from "../../store/project/first-steps.ts";
import { readProjects } from "../../store/project/projects.ts";
import { act, type ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { projectItem } from "../keys/key-item.ts";
import { usageOf } from "../organisation/usage-acts.ts";
import { newId } from "../runtime.ts";
import { requestTest } from "./test-request.ts";

// The first page of the console: the first steps, then an overview.

export const START_ACTS = {
  "start.read": act("usage.read", startPage),
  "requests.test": act("requests.test", requestTest),
  "guide.hide": act("guide.hide", hideGuide),
};

async function startPage(call: ActCall, _input: null): Promise<Result<StartPage>> {
  const { runtime, store } = call;
  const [{ guideDoneAt, sandboxUntil }, usage, counts] = await Promise.all([
    store.own(),
    usageOf(call, null),
    countForOverview(store, runtime.now(), COUNTED_MAX),
  ]);
  if (!usage.ok) return usage;
  // The demo has led through them.
  const guide = guideDoneAt === null && sandboxUntil === null ? await guideOf(call) : null;
  const { plan, approvals, members, projects, month } = usage.value;
  const overview = { ...counts, plan, approvals, members, projects, month };
  const { newKeyId: _key, requestId: _request, ...steps } = guide ?? { newKeyId: "", requestId: "" };
  return accept({ ...overview, guide, version: pageVersion({ ...overview, steps }) });
}

/** Null once every step is done. */
async function guideOf({ runtime, store }: ActCall): Promise<Guide | null> {
  const steps = await readFirstSteps(store);
  if (Object.values(steps).every((isDone) => isDone)) return null;
  const projects = await readProjects(store, false);
  const [project] = [...projects.filter(({ mode }) => mode === "live"), ...projects];
  return {
    ...steps,
    project: project === undefined ? null : projectItem(project),
    newKeyId: newId(runtime, "k"),
    requestId: newId(runtime, "q"),
  };
}

async function hideGuide(call: ActCall, _input: null): Promise<Result<{ readonly hidden: true }>> {
  const { runtime, store } = call;
  await hideFirstSteps(store, runtime.now(), trailEntry(call, { act: "guide.hidden" }));
  return accept({ hidden: true });
}
