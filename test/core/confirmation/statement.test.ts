import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import { isJsonObject, parseJsonText, type JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { accept, expectOk } from "../../../src/core/refusal.ts";
import { matchShape } from "../../../src/core/encoding/shape.ts";
import { statementNonce, statementShape, type Statement } from "../../../src/core/confirmation/statement.ts";

const SALT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const POLICY = "cd".repeat(32);

/** RFC 8785, written by hand. */
const TEXT = [
  '{"action":"Pay 12.50 EUR to Müller","approver":{"id":"per_ada","username":"ada"},"confirmation":"cnf_1",',
  '"created":"2026-03-01T09:00:00.000Z","display":{"order":[2,0],"template":null},"executeWithinSeconds":3600,"expires":"2026-03-01T09:15:00.000Z",',
  '"issued":"2026-03-01T09:03:20.125Z","kind":"countersign/statement","policyHash":null,',
  '"project":{"id":"prj_1","mode":"live","name":"Payments"},"reason":"",',
  '"requester":{"id":"key_1","kind":"key","name":"billing agent","person":"per_eve"},"rp":"https://approve.example",',
  `"salt":"${SALT}","stage":1,"tenant":{"id":"${"ab".repeat(32)}","name":"Acme"},"v":1,"vote":"approve"}`,
].join("");
const NONCE = "88b8d4ada8f292f5d6631877995fb414c7d9146338fa764ae0c6ba82ea08090a";

function fresh(): Statement {
  return expectOk(matchShape(statementShape, expectOk(parseJsonText(TEXT))));
}

/** The statement with one value replaced, or removed if `value` is undefined. */
function changed(path: string, value?: JsonValue): JsonValue {
  const replace = (
    target: JsonValue | undefined,
    [name, ...rest]: readonly string[],
  ): JsonValue | undefined => {
    if (name === undefined) return value;
    if (!isJsonObject(target)) throw new Error(`nothing at ${path}`);
    const entries = Object.entries(target).filter(([key]) => key !== name);
    const member = replace(target[name], rest);
    return Object.fromEntries(member === undefined ? entries : [...entries, [name, member]]);
  };
  return replace(expectOk(parseJsonText(TEXT)), path.split("/").slice(1)) ?? null;
}

function leavesOf(value: JsonValue, path = ""): readonly string[] {
  if (!isJsonObject(value)) return [path];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, `${path}/${name}`));
}

/** A different value for every field that can have one. */
const others: readonly [path: string, value: JsonValue][] = [
  ["/rp", "https://approve.example.org"],
  ["/tenant/id", "ac".repeat(32)],
  ["/tenant/name", "Acme "],
  ["/project/id", "prj_2"],
  ["/project/name", "payments"],
  ["/project/mode", "test"],
  ["/confirmation", "cnf_2"],
  ["/action", "Pay 1250 EUR to Müller"],
  ["/display/order", [0, 2]],
  ["/display/order", []],
  ["/display/template", POLICY],
  ["/requester/kind", "person"],
  ["/requester/id", "key_2"],
  ["/requester/name", ""],
  ["/requester/person", "per_ada"],
  ["/requester/person", null],
  ["/approver/id", "per_bob"],
  ["/approver/username", "bob"],
  ["/vote", "reject"],
  ["/vote", "break-glass"],
  ["/reason", "as discussed"],
  ["/policyHash", POLICY],
  ["/stage", 2],
  ["/created", "2026-03-01T09:00:00.001Z"],
  ["/expires", "2027-03-01T09:15:00.000Z"],
  ["/executeWithinSeconds", 3_601],
  ["/executeWithinSeconds", null],
  ["/issued", "2026-03-01T09:03:20.126Z"],
  ["/salt", SALT.replace("AAEC", "BAEC")],
];

describe("the nonce", () => {
  it("is the tagged hash of the canonical statement", async () => {
    const digest = await crypto.subtle.digest("SHA-256", utf8(`countersign/statement/v1\0${TEXT}`));
    expect(toHex(new Uint8Array(digest))).toBe(NONCE);
    expect(canonicalText(fresh())).toBe(TEXT);
    expect(toHex(statementNonce(fresh()))).toBe(NONCE);
  });

  it("does not depend on the order of the fields", () => {
    const reversed = Object.fromEntries(Object.entries(fresh()).toReversed());
    expect(toHex(statementNonce(expectOk(matchShape(statementShape, reversed))))).toBe(NONCE);
  });

  it.each(others)("changes with %s: %j", (path, value) => {
    const statement = expectOk(matchShape(statementShape, changed(path, value)));
    expect(canonicalText(statement)).not.toBe(TEXT);
    expect(toHex(statementNonce(statement))).not.toBe(NONCE);
  });

  it("changes with every field, to a different value each time", () => {
    const constant = ["/kind", "/v"];
    const paths = new Set(others.map(([path]) => path));
    expect([...paths, ...constant].toSorted()).toEqual([...leavesOf(fresh())].toSorted());
    const nonces = others.map(([path, value]) =>
      toHex(statementNonce(expectOk(matchShape(statementShape, changed(path, value))))),
    );
    expect(new Set([NONCE, ...nonces]).size).toBe(others.length + 1);
  });
});

