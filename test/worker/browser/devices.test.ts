import { beforeAll, describe, expect, it } from "vitest";
import { fromBase64url, toBase64url } from "../../../src/core/encoding/bytes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { BrowserClient, newPasskey, type Answered } from "../../support/browser-client.ts";
import type { Authenticator, Lies } from "../../support/authenticator.ts";
import {
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { changedBy, rows } from "../support/database-rows.ts";

// A person's own passkeys: adding one, removing one that waits, and ending sessions.

let company: Company;
let alex: BrowserClient;
let maria: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  alex = company.alex;
  maria = await company.enrolled("maria");
});

const signedInWith = async (passkey: Authenticator, like = alex): Promise<BrowserClient> => {
  const client = new BrowserClient(fetchWorker, ORIGIN, passkey);
  client.userHandle = like.userHandle;
  expect((await client.signIn()).status).toBe(200);
  return client;
};

/** A passkey of alex that waits for its endorsement. */
const waitingPasskey = async (): Promise<Authenticator> => {
  const passkey = await newPasskey(ORIGIN);
  expect((await alex.addDevice(passkey)).status).toBe(200);
  return passkey;
};

describe("adding a passkey", () => {
  it("takes a signature by a passkey that counts, over a challenge for that", async () => {
    const { body } = await alex.post("/devices/begin", {});
    expect(body.proof.allowCredentials.map(({ id }: { id: string }) => id)).toEqual([
      alex.passkey.credential.id,
    ]);
    const added = await alex.addDevice(await newPasskey(ORIGIN));
    expect(added.body.approval).toMatch(/\/approve\/c_/);
  });

  const adding =
    (proof: Authenticator, lies: Lies = {}) =>
    async (): Promise<Answered> =>
      alex.addDevice(await newPasskey(ORIGIN), { proof, lies });
  const refusals: readonly (readonly [name: string, code: string, add: () => Promise<Answered>])[] = [
    [
      "the new passkey itself",
      "unknown_credential",
      async () => {
        const passkey = await newPasskey(ORIGIN);
        return alex.addDevice(passkey, { proof: passkey });
      },
    ],
    ["a passkey that waits", "unknown_credential", async () => adding(await waitingPasskey())()],
    ["another person's passkey", "unknown_credential", async () => adding(maria.passkey)()],
    [
      "a signature by another passkey",
      "signature_verification_failed",
      async () => adding(alex.passkey, { signedBy: maria.passkey })(),
    ],
    [
      "another origin",
      "signature_verification_failed",
      async () => adding(alex.passkey, { origin: "https://evil.example" })(),
    ],
    [
      "no check of the person",
      "signature_verification_failed",
      async () => adding(alex.passkey, { userVerified: false })(),
    ],
    [
      "another challenge",
      "signature_verification_failed",
      async () => adding(alex.passkey, { challenge: new Uint8Array(32) })(),
    ],
  ];
  it.each(refusals)("is refused with %s, and stores nothing", async (_name, code, add) => {
    const passkeys = () =>
      rows("SELECT id FROM credentials WHERE endorsed_seq IS NOT NULL OR label <> 'Key'");
    const before = await passkeys();
    const answers: Answered[] = [];
    const differs = await changedBy(async () => answers.push(await add()));
    expect(answers.map(statusAndCode)).toEqual([[403, code]]);
    expect(await passkeys()).toEqual(before);
    if (!_name.includes("waits")) expect(differs).toEqual(["webauthn_challenges"]);
  });

  it("takes each proof once, and only one that was issued for that, to that person", async () => {
    const [own, second, foreign, signIn] = [
      await alex.post("/devices/begin", {}),
      await alex.post("/devices/begin", {}),
      await maria.post("/devices/begin", {}),
      await alex.post("/signin/begin", {}),
    ];
    const finish = async (begin: Answered, challenge: string, by = alex) =>
      by.finishDevice(await newPasskey(ORIGIN), { ...begin.body, proof: { ...begin.body.proof, challenge } });
    expect((await finish(own, own.body.proof.challenge)).status).toBe(200);
    const others = [
      own.body.proof.challenge,
      foreign.body.proof.challenge,
      signIn.body.challenge,
      second.body.challenge,
    ];
    for (const challenge of others)
      expect(statusAndCode(await finish(second, challenge))).toEqual([409, "challenge_consumed"]);
    // The registration's challenge is for one person, too.
    const mixed = await alex.finishDevice(await newPasskey(ORIGIN), {
      ...second.body,
      challenge: foreign.body.challenge,
    });
    expect(statusAndCode(mixed)).toEqual([409, "challenge_consumed"]);
  });

  it("is refused without a proof", async () => {
    const { body } = await alex.post("/devices/begin", {});
    const response = await (await newPasskey(ORIGIN)).register(new Uint8Array(32));
    const { clientDataJSON, attestationObject } = response.response;
    const registration = { id: response.id, clientDataJSON, attestationObject, transports: [] };
    const sent = await alex.post("/devices/finish", {
      challenge: body.challenge,
      label: "Key",
      registration,
    });
    expect(statusAndCode(sent)).toEqual([422, "validation_failed"]);
  });
});

