import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { groupFromWritten } from "../../core/policy/written-group.ts";
import { policyFromWritten } from "../../core/policy/written-policy.ts";
import type { IdOf } from "../../core/policy/written-parts.ts";
import { documentSentence } from "../../core/policy/policy-sentence.ts";
import { accept, type Refusal, type RefusalCode, type Result } from "../../core/refusal.ts";
import { rulesFromWritten } from "../../core/rules/written-rules.ts";
import { rulesWarnings, type RulesWarning } from "../../core/rules/rules-warnings.ts";
import type { Directory } from "../../core/stream/directory.ts";
import { policiesByName, rulesInForce } from "../../core/stream/rulebook.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/principal.ts";
import { requireRealOrganisation } from "../acts/require-right.ts";
import { directoryOf } from "../directory/directory-of.ts";
import type { Runtime } from "../runtime.ts";
import { compareRules, type RulesComparison } from "./compare-rules.ts";
import { changeTo, checkDocument, requestDocument, type NewVersion } from "./request-document.ts";

// New versions as people write them: by user names, and without what has its default.

/** `written` is null if the document is to be removed. */
export type WrittenVersion =
  | { readonly kind: "group" | "policy"; readonly name: string; readonly written: JsonObject | null }
  | { readonly kind: "rules"; readonly written: JsonObject | null };

export interface RequestedVersion {
  /** Where it is signed; null if it was only checked. */
  readonly url: string | null;
  /** Why it would be refused now, if it was only checked. Another version first may change that. */
  readonly refusal: Refusal | null;
  /** What a policy says, in words. */
  readonly sentence: string | null;
  /** Which of the last requests would have fallen elsewhere under new rules. */
  readonly comparison: RulesComparison | null;
  /** What is allowed in new rules, and seldom meant. */
  readonly warnings: readonly RulesWarning[];
}

/** With `isDryRun` it is only checked, and nothing is asked or changed. */
export async function requestWritten(
  runtime: Runtime,
  store: TenantStore,
  requester: Requester,
  version: WrittenVersion,
  isDryRun: boolean,
): Promise<Result<RequestedVersion>> {
  // Before anything is read: in a demo no version can be right.
  const allowed = isDryRun ? accept("allowed") : await requireRealOrganisation(store);
  if (!allowed.ok) return allowed;
  const directory = await directoryOf(store);
  const read = versionFrom(directory, version);
  if (!read.ok) return read;
  const { rulebook } = directory;
  const requested = isDryRun
    ? afterCheck(checkDocument(directory, changeTo(rulebook, read.value)))
    : await asked(requestDocument(runtime, store, requester, read.value));
  if (!requested.ok) return requested;
  const { value } = read;
  return accept({
    ...requested.value,
    sentence: value.kind === "policy" && value.document !== null ? documentSentence(value.document) : null,
    comparison:
      value.kind === "rules"
        ? await compareRules(store, rulesInForce(rulebook)?.document ?? null, value.document)
        : null,
    warnings:
      value.kind === "rules" && value.document !== null
        ? rulesWarnings(value.document, policiesByName(rulebook))
        : [],
  });
}

type Requested = Pick<RequestedVersion, "url" | "refusal">;

async function asked(requesting: Promise<Result<string>>): Promise<Result<Requested>> {
  const requested = await requesting;
  return requested.ok ? accept({ url: requested.value, refusal: null }) : requested;
}

/** What depends on the other documents in force. What is wrong with the document itself is refused. */
const PASSING: readonly RefusalCode[] = ["document_refused", "policy_unmeetable", "already_decided"];

function afterCheck(checked: Result<unknown>): Result<Requested> {
  if (checked.ok) return accept({ url: null, refusal: null });
  const { refusal } = checked;
  return PASSING.includes(refusal.code) ? accept({ url: null, refusal }) : checked;
}

function versionFrom(directory: Directory, version: WrittenVersion): Result<NewVersion> {
  const { kind, written } = version;
  switch (kind) {
    case "group": {
      const { name } = version;
      if (written === null) return accept({ kind, name, document: null });
      const read = groupFromWritten(name, written, idOfName(directory));
      return read.ok ? accept({ kind, name, document: read.value }) : read;
    }
    case "policy": {
      const { name } = version;
      if (written === null) return accept({ kind, name, document: null });
      const read = policyFromWritten(name, written, idOfName(directory));
      return read.ok ? accept({ kind, name, document: read.value }) : read;
    }
    case "rules": {
      if (written === null) return accept({ kind, document: null });
      const read = rulesFromWritten(written);
      return read.ok ? accept({ kind, document: read.value }) : read;
    }
  }
}

/** Only people who have a passkey: nobody else can be in a document. */
export function idOfName({ members }: Pick<Directory, "members">): IdOf {
  const ids = new Map(
    [...members.values()].flatMap(({ id, username, removed }) =>
      username === null || removed === true ? [] : [[username, id] as const],
    ),
  );
  return (username) => ids.get(username);
}
