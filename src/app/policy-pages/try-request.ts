import type {
  AskingKey,
  DraftProblem,
  RuleOutcome,
  TryDraft,
  TryPage,
} from "../../core/pages/policies/policies-page-data.ts";
import { canonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { ACTION_MAX_CHARACTERS } from "../../core/confirmation/statement.ts";
import { isJsonObject, parseJsonText } from "../../core/encoding/strict-json.ts";
import { accept, refuse, type Refusal, type Result } from "../../core/refusal.ts";
import type { RulesDocument } from "../../core/rules/rules-document.ts";
import { readProjects } from "../../store/project/projects.ts";
import { currentKeys } from "../../store/requests/document-requests.ts";
import type { ApiKeyRow, ProjectRow } from "../../store/rows.ts";
import { requesterOfActor, type ActCall } from "../acts/act.ts";
import type { Requester } from "../account/principal.ts";
import { tryRules, type TriedRequest, type TriedRules } from "../policies/try-rules.ts";

// "Try it": what a request would fall under, with nothing asked. The same code chooses as for a request.

export const NOTHING_TRIED: TryDraft = { action: "", payload: "{\n  \n}", key: "", username: "", policy: "" };
/** In a select. */
const KEYS_MAX = 100;

/** By the rules in force. */
export async function tryPage(
  call: ActCall,
  { tried }: { readonly tried: TryDraft | null },
): Promise<Result<TryPage>> {
  return accept(await tryRequest(call, tried, null));
}

/** By these rules; null: by those in force. */
export async function tryRequest(
  call: ActCall,
  tried: TryDraft | null,
  rules: RulesDocument | null,
): Promise<TryPage> {
  const askers = await readAskers(call);
  const page = { tried: tried ?? NOTHING_TRIED, keys: askers.map(askingKey), outcome: null, problem: null };
  if (tried === null) return page;
  const request = requestOf(tried);
  if (!request.ok) return { ...page, problem: problemOf(request.refusal) };
  const asker = askers.find(({ key }) => key.id === tried.key) ?? askers[0];
  const result = await tryRules(
    call.runtime,
    call.store,
    { project: asker?.project ?? NO_PROJECT, requester: requesterIn(call, asker) },
    { ...request.value, rules: rules && { rules: rules.rules, otherwise: rules.otherwise } },
  );
  return result.ok
    ? { ...page, outcome: outcomeOf(result.value) }
    : { ...page, problem: problemOf(result.refusal) };
}

const NO_PROJECT = { id: "", name: "", mode: "live" } as const;

/** Without any key it is the person who tries. */
function requesterIn({ actor }: ActCall, asker: Asker | undefined): Requester {
  if (asker === undefined) return requesterOfActor(actor);
  const { id, name, personId } = asker.key;
  return { kind: "key", id, name, person: personId };
}

interface Asker {
  readonly key: ApiKeyRow;
  readonly project: ProjectRow;
}

async function readAskers({ runtime, store }: ActCall): Promise<readonly Asker[]> {
  const [keys, projects] = await Promise.all([
    currentKeys(store, runtime.now(), KEYS_MAX),
    readProjects(store, false),
  ]);
  const byId = new Map(projects.map((project) => [project.id, project]));
  return keys.flatMap((key) => {
    const project = byId.get(key.projectId);
    return project !== undefined && key.scopes.split(" ").includes("confirmations:create")
      ? [{ key, project }]
      : [];
  });
}

function askingKey({ key, project }: Asker): AskingKey {
  return { id: key.id, label: key.name, project: project.name };
}

function problemOf({ detail, at = "" }: Refusal): DraftProblem {
  return { detail, at };
}

function requestOf(tried: TryDraft): Result<Omit<TriedRequest, "rules">> {
  const action = tried.action.trim();
  if (action === "") return refuse("validation_failed", "is required", "/action");
  if (action.length > ACTION_MAX_CHARACTERS)
    return refuse("validation_failed", `has more than ${ACTION_MAX_CHARACTERS} characters`, "/action");
  const value = parseJsonText(tried.payload);
  if (!value.ok) return refuse(value.refusal.code, value.refusal.detail, "/payload");
  if (!isJsonObject(value.value)) return refuse("validation_failed", "must be a JSON object", "/payload");
  const payload = canonicalPayload(value.value);
  if (!payload.ok) return refuse(payload.refusal.code, payload.refusal.detail, "/payload");
  return accept({
    action,
    payload: payload.value,
    username: emptyAsNull(tried.username),
    policy: emptyAsNull(tried.policy),
    project: {},
    requester: {},
    createdAt: null,
  });
}

function emptyAsNull(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}

function outcomeOf({ rule, policy, people, refusal }: TriedRules): RuleOutcome {
  return {
    rule: rule?.rule ?? "",
    hasRules: rule !== null,
    notJudged: rule?.problem ?? "",
    allowed: rule?.policies ?? [],
    refused: refusal && problemOf(refusal),
    policy: policy === null || policy.hash === null ? null : policy.name,
    sentence: policy?.sentence ?? "",
    people,
  };
}
