import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { parseReceipt } from "../../../src/core/evidence/receipt.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import audits from "../../../web/docs/vectors/audits.json" with { type: "json" };
import receipts from "../../../web/docs/vectors/receipts.json" with { type: "json" };
import tree from "../../../web/docs/vectors/tree.json" with { type: "json" };
import { editJson } from "../../support/evidence/edit-json.ts";
import { audit } from "../../support/vectors/audits.ts";
import { judge, summaryOf, type Knowledge } from "../../support/vectors/expected-verdict.ts";

// The receipts that are published for those who write a verifier of their own, and the verdicts.

const texts = import.meta.glob("../../../web/docs/vectors/receipts/*", {
  query: "?raw",
  eager: true,
  import: "default",
});
const files = new Map(
  Object.entries(texts).map(([path, text]) => [path.slice(path.lastIndexOf("/") + 1), utf8(text)]),
);

function fileOf(name: string): Uint8Array {
  const file = files.get(name);
  if (file === undefined) throw new RangeError(`there is no file ${name}`);
  return file;
}

/** What a verifier of this file knows who knows all that can be known, but for the history. */
function knowledgeOf(name: string): Knowledge {
  const { tenant = "", trust = "", streamKey = "" } = receipts.cases.find(({ file }) => file === name) ?? {};
  return { tenant, trust, streamKey };
}

it("lists every file with its hash", () => {
  const hashes = [...files].map(([file, bytes]) => ({ file, sha256: toHex(sha256(bytes)) }));
  expect(hashes).toEqual(receipts.files.toSorted((one, other) => (one.file < other.file ? -1 : 1)));
});

describe("a published receipt has the published verdict", () => {
  it.each(receipts.cases.map((each) => [each.file, each.given, each] as const))(
    "%s, given %s",
    async (name, _given, { verified, outcome, mode, checks, ...knowledge }) => {
      const expected = { verified, outcome, mode, checks };
      expect(await judge(fileOf(name), knowledge as Knowledge, files)).toEqual(expected);
    },
  );
});

describe("a changed receipt fails the published checks", () => {
  it.each(receipts.mutations.map((each) => [each.file, each.name, each] as const))(
    "%s with %s",
    async (name, _mutation, { at, to, failed }) => {
      const file = fileOf(name);
      const knowledge = knowledgeOf(name);
      expect((await judge(file, knowledge, files)).verified).toBe(true);
      const receipt = expectOk(parseReceipt(file)) as unknown as JsonValue;
      const changed = await judge(canonicalBytes(editJson(receipt, at, () => to)), knowledge, files);
      expect([changed.verified, summaryOf(changed).failed]).toEqual([false, failed]);
    },
  );
});

describe("the published export has the published verdict, against", () => {
  it.each(audits.cases.map((each) => [each.name, each] as const))(
    "%s",
    async (_name, { appended, verified, checks, ...auditCase }) => {
      const entries = [...tree.entries, ...appended];
      expect(await audit(fileOf(audits.file), auditCase, entries)).toEqual({ verified, checks });
    },
  );
});
