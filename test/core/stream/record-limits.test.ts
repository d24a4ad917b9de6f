import { describe, expect, it } from "vitest";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import { matchShape } from "../../../src/core/encoding/shape.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { isChange, parseChange } from "../../../src/core/stream/change-format.ts";
import { CHANGES, NO_PREVIOUS, recordShape, ROLES } from "../../../src/core/stream/record.ts";
import { editJson } from "../../support/evidence/edit-json.ts";
import { DOCUMENT_CHANGES, DOCUMENT_EFFECTS, FINANCE } from "../../support/evidence/sample-documents.ts";

// Every limit of a record and of a change document, at its value and one beyond.

const HASH = "11".repeat(32);
const encoded = (bytes: number): string => toBase64url(new Uint8Array(bytes));
const text = (characters: number): string => "x".repeat(characters);
const listOf = (count: number, item: JsonValue): JsonValue => Array.from({ length: count }, () => item);

const decided: JsonObject = {
  confirmation: "c_1",
  outcome: "approved",
  expires: "2026-11-01T12:00:00.000Z",
  payloadCommit: HASH,
  signatures: [{ nonce: HASH, assertionHash: HASH, credential: "AQID" }],
  policyHash: HASH,
  directory: { seq: 0, commit: HASH },
};
const effect = {
  person: "p1",
  role: "admin",
  credential: { id: "AQID", publicKeyHash: HASH },
  revoked: ["AQID"],
};
const genesis = {
  rp: "https://approve.example",
  logOrigin: "log.example",
  streamKeyHash: HASH,
  credentialId: "AQID",
  publicKey: "AQID",
  salt: encoded(32),
};
const BODIES: Readonly<Record<string, JsonObject>> = {
  "stream.created": { genesis, tenant: "Acme", person: { id: "p1", username: "alex" } },
  decision: { ...decided, mode: "live" },
  "credential.endorsed": { ...decided, change: effect },
  revealed: { ...decided, change: null },
  consumed: { confirmation: "c_1", decided: 0 },
  erased: { rule: "After a year", spans: [{ from: 0, to: 0 }] },
};
const record = (type: string): JsonObject => ({
  v: 1,
  stream: HASH,
  seq: 0,
  prev: NO_PREVIOUS,
  at: "2026-11-01T12:00:00.000Z",
  type,
  body: BODIES[type] ?? {},
});

