import { describe, expect, it } from "vitest";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { sentenceText } from "../../../src/core/display/apply-template.ts";
import { parseReceipt, type Evidence } from "../../../src/core/evidence/receipt.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { signedContent } from "../../../src/core/report/signed-content.ts";
import receipt from "../../../web/docs/vectors/receipts/templated.json" with { type: "json" };

const { evidence } = expectOk(parseReceipt(canonicalBytes(receipt as JsonValue))).decision;
const NAMES = ["/service", "/size", "/env", "/ref", "/ref/branch", "/ref/tag"];
const pointers = (from: Evidence) => signedContent(from)?.lines.map(({ pointer }) => pointer);

/** As an altered file can have it. */
function withOrder(order: readonly number[]): Evidence {
  const signers = evidence.signers.map((signer) => ({
    ...signer,
    statement: { ...signer.statement, display: { ...signer.statement.display, order } },
  }));
  return { ...evidence, template: null, signers };
}

describe("the signed content", () => {
  it("is drawn by the signed template", () => {
    const content = signedContent(evidence);
    expect(sentenceText(content?.sentence ?? [])).toBe("Deploy ⟨api⟩ (⟨2 MiB⟩) to ⟨production⟩");
    expect(pointers(evidence)).toEqual(NAMES);
  });

  it("is drawn in the signed order without one", () =>
    expect(pointers(withOrder([2, 0]))?.slice(0, 2)).toEqual(["/service", "/env"]));

  it.each<[string, Evidence]>([
    ["an order that the content does not have", withOrder([0, 9])],
    ["a template that can't be used", { ...evidence, template: brokenTemplate() }],
  ])("is complete also if an altered file names %s", (_name, altered) =>
    expect(pointers(altered)?.toSorted()).toEqual(NAMES.toSorted()),
  );

  it("is none if it is withheld", () =>
    expect(signedContent({ ...evidence, payload: null })).toBeUndefined());
});

function brokenTemplate(): Evidence["template"] {
  return evidence.template && { ...evidence.template, sentence: "Deploy {service" };
}