describe("a statement", () => {
  const rows: readonly [what: string, path: string, wrong: JsonValue][] = [
    ["another version", "/v", 2],
    ["a version as text", "/v", "1"],
    ["another kind", "/kind", "countersign/receipt"],
    ["no origin", "/rp", ""],
    ["an origin that is too long", "/rp", "x".repeat(281)],
    ["a tenant by its id alone", "/tenant", "ten_1"],
    ["a tenant without id", "/tenant/id", ""],
    ["an id that is too long", "/project/id", "x".repeat(129)],
    ["a name that is too long", "/project/name", "x".repeat(201)],
    ["another mode", "/project/mode", "Live"],
    ["no confirmation", "/confirmation", ""],
    ["no action", "/action", ""],
    ["an action that is too long", "/action", "x".repeat(201)],
    ["an unknown kind of requester", "/requester/kind", "agent"],
    ["a requester kind that objects inherit", "/requester/kind", "constructor"],
    ["an empty person behind the requester", "/requester/person", ""],
    ["no time to use it", "/executeWithinSeconds", 0],
    ["more than 30 days to use it", "/executeWithinSeconds", 30 * 24 * 3_600 + 1],
    ["half a second to use it", "/executeWithinSeconds", 0.5],
    ["65 positions", "/display/order", Array.from({ length: 65 }, (_, position) => position)],
    ["one position alone", "/display/order", 2],
    ["no template hash", "/display/template", ""],
    ["no user name", "/approver/username", ""],
    ["a user name that is too long", "/approver/username", "x".repeat(33)],
    ["another vote", "/vote", "approved"],
    ["a vote in capitals", "/vote", "Approve"],
    ["no vote", "/vote", null],
    ["a reason that is too long", "/reason", "x".repeat(1_001)],
    ["null instead of a reason", "/reason", null],
    ["a policy hash in capitals", "/policyHash", POLICY.toUpperCase()],
    ["half a policy hash", "/policyHash", POLICY.slice(0, 62)],
    ["a policy hash that is empty", "/policyHash", ""],
    ["a time without milliseconds", "/created", "2026-03-01T09:00:00Z"],
    ["a time in another zone", "/expires", "2026-03-01T10:15:00.000+01:00"],
    ["a day that does not exist", "/issued", "2026-02-29T09:00:00.000Z"],
    ["a salt that is too short", "/salt", SALT.slice(0, 40)],
    ["a salt that is too long", "/salt", `A${SALT}`],
    ["a salt with padding", "/salt", `${SALT}=`],
    ["a salt in another encoding", "/salt", `${SALT.slice(0, 42)}9`],
    ["an extra field", "/comment", "please"],
    ["an extra field inside", "/approver/role", "admin"],
    ["an extra field with an inherited name", "/toString", "x"],
  ];
  it.each(rows)("cannot have %s", (_, path, wrong) => {
    expect(matchShape(statementShape, changed("/action", "another")).ok).toBe(true);
    const refused = matchShape(statementShape, changed(path, wrong));
    expect(refused).toMatchObject({ ok: false, refusal: { code: "shape_mismatch", at: path } });
  });

  it.each([...leavesOf(fresh()), "/tenant", "/project", "/display", "/requester", "/approver"])(
    "has %s",
    (path) => {
      expect(matchShape(statementShape, expectOk(parseJsonText(TEXT)))).toEqual(accept(fresh()));
      const refused = matchShape(statementShape, changed(path));
      expect(refused).toMatchObject({ ok: false, refusal: { code: "shape_mismatch", at: path } });
    },
  );

  it.each([
    ["the longest action", "/action", "é".repeat(200)],
    ["the longest reason", "/reason", "é".repeat(1_000)],
    ["the longest id", "/confirmation", "x".repeat(128)],
    ["the longest name", "/tenant/name", "x".repeat(200)],
    ["the longest origin", "/rp", "x".repeat(280)],
    ["the longest time to use it", "/executeWithinSeconds", 30 * 24 * 3_600],
    ["the longest user name", "/approver/username", "x".repeat(32)],
  ])("may have %s", (_, path, value) => {
    expect(matchShape(statementShape, changed(path, value)).ok).toBe(true);
  });
});