describe("a record", () => {
  type Row = readonly [type: string, at: string, within: readonly JsonValue[], beyond: readonly JsonValue[]];
  const signature = { nonce: HASH, assertionHash: HASH, credential: "AQID" };
  const span = { from: 0, to: 0 };
  const rows: readonly Row[] = [
    ["decision", "/seq", [0, 2 ** 53 - 1], [-1, 0.5, 2 ** 53]],
    ["decision", "/stream", [HASH], [HASH.slice(2), `${HASH}00`]],
    ["decision", "/prev", [HASH], [HASH.slice(2), `${HASH}00`]],
    ["decision", "/v", [1], [0, 2]],
    ["decision", "/body/confirmation", [text(1), text(128)], ["", text(129)]],
    ["decision", "/body/payloadCommit", [HASH], [HASH.slice(2)]],
    ["decision", "/body/policyHash", [HASH, null], [HASH.slice(2), ""]],
    ["decision", "/body/directory/seq", [0], [-1]],
    ["decision", "/body/directory/commit", [HASH], [HASH.slice(2)]],
    ["decision", "/body/signatures", [[], listOf(64, signature)], [listOf(65, signature)]],
    ["decision", "/body/signatures/0/nonce", [HASH], [HASH.slice(2)]],
    ["decision", "/body/signatures/0/assertionHash", [HASH], [HASH.slice(2)]],
    ["decision", "/body/signatures/0/credential", [encoded(1), encoded(1_023)], ["", encoded(1_024)]],
    [
      "decision",
      "/body/outcome",
      ["approved", "rejected", "expired", "cancelled", "break-glass"],
      ["pending", "consumed"],
    ],
    ["stream.created", "/body/genesis/rp", [text(1), text(280)], ["", text(281)]],
    ["stream.created", "/body/genesis/logOrigin", [text(1), text(280)], ["", text(281)]],
    ["stream.created", "/body/genesis/streamKeyHash", [HASH], [HASH.slice(2)]],
    ["stream.created", "/body/genesis/credentialId", [encoded(1), encoded(1_023)], ["", encoded(1_024)]],
    ["stream.created", "/body/genesis/publicKey", [encoded(1), encoded(1_024)], ["", encoded(1_025)]],
    ["stream.created", "/body/genesis/salt", [encoded(32)], [encoded(31), encoded(33)]],
    ["stream.created", "/body/tenant", ["", text(200)], [text(201)]],
    ["stream.created", "/body/person/id", [text(1), text(128)], ["", text(129)]],
    ["stream.created", "/body/person/username", [text(1), text(32)], ["", text(33)]],
    ["credential.endorsed", "/body/change/person", [text(1), text(128)], ["", text(129)]],
    ["credential.endorsed", "/body/change/role", [null, ...ROLES], ["", "boss"]],
    ["credential.endorsed", "/body/change/credential/id", [encoded(1), encoded(1_023)], ["", encoded(1_024)]],
    ["credential.endorsed", "/body/change/credential/publicKeyHash", [HASH], [HASH.slice(2)]],
    ["credential.endorsed", "/body/change/revoked", [[], listOf(16, "AQID")], [listOf(17, "AQID")]],
    ["credential.endorsed", "/body/change/revoked/0", [encoded(1), encoded(1_023)], ["", encoded(1_024)]],
    ["consumed", "/body/decided", [0], [-1]],
    ["consumed", "/body/confirmation", [text(128)], [text(129)]],
    ["erased", "/body/rule", [text(1), text(200)], ["", text(201)]],
    ["erased", "/body/spans", [listOf(1, span), listOf(1_000, span)], [[], listOf(1_001, span)]],
    ["erased", "/body/spans/0/from", [0], [-1]],
    ["erased", "/body/spans/0/to", [0], [-1]],
  ];
  it.each(rows)("%s has a limit at %s", (type, at, within, beyond) => {
    for (const value of within) {
      const whole = editJson(record(type), at, () => value);
      expect(matchShape(recordShape, whole)).toEqual({ ok: true, value: whole });
    }
    for (const value of beyond) {
      const refused = matchShape(
        recordShape,
        editJson(record(type), at, () => value),
      );
      expect(refused).toMatchObject({ ok: false, refusal: { code: "shape_mismatch", at } });
    }
  });

  it.each(["credential.endorsed", "credential.revoked", "role.changed", "recovered", "person.removed"])(
    "%s states an effect, and no other kind does",
    (type) => {
      const about = { ...record("credential.endorsed"), type };
      expect(matchShape(recordShape, about).ok).toBe(true);
      expect(
        matchShape(
          recordShape,
          editJson(about, "/body/change", () => null),
        ).ok,
      ).toBe(false);
    },
  );

  it.each(["group.changed", "policy.changed", "rules.changed"] as const)(
    "%s states which document ends and which begins",
    (type) => {
      const about = (change: JsonValue) => ({
        ...record("revealed"),
        type,
        body: { ...decided, change },
      });
      const isRecord = (change: JsonValue) => matchShape(recordShape, about(change)).ok;
      const { document } = DOCUMENT_EFFECTS[type];
      expect([
        isRecord({ replaced: null, document }),
        isRecord({ replaced: document, document: null }),
      ]).toEqual([true, true]);
      const others = [null, effect, { document }, { replaced: null, document: "ab" }];
      expect(others.map(isRecord)).toEqual(others.map(() => false));
    },
  );

  it.each(["template.changed", "key.changed", "revealed", "tenant.deleted"])(
    "%s states no effect",
    (type) => {
      const about = { ...record("revealed"), type };
      expect(matchShape(recordShape, about).ok).toBe(true);
      expect(
        matchShape(
          recordShape,
          editJson(about, "/body/change", () => effect),
        ).ok,
      ).toBe(false);
    },
  );
});

const person = { id: "p1", username: "alex" };
const credential = { id: "AQID", publicKey: "AQID" };
const TEMPLATE = { v: 1, kind: "countersign/template", action: "Deploy", sentence: "Deploy {a}", fields: [] };
const DOCUMENTS: Readonly<Record<string, JsonObject>> = {
  "credential.endorsed": { person, role: "approver", credential },
  "credential.revoked": { person, credential: { id: "AQID" } },
  "role.changed": { person, role: "approver" },
  ...DOCUMENT_CHANGES,
  "template.changed": { action: "Deploy", template: null },
  "key.changed": {
    key: {
      id: "k1",
      name: "Sync",
      hash: HASH,
      project: { id: "p1", name: "Default" },
      scopes: ["people"],
      expires: null,
    },
  },
  recovered: { person, credential, revoked: ["AQID"] },
  "person.removed": { person, revoked: ["AQID"] },
  revealed: {
    confirmation: "c_1",
    decided: { seq: 0, commit: HASH },
    action: "Deploy",
    payloadHash: HASH,
    shown: true,
  },
  "tenant.deleted": { tenant: { name: "Acme", stream: HASH } },
};
const document = (change: string): JsonObject => ({
  v: 1,
  kind: "countersign/change",
  change,
  ...DOCUMENTS[change],
});

