import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";

/** One changed value in a receipt, at a JSON Pointer. The changed file is still canonical JSON. */
export interface Mutation {
  readonly name: string;
  /** Which receipt. */
  readonly of: string;
  readonly at: string;
  readonly to: JsonValue;
}

const HASH = "ab".repeat(32);
const SALT = "A".repeat(43);

const rows: readonly (readonly [of: string, name: string, at: string, to: JsonValue])[] = [
  ["approved", "another version", "/v", 1],
  ["approved", "another amount", "/decision/evidence/payload/amount", "9250.00"],
  ["approved", "another payload hash", "/decision/evidence/payloadHash", HASH],
  ["approved", "another payload salt", "/decision/evidence/payloadSalt", SALT],
  ["approved", "another outcome", "/decision/record/body/outcome", "rejected"],
  ["approved", "another time", "/decision/record/at", "2026-11-01T12:00:19.000Z"],
  ["approved", "a time after the expiry", "/decision/record/at", "2026-11-01T13:00:00.000Z"],
  ["approved", "another place in the stream", "/decision/record/seq", 9],
  ["approved", "another predecessor", "/decision/record/prev", HASH],
  ["approved", "another stream", "/decision/record/stream", HASH],
  ["approved", "another state of the directory", "/decision/record/body/directory/commit", HASH],
  ["approved", "a later state of the directory", "/decision/record/body/directory/seq", 4],
  ["approved", "another entry salt", "/decision/entrySalt", SALT],
  ["approved", "another label", "/decision/label", HASH],
  ["approved", "another action", "/decision/evidence/signers/0/statement/action", "Pay invoice 4712"],
  ["approved", "a rejection instead of an approval", "/decision/evidence/signers/0/statement/vote", "reject"],
  ["approved", "another approver", "/decision/evidence/signers/0/statement/approver/username", "dan"],
  ["approved", "another reason", "/decision/evidence/signers/0/statement/reason", "fine"],
  ["approved", "another origin", "/decision/evidence/signers/0/statement/rp", "https://evil.example"],
  ["approved", "another statement salt", "/decision/evidence/signers/0/statement/salt", SALT],
  ["approved", "no signers", "/decision/evidence/signers", []],
  ["approved", "another credential", "/decision/evidence/signers/0/assertion/id", "AAAA"],
  ["approved", "another signature", "/decision/evidence/signers/0/assertion/signature", "MAYCAQECAQE"],
  ["approved", "other client data", "/decision/evidence/signers/0/assertion/clientDataJSON", "e30"],
  ["approved", "another name of the tenant", "/created/record/body/tenant", "Acne"],
  ["approved", "another owner", "/created/record/body/person/username", "bea"],
  ["approved", "another log", "/created/record/body/genesis/logOrigin", "evil.example/log"],
  ["approved", "another owner's key", "/created/record/body/genesis/publicKey", "AQID"],
  ["approved", "another genesis salt", "/created/record/body/genesis/salt", SALT],
  ["approved", "no endorsements", "/directory", []],
  ["approved", "a better role", "/directory/1/evidence/payload/role", "owner"],
  ["approved", "an endorsement that was rejected", "/directory/1/record/body/outcome", "rejected"],
  ["approved", "another kind of change", "/directory/1/record/type", "role.changed"],
  ["approved", "a withheld change", "/directory/1/evidence/payload", null],
  ["approved", "a proof that is no text of this format", "/decision/proof", "c2sp.org/tlog-proof@v1\n"],
  ["approved", "an anchor without a timestamp", "/anchor", { proof: "x", timestamp: "AAAA" }],
  ["quorum", "no signers", "/decision/evidence/signers", []],
  ["quorum", "another threshold", "/decision/evidence/policy/require/threshold", 1],
  ["quorum", "a missing policy", "/decision/evidence/policy", null],
  ["quorum", "another credential in the record", "/decision/record/body/signatures/1/credential", "AAAA"],
  ["rejected", "an approval instead of a rejection", "/decision/record/body/outcome", "approved"],
  ["expired", "an approval that nobody signed", "/decision/record/body/outcome", "approved"],
  ["expired", "a rejection that nobody signed", "/decision/record/body/outcome", "rejected"],
  ["break-glass", "an ordinary approval", "/decision/record/body/outcome", "approved"],
  ["break-glass", "nobody who may override", "/decision/evidence/policy/breakGlass", []],
  ["recovered", "a recovery that takes nothing back", "/directory/3/evidence/payload/revoked", []],
  ["anchored", "a timestamp of other bytes", "/anchor/timestamp", "AE9wZW5UaW1lc3RhbXBz"],
  ["withheld", "a payload that was not signed", "/decision/evidence/payload", {}],
];

export const MUTATIONS: readonly Mutation[] = rows.map(([of, name, at, to]) => ({ of, name, at, to }));
