import { toHex } from "../../../src/core/encoding/bytes.ts";
import { statementNonce, type Statement } from "../../../src/core/confirmation/statement.ts";
import type { Signer, SignedRecord } from "../../../src/core/evidence/receipt.ts";
import type { Directory, Member, Passkey } from "../../../src/core/stream/directory.ts";
import type { TestPerson } from "./sample-tenant.ts";

// Copies of an honest record and of its directory, in which exactly one thing is another.

type Body = SignedRecord["record"]["body"];

export function withBody(of: SignedRecord, change: Partial<Body>): SignedRecord {
  return {
    ...of,
    record: { ...of.record, body: { ...of.record.body, ...change } } as SignedRecord["record"],
  };
}

export function withTime(of: SignedRecord, at: string): SignedRecord {
  return { ...of, record: { ...of.record, at } };
}

export function withEvidence(of: SignedRecord, change: Partial<SignedRecord["evidence"]>): SignedRecord {
  return { ...of, evidence: { ...of.evidence, ...change } };
}

export function withSigners(
  of: SignedRecord,
  change: (signers: readonly Signer[]) => readonly Signer[],
): SignedRecord {
  return withEvidence(of, { signers: change(of.evidence.signers) });
}

/** The second signature, as the record names it, changed. */
export function withSealed(of: SignedRecord, change: Partial<Body["signatures"][number]>): SignedRecord {
  const signatures = of.record.body.signatures.map((signature, index) =>
    index === 1 ? { ...signature, ...change } : signature,
  );
  return withBody(of, { signatures });
}

/** The second signer's statement changed, or every signer's, with the nonces that the record names. */
export function withStatement(
  of: SignedRecord,
  change: Partial<Statement>,
  which: "second" | "every" = "second",
): SignedRecord {
  const changed = withSigners(of, (signers) =>
    signers.map((signer, index) =>
      which === "every" || index === 1
        ? { ...signer, statement: { ...signer.statement, ...change } }
        : signer,
    ),
  );
  const signatures = of.record.body.signatures.map((signature, index) => {
    const statement = changed.evidence.signers[index]?.statement;
    return statement === undefined ? signature : { ...signature, nonce: toHex(statementNonce(statement)) };
  });
  return withBody(changed, { signatures });
}

/** With a change to a person's passkey, or without the passkey. */
export function withPasskey(
  directory: Directory,
  person: TestPerson,
  change: Partial<Passkey> | "removed",
): Directory {
  const { id } = person.passkey.credential;
  const passkey = directory.passkeys.get(id);
  if (passkey === undefined) throw new RangeError("no such passkey");
  const passkeys = new Map(directory.passkeys);
  if (change === "removed") passkeys.delete(id);
  else passkeys.set(id, { ...passkey, ...change });
  return { ...directory, passkeys };
}

/** With a change to a person, or without the person. */
export function withMember(
  directory: Directory,
  person: TestPerson,
  change: Partial<Member> | "removed",
): Directory {
  const member = directory.members.get(person.id);
  if (member === undefined) throw new RangeError("no such person");
  const members = new Map(directory.members);
  if (change === "removed") members.delete(person.id);
  else members.set(person.id, { ...member, ...change });
  return { ...directory, members };
}
