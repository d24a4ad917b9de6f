import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reset } from "cloudflare:test";
import { requestReveal } from "../../../src/app/evidence/reveal.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { fromBase64url, fromHex, toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { parseCheckpoint } from "../../../src/core/tlog/checkpoint.ts";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { leafHash, verifyInclusion } from "../../../src/core/tlog/merkle.ts";
import { parseNote, parseVkey, verifyNote } from "../../../src/core/tlog/signed-note.ts";
import {
  parseVerification,
  verifyPublicRecord,
  type Verification,
} from "../../../src/core/evidence/public-record.ts";
import { parseLogProof } from "../../../src/core/tlog/log-proof.ts";
import { encodeEntry, recordCommit } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { parseTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { verifications } from "../../../src/http/public/verification-handler.ts";
import { newPasskey, type Answered } from "../../support/browser-client.ts";
import { restCalls, type RestCalls } from "../support/rest-calls.ts";
import {
  freshPlatform,
  fetchWorker,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
  runtimeOf,
} from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";
import { personNamed } from "../support/signed-decisions.ts";

// What anybody with the link sees of one approval: enough to prove that it is in the log, and nothing from which
// its content could be guessed.

let platform: Platform;
let runtime: Runtime;
let company: Company;
let ask: RestCalls;
let approved: string;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  runtime = runtimeOf(company.store);
  ask = restCalls(company);
  approved = await ask.approved();
});
afterAll(() => reset());

/** As ten seconds later: what was remembered is forgotten. */
const look = (id: string, init: RequestInit = {}): Promise<Response> => {
  verifications.clear();
  return fetchWorker(`${ORIGIN}/public/log/entries/${id}/verification`, init);
};

async function shown(id: string): Promise<Verification> {
  const answer = await look(id);
  expect(answer.status).toBe(200);
  return expectOk(parseVerification(new Uint8Array(await answer.arrayBuffer())));
}

const trust = async () =>
  expectOk(parseTrustPolicy(await (await fetchWorker(`${ORIGIN}/log/policy.txt`)).text()));

describe("a sealed decision", () => {
  it("is public, for every page, and cached for ten seconds", async () => {
    const answer = await look(approved, { headers: { origin: "https://auditor.example" } });
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": "*",
      "cache-control": expect.stringMatching(/^public, max-age=\d+$/),
      "content-type": "application/json",
    });
    const { log } = (await ask.read(approved)).body;
    expect(await answer.json()).toMatchObject({
      v: 1,
      kind: "countersign/verification",
      confirmation: approved,
      outcome: "approved",
      log,
      anchor: null,
      receipt: null,
    });
  });

  it("hashes to its entry, and the entry is included in the log's signed root", async () => {
    const { opening, log, at } = await shown(approved);
    const commit = recordCommit(opening.record, expectOk(fromBase64url(opening.entrySalt)));
    const entry = encodeEntry({ kind: "sealed", label: expectOk(fromHex(opening.label)), commit });
    const { index, path, checkpoint } = expectOk(parseLogProof(opening.proof));
    const note = expectOk(parseNote(checkpoint));
    const { origin, size, root } = expectOk(parseCheckpoint(note.text));
    expect([index, origin, at]).toEqual([log.index, log.origin, opening.record.at]);
    expect(verifyInclusion({ leaf: leafHash(entry), index, size, path, root })).toMatchObject({ ok: true });
    const vkey = (await (await fetchWorker(`${ORIGIN}/log/vkey`)).text()).trim();
    expect(expectOk(await verifyNote(note, [expectOk(parseVkey(vkey))]))).toHaveLength(1);
    const [sealed] = await rows("SELECT commitment FROM outbox WHERE confirmation_id = ?1", approved);
    expect(toHex(commit)).toBe(sealed?.["commitment"]);
  });

  it("passes every check that needs no signature, of the right tenant only", async () => {
    const bytes = new Uint8Array(await (await look(approved)).arrayBuffer());
    const { stream } = await company.store.own();
    const statuses = async (tenant: string | null) => {
      const { checks } = await verifyPublicRecord(bytes, approved, {
        tenant: tenant ?? "",
        trust: await trust(),
      });
      return checks.map(({ name, status }) => `${name} ${status}`);
    };
    const others = ["form passed", "request passed", "inclusion passed", "log passed", "witnesses absent"];
    expect(await statuses(stream)).toEqual([...others, "anchor absent", "tenant passed"]);
    expect(await statuses("0".repeat(64))).toEqual([...others, "anchor absent", "tenant failed"]);
  });

  it.each([
    ["rejected", async (id: string) => company.alex.decide(id, { vote: "reject", reason: "No" })],
    ["cancelled", async (id: string) => ask.cancel(id)],
  ])("is also public when it was %s", async (outcome, end) => {
    const id = await company.asked();
    await end(id);
    await company.api("GET", `/api/confirmations/${id}?wait=5`);
    expect((await shown(id)).outcome).toBe(outcome);
  });
});

