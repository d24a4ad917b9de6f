import { describe, expect, it } from "vitest";
import { organisationCard } from "../../../src/core/report/organisation-card.ts";
import { encodeTrustPolicy, NO_QUORUM, parseTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { noteSigner } from "../../support/log/note-signer.ts";

const { key } = await noteSigner("sign.example.com/log", "ed25519", 1);
const TRUSTED = { logs: [{ key }], witnesses: [], groups: [], quorum: NO_QUORUM };
const POLICY = encodeTrustPolicy(TRUSTED);
const FACTS = {
  name: "Müller & Söhne",
  id: "ab".repeat(32),
  origin: "https://sign.example.com",
  policy: POLICY,
  day: "2026-11-28",
};

describe("an organisation card", () => {
  it("says what to trust, and how to check a receipt with this very file", () => {
    const { fileName, text } = organisationCard(FACTS);
    expect(fileName).toBe("countersign-muller-sohne.txt");
    for (const said of [
      "# Organisation     Müller & Söhne\n",
      `# Organisation id  ${FACTS.id}\n`,
      "# Server           https://sign.example.com\n",
      `countersign verify receipt.json --policy ${fileName} --tenant ${FACTS.id}\n`,
    ])
      expect(text).toContain(said);
  });

  it("is the log's trust policy for a verifier, whatever the organisation is called", () => {
    for (const name of ["Acme", "quorum none", "شركة الأمل", "log x", "#"]) {
      const { fileName, text } = organisationCard({ ...FACTS, name });
      expect(expectOk(parseTrustPolicy(text))).toEqual(TRUSTED);
      expect(fileName).toMatch(/^countersign-[a-z0-9-]+\.txt$/);
    }
  });
});
