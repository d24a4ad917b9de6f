import { createExecutionContext, listDurableObjectIds } from "cloudflare:test";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import { streamId } from "../../../src/core/stream/record.ts";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { app } from "../../../src/http/app.ts";
import { BrowserClient, type Fetch } from "../../support/browser-client.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { changedBy, everything, rows } from "../support/database-rows.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  sweepIn,
} from "../support/worker-fixture.ts";

// Sign-up: two names and a passkey make an organisation.

beforeAll(async () => {
  await freshPlatform();
});

const newcomer = (fetch: Fetch = fetchWorker) => BrowserClient.create(fetch, ORIGIN);
const ofOrganisation = (what: string, name: string) =>
  rows(`SELECT ${what} JOIN tenants t ON t.id = tenant_id WHERE t.name = ?1 ORDER BY 1`, name);

describe("somebody who signs up", () => {
  it("owns a new organisation with its projects, on the free plan, and is signed in", async () => {
    const alex = await newcomer();
    const { body: begun } = await alex.post("/signup/begin", {
      organisation: " Acme  Inc. ",
      username: "alex",
    });
    expect(begun).toMatchObject({ tenant: "Acme Inc.", username: "alex", owner: true, exclude: [] });
    const finished = await alex.finishEnrolment(`${ORIGIN}/enrol#${begun.secret}`, begun);
    // Whoever knows the passkey computes the id without the server.
    const { id, publicKey } = alex.passkey.credential;
    const genesis = { ...begun.genesis, credentialId: id, publicKey: toBase64url(publicKey) };
    expect(finished.body).toMatchObject({ active: true, approval: null, stream: streamId(genesis) });
    expect((await alex.get("/inbox/items")).status).toBe(200);
    expect(await rows("SELECT plan, signup_until FROM tenants WHERE name = 'Acme Inc.'")).toEqual([
      { plan: "free", signup_until: null },
    ]);
    expect(await ofOrganisation("p.name, p.mode FROM projects p", "Acme Inc.")).toEqual([
      { name: "Default", mode: "live" },
      { name: "Test", mode: "test" },
    ]);
    expect(await ofOrganisation("act, actor_kind, actor_name FROM trail", "Acme Inc.")).toEqual([
      { act: "organisation.created", actor_kind: "person", actor_name: "alex" },
      { act: "passkey.created", actor_kind: "person", actor_name: "alex" },
      { act: "session.opened", actor_kind: "person", actor_name: "alex" },
    ]);
  });

  it("twice with the same names has two organisations, and one link makes one passkey", async () => {
    const alex = await newcomer();
    const names = { organisation: "Twice", username: "alex" };
    const [one, other] = await Promise.all([
      alex.post("/signup/begin", names),
      alex.post("/signup/begin", names),
    ]);
    expect(new Set([one.body.userHandle, other.body.userHandle]).size).toBe(2);
    const link = `${ORIGIN}/enrol#${one.body.secret}`;
    expect((await alex.finishEnrolment(link, one.body)).status).toBe(200);
    expect(statusAndCode(await (await newcomer()).enrol(link))).toEqual([410, "enrolment_used"]);
    expect((await (await newcomer()).enrol(`${ORIGIN}/enrol#${other.body.secret}`)).status).toBe(200);
    expect(await rows("SELECT count(DISTINCT stream) AS n FROM tenants WHERE name = 'Twice'")).toEqual([
      { n: 2 },
    ]);
  });

  it("goes on with the same sign-up after a prompt that failed or took too long", async () => {
    const alex = await newcomer();
    const { body } = await alex.post("/signup/begin", { organisation: "Slow", username: "alex" });
    const link = `${ORIGIN}/enrol#${body.secret}`;
    const failed = await alex.finishEnrolment(link, body, { userVerified: false });
    expect(statusAndCode(failed)).toEqual([403, "signature_verification_failed"]);
    expect(statusAndCode(await alex.finishEnrolment(link, body))).toEqual([409, "challenge_consumed"]);
    const again = await alex.post("/enrol/begin", { secret: body.secret });
    // The same user handle: the device replaces a passkey that was not registered.
    expect(again.body).toEqual({ ...body, secret: undefined, challenge: again.body.challenge });
    expect((await alex.finishEnrolment(link, again.body)).status).toBe(200);
  });

  it.each([
    ["", "alex", "/organisation", "must not be empty"],
    [" \u3000 ", "alex", "/organisation", "must not be empty"],
    ["x".repeat(81), "alex", "/organisation", "at most 80"],
    ["Acme\u202e", "alex", "/organisation", "U+202E (right-to-left override)"],
    ["Ac\u200bme", "alex", "/organisation", "U+200B (zero width space)"],
    ["Ac\u0000me", "alex", "/organisation", "U+0000"],
    ["Acme", "Alex", "/username", "must be 1 to 32 of a-z"],
    ["Acme", "", "/username", "must be 1 to 32 of a-z"],
    ["Acme", "al\u0435x", "/username", "must be 1 to 32 of a-z"],
  ])(
    "as %j, %j reads which field is wrong, and nothing is stored",
    async (organisation, username, path, why) => {
      const alex = await newcomer();
      const differs = await changedBy(async () => {
        const { status, body } = await alex.post("/signup/begin", { organisation, username });
        expect([status, body.errors]).toEqual([
          422,
          [expect.objectContaining({ path, detail: expect.stringContaining(why) })],
        ]);
      });
      expect(differs).toEqual([]);
    },
  );

  it("leaves nothing but rows until there is a passkey: no Desk is called", async () => {
    const before = await listDurableObjectIds(bindings.DESK);
    expect(
      (await (await newcomer()).post("/signup/begin", { organisation: "Idle", username: "alex" })).status,
    ).toBe(200);
    expect((await listDurableObjectIds(bindings.DESK)).length).toBe(before.length);
  });

  it("from another site's page is refused", async () => {
    const names = { organisation: "Acme", username: "alex" };
    const sent = await (await newcomer()).post("/signup/begin", names, { origin: "https://evil.example" });
    expect(statusAndCode(sent)).toEqual([403, "forbidden_origin"]);
  });
});