describe("a link for another device", () => {
  const link = async (by = alex, signer = by.passkey) => {
    const { body } = await by.post("/devices/begin", {});
    const { challenge } = body.proof;
    const { assertion } = await signer.assert(expectOk(fromBase64url(challenge)));
    return by.post("/devices/link", { proof: { challenge, assertion } });
  };

  it("makes a passkey that counts once its person has signed for it", async () => {
    const { body } = await link(maria);
    const other = await BrowserClient.create(fetchWorker, ORIGIN);
    const begun = await other.post("/enrol/begin", { secret: new URL(body.enrolUrl).hash.slice(1) });
    // A device that has one of them makes no second one, which would replace it.
    expect(begun.body).toMatchObject({
      username: "maria",
      owner: false,
      exclude: [maria.passkey.credential.id],
    });
    const { body: made } = await other.finishEnrolment(body.enrolUrl, begun.body);
    expect(made).toMatchObject({ active: false, stream: null });
    expect((await other.get("/inbox/items")).status).toBe(403);
    expect((await alex.approvalPage(idOf(made.approval))).status).toBe(404);
    expect((await maria.decide(idOf(made.approval))).body.status).toBe("approved");
    expect((await other.get("/inbox/items")).status).toBe(200);
  });

  it("takes a signature by a passkey that counts", async () => {
    expect(statusAndCode(await link(alex, maria.passkey))).toEqual([403, "unknown_credential"]);
    const { body } = await alex.post("/devices/begin", {});
    const { assertion } = await alex.passkey.assert(new Uint8Array(32));
    const wrong = { proof: { challenge: body.proof.challenge, assertion } };
    expect(statusAndCode(await alex.post("/devices/link", wrong))).toEqual([
      403,
      "signature_verification_failed",
    ]);
  });

  it("ends the person's earlier link", async () => {
    const [earlier, newer] = [await link(maria), await link(maria)];
    const other = await BrowserClient.create(fetchWorker, ORIGIN);
    expect(statusAndCode(await other.enrol(earlier.body.enrolUrl))).toEqual([410, "enrolment_superseded"]);
    expect((await other.enrol(newer.body.enrolUrl)).status).toBe(200);
  });
});

describe("a passkey that waits", () => {
  it("is removed by its person, with its session, and its request is closed", async () => {
    const passkey = await newPasskey(ORIGIN);
    const { body } = await alex.addDevice(passkey);
    const waiting = await signedInWith(passkey);
    expect(statusAndCode(await alex.post(`/devices/${passkey.credential.id}/remove`, {}))).toEqual([
      200,
      undefined,
    ]);
    expect((await waiting.get("/enrol/state")).status).toBe(401);
    expect(statusAndCode(await waiting.signIn())).toEqual([403, "unknown_credential"]);
    expect((await alex.approvalPage(idOf(body.approval))).data.state.status).toBe("cancelled");
    const { data } = await alex.devicesPage();
    expect(data.passkeys.find(({ id }: { id: string }) => id === passkey.credential.id).state).toBe(
      "revoked",
    );
  });

  it("is removed by nobody else, and an active passkey is not removed this way", async () => {
    const passkey = await waitingPasskey();
    const waiting = await signedInWith(passkey);
    const { id } = passkey.credential;
    const attempts: readonly (readonly [BrowserClient, string, number])[] = [
      [maria, id, 404],
      [waiting, id, 403],
      [alex, alex.passkey.credential.id, 404],
      [alex, toBase64url(new Uint8Array(32)), 404],
    ];
    const differs = await changedBy(async () => {
      for (const [client, of, status] of attempts)
        expect((await client.post(`/devices/${of}/remove`, {})).status).toBe(status);
    });
    expect(differs).toEqual([]);
  });
});

