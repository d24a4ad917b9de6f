import { parseJsonText, type JsonObject } from "../../core/encoding/strict-json.ts";
import { NAMED_PERSON } from "../../core/policy/document-name.ts";
import { expectOk } from "../../core/refusal.ts";
import { chooseRule, type Choice } from "../../core/rules/choose-rule.ts";
import { requestFacts, type RequestFacts } from "../../core/rules/request-facts.ts";
import type { RulesDocument } from "../../core/rules/rules-document.ts";
import { newestRequests, type JudgedRow } from "../../store/confirmation/newest-requests.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { isoTime } from "../runtime.ts";

// Before people sign new rules: which of the last requests would have fallen elsewhere. Each is judged by both.

export const COMPARED_MAX_REQUESTS = 100;
/** Of the payloads of all of them: sixteen of the largest. It bounds how long the expressions run. */
const COMPARED_MAX_CHARACTERS = 1024 * 1024;

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
  /** How many were compared. */
  readonly compared: number;
  /** The newest first. */
  readonly elsewhere: readonly FallenElsewhere[];
}

/** Null: there are no rules. */
export async function compareRules(
  store: TenantStore,
  before: RulesDocument | null,
  after: RulesDocument | null,
): Promise<RulesComparison> {
  const requests = underRules(await newestRequests(store, COMPARED_MAX_REQUESTS));
  const elsewhere = requests.flatMap((row): readonly FallenElsewhere[] => {
    const facts = factsOf(row);
    const [was, is] = [fallenBy(before, row, facts), fallenBy(after, row, facts)];
    if (was.policies.join() === is.policies.join()) return [];
    const { id, action, createdAt } = row;
    return [{ id, action, createdAt: isoTime(createdAt), before: was, after: is }];
  });
  return { compared: requests.length, elsewhere };
}

/** Test requests of the console are not under the rules. */
function underRules(rows: readonly JudgedRow[]): readonly JudgedRow[] {
  let left = COMPARED_MAX_CHARACTERS;
  return rows.filter(({ projectMode, requesterKind, payload }) => {
    if (projectMode === "test" && requesterKind !== "key") return false;
    left -= payload.length;
    return left >= 0;
  });
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

function fallenBy(rules: RulesDocument | null, { policyName }: JudgedRow, facts: RequestFacts): Fallen {
  if (rules === null) return { rule: "", policies: [policyName ?? NAMED_PERSON], judged: true };
  const { rule, policies, judged } = chooseRule(rules, facts);
  return { rule, policies, judged };
}