/** The same Worker with other settings. */
const withSettings =
  (settings: { readonly SIGNUP: string; readonly SIGNUP_CODE?: string }): Fetch =>
  async (url, init) =>
    app.fetch(new Request(url, init), { ...bindings, ...settings }, createExecutionContext());

describe("the setting SIGNUP", () => {
  const CODE = "correct horse";
  it.each([
    ["open", undefined, undefined, 200, undefined],
    ["open", undefined, "whatever", 200, undefined],
    ["code", CODE, CODE, 200, undefined],
    ["code", CODE, "correct horsf", 403, "sign_up_code_wrong"],
    ["code", CODE, undefined, 403, "sign_up_code_wrong"],
    ["closed", CODE, CODE, 403, "sign_up_closed"],
    // A mistake of the operator closes it.
    ["code", undefined, "", 403, "sign_up_closed"],
    ["code", "short", "short", 403, "sign_up_closed"],
    ["Open", undefined, undefined, 403, "sign_up_closed"],
    ["", CODE, CODE, 403, "sign_up_closed"],
  ])(
    "%j with the code %j answers to the code %j with %i %s",
    async (SIGNUP, expected, code, status, problem) => {
      const errors = vi.spyOn(console, "error").mockReturnValue();
      const settings = expected === undefined ? { SIGNUP } : { SIGNUP, SIGNUP_CODE: expected };
      const client = await newcomer(withSettings(settings));
      const names = { organisation: "Acme", username: "alex" };
      const given = code === undefined || code === "" ? names : { ...names, code };
      expect(statusAndCode(await client.post("/signup/begin", given))).toEqual([status, problem]);
      const page = await (await client.get("/signup")).text();
      const isClosed = problem === "sign_up_closed";
      expect(page).toContain(`"mode":"${isClosed ? "closed" : SIGNUP}"`);
      const signIn = await (await client.get("/inbox")).text();
      expect(signIn.includes('class="sign-up" hidden')).toBe(isClosed);
      for (const path of ["/", "/pricing"])
        expect((await (await client.get(path)).text()).includes('href="/signup"')).toBe(!isClosed);
      // The operator reads why nobody can sign up; the pages don't say it.
      expect(errors.mock.calls.length > 0).toBe(isClosed && SIGNUP !== "closed");
      errors.mockRestore();
    },
  );
});

