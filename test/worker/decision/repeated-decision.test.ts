import { beforeAll, describe, expect, it } from "vitest";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import { newPasskey, BrowserClient, type Answered } from "../../support/browser-client.ts";
import {
  freshPlatform,
  fetchWorker,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import {
  ceremonyIdOf,
  isCeremonyUsed,
  setTime,
  effectOf,
  post,
  refusal,
  statusOf,
  statusAndCode,
} from "../support/decision-effect.ts";
import { changedBy, rows } from "../support/database-rows.ts";

// Repeated votes, changes between page and tap, and invalid bodies: one vote, or none.

let company: Company;
let alex: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  alex = company.alex;
});

describe("a vote that was posted before", () => {
  it.each(["approve", "reject"] as const)("to %s gets the first answer, and is one vote", async (vote) => {
    const id = await company.asked();
    const held = await alex.sign(id, { vote, reason: "once" });
    const first = await post(alex, id, held);
    expect(first.status).toBe(200);
    const differs = await changedBy(async () => {
      for (let round = 0; round < 3; round++) expect(await post(alex, id, held)).toEqual(first);
    });
    expect(differs).toEqual([]);
  });

  it("is one vote, also if it is posted many times at once", async () => {
    const id = await company.asked();
    const held = await alex.sign(id);
    const answers = await Promise.all(Array.from({ length: 8 }, async () => post(alex, id, held)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const counts =
      "SELECT (SELECT count(*) FROM votes WHERE confirmation_id = ?1) AS votes, (SELECT count(*) FROM outbox WHERE confirmation_id = ?1) AS records";
    expect(await rows(counts, id)).toEqual([{ votes: 1, records: 1 }]);
  });

  it("is not repeated by another signature over the same challenge", async () => {
    const id = await company.asked();
    const held = await alex.sign(id);
    expect((await post(alex, id, held)).status).toBe(200);
    const [ceremony] = await rows("SELECT * FROM ceremonies WHERE id = ?1", ceremonyIdOf(held));
    const again = { ...held, assertion: { ...held.assertion, signature: toBase64url(new Uint8Array(70)) } };
    expect(statusAndCode(await post(alex, id, again))).toEqual([409, "challenge_consumed"]);
    expect(await rows("SELECT * FROM ceremonies WHERE id = ?1", ceremonyIdOf(held))).toEqual([ceremony]);
  });

  it("and then signed again is refused as decided", async () => {
    const id = await company.asked();
    const [first, second] = [await alex.sign(id), await alex.sign(id, { vote: "reject" })];
    expect((await post(alex, id, first)).status).toBe(200);
    expect(statusAndCode(await post(alex, id, second))).toEqual([409, "already_decided"]);
    expect((await statusOf(id))?.["status"]).toBe("approved");
    expect(await isCeremonyUsed(second)).toBe(true);
  });
});

describe("what an assertion says about its passkey", () => {
  const kept = () =>
    rows("SELECT backed_up, sign_count FROM credentials WHERE id = ?1", alex.passkey.credential.id);

  it.each([
    ["is no longer backed up", { backedUp: false }, { backed_up: 0, sign_count: 0 }],
    ["is backed up again", { backedUp: true }, { backed_up: 1, sign_count: 0 }],
    ["starts to count", { signCount: 3 }, { backed_up: 1, sign_count: 3 }],
    ["counts up, and is not backed up", { signCount: 4, backedUp: false }, { backed_up: 0, sign_count: 4 }],
  ])("is stored: it %s", async (_what, lies, row) => {
    expect((await alex.decide(await company.asked(), { lies })).status).toBe(200);
    expect(await kept()).toEqual([row]);
  });

  it("is also the time of its last use", async () => {
    // From here on the passkey has no counter again.
    await rows("UPDATE credentials SET sign_count = 0");
    const used = async () => (await alex.devicesPage()).data.passkeys[0].lastUsedAt;
    const id = await company.asked();
    await alex.decide(id);
    const { body } = await company.api("GET", `/api/confirmations/${id}`);
    expect(await used()).toBe(body.decisions[0].decidedAt);
    await alex.signIn();
    expect(Date.parse(await used())).toBeGreaterThanOrEqual(Date.parse(body.decisions[0].decidedAt));
  });
});

describe("after the page was loaded and before the tap", () => {
  it("the passkey was revoked", async () => {
    const second = await newPasskey(ORIGIN);
    await alex.decide(idOf((await alex.addDevice(second)).body.approval));
    const id = await company.asked();
    const held = await alex.sign(id, { passkey: second });
    const { body } = await alex.post(`/devices/${second.credential.id}/revoke`, {});
    expect((await alex.decide(idOf(body.approval))).body.status).toBe("approved");
    expect(await effectOf(id, async () => post(alex, id, held))).toEqual(refusal(403, "unknown_credential"));
    expect((await alex.decide(id)).status).toBe(200);
  });

  it("the request expired, and no call had marked it yet", async () => {
    const id = await company.asked();
    // Set before the page is loaded, since the statement contains it.
    await setTime("confirmations", "expires_at", id, Date.now() + 1_000);
    const held = await alex.sign(id);
    await scheduler.wait(1_000);
    expect(statusAndCode(await post(alex, id, held))).toEqual([409, "expired"]);
    expect(await statusOf(id)).toEqual({ status: "expired", version: 1 });
    expect(await isCeremonyUsed(held)).toBe(true);
    expect(await rows("SELECT count(*) AS n FROM votes WHERE confirmation_id = ?1", id)).toEqual([{ n: 0 }]);
  });

  it("the requester cancelled", async () => {
    const id = await company.asked();
    const held = await alex.sign(id);
    await company.api("POST", `/api/confirmations/${id}/cancel`);
    expect(statusAndCode(await post(alex, id, held))).toEqual([409, "already_decided"]);
    expect((await statusOf(id))?.["status"]).toBe("cancelled");
  });

  it.each(["approve", "reject"] as const)(
    "the person's role became read-only, and they can't %s",
    async (vote) => {
      const sam = await company.enrolled(`sam-${vote}`);
      const id = await company.asked(`sam-${vote}`);
      const held = await sam.sign(id, { vote });
      const role = (name: string) =>
        rows("UPDATE people SET role = ?1 WHERE username = ?2", name, `sam-${vote}`);
      await role("auditor");
      expect((await sam.approvalPage(id)).data.state).toMatchObject({
        canDecide: false,
        why: { text: expect.stringMatching(/may read/) },
      });
      expect(await effectOf(id, async () => post(sam, id, held))).toEqual(refusal(403, "not_an_approver"));
      await role("approver");
      expect((await sam.decide(id, { vote })).status).toBe(200);
    },
  );

  it("an admin became an approver, and can't endorse", async () => {
    const ada = await company.enrolled("ada", "admin");
    const invited = await company.people("POST", "/api/invites", { username: "newcomer", role: "approver" });
    const newcomer = await BrowserClient.create(fetchWorker, ORIGIN);
    const id = idOf((await newcomer.enrol(invited.body.enrolUrl)).body.approval);
    const held = await ada.sign(id);
    await rows("UPDATE people SET role = 'approver' WHERE username = 'ada'");
    expect(await effectOf(id, async () => post(ada, id, held))).toEqual(refusal(403, "not_an_approver"));
    await rows("UPDATE people SET role = 'admin' WHERE username = 'ada'");
    expect((await ada.decide(id)).body.status).toBe("approved");
  });

  it("the session ended", async () => {
    const id = await company.asked();
    const held = await alex.sign(id);
    const cookie = alex.cookie;
    await alex.post("/signout", {});
    alex.cookie = cookie;
    expect(await effectOf(id, async () => post(alex, id, held))).toEqual(
      refusal(401, "session_required", []),
    );
    await alex.signIn();
    expect((await post(alex, id, held)).status).toBe(200);
  });
});

describe("a vote that no page sends", () => {
  const bad: readonly (readonly [name: string, change: object | string, status: number, at: string])[] = [
    [
      "break-glass that no policy allows",
      { vote: "break-glass", reason: "fire" },
      403,
      "signature_verification_failed",
    ],
    ["another word", { vote: "yes" }, 422, "/vote"],
    ["no vote", { vote: null }, 422, "/vote"],
    ["a long reason", { reason: "a".repeat(1_001) }, 422, "/reason"],
    [
      "a lone surrogate",
      '{"ceremonyId":"y_1","vote":"approve","reason":"\\ud800","assertion":{}}',
      400,
      "/reason",
    ],
    ["an unknown field", { approver: "alex" }, 422, "/approver"],
    ["no assertion", { assertion: null }, 422, "/assertion"],
    ["an assertion of text", { assertion: { id: 1 } }, 422, "/assertion"],
    ["a vote twice", '{"vote":"approve","vote":"reject"}', 400, "/vote"],
    ["a list", "[]", 400, ""],
    ["a large body", { reason: "a".repeat(40_000) }, 413, ""],
  ];
  it.each(bad)("is refused: %s", async (_name, change, status, at) => {
    const id = await company.asked();
    const held = await alex.sign(id);
    let answer: Answered | undefined;
    const differs = await changedBy(async () => {
      answer = await post(alex, id, typeof change === "string" ? change : { ...held, ...change });
    });
    expect(answer?.status).toBe(status);
    if (status === 403) expect(answer?.body.code).toBe(at);
    else expect(answer?.body.errors?.[0]?.path.startsWith(at) ?? at === "").toBe(true);
    expect(differs).toEqual(status === 403 ? ["ceremonies"] : []);
    expect(await statusOf(id)).toEqual({ status: "pending", version: 0 });
  });

  it("with a signed break-glass is refused, too", async () => {
    const id = await company.asked();
    const held = await alex.sign(id, { vote: "break-glass", reason: "fire" });
    expect(await effectOf(id, async () => post(alex, id, held))).toEqual(
      refusal(403, "break_glass_not_allowed"),
    );
  });
});
