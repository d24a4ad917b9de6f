import { fromBase64url } from "../encoding/bytes.ts";
import { SCOPES, type Scope } from "../confirmation/scopes.ts";
import { expectOk } from "../refusal.ts";
import type { Change } from "../stream/change-format.ts";
import type { Role } from "../stream/record.ts";
import { fingerprintOf } from "../webauthn/fingerprint.ts";
import type { RichText } from "./rich-text.ts";

/** What a change did, as the end of a sentence that starts with "it". */
export function changeText(change: Change): RichText {
  switch (change.change) {
    case "credential.endorsed":
      return [
        `endorsed the passkey ${fingerprintIn(change)} of `,
        { exact: change.person.username },
        `, ${aRole(change.role)}`,
      ];
    case "credential.revoked":
      return ["revoked the passkey ", { exact: change.credential.id }, " of ", name(change)];
    case "role.changed":
      return ["made ", name(change), ` ${aRole(change.role)}`];
    case "recovered":
      return ["replaced all passkeys of ", name(change), ` by the passkey ${fingerprintIn(change)}`];
    case "person.removed":
      return ["removed ", name(change), " from the organisation"];
    case "group.changed":
      return [`${verbOf(change.replaces, change.group)} the group “`, { exact: change.name }, "”"];
    case "policy.changed":
      return [`${verbOf(change.replaces, change.policy)} the policy “`, { exact: change.name }, "”"];
    case "rules.changed":
      return [`${verbOf(change.replaces, change.rules)} the rules that choose the policy of a request`];
    case "template.changed":
      return change.template === null
        ? ["ended the template of the action “", { exact: change.action }, "”"]
        : ["set the template of the action “", { exact: change.action }, "”"];
    case "key.changed":
      return ["let the API key “", { exact: change.key.name }, `” ${scopesText(change.key.scopes)}`];
    case "tenant.deleted":
      return ["deleted the organisation “", { exact: change.tenant.name }, "”"];
    case "revealed":
      return change.shown
        ? ["made the decision of ", { exact: change.confirmation }, " public"]
        : ["stopped showing the decision of ", { exact: change.confirmation }, " to the public"];
  }
}

/** `null` is no version. */
function verbOf(replaced: string | null, document: object | null): string {
  if (document === null) return "removed";
  return replaced === null ? "created" : "changed";
}

function name({ person }: { readonly person: { readonly username: string } }) {
  return { exact: person.username };
}

export function fingerprintIn({
  credential,
}: {
  readonly credential: { readonly publicKey: string };
}): string {
  return fingerprintOf(expectOk(fromBase64url(credential.publicKey)));
}

const SCOPE_TEXTS: Readonly<Record<Scope, string>> = {
  "confirmations:create": "ask for approvals",
  "confirmations:read": "read requests",
  "confirmations:consume": "use approvals",
  manage: "manage keys and projects",
  people: "invite people and ask for changes of them",
  "audit:read": "export the whole history",
};

/** What a key with these scopes can do, after "can". */
export function scopesText(scopes: readonly Scope[]): string {
  const texts = SCOPES.flatMap((scope) => (scopes.includes(scope) ? [SCOPE_TEXTS[scope]] : []));
  const last = texts.pop() ?? "";
  return texts.length === 0 ? last : `${texts.join(", ")}, and ${last}`;
}

/** "an owner". */
export function aRole(role: Role): string {
  return `${/^[aeiou]/.test(role) ? "an" : "a"} ${role}`;
}
