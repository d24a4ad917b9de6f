import { storedOrder } from "../../core/confirmation/member-order.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import type { Ceremony, FixedStatement } from "../../core/pages/approval.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Statement } from "../../core/confirmation/statement.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import { insertCeremony } from "../../store/confirmation/ceremonies.ts";
import type { CeremonyRow, ConfirmationRow, PersonRow, Tenant } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { approvalsOf } from "../../core/confirmation/decision.ts";
import { openStage } from "../../core/policy/policy.ts";
import type { LoadedConfirmation } from "../confirmation/load.ts";
import { descriptorsOf } from "../account/verify-passkey.ts";
import { executeWithinSecondsOf } from "../confirmation/create.ts";
import { isoTime, newId, newSalt, type Runtime } from "../runtime.ts";

// A ceremony is one WebAuthn challenge, issued to one person for one confirmation and used once.

/** How long a page can be open before its challenge is renewed. */
const CEREMONY_MINUTES = 10;

/** The stage that is open now; the last one if all are met. */
function openStageAt({ policy, state }: LoadedConfirmation, now: number): number {
  return Math.min(policy.stages.length, openStage(policy, approvalsOf(state), now - state.createdAt));
}

/** A challenge for somebody who may see this confirmation. */
export async function beginCeremony(
  runtime: Runtime,
  store: TenantStore,
  loaded: LoadedConfirmation,
  person: PersonRow,
): Promise<Result<Ceremony>> {
  const now = runtime.now();
  const passkeys = await activePasskeysOf(store, person.id);
  if (passkeys.length === 0) return refuse("approver_without_passkey", "you have no active passkey yet");
  const ceremony = {
    tenantId: store.tenantId,
    id: newId(runtime, "y"),
    confirmationId: loaded.row.id,
    personId: person.id,
    salt: newSalt(runtime),
    issuedAt: now,
    expiresAt: now + CEREMONY_MINUTES * 60_000,
    usedBy: null,
    usedAt: null,
    stage: openStageAt(loaded, now),
  };
  await insertCeremony(store, ceremony);
  return accept({
    ceremonyId: ceremony.id,
    salt: ceremony.salt,
    issued: isoTime(ceremony.issuedAt),
    stage: ceremony.stage,
    expires: isoTime(ceremony.expiresAt),
    rpId: rpIdOf(runtime.origin),
    allowCredentials: descriptorsOf(passkeys),
  });
}

export function statementOf(
  runtime: Runtime,
  tenant: Tenant,
  row: ConfirmationRow,
  person: PersonRow,
  ceremony: CeremonyRow,
  { vote, reason }: Pick<Statement, "vote" | "reason">,
): Statement {
  return {
    ...fixedStatement(runtime, tenant, row, person),
    vote,
    reason,
    stage: ceremony.stage,
    issued: isoTime(ceremony.issuedAt),
    salt: ceremony.salt,
  };
}

/** The fields of the statement that depend neither on the vote nor on the moment. */
export function fixedStatement(
  runtime: Runtime,
  tenant: Tenant,
  row: ConfirmationRow,
  person: PersonRow,
): FixedStatement {
  return {
    v: 1,
    kind: "countersign/statement",
    rp: runtime.origin,
    tenant: { id: tenant.stream ?? "", name: tenant.name },
    project: { id: row.projectId, name: row.projectName, mode: row.projectMode },
    confirmation: row.id,
    action: row.action,
    display: { order: storedOrder(row.displayOrder), template: row.templateHash },
    requester: {
      kind: row.requesterKind,
      id: row.requesterId,
      name: row.requesterName,
      person: row.requesterPerson,
    },
    approver: { id: person.id, username: person.username },
    policyHash: row.policyHash,
    created: isoTime(row.createdAt),
    expires: isoTime(row.expiresAt),
    executeWithinSeconds: executeWithinSecondsOf(row),
  };
}
