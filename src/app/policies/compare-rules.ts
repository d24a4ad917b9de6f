import { parseJsonText, type JsonObject } from "../../core/encoding/strict-json.ts";
import { NAMED_PERSON } from "../../core/policy/document-name.ts";
import { expectOk } from "../../core/refusal.ts";
import { rulesChooser, type Choice } from "../../core/rules/choose-rule.ts";
import { requestFacts, type RequestFacts } from "../../core/rules/request-facts.ts";
import type { RulesDocument } from "../../core/rules/rules-document.ts";
import { newestRequests, type JudgedRow } from "../../store/confirmation/newest-requests.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { isoTime } from "../runtime.ts";

// Before people sign new rules: which of the last requests would have fallen elsewhere. Each is judged by both.

export const COMPARED_MAX_REQUESTS = 100;
/** Of the payloads of all of them: sixteen of the largest. It bounds how long the expressions run. */
const COMPARED_MAX_CHARACTERS = 1024 * 1024;
/**
 * Of all expressions together: some 0.5 s at worst, in which the Desk answers nobody else. It is enough for 100 requests
 * under two versions of 100 rules without loops, each of which takes some 210 steps.
 */
export const COMPARED_MAX_STEPS = 5_000_000;

/** What a request may use, by one version of the rules. Without rules it is what the request has. */
type Fallen = Pick<Choice, "rule" | "policies" | "judged">;

export interface FallenElsewhere {
  readonly id: string;
  readonly action: string;
  readonly createdAt: string;
  readonly before: Fallen;
  readonly after: Fallen;
}

export interface RulesComparison {
  /** How many were compared: the newest. */
  readonly compared: number;
  /** How many there are. More than `compared` if judging all of them would take too long. */
  readonly of: number;
  /** The newest first. */
  readonly elsewhere: readonly FallenElsewhere[];
}

/** Null: there are no rules. */
export async function compareRules(
  store: TenantStore,
  before: RulesDocument | null,
  after: RulesDocument | null,
): Promise<RulesComparison> {
  const requests = (await newestRequests(store, COMPARED_MAX_REQUESTS)).filter(isUnderRules);
  const [fallenBefore, fallenAfter] = [fallenBy(before), fallenBy(after)];
  const elsewhere: FallenElsewhere[] = [];
  let compared = 0;
  let [steps, characters] = [0, 0];
  for (const row of requests) {
    characters += row.payload.length;
    if (steps >= COMPARED_MAX_STEPS || characters > COMPARED_MAX_CHARACTERS) break;
    const facts = factsOf(row);
    const [was, is] = [fallenBefore(row, facts), fallenAfter(row, facts)];
    steps += was.steps + is.steps;
    compared++;
    const { id, action, createdAt } = row;
    if (was.fallen.policies.join() !== is.fallen.policies.join())
      elsewhere.push({ id, action, createdAt: isoTime(createdAt), before: was.fallen, after: is.fallen });
  }
  return { compared, of: requests.length, elsewhere };
}

/** Test requests of the console are not under the rules. */
function isUnderRules({ projectMode, requesterKind }: JudgedRow): boolean {
  return projectMode !== "test" || requesterKind === "key";
}

function factsOf(row: JudgedRow): RequestFacts {
  const { requesterKind: kind, requesterId: id, requesterName: name, requesterPerson: person } = row;
  return requestFacts(
    {
      action: row.action,
      project: { id: row.projectId, name: row.projectName, mode: row.projectMode },
      requester: { kind, id, name, person },
      created: isoTime(row.createdAt),
    },
    expectOk(parseJsonText(row.payload)) as JsonObject,
  );
}

function fallenBy(
  rules: RulesDocument | null,
): (row: JudgedRow, facts: RequestFacts) => { readonly fallen: Fallen; readonly steps: number } {
  if (rules === null)
    return ({ policyName }) => ({
      fallen: { rule: "", policies: [policyName ?? NAMED_PERSON], judged: true },
      steps: 0,
    });
  const choose = rulesChooser(rules);
  return (_row, facts) => {
    const { choice, steps } = choose(facts);
    const { rule, policies, judged } = choice;
    return { fallen: { rule, policies, judged }, steps };
  };
}
