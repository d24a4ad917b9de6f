import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { policySentence } from "../../core/policy/policy-sentence.ts";
import { everyoneIn, whoMayVote } from "../../core/policy/policy.ts";
import { accept, refuse, type Refusal, type Result } from "../../core/refusal.ts";
import { checkRules, type Choice } from "../../core/rules/choose-rule.ts";
import { rulesHash } from "../../core/rules/rules-document.ts";
import { rulesFromWritten } from "../../core/rules/written-rules.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { rulesInForce } from "../../core/stream/rulebook.ts";
import type { Directory } from "../../core/stream/directory.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester, RequestProject } from "../account/principal.ts";
import type { Runtime } from "../runtime.ts";
import { choosePolicyIn, type PolicyChoice } from "./choose-policy.ts";
import { directoryForChoice } from "./directory-for-choice.ts";
import { idOfName } from "./written-version.ts";

// What a request would fall under, with nothing asked or changed.

export interface TriedRequest {
  readonly action: string;
  readonly payload: CanonicalPayload;
  readonly username: string | null;
  readonly policy: string | null;
  /** What differs from the caller's own project and key. */
  readonly project: Partial<RequestProject>;
  readonly requester: Partial<Omit<Requester, "person">> & {
    /** The user name of the person behind it. */
    readonly person?: string | null;
  };
  /** When it would be asked; null for now. */
  readonly createdAt: number | null;
  /** Rules as people write them, in place of those in force; null for those. */
  readonly rules: JsonObject | null;
}

export interface TriedRules {
  /** Null if there are no rules. */
  readonly rule: Choice | null;
  /** The policy that it would have; its hash is null if one person decides alone. */
  readonly policy: { readonly name: string; readonly hash: string | null; readonly sentence: string } | null;
  /** The user names of everybody who could sign, and of those who would be asked at once. */
  readonly people: readonly string[];
  readonly asked: readonly string[];
  /** Why the request would be refused. */
  readonly refusal: Refusal | null;
}

export async function tryRules(
  runtime: Runtime,
  store: TenantStore,
  caller: { readonly project: RequestProject; readonly requester: Requester },
  tried: TriedRequest,
): Promise<Result<TriedRules>> {
  const read = await directoryForChoice(runtime, store);
  if (!read.ok) return read;
  const known = read.value;
  const directory = withRules(known.directory, tried.rules);
  if (!directory.ok) return directory;
  const { person: username, ...requester } = tried.requester;
  const person = typeof username === "string" ? idOfName(directory.value)(username) : username;
  if (typeof username === "string" && person === undefined)
    return refuse(
      "validation_failed",
      `there is nobody with the user name “${username}”`,
      "/requester/person",
    );
  const asking = {
    ...tried,
    project: { ...caller.project, ...tried.project },
    requester: { ...caller.requester, ...requester, ...(person === undefined ? {} : { person }) },
    createdAt: tried.createdAt ?? runtime.now(),
  };
  const { rule, choice } = choosePolicyIn({ ...known, directory: directory.value }, asking);
  const hasRules = rulesInForce(directory.value.rulebook) !== undefined;
  return accept({ rule: hasRules ? rule : null, ...meaningOf(directory.value, choice, asking.requester) });
}

/** Rules that are tried must be fit to be signed, but the policies that they name need not exist yet. */
function withRules(directory: Directory, written: JsonObject | null): Result<Directory> {
  if (written === null) return accept(directory);
  const read = rulesFromWritten(written);
  const rules = read.ok ? checkRules(read.value) : read;
  if (!rules.ok) {
    const { code, detail, at = "" } = rules.refusal;
    return refuse(code, detail, `/rules${at}`);
  }
  const inForce = new Map([[rulesHash(rules.value), rules.value]]);
  return accept({ ...directory, rulebook: { ...directory.rulebook, rules: inForce } });
}

function meaningOf(
  { members }: Directory,
  choice: Result<PolicyChoice>,
  requester: Requester,
): Pick<TriedRules, "policy" | "people" | "asked" | "refusal"> {
  if (!choice.ok) return { policy: null, people: [], asked: [], refusal: choice.refusal };
  const { approver } = choice.value;
  if ("username" in approver) {
    const { username } = approver;
    return {
      policy: { name: "", hash: null, sentence: username },
      people: [username],
      asked: [username],
      refusal: null,
    };
  }
  const usernames = new Map([...members.values()].map(({ id, username }) => [id, username ?? id]));
  const named = (ids: Iterable<string>) => [...ids].map((id) => usernames.get(id) ?? id).toSorted();
  return {
    policy: {
      name: approver.name,
      hash: approver.chosen?.document ?? null,
      sentence: policySentence(approver, usernames),
    },
    people: named(everyoneIn(approver)),
    asked: named(whoMayVote(approver, 1, 0, requester.person)),
    refusal: null,
  };
}
