import { parseJsonText, isJsonObject } from "../../core/encoding/strict-json.ts";
import { visibleStatus } from "../../core/confirmation/decision.ts";
import type { DrillPerson, DrillRequest, PolicyPage } from "../../core/pages/policies/policies-page-data.ts";
import { drillParts } from "../../core/pages/policies/drill-parts.ts";
import { pageVersion } from "../../core/pages/page-version.ts";
import { canStillBeMet, everyoneIn, type Policy } from "../../core/policy/policy.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { readTrailOf } from "../../store/account/trail.ts";
import type { ActCall } from "../acts/act.ts";
import { loadCurrent } from "../confirmation/read.ts";
import { signedVoteOf } from "../confirmation/view.ts";
import { asVisible } from "../requests/read-request.ts";
import { isoTime, newId } from "../runtime.ts";
import { canSignNow, isReachable } from "./reachable-people.ts";
import { readPolicy } from "./read-policy.ts";

/** The last ones. */
const DRILLS_MAX = 3;

/** One policy, and whether it can be met right now. */
export async function policyPage(
  call: ActCall,
  { policy: name }: { readonly policy: string },
): Promise<Result<PolicyPage>> {
  const found = await readPolicy(call, name);
  if (!found.ok) return found;
  const { document, item, resolved, people } = found.value;
  const page = {
    ...item,
    ...(resolved.ok ? readiness(resolved.value, people) : { state: "not" as const, cannotAsk: [] }),
    parts: resolved.ok ? drillParts(document, resolved.value, people) : [],
    breakGlass: resolved.ok ? namesOf(resolved.value.breakGlass, people) : [],
    drills: await drillsOf(call, name),
  };
  return accept({ ...page, newRequestId: newId(call.runtime, "q"), version: pageVersion(page) });
}

function readiness(
  policy: Policy,
  people: ReadonlyMap<string, DrillPerson>,
): Pick<PolicyPage, "state" | "cannotAsk"> {
  const everyone = [...everyoneIn(policy)];
  const unable = new Set(everyone.filter((id) => !canSignNow(people.get(id))));
  const silent = new Set(everyone.filter((id) => !isReachable(people.get(id))));
  const canBeMet = (without: ReadonlySet<string>, requester: string | null) =>
    canStillBeMet(policy, new Map(), without, requester);
  if (!canBeMet(unable, null)) return { state: "not", cannotAsk: [] };
  const askers = policy.excludeRequester ? everyone.filter((id) => !canBeMet(unable, id)) : [];
  return { state: canBeMet(silent, null) ? "met" : "slow", cannotAsk: namesOf(askers, people) };
}

function namesOf(ids: readonly string[], people: ReadonlyMap<string, DrillPerson>): readonly string[] {
  return ids.map((id) => people.get(id)?.username ?? id).toSorted();
}

/** The newest first. */
async function drillsOf(call: ActCall, policy: string): Promise<readonly DrillRequest[]> {
  const entries = await readTrailOf(call.store, policy, DRILLS_MAX);
  const sent = entries.filter(({ act }) => act === "policy.drilled");
  const drills = await Promise.all(sent.map(async ({ detail }) => drillOf(call, requestIn(detail))));
  return drills.flat();
}

function requestIn(detail: string): string {
  const parsed = parseJsonText(detail);
  const request = parsed.ok && isJsonObject(parsed.value) ? parsed.value["request"] : undefined;
  return typeof request === "string" ? request : "";
}

async function drillOf({ runtime, store }: ActCall, id: string): Promise<readonly DrillRequest[]> {
  const found = await loadCurrent(runtime, store, id);
  if (!found.ok) return [];
  const { row, state, people, votes } = asVisible(found.value);
  const voters = new Set(votes.map(({ personId }) => personId));
  return [
    {
      id,
      createdAt: isoTime(row.createdAt),
      expiresAt: isoTime(row.expiresAt),
      isOpen: visibleStatus(state) === "pending",
      answered: votes.map((vote) => {
        const { approver, vote: answer, decidedAt } = signedVoteOf(vote);
        return { username: approver, vote: answer, at: decidedAt };
      }),
      silent: [...people.values()]
        .flatMap((person) => (voters.has(person.id) ? [] : [person.username]))
        .toSorted(),
    },
  ];
}
