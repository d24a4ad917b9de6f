import { desc, isNotNull, isNull, sql } from "drizzle-orm";
import { lookUp, makeLookUp } from "../memory/look-up.ts";
import { credentials, documents, outbox, people } from "../schema.ts";
import type { DatedDirectoryRows, DirectoryRows } from "../rows.ts";
import { prepared, type TenantStore } from "../tenant-store.ts";
import { IS_DOCUMENT_IN_FORCE } from "./document-rows.ts";
import { CHANGES_THE_DIRECTORY } from "./outbox.ts";

// Everybody, all passkeys that were ever endorsed, and the documents in force: what a change is judged by, and a policy
// chosen.

const PEOPLE = prepared(people, (scope) => scope.select(people));
const PASSKEYS = prepared(credentials, (scope) =>
  scope.select(credentials, isNotNull(credentials.endorsedSeq)),
);
// In the order of the index of those in force. Otherwise the planner would read all versions, by the index of hashes.
const DOCUMENTS = prepared(documents, (scope) =>
  scope.select(documents, IS_DOCUMENT_IN_FORCE).orderBy(documents.kind, documents.name),
);
const LAST_CHANGE = prepared(outbox, (scope) =>
  scope.select(outbox, CHANGES_THE_DIRECTORY).orderBy(desc(outbox.seq)).limit(1),
);
/** Written as in the partial index. */
const HAS_RULES = sql`${documents.kind} = 'rules' AND ${IS_DOCUMENT_IN_FORCE}`;
const RULES = prepared(documents, (scope) => scope.select(documents, HAS_RULES).limit(1));

/** Of one moment. */
export async function readDirectory(store: TenantStore): Promise<DirectoryRows> {
  const [members, passkeys, inForce] = await store.run([
    PEOPLE.with({}),
    PASSKEYS.with({}),
    DOCUMENTS.with({}),
  ]);
  return { people: members, passkeys, documents: inForce };
}

const datedDirectory = makeLookUp(
  (memory) => memory.directory,
  "",
  [PEOPLE.with({}), PASSKEYS.with({}), DOCUMENTS.with({}), LAST_CHANGE.with({})],
  ([members, passkeys, inForce, [last]]) => last && { people: members, passkeys, documents: inForce, last },
);

/** Undefined before the organisation has its first passkey. */
export async function rememberedDirectory(store: TenantStore): Promise<DatedDirectoryRows | undefined> {
  const [rows] = await lookUp(store, [datedDirectory]);
  return rows;
}

const NEW_RULES = prepared(outbox, (scope) =>
  scope.select(outbox, sql`${isNull(outbox.index)} AND ${outbox.type} = 'rules.changed'`).limit(1),
);

const rulesInForce = makeLookUp(
  (memory) => memory.hasRules,
  "",
  [RULES.with({}), NEW_RULES.with({})],
  ([rows, unsealed]) => rows.length > 0 || unsealed.length > 0,
);

/** Or are about to be: their change may be signed and not sealed yet. A failed insert makes the Desk read it again. */
export async function areRulesInForce(store: TenantStore): Promise<boolean> {
  const [isThere] = await lookUp(store, [rulesInForce]);
  return isThere === true;
}
