import { describe, expect, it } from "vitest";
import type { Scope } from "../../../src/core/confirmation/scopes.ts";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import { encodeReceipt } from "../../../src/core/evidence/receipt.ts";
import { changeText } from "../../../src/core/report/change-text.ts";
import { receiptNotes, votesText } from "../../../src/core/report/receipt-notes.ts";
import type { RichText } from "../../../src/core/report/rich-text.ts";
import type { Change } from "../../../src/core/stream/change-format.ts";
import { fingerprintOf } from "../../../src/core/webauthn/fingerprint.ts";
import { createStaff, decidedReceipt } from "../../support/evidence/sample-company.ts";
import type { SampleRequest } from "../../support/evidence/sample-tenant.ts";
import { verdictOn } from "../../../web/verify/verdict.ts";
import { DOCUMENT_CHANGES } from "../../support/evidence/sample-documents.ts";

/** Text of other people in brackets. */
const marked = (text: RichText): string =>
  text.map((part) => (typeof part === "string" ? part : `[${part.exact}]`)).join("");

const { log, alex, bea, cy, dan, twoOfThree, tenant: enrolled } = await createStaff();
const tenant = await enrolled();

describe("a change says what it did", () => {
  const key = new Uint8Array([1, 2, 3]);
  const credential = { id: "AAAA", publicKey: toBase64url(key) };
  const person = { id: "p_1", username: "maria" };
  const head = { v: 1, kind: "countersign/change" } as const;
  const decided = { seq: 7, commit: "0".repeat(64) };
  const revealed = { ...head, change: "revealed", confirmation: "c_1", decided, action: "Pay" } as const;
  const payloadHash = "0".repeat(64);
  const templated = { ...head, change: "template.changed", action: "Pay" } as const;
  const template = {
    v: 1,
    kind: "countersign/template",
    action: "Pay",
    sentence: "Pay {to}",
    fields: [],
  } as const;
  const keyed = (scopes: readonly Scope[]): Change => {
    const project = { id: "j_1", name: "Default" };
    const key = { id: "k_1", name: "Sync", hash: payloadHash, project, scopes, expires: null };
    return { ...head, change: "key.changed", key };
  };
  const rows: [Change, string][] = [
    [
      { ...head, change: "credential.endorsed", person, role: "owner", credential },
      `endorsed the passkey ${fingerprintOf(key)} of [maria], an owner`,
    ],
    [
      { ...head, change: "credential.revoked", person, credential: { id: "AAAA" } },
      "revoked the passkey [AAAA] of [maria]",
    ],
    [{ ...head, change: "role.changed", person, role: "admin" }, "made [maria] an admin"],
    [{ ...head, change: "role.changed", person, role: "developer" }, "made [maria] a developer"],
    [
      { ...head, change: "recovered", person, credential, revoked: ["AAAA"] },
      `replaced all passkeys of [maria] by the passkey ${fingerprintOf(key)}`,
    ],
    [
      { ...head, change: "person.removed", person, revoked: ["AAAA"] },
      "removed [maria] from the organisation",
    ],
    [{ ...head, ...DOCUMENT_CHANGES["group.changed"] }, "created the group “[finance]”"],
    [{ ...head, ...DOCUMENT_CHANGES["policy.changed"] }, "created the policy “[payments]”"],
    [
      { ...head, ...DOCUMENT_CHANGES["rules.changed"] },
      "created the rules that choose the policy of a request",
    ],
    [{ ...templated, template }, "set the template of the action “[Pay]”"],
    [{ ...templated, template: null }, "ended the template of the action “[Pay]”"],
    [keyed(["people"]), "let the API key “[Sync]” invite people and ask for changes of them"],
    [
      keyed(["audit:read", "confirmations:create", "manage"]),
      "let the API key “[Sync]” ask for approvals, manage keys and projects, and export the whole history",
    ],
    [
      { ...head, change: "tenant.deleted", tenant: { name: "Acme", stream: payloadHash } },
      "deleted the organisation “[Acme]”",
    ],
    [{ ...revealed, payloadHash, shown: true }, "made the decision of [c_1] public"],
    [{ ...revealed, payloadHash, shown: false }, "stopped showing the decision of [c_1] to the public"],
  ];
  it.each(rows)("%j", (change, text) => expect(marked(changeText(change))).toBe(text));
});

describe("the votes in one sentence", () => {
  const rows: [string, SampleRequest, string | undefined][] = [
    ["one", { votes: [{ by: cy }] }, "[cy] approved “[Deploy to production]”"],
    [
      "three alike",
      { policy: twoOfThree(), votes: [{ by: bea }, { by: cy }, { by: dan }] },
      "[bea], [cy] and [dan] approved “[Deploy to production]”",
    ],
    [
      "for and against",
      { policy: twoOfThree(), votes: [{ by: bea, vote: "reject" }, { by: cy }, { by: dan }] },
      "[bea] rejected, [cy] and [dan] approved “[Deploy to production]”",
    ],
    [
      "an emergency names only the person who decided",
      {
        policy: twoOfThree({ breakGlass: [alex.id] }),
        outcome: "break-glass",
        votes: [{ by: cy }, { by: alex, vote: "break-glass", reason: "fire" }],
      },
      "[alex] approved “[Deploy to production]”, alone and in an emergency",
    ],
    ["nobody", { outcome: "expired", votes: [] }, undefined],
  ];
  it.each(rows)("%s", async (_name, request, text) => {
    const votes = votesText(await decidedReceipt(tenant, request));
    expect(votes && marked(votes)).toBe(text);
  });
});

it("an ordinary approval or rejection needs no note", async () => {
  for (const vote of ["approve", "reject"] as const) {
    const outcome = vote === "approve" ? "approved" : "rejected";
    const receipt = await decidedReceipt(tenant, { outcome, votes: [{ by: cy, vote }] });
    expect(receiptNotes(receipt, [])).toEqual([]);
  }
});

describe("the verdict of the verify page", () => {
  it("on a change says so, also if the receipt withholds it and the reader adds it", async () => {
    const own = await enrolled();
    const { decision, ...receipt } = await own.receipt(await own.changeRole(cy, "developer", alex));
    const { payload } = decision.evidence;
    const withheld = {
      ...receipt,
      decision: { ...decision, evidence: { ...decision.evidence, payload: null } },
    };
    const { tone, heading } = await verdictOn(
      { kind: "receipt", bytes: encodeReceipt(withheld) },
      {
        organisation: own.stream,
        trust: { policy: log.trust(2), text: "", from: "you" },
        content: canonicalBytes(payload ?? {}),
      },
    );
    expect([tone, marked(heading)]).toEqual(["over", "Verified: a change of who may sign"]);
  });
});
