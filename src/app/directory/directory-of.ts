import type { Directory } from "../../core/stream/directory.ts";
import { publicKeyHash } from "../../core/stream/change-effect.ts";
import type { Documents, Rulebook } from "../../core/stream/rulebook.ts";
import type { GroupDocument } from "../../core/policy/group-document.ts";
import type { PolicyDocument } from "../../core/policy/policy-document.ts";
import type { RulesDocument } from "../../core/rules/rules-document.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { expectOk } from "../../core/refusal.ts";
import { readDirectory } from "../../store/stream/directory-rows.ts";
import type { DirectoryRows, DocumentRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

/** The directory from the tables. An auditor computes the same from the stream. */
export async function directoryOf(store: TenantStore): Promise<Directory> {
  return directoryFrom(await readDirectory(store));
}

export function directoryFrom({ people, passkeys, documents }: DirectoryRows): Directory {
  // In the stream a person appears with the first endorsed passkey. Somebody who was only invited is not in it.
  const withPasskey = new Set(passkeys.map(({ personId }) => personId));
  const enrolled = people.filter(({ id }) => withPasskey.has(id));
  return {
    members: new Map(
      enrolled.map(({ id, username, role, removedAt }) => [
        id,
        { id, username, role, ...(removedAt !== null && { removed: true }) },
      ]),
    ),
    passkeys: new Map(
      passkeys.map(({ id, publicKey, personId, endorsedSeq, revokedAt }) => [
        id,
        {
          id,
          publicKey,
          publicKeyHash: publicKeyHash(publicKey),
          person: personId,
          endorsedAt: endorsedSeq ?? 0,
          revokedAt,
        },
      ]),
    ),
    rulebook: rulebookOf(documents),
  };
}

/** The stored texts were checked when they were signed. */
function rulebookOf(rows: readonly DocumentRow[]): Rulebook {
  const of = <Document>(kind: DocumentRow["kind"]): Documents<Document> =>
    new Map(
      rows
        .filter((row) => row.kind === kind)
        .map(({ hash, document }) => [hash, expectOk(parseJsonText(document)) as Document]),
    );
  return {
    groups: of<GroupDocument>("group"),
    policies: of<PolicyDocument>("policy"),
    rules: of<RulesDocument>("rules"),
  };
}