describe("a change document", () => {
  type Row = readonly [
    change: string,
    at: string,
    within: readonly JsonValue[],
    beyond: readonly JsonValue[],
  ];
  const rows: readonly Row[] = [
    ["role.changed", "/v", [1], [0, 2]],
    ["role.changed", "/kind", ["countersign/change"], ["countersign/receipt"]],
    ["role.changed", "/role", ROLES, ["boss", null]],
    ["role.changed", "/person/id", [text(1), text(128)], ["", text(129)]],
    ["role.changed", "/person/username", [text(1), text(32)], ["", text(33)]],
    ["credential.endorsed", "/credential/id", [encoded(1), encoded(1_023)], ["", encoded(1_024)]],
    ["credential.endorsed", "/credential/publicKey", [encoded(1), encoded(1_024)], ["", encoded(1_025)]],
    ["credential.revoked", "/credential/id", [encoded(1), encoded(1_023)], ["", encoded(1_024)]],
    ["group.changed", "/name", [text(1), text(64)], ["", text(65)]],
    ["group.changed", "/replaces", [null, HASH], [HASH.slice(2), ""]],
    ["group.changed", "/group", [null, FINANCE], [[], 1]],
    ["policy.changed", "/name", [text(1), text(64)], ["", text(65)]],
    ["policy.changed", "/replaces", [null, HASH], [HASH.slice(2), ""]],
    ["policy.changed", "/policy", [null], [[], 1]],
    ["rules.changed", "/replaces", [null, HASH], [HASH.slice(2), ""]],
    ["rules.changed", "/rules", [null], [[], 1]],
    ["template.changed", "/action", [text(1), text(200)], ["", text(201)]],
    ["template.changed", "/template", [null, TEMPLATE], ["", 1, []]],
    ["key.changed", "/key/id", [text(1), text(128)], ["", text(129)]],
    ["key.changed", "/key/name", [text(1), text(200)], ["", text(201)]],
    ["key.changed", "/key/hash", [HASH], [HASH.slice(2)]],
    ["key.changed", "/key/project/id", [text(1), text(128)], ["", text(129)]],
    ["key.changed", "/key/project/name", ["", text(200)], [text(201)]],
    ["key.changed", "/key/scopes", [["people", "audit:read"], [...SCOPES]], [[], listOf(7, "people")]],
    ["key.changed", "/key/scopes/0", SCOPES, ["decide", ""]],
    ["key.changed", "/key/expires", [null, "2026-11-01T12:00:00.000Z"], ["2026-11-01", 1]],
    ["recovered", "/revoked", [[], listOf(16, "AQID")], [listOf(17, "AQID")]],
    ["person.removed", "/revoked", [[], listOf(16, "AQID")], [listOf(17, "AQID")]],
    ["recovered", "/revoked/0", [encoded(1), encoded(1_023)], ["", encoded(1_024)]],
    ["revealed", "/confirmation", [text(128)], [text(129)]],
    ["revealed", "/decided/seq", [0], [-1]],
    ["revealed", "/decided/commit", [HASH], [HASH.slice(2)]],
    ["revealed", "/action", [text(1), text(200)], ["", text(201)]],
    ["revealed", "/payloadHash", [HASH], [HASH.slice(2)]],
    ["revealed", "/shown", [true, false], [1]],
    ["tenant.deleted", "/tenant/name", ["", text(200)], [text(201)]],
    ["tenant.deleted", "/tenant/stream", [HASH], [HASH.slice(2)]],
  ];
  it.each(rows)("%s has a limit at %s", (change, at, within, beyond) => {
    for (const value of within) {
      const whole = editJson(document(change), at, () => value);
      expect(parseChange(whole)).toEqual({ ok: true, value: whole });
    }
    for (const value of beyond) {
      const refused = parseChange(editJson(document(change), at, () => value));
      expect(refused).toMatchObject({ ok: false, refusal: { code: "shape_mismatch", at } });
    }
  });

  it("is of nine kinds, each with a record of its own", () => {
    expect(CHANGES.toSorted()).toEqual(Object.keys(DOCUMENTS).toSorted());
  });

  it.each(CHANGES)("%s is one, with its kind and all its fields", (change) => {
    expect(isChange(document(change))).toBe(true);
    expect(isChange({ ...document(change), kind: "countersign/receipt" })).toBe(false);
    expect(isChange({ ...document(change), also: 1 })).toBe(false);
    for (const field of Object.keys(DOCUMENTS[change] ?? {})) {
      const { [field]: _left, ...without } = document(change);
      expect(isChange(without)).toBe(false);
    }
  });
});