describe("an approval that was not made public", () => {
  it("shows no value from which content, people or signatures could be guessed", async () => {
    const { api, alex } = company;
    // With two possible contents, a hash without a secret would reveal which one it is.
    const payload = { answer: "yes" };
    const secrets = { action: "Zq-secret action", reason: "Zq-secret reason", metadata: { ticket: "Zq-77" } };
    const { reason, ...more } = secrets;
    const id = await company.asked("alex", { payload, ...more });
    await alex.decide(id, { reason });
    const text = await (await look(id)).text();
    const receipt: Answered["body"] = (await api("GET", `/api/confirmations/${id}/receipt`)).body;
    const { decision, created } = receipt;
    const { signers, payloadHash, payloadSalt } = decision.evidence;
    const [{ statement, assertion }] = signers;
    const { clientDataJSON, authenticatorData, signature } = assertion;
    const view = (await ask.read(id)).body;
    const hidden: Readonly<Record<string, string>> = {
      payload: '"answer"',
      "the payload's hash": payloadHash,
      "the payload's hash in base64url": expectBase64(payloadHash),
      "the payload's salt": payloadSalt,
      action: secrets.action,
      reason,
      metadata: "Zq-77",
      "comparison code": view.code,
      "client data": clientDataJSON,
      "authenticator data": authenticatorData,
      signature,
      "the statement's salt": statement.salt,
      "the person's id": statement.approver.id,
      username: '"alex"',
      "the key's name": statement.requester.name,
      project: statement.project.id,
      "the tenant's name": created.record.body.tenant,
      "the passkey's public key": created.record.body.genesis.publicKey,
      "the stream's salt": created.record.body.genesis.salt,
      "the stream key": (await company.store.own()).streamKey,
      "the tenant's row": company.store.tenantId,
    };
    for (const [name, value] of Object.entries(hidden)) {
      expect([name, value.length > 3]).toEqual([name, true]);
      expect([name, text.includes(value)]).toEqual([name, false]);
    }
    // This one is public, which proves that the search above works.
    expect(text).toContain(decision.record.body.payloadCommit);
  });

  it("has exactly these fields", async () => {
    const answer: JsonObject = await (await look(approved)).json();
    const names = (value: JsonValue, path = ""): readonly string[] =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([name, member]) => names(member, `${path}.${name}`))
        : [path.slice(1)];
    const opened =
      "entrySalt label proof record.v record.stream record.seq record.prev record.at record.type";
    const body =
      "confirmation outcome expires payloadCommit signatures policyHash directory.seq directory.commit mode";
    const expected = [
      "v kind confirmation outcome mode at log.origin log.index anchor receipt".split(" "),
      opened.split(" ").map((name) => `opening.${name}`),
      body.split(" ").map((name) => `opening.record.body.${name}`),
    ].flat();
    expect(names(answer).toSorted()).toEqual(expected.toSorted());
    const [signature] = (await shown(approved)).opening.record.body.signatures;
    expect(Object.keys(signature ?? {})).toEqual(["nonce", "assertionHash", "credential"]);
  });
});

describe("an approval that was made public", () => {
  it("includes its whole receipt until it is withdrawn", async () => {
    const id = await ask.approved();
    const alex = await personNamed(company.store, "alex");
    const publish = async (shown: boolean) => {
      const address = expectOk(await requestReveal(runtime, company.store, id, alex, shown, ""));
      await company.alex.decide(idOf(address));
    };
    const verification = async () => (await look(id)).json<Answered["body"]>();
    const before = await verification();
    await publish(true);
    const { receipt, ...rest } = await verification();
    const { receipt: none, ...same } = before;
    expect([none, rest.opening.record]).toEqual([null, same.opening.record]);
    const file = (await company.api("GET", `/api/confirmations/${id}/receipt`)).body;
    expect(receipt.decision).toEqual(file.decision);
    const expectation = { tenant: (await company.store.own()).stream ?? "", trust: await trust() };
    expect(await verifyReceipt(canonicalBytes(receipt), expectation)).toMatchObject({
      verified: true,
      outcome: "approved",
    });
    await publish(false);
    const after = await verification();
    expect([after.receipt, after.opening.record]).toEqual([null, before.opening.record]);
  });
});

