import { encodeReceipt } from "../../../src/core/evidence/receipt.ts";
import { DEMO_REQUEST } from "../../../src/core/pages/account.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import { encodeTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { ES256 } from "../../../src/core/webauthn/cose.ts";
import { createPerson, TestTenant } from "../evidence/sample-tenant.ts";
import { TestLog } from "../log/memory-log.ts";
import { noteSigner } from "../log/note-signer.ts";
import { fixedDraw, fixedKey } from "./keys.ts";

// The receipt that the landing page plays where a browser can't make a passkey: an approval as in the live demo, by a
// simulated passkey, in a log of nine entries.

const BEFORE = 4;
const AFTER = 3;

/** The files of web/demo/proof that are made, by their names. */
export async function recordedDemo(): Promise<ReadonlyMap<string, Uint8Array | string>> {
  const drawForOthers = fixedDraw("recorded demo, other organisations");
  const log = new TestLog(await noteSigner("approve.example/log", "ed25519", 9));
  const addOthers = (count: number) => {
    for (let added = 0; added < count; added++)
      log.append(encodeEntry({ kind: "sealed", label: drawForOthers(32), commit: drawForOthers(32) }));
  };
  addOthers(BEFORE);
  const visitor = await createPerson("visitor", {
    algorithm: ES256,
    key: await fixedKey("recorded demo", ES256),
    draw: fixedDraw("passkey of the recorded demo"),
  });
  const tenant = new TestTenant(log, visitor, fixedDraw("recorded demo"), "Demo");
  const project = { id: "p_test", name: "Test", mode: "test" } as const;
  const approved = await tenant.decide({
    ...DEMO_REQUEST,
    mode: project.mode,
    requester: { kind: "key", id: "k_demo", name: "demo", person: visitor.id },
    votes: [{ by: visitor, statement: { project, tenant: { id: tenant.stream, name: "Demo" } } }],
  });
  addOthers(AFTER);
  return new Map<string, Uint8Array | string>([
    ["recorded-receipt.json", encodeReceipt(await tenant.receipt(approved))],
    ["recorded-trust.json", `${JSON.stringify({ policy: encodeTrustPolicy(log.trust(0)) })}\n`],
  ]);
}
