import type { ApprovalData, ApprovalState } from "../../core/pages/approval.ts";
import { pageVersion } from "../../core/pages/page-version.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { accept, expectOk, type Result } from "../../core/refusal.ts";
import { rulesWarnings } from "../../core/rules/rules-warnings.ts";
import { parseChange } from "../../core/stream/change-format.ts";
import { isDocumentChange, isDocumentKind, policiesByName } from "../../core/stream/rulebook.ts";
import type { Related, RelatedRow } from "../../store/confirmation/related-requests.ts";
import type { ConfirmationRow, PersonRow } from "../../store/rows.ts";
import { documentWithHash } from "../../store/stream/document-rows.ts";
import { templateDocuments } from "../../store/stream/template-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { codeOf } from "../confirmation/create.ts";
import { ERASED_REQUEST, UNKNOWN_REQUEST, type LoadedConfirmation } from "../confirmation/load.ts";
import { loadCurrent, loadForPage } from "../confirmation/read.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { isoTime, isoTimeOrNull, type Runtime } from "../runtime.ts";
import { fixedStatement } from "./ceremony.ts";
import { policyProgress, shownVotes, usernamesIn, whyNotDecide } from "./policy-state.ts";

// The data of the approval page. A requester sees an outcome once it is sealed; the people who sign see their own and
// the others' signatures at once.

export async function approvalFor(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<LoadedConfirmation>> {
  const loaded = await loadCurrent(runtime, store, id);
  return loaded.ok ? forPerson(loaded.value, person) : loaded;
}

function forPerson(loaded: LoadedConfirmation, person: PersonRow): Result<LoadedConfirmation> {
  if (!loaded.people.has(person.id)) return UNKNOWN_REQUEST;
  return loaded.row.erasedAt === null ? accept(loaded) : ERASED_REQUEST;
}

export async function approvalState(
  runtime: Runtime,
  store: TenantStore,
  loaded: LoadedConfirmation,
  person: PersonRow,
): Promise<ApprovalState> {
  const { row, state, votes, decided } = loaded;
  const now = runtime.now();
  const why = await whyNotDecide(store, loaded, person, now);
  const shown = {
    status: row.status,
    sealed: state.sealed,
    mine: votes.find(({ personId }) => personId === person.id)?.vote ?? null,
    votes: shownVotes(loaded, votes, now),
    decidedAt: isoTimeOrNull(row.decidedAt),
    index: decided?.index ?? null,
    canDecide: why === null,
    why,
    progress: policyProgress(loaded, now),
  };
  return { ...shown, version: pageVersion(shown) };
}

/** Everything that the page draws and hashes. */
export async function approvalData(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<ApprovalData>> {
  const found = await loadForPage(runtime, store, { confirmation: id, person: person.id });
  if (!found.ok) return found;
  const { loaded, related } = found.value;
  const shown = forPerson(loaded, person);
  if (!shown.ok) return shown;
  const { row } = loaded;
  return accept({
    isChange: row.type !== "decision",
    statement: fixedStatement(runtime, await store.own(), row, person),
    payload: row.payload,
    template: row.templateHash === null ? null : await templateWith(store, row.templateHash),
    policy: row.policyHash === null ? null : row.policy,
    usernames: Object.fromEntries(usernamesIn(loaded)),
    ...(await documentFacts(store, row)),
    payloadHash: row.payloadHash,
    code: codeOf(row),
    now: isoTime(runtime.now()),
    state: await approvalState(runtime, store, loaded, person),
    related: row.type === "decision" && row.status === "pending" ? comparedWith(related) : NOT_COMPARED,
  });
}

const NOT_COMPARED: ApprovalData["related"] = { open: null, approved: null };

function comparedWith({ open, approved }: Related): ApprovalData["related"] {
  const shown = (row: RelatedRow | undefined) =>
    row ? { id: row.id, payload: row.payload, at: isoTime(row.decidedAt ?? row.createdAt) } : null;
  return { open: shown(open), approved: shown(approved) };
}

/** `replaced` is null also if it is missing: then the page refuses to draw the change. */
async function documentFacts(
  store: TenantStore,
  { type, payload }: ConfirmationRow,
): Promise<Pick<ApprovalData, "replaced" | "warnings">> {
  const change = isDocumentKind(type) ? parseChange(expectOk(parseJsonText(payload))) : undefined;
  if (change?.ok !== true || !isDocumentChange(change.value)) return { replaced: null, warnings: [] };
  const { replaces } = change.value;
  const replaced = replaces === null ? null : ((await documentWithHash(store, replaces)) ?? null);
  if (change.value.change !== "rules.changed" || change.value.rules === null)
    return { replaced, warnings: [] };
  const { rulebook } = await directoryOf(store);
  const warnings = rulesWarnings(change.value.rules, policiesByName(rulebook));
  return { replaced, warnings: warnings.map(({ detail }) => detail) };
}

/** Null if it is missing: then the page refuses to draw the request. */
async function templateWith(store: TenantStore, hash: string): Promise<string | null> {
  return (await templateDocuments(store, [hash])).get(hash) ?? null;
}
