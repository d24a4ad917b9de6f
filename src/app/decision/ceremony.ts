import { toBase64url } from "../../core/encoding/bytes.ts";
import type { Ceremony, FixedStatement } from "../../core/pages/approval.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import { SALT_BYTES, type Statement } from "../../core/confirmation/statement.ts";
import {
  ceremonies,
  type CeremonyRow,
  type ConfirmationRow,
  type PersonRow,
  type Tenant,
} from "../../store/schema.ts";
import { ownTenant, type TenantStore } from "../../store/tenant-store.ts";
import { rememberCeremony } from "./ceremony-cache.ts";
import type { Loaded } from "../confirmation/load.ts";
import { ACTIVE_PASSKEYS } from "../account/passkeys.ts";
import { isoTime, newId, type Runtime } from "../runtime.ts";

// One WebAuthn challenge, issued to one person for one confirmation and used once, and the statement that
// it is made of.

/** How long a page may stand open before its challenge is renewed. */
export const CEREMONY_MINUTES = 10;

/** A challenge for this person and this confirmation; undefined where it is not theirs to see. */
export async function beginCeremony(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
  known?: { readonly session: string; readonly loaded: Loaded },
): Promise<Result<Ceremony>> {
  const now = runtime.now();
  const [[tenant], passkeys] = await store.run([ownTenant, ACTIVE_PASSKEYS.with({ person: person.id })]);
  if (passkeys.length === 0) return refuse("approver_without_passkey", "you have no passkey that counts yet");
  const row = {
    tenantId: store.tenantId,
    id: newId(runtime, "y"),
    confirmationId: id,
    personId: person.id,
    salt: toBase64url(runtime.random(SALT_BYTES)),
    issuedAt: now,
    expiresAt: now + CEREMONY_MINUTES * 60_000,
    usedBy: null,
    usedAt: null,
  };
  await store.insert(ceremonies, row);
  if (known && tenant) rememberCeremony({ ...known, tenant, person, passkeys, ceremony: row });
  return accept({
    ceremonyId: row.id,
    salt: row.salt,
    issued: isoTime(row.issuedAt),
    expires: isoTime(row.expiresAt),
    rpId: rpIdOf(runtime.origin),
    allowCredentials: passkeys.map((passkey) => ({
      id: passkey.id,
      transports: passkey.transports.split(" ").filter(Boolean),
    })),
  });
}

export function statementOf(
  runtime: Runtime,
  tenant: Tenant,
  row: ConfirmationRow,
  person: PersonRow,
  ceremony: CeremonyRow,
  given: Pick<Statement, "decision" | "reason">,
): Statement {
  return {
    ...fixedStatement(runtime, tenant, row, person),
    decision: given.decision,
    reason: given.reason,
    issued: isoTime(ceremony.issuedAt),
    salt: ceremony.salt,
  };
}

/** What the page is given before anything is decided. */
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
    project: { id: row.projectId, name: row.projectName },
    confirmation: row.id,
    action: row.action,
    requester: { kind: row.requesterKind, id: row.requesterId, name: row.requesterName },
    approver: { id: person.id, username: person.username },
    policy: row.policyHash,
    created: isoTime(row.createdAt),
    expires: isoTime(row.expiresAt),
  };
}