describe("a sign-up without a passkey", () => {
  const MINUTE = 60_000;
  const begin = async (organisation: string) => {
    const client = await newcomer();
    const { body } = await client.post("/signup/begin", { organisation, username: "alex" });
    return { client, body, link: `${ORIGIN}/enrol#${body.secret}` };
  };
  const isThere = async (name: string) =>
    (await rows("SELECT id FROM tenants WHERE name = ?1", name)).length === 1;

  it("is gone after an hour, with every row of it", async () => {
    const company = await newCompany(createPlatform(bindings), "Invited");
    await sweepIn(61 * MINUTE);
    const before = await everything();
    const { client, body, link } = await begin("Gone");
    await sweepIn(59 * MINUTE);
    expect(await isThere("Gone")).toBe(true);
    await sweepIn(61 * MINUTE);
    expect({ ...(await everything()), webauthn_challenges: [] }).toEqual({
      ...before,
      webauthn_challenges: [],
    });
    // The page that was left open: the device has a passkey, and the link is as unknown as any.
    expect(statusAndCode(await client.finishEnrolment(link, body))).toEqual([404, "enrolment_unknown"]);
    expect(statusAndCode(await client.enrol(link))).toEqual([404, "enrolment_unknown"]);
    expect(statusAndCode(await client.signIn())).toEqual([403, "unknown_credential"]);
    expect((await client.get("/inbox/items")).status).toBe(401);
    // An operator's organisation waits for its owner as long as the link works.
    expect((await company.alex.get("/inbox/items")).status).toBe(200);
  });

  it("says that it took too long, between its end and the sweep", async () => {
    const { client, link } = await begin("Late");
    await rows("UPDATE enrolments SET expires_at = ?1 WHERE used_at IS NULL", Date.now() - 1);
    expect(statusAndCode(await client.enrol(link))).toEqual([410, "enrolment_expired"]);
  });

  it("is kept if its passkey comes before the sweep, however late", async () => {
    const { client, body, link } = await begin("Kept");
    await rows("UPDATE tenants SET signup_until = 1 WHERE name = 'Kept'");
    expect((await client.finishEnrolment(link, body)).status).toBe(200);
    await sweepIn(0);
    expect(await isThere("Kept")).toBe(true);
    expect((await client.get("/inbox/items")).status).toBe(200);
  });

  it("is either kept or gone, never half, if its passkey comes during the sweep", async () => {
    for (let round = 0; round < 4; round++) {
      const name = `Race ${round}`;
      const { client, body, link } = await begin(name);
      await rows("UPDATE tenants SET signup_until = 1 WHERE name = ?1", name);
      const [finished] = await Promise.all([client.finishEnrolment(link, body), sweepIn(0)]);
      const isKept = finished.status === 200;
      if (!isKept) expect(statusAndCode(finished)).toEqual([404, "enrolment_unknown"]);
      expect([await isThere(name), (await client.get("/inbox/items")).status]).toEqual([
        isKept,
        isKept ? 200 : 401,
      ]);
    }
  });

  it("is kept while it moves to another shard", async () => {
    await begin("Moving");
    const [{ id = "" } = {}] = await rows("SELECT id FROM tenants WHERE name = 'Moving'");
    await rows("INSERT INTO moved_tenants VALUES (?1, '1', 'leaving', 1)", id);
    await sweepIn(61 * MINUTE);
    expect(await isThere("Moving")).toBe(true);
    await rows("DELETE FROM moved_tenants");
    await sweepIn(61 * MINUTE);
    expect(await isThere("Moving")).toBe(false);
  });
});
