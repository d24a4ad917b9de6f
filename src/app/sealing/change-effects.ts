import { templateHash } from "../../core/display/template.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { expectOk } from "../../core/refusal.ts";
import { documentEffectOf, documentOf, type DocumentChange } from "../../core/stream/rulebook.ts";
import type { ConfirmationRow, OutboxRow } from "../../store/rows.ts";
import type { SealingEffect } from "../../store/stream/mark-sealed.ts";
import { changeOf } from "../directory/change.ts";

/** What a record does to the tables when it is sealed. */
export function effectsOf(
  row: OutboxRow,
  confirmation: ConfirmationRow | undefined,
): readonly SealingEffect[] {
  if (row.type === "stream.created") {
    const body = expectOk(parseJsonText(row.body ?? "")) as { genesis: { credentialId: string } };
    return [{ kind: "endorse", credential: body.genesis.credentialId }];
  }
  if (row.type === "decision" && confirmation?.type === "key.changed") return endOf(confirmation);
  // A change that was rejected, cancelled or expired is sealed with the type `decision`.
  const applies = row.type !== "consumed" && row.type !== "erased" && row.type !== "decision";
  const change = applies && confirmation ? changeOf(confirmation) : undefined;
  switch (change?.change) {
    case "credential.endorsed":
      return [{ kind: "endorse", credential: change.credential.id }];
    case "role.changed":
      return [{ kind: "set-role", person: change.person.id, role: change.role }];
    case "recovered": {
      const credential = change.credential.id;
      return [
        { kind: "endorse", credential },
        { kind: "replace-devices", person: change.person.id, credential },
      ];
    }
    case "template.changed": {
      const { action, template } = change;
      const set = template && { hash: templateHash(template), document: canonicalText(template) };
      return [{ kind: "set-template", action, template: set }];
    }
    case "group.changed":
    case "policy.changed":
    case "rules.changed":
      return [documentEffect(change)];
    case "key.changed": {
      const { id, hash, scopes, expires } = change.key;
      const expiresAt = expires === null ? null : Date.parse(expires);
      return [{ kind: "activate-key", key: id, hash, scopes: scopes.join(" "), expiresAt }];
    }
    case "revealed":
      return [{ kind: change.shown ? "reveal" : "withdraw-reveal", confirmation: change.confirmation }];
    case "tenant.deleted":
      return [{ kind: "end-organisation" }];
    case "credential.revoked":
    case "person.removed":
    case undefined:
      return [];
  }
}

const DOCUMENT_TYPES = {
  "group.changed": "group",
  "policy.changed": "policy",
  "rules.changed": "rules",
} as const;

function documentEffect(change: DocumentChange): SealingEffect {
  const document = documentOf(change);
  const { document: hash } = documentEffectOf(change);
  return {
    kind: "set-document",
    type: DOCUMENT_TYPES[change.change],
    name: "name" in change ? change.name : "",
    version: document === null || hash === null ? null : { hash, document: canonicalText(document) },
  };
}

/** A key for which nobody signed in time ends, so that it does not wait for ever. */
function endOf(confirmation: ConfirmationRow): readonly SealingEffect[] {
  const change = changeOf(confirmation);
  return change?.change === "key.changed"
    ? [{ kind: "end-key", key: change.key.id, hash: change.key.hash }]
    : [];
}
