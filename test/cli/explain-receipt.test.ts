import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { countersign as run } from "../support/product/cli-program.ts";
import { editJson } from "../support/evidence/edit-json.ts";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import { parseReceipt, type Evidence, type Receipt } from "../../src/core/evidence/receipt.ts";
import { expectOk } from "../../src/core/refusal.ts";

// `verify --explain` on the published receipts: what it computes is what the files contain.

const VECTORS = new URL("../../web/docs/vectors/receipts/", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "countersign-"));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (name: string) => JSON.parse(readFileSync(join(VECTORS, name), "utf8"));
/** The receipts that verify, and the stream keys of their tenants. */
const receipts = new Map<string, string>();
for (const { file, verified, streamKey } of read("../receipts.json").cases)
  if (verified && streamKey !== undefined) receipts.set(file, streamKey);
const explain = async (file: string, ...options: readonly string[]) =>
  run(folder, ["verify", file, "--any-tenant", "--explain", ...options]);
const hexOf = (base64url: string) => Buffer.from(base64url, "base64url").toString("hex");

interface Published {
  readonly file: string;
  readonly explained: object;
}

/** What the file says of the values that a verifier computes from the rest of it. */
function statedIn({ decision, directory, created }: Receipt): Record<string, unknown> {
  const { record, evidence, label } = decision;
  const stated: Record<string, unknown> = {
    "genesis.stream": created.record.stream,
    "decision.seq": record.seq,
    "decision.type": record.type,
    "decision.label": label,
    "decision.streamKeyLabel": label,
    "decision.streamKeyHash": created.record.body.genesis.streamKeyHash,
  };
  const addEvidence = (path: string, from: Evidence, body: Receipt["decision"]["record"]["body"]) => {
    stated[`${path}.evidence.payloadHash`] = from.payloadHash;
    stated[`${path}.evidence.payloadCommit`] = body.payloadCommit;
    stated[`${path}.evidence.policyHash`] = body.policyHash ?? "none";
    stated[`${path}.evidence.templateHash`] = from.signers[0]?.statement.display.template ?? "none";
    from.signers.forEach(({ assertion }, place) => {
      const signer = `${path}.evidence.signers.${place}`;
      const client = JSON.parse(Buffer.from(assertion.clientDataJSON, "base64url").toString());
      stated[`${signer}.nonce`] = body.signatures[place]?.nonce;
      stated[`${signer}.challenge`] = hexOf(client.challenge);
      stated[`${signer}.credential`] = body.signatures[place]?.credential;
      stated[`${signer}.assertionHash`] = body.signatures[place]?.assertionHash;
      stated[`${signer}.authenticatorData.bytes`] = hexOf(assertion.authenticatorData);
      stated[`${signer}.authenticatorData.userVerified`] = true;
      stated[`${signer}.authenticatorData.attestedData`] = false;
    });
  };
  addEvidence("decision", evidence, record.body);
  // Each change is named, with its commitment, by the next one and the last one by the decision.
  let previous = "created";
  for (const [place, link] of directory.entries()) {
    stated[`${previous}.commit`] = link.record.body.directory.commit;
    previous = `directory.${place}`;
    stated[`${previous}.seq`] = link.record.seq;
    stated[`${previous}.type`] = link.record.type;
    const { change } = link.record.body;
    stated[`${previous}.effect`] = change === null ? "none" : canonicalText(change);
    if (link.evidence !== null) addEvidence(previous, link.evidence, link.record.body);
  }
  stated[`${previous}.commit`] = record.body.directory.commit;
  const [, index = "", ...rest] = decision.proof.split("\n");
  const checkpoint: string[] = rest.slice(rest.indexOf("") + 1);
  const root = Buffer.from(checkpoint[2] ?? "", "base64").toString("hex");
  return {
    ...stated,
    "decision.proof.index": index.replace("index ", ""),
    "decision.proof.size": checkpoint[1],
    "decision.proof.root": root,
    "decision.proof.signedRoot": root,
  };
}

describe("countersign verify --explain", () => {
  it.each([...receipts])("%s: every computed value is the one that the receipt states", async (name, key) => {
    writeFileSync(join(folder, "key.hex"), key);
    const { out, err } = await explain(join(VECTORS, name), "--stream-key", "key.hex");
    expect(err).toBe("");
    const lines = new Map(
      out
        .trimEnd()
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
    );
    for (const [path, value] of Object.entries(
      statedIn(expectOk(parseReceipt(readFileSync(join(VECTORS, name))))),
    ))
      expect([path, lines.get(path)]).toEqual([path, String(value)]);
    expect(lines.get("verified")).toBe("true");
  });

  it("prints only ASCII, one value on a line, and the checks at the end", async () => {
    const { out } = await explain(join(VECTORS, "approved.json"));
    expect(out).toMatch(/^genesis\.canonical \{"credentialId":/);
    expect(out).not.toMatch(/[^\n\u0020-\u007e]/);
    const payload = /^decision\.evidence\.payload (.*)$/m.exec(out)?.[1] ?? "";
    expect(payload).toContain("\\u00fc");
    expect(JSON.parse(payload)).toEqual(read("approved.json").decision.evidence.payload);
    expect(out).toMatch(/^decision\.proof\.checkpoint .*\\u000a/m);
    expect(out.trimEnd().split("\n").slice(-5)).toEqual([
      "checks.history absent",
      "mode live",
      "outcome approved",
      "testOutcome none",
      "verified true",
    ]);
    expect(out).not.toContain("streamKeyLabel");
  });

  it("prints the same as one JSON object", async () => {
    const { out } = await explain(join(VECTORS, "approved.json"), "--json");
    const { decision, checks, verified } = JSON.parse(out);
    expect(decision.evidence.signers[0].authenticatorData.signCount).toBeTypeOf("number");
    expect([checks.form, verified]).toEqual(["passed", true]);
  });

  it.each(read("../steps.json").receipts as readonly Published[])(
    "$file: prints the published values",
    async ({ file, explained }) => {
      const { out } = await explain(join(VECTORS, file), "--json");
      expect(JSON.parse(out)).toMatchObject(explained);
    },
  );

  it("has the exit code of the checks", async () => {
    expect((await explain(join(VECTORS, "approved.json"))).code).toBe(0);
    expect((await explain(join(VECTORS, "break-glass.json"))).code).toBe(4);
    expect((await explain(join(VECTORS, "expired.json"))).code).toBe(3);
  });

  it("of a receipt that fails still prints what it computes, to be compared", async () => {
    const forged = editJson(
      read("approved.json"),
      "/decision/evidence/signers/0/statement/action",
      () => "B",
    );
    writeFileSync(join(folder, "forged.json"), canonicalText(forged));
    const { code, out } = await explain("forged.json");
    const { nonce } = read("approved.json").decision.record.body.signatures[0];
    expect(out).toMatch(/^decision\.evidence\.signers\.0\.nonce [0-9a-f]{64}$/m);
    expect(out).not.toContain(`signers.0.nonce ${nonce}`);
    expect(out).toContain("checks.statement failed\n");
    expect([code, out.endsWith("verified false\n")]).toEqual([1, true]);
  });

  it("of a file that is no receipt prints the checks only", async () => {
    writeFileSync(join(folder, "none.json"), "{}");
    const { code, out } = await explain("none.json");
    expect([code, out.startsWith("checks.form failed\n")]).toEqual([1, true]);
  });
});