describe("signing out everywhere", () => {
  it("ends all sessions of the person, and of nobody else", async () => {
    const clients = [await signedInWith(alex.passkey), await signedInWith(alex.passkey)];
    const waiting = await signedInWith(await waitingPasskey());
    expect((await clients[0]?.post("/signout", { everywhere: true }))?.status).toBe(200);
    for (const client of [alex, waiting, ...clients])
      expect((await client.get("/enrol/state")).status).toBe(401);
    expect((await maria.get("/inbox/items")).status).toBe(200);
    await alex.signIn();
  });

  it("ends only its own session, if the passkey does not count", async () => {
    const waiting = await signedInWith(await waitingPasskey());
    expect((await waiting.post("/signout", { everywhere: true })).status).toBe(200);
    expect((await waiting.get("/enrol/state")).status).toBe(401);
    expect((await alex.get("/inbox/items")).status).toBe(200);
  });

  it("is not what a plain sign-out does", async () => {
    const client = await signedInWith(alex.passkey);
    await client.post("/signout", {});
    expect((await client.get("/inbox/items")).status).toBe(401);
    expect((await alex.get("/inbox/items")).status).toBe(200);
  });
});

describe("a person has at most 16 passkeys that count or wait", () => {
  /** Copies of this person's passkey. */
  const insertCopies = async (client: BrowserClient, count: number): Promise<void> => {
    await rows(
      `WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?2)
        INSERT INTO credentials SELECT tenant_id, printf('%04d', n) || id, person_id, label, printf('%04d', n) || public_key, algorithm, sign_count,
          backup_eligible, backed_up, transports, created_at, endorsed_seq, revoked_at, last_used_at,
          counter_regressed_at FROM credentials JOIN number WHERE id = ?1`,
      client.passkey.credential.id,
      count,
    );
  };

  it("so the next one is refused before it is created, until one is removed", async () => {
    const nora = await company.enrolled("nora");
    await insertCopies(nora, 14);
    const waiting = await newPasskey(ORIGIN);
    expect((await nora.addDevice(waiting)).status).toBe(200);
    const refused = await nora.post("/devices/begin", {});
    expect([...statusAndCode(refused), refused.body.detail]).toEqual([
      409,
      "too_many_passkeys",
      "you have 16 passkeys; remove or revoke one first",
    ]);
    await nora.post(`/devices/${waiting.credential.id}/remove`, {});
    expect((await nora.addDevice(await newPasskey(ORIGIN))).status).toBe(200);
  });

  it("also when two are added at the same time", async () => {
    const otto = await company.enrolled("otto");
    await insertCopies(otto, 14);
    const challenges = [await otto.post("/devices/begin", {}), await otto.post("/devices/begin", {})];
    const added = await Promise.all(
      challenges.map(async ({ body }) => otto.finishDevice(await newPasskey(ORIGIN), body)),
    );
    const codes = added.map(({ status, body }) => String(body.code ?? status));
    expect(codes.toSorted((one, other) => one.localeCompare(other))).toEqual(["200", "too_many_passkeys"]);
  });

  it("and can be recovered all the same", async () => {
    const pia = await company.enrolled("pia");
    await insertCopies(pia, 15);
    const invited = await company.people("POST", "/api/recoveries", { username: "pia" });
    const again = await BrowserClient.create(fetchWorker, ORIGIN);
    const { body } = await again.enrol(invited.body.enrolUrl);
    const { data } = await alex.approvalPage(idOf(body.approval));
    expect(JSON.parse(data.payload).revoked).toHaveLength(16);
    expect((await alex.decide(idOf(body.approval))).body.status).toBe("approved");
  });
});