describe("nothing is public", () => {
  it("of pending, unsealed and absent requests and of changes of people: all get the same answer", async () => {
    const pending = await company.asked();
    const { body } = await company.alex.addDevice(await newPasskey(ORIGIN));
    const change = idOf(body.approval);
    await company.alex.decide(change);
    const unsealed = await ask.approved();
    await rows("UPDATE outbox SET idx = NULL, commitment = NULL WHERE confirmation_id = ?1", unsealed);
    const answers: [string, unknown][] = [];
    const ids = [
      "c_absent",
      pending,
      change,
      unsealed,
      approved.toUpperCase(),
      `${approved}x`,
      "x".repeat(5_000),
      "%00",
      "'%20OR%201=1",
    ];
    for (const id of ids) {
      const answer = await look(id);
      const { instance: _instance, requestId: _requestId, ...body } = await answer.json<Answered["body"]>();
      const { "x-request-id": _name, ...headers } = Object.fromEntries(answer.headers);
      answers.push([id, { status: answer.status, headers, body }]);
    }
    const [[, first] = []] = answers;
    expect(first).toMatchObject({
      status: 404,
      headers: { "access-control-allow-origin": "*", "cache-control": "no-store" },
      body: { code: "not_found" },
    });
    for (const [id, answer] of answers) expect([id, answer]).toEqual([id, first]);
    await runtime.desk.seal();
    expect((await look(unsealed)).status).toBe(200);
  });

  it("only for a key or a session: everybody gets the same answer", async () => {
    const plain = await (await look(approved)).text();
    const headers = { "x-api-key": company.apiKey, cookie: company.alex.cookie };
    expect(await (await look(approved, { headers })).text()).toBe(plain);
  });
});

describe("an answer that was tampered with", () => {
  /** The path of every value. */
  function* places(value: JsonValue, path: readonly (string | number)[] = []): Generator<typeof path> {
    if (typeof value !== "object" || value === null) yield path;
    else for (const [name, member] of Object.entries(value)) yield* places(member, [...path, name]);
  }

  function changed(value: JsonValue, [name, ...rest]: readonly (string | number)[]): JsonValue {
    if (name === undefined) return other(value);
    if (Array.isArray(value))
      return value.map((item, at) => (String(at) === name ? changed(item, rest) : item));
    const members = value as JsonObject;
    return { ...members, [name]: changed(members[name] ?? null, rest) };
  }

  function other(value: JsonValue): JsonValue {
    if (typeof value === "number") return value + 1;
    if (typeof value !== "string") return { other: 1 };
    if (value === "approved") return "rejected";
    const digit = /[0-9a-f](?=[^0-9a-f]*$)/.exec(value);
    return digit === null
      ? `${value}x`
      : value.slice(0, digit.index) + (digit[0] === "0" ? "1" : "0") + value.slice(digit.index + 1);
  }

  it("fails, wherever it was changed", async () => {
    const answer: JsonObject = await (await look(approved)).json();
    const expectation = { tenant: (await company.store.own()).stream ?? "", trust: await trust() };
    const failed = async (document: JsonValue) => {
      const { checks } = await verifyPublicRecord(canonicalBytes(document), approved, expectation);
      return checks.filter(({ status }) => status === "failed").map(({ name }) => name);
    };
    expect(await failed(answer)).toEqual([]);
    const all = [...places(answer)];
    expect(all.length).toBeGreaterThan(20);
    const passed: string[] = [];
    for (const path of all) {
      if ((await failed(changed(answer, path))).length === 0) passed.push(path.join("/"));
    }
    // The record does not claim whether there is a receipt. The receipt is verified by itself.
    expect(passed).toEqual(["receipt"]);
    expect(await failed({ ...answer, more: 1 })).toEqual(["form"]);
    const another = canonicalBytes(await (await look(await ask.approved())).json<JsonObject>());
    expect((await verifyPublicRecord(another, approved, expectation)).checks).toContainEqual(
      expect.objectContaining({ name: "request", status: "failed" }),
    );
    expect((await verifyPublicRecord(utf8("{}"), approved, expectation)).checks[0]).toMatchObject({
      status: "failed",
    });
  });
});

describe("the page that checks it", () => {
  it("is the same for everybody, whatever id is asked for", async () => {
    const pages = await Promise.all(
      ["", `?id=${approved}`, "?id=c_absent", "?id=<script>"].map(async (query) => {
        const answer = await fetchWorker(`${ORIGIN}/verify${query}`, { headers: { accept: "text/html" } });
        return [answer.status, answer.headers.get("content-security-policy"), await answer.text()];
      }),
    );
    for (const page of pages) expect(page).toEqual(pages[0]);
    expect(pages[0]).toEqual([
      200,
      expect.stringContaining("script-src 'self'"),
      expect.stringContaining("<h1>Check a receipt</h1>"),
    ]);
  });

  it("can be saved, and is not run from where it is served", async () => {
    const answer = await fetchWorker(`${ORIGIN}/verify-offline.html`);
    expect([answer.status, Object.fromEntries(answer.headers)]).toMatchObject([
      200,
      {
        "content-type": "text/html; charset=utf-8",
        "content-disposition": 'attachment; filename="countersign-verify.html"',
        "content-security-policy": expect.stringContaining("script-src 'self'"),
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      },
    ]);
    expect(await answer.text()).toContain('<html lang="en" data-saved>');
  });
});

function expectBase64(hex: string): string {
  return btoa(String.fromCharCode(...expectOk(fromHex(hex))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .slice(0, -1);
}
