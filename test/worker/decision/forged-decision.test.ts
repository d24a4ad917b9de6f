import { beforeAll, describe, expect, it } from "vitest";
import { toBase64url, utf8 } from "../../../src/core/encoding/bytes.ts";
import type { Authenticator, Lies } from "../../support/authenticator.ts";
import { newPasskey, type Answered, type Signing, type BrowserClient } from "../../support/browser-client.ts";
import { freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import {
  ceremonyIdOf,
  isCeremonyUsed,
  setTime,
  effectOf,
  post,
  refusal,
  statusAndCode,
} from "../support/decision-effect.ts";
import { rows } from "../support/database-rows.ts";

// Signatures over something else than was posted, or by somebody else. Each is refused with its reason and changes
// nothing, except that the challenge is used.

let company: Company;
let other: Company;
let alex: BrowserClient;
let maria: BrowserClient;
beforeAll(async () => {
  const runtime = await freshPlatform();
  company = await newCompany(runtime);
  other = await newCompany(runtime, "Other");
  alex = company.alex;
  maria = await company.enrolled("maria");
});

describe("a vote that differs from what was signed", () => {
  const changes: readonly (readonly [name: string, signing: Signing, posted: object])[] = [
    ["reject for approve", { vote: "approve" }, { vote: "reject" }],
    ["approve for reject", { vote: "reject" }, { vote: "approve" }],
    ["another reason", { reason: "fine" }, { reason: "fine!" }],
    ["no reason for one", { reason: "fine" }, { reason: "" }],
    ["a reason for none", {}, { reason: "because" }],
    ["the reason in another form of Unicode", { reason: "caf\u00e9" }, { reason: "cafe\u0301" }],
  ];
  it.each(changes)("is refused: %s", async (_name, signing, posted) => {
    const id = await company.asked();
    const held = await alex.sign(id, signing);
    const work = async () => post(alex, id, { ...held, ...posted });
    expect(await effectOf(id, work)).toEqual(refusal(403, "signature_verification_failed"));
    // The challenge is used: the honest vote comes too late, a new one does not.
    expect(statusAndCode(await post(alex, id, held))).toEqual([409, "challenge_consumed"]);
    expect((await alex.decide(id, signing)).status).toBe(200);
  });

  const says: readonly (readonly [name: string, said: Signing["says"]])[] = [
    ["another action", { action: "Deploy to staging" }],
    ["another site", { rp: "https://evil.example" }],
    ["another person", { approver: { id: "p_1", username: "maria" } }],
    ["another requester", { requester: { kind: "key", id: "k_1", name: "Default key", person: null } }],
    ["another project", { project: { id: "j_1", name: "Default", mode: "live" } }],
    ["another tenant", { tenant: { id: "0".repeat(64), name: "Acme" } }],
    ["another request", { confirmation: "c_1" }],
    ["a policy", { policyHash: "0".repeat(64) }],
    ["a longer time for using it", { executeWithinSeconds: 3_600 }],
    ["a later expiry", { expires: "2099-01-01T00:00:00.000Z" }],
    ["another salt", { salt: toBase64url(new Uint8Array(32)) }],
    ["another time", { issued: "2026-01-01T00:00:00.000Z" }],
  ];
  it.each(says)("is refused: %s in the statement", async (_name, said = {}) => {
    const id = await company.asked();
    const held = await alex.sign(id, { says: said });
    expect(await effectOf(id, async () => post(alex, id, held))).toEqual(
      refusal(403, "signature_verification_failed"),
    );
  });
});

describe("an assertion", () => {
  const lies: readonly (readonly [name: string, code: string, lies: Lies])[] = [
    ["from another origin", "origin_mismatch", { origin: "https://evil.example" }],
    ["from another port", "origin_mismatch", { origin: "http://localhost:8788" }],
    ["for another site", "rp_id_mismatch", { rpId: "evil.example" }],
    ["without the person", "user_not_verified", { userVerified: false }],
    ["without anybody", "user_not_present", { userPresent: false, userVerified: false }],
    ["in a frame", "cross_origin", { crossOrigin: true }],
    ["under another page", "cross_origin", { topOrigin: "https://evil.example" }],
    ["for registering", "assertion_type_mismatch", { type: "webauthn.create" }],
    ["over nothing", "challenge_mismatch", { challenge: new Uint8Array(64) }],
    ["no longer to be synced", "backup_eligibility_changed", { backupEligible: false, backedUp: false }],
    [
      "with the type twice",
      "client_data_malformed",
      { clientDataText: (honest) => honest.replace("{", '{"type":"webauthn.create",') },
    ],
    ["with a cut signature", "signature_malformed", { signature: (honest) => honest.slice(0, -1) }],
    ["with nothing signed", "signature_malformed", { signature: () => utf8("0") }],
  ];
  it.each(lies)("%s is refused", async (_name, code, lie) => {
    const id = await company.asked();
    const held = await alex.sign(id, { lies: lie });
    let answer: Answered | undefined;
    const work = async () => (answer = await post(alex, id, held));
    expect(await effectOf(id, work)).toEqual(refusal(403, "signature_verification_failed"));
    expect(answer?.body.errors).toEqual([{ path: "", code, detail: expect.stringMatching(/./) }]);
  });

  it("with another user handle is refused", async () => {
    const id = await company.asked();
    const held = await alex.sign(id);
    const stated = { ...held, assertion: { ...held.assertion, userHandle: toBase64url(new Uint8Array(32)) } };
    expect(await effectOf(id, async () => post(alex, id, stated))).toEqual(
      refusal(403, "signature_verification_failed"),
    );
    const honest = await alex.sign(id);
    const mine = { ...honest, assertion: { ...honest.assertion, userHandle: alex.userHandle } };
    expect((await post(alex, id, mine)).status).toBe(200);
  });
});

describe("a passkey that is not active for this person", () => {
  const keys: readonly (readonly [name: string, whose: () => Promise<Authenticator>])[] = [
    ["an unknown one", async () => newPasskey(ORIGIN)],
    ["a colleague's", async () => maria.passkey],
    ["another tenant's", async () => other.alex.passkey],
    [
      "the person's own without an endorsement",
      async () => {
        const waiting = await newPasskey(ORIGIN);
        await alex.addDevice(waiting);
        return waiting;
      },
    ],
  ];
  it.each(keys)("is refused: %s", async (_name, whose) => {
    const id = await company.asked();
    const held = await alex.sign(id, { passkey: await whose() });
    expect(await effectOf(id, async () => post(alex, id, held))).toEqual(refusal(403, "unknown_credential"));
  });

  it("is refused with the id of an active one", async () => {
    const id = await company.asked();
    const held = await alex.sign(id, { lies: { signedBy: maria.passkey } });
    expect(await effectOf(id, async () => post(alex, id, held))).toEqual(
      refusal(403, "signature_verification_failed"),
    );
  });
});

describe("a challenge", () => {
  it("of another request of the same person is not known, and stays valid for its own", async () => {
    const [id, elsewhere] = [await company.asked(), await company.asked()];
    const held = await alex.sign(elsewhere);
    expect(await effectOf(id, async () => post(alex, id, held))).toEqual(
      refusal(409, "challenge_unknown", []),
    );
    expect((await post(alex, elsewhere, held)).status).toBe(200);
  });

  it("of another person is not known", async () => {
    const id = await company.asked();
    const mine = await alex.sign(id);
    await rows(
      "INSERT INTO audience SELECT tenant_id, id, ?1, 0, NULL FROM people WHERE username = 'maria' AND tenant_id = ?2",
      id,
      company.store.tenantId,
    );
    const hers = await maria.sign(id);
    expect(
      await effectOf(id, async () => post(alex, id, { ...mine, ceremonyId: ceremonyIdOf(hers) })),
    ).toEqual(refusal(409, "challenge_unknown", []));
    expect(await effectOf(id, async () => post(maria, id, mine))).toEqual(
      refusal(409, "challenge_unknown", []),
    );
    // She can read it, and the policy does not need her signature.
    expect(await effectOf(id, async () => post(maria, id, hers))).toEqual(refusal(403, "not_an_approver"));
    expect((await post(alex, id, mine)).status).toBe(200);
  });

  it("of another tenant, or one that does not exist, is not known", async () => {
    const id = await company.asked();
    const held = await alex.sign(id);
    const foreign = await other.alex.sign(await other.asked());
    for (const ceremonyId of [ceremonyIdOf(foreign), "y_absent"]) {
      expect(await effectOf(id, async () => post(alex, id, { ...held, ceremonyId }))).toEqual(
        refusal(409, "challenge_unknown", []),
      );
    }
    expect(await isCeremonyUsed(foreign)).toBe(false);
  });

  it("can't be replaced by a newer one after signing", async () => {
    const id = await company.asked();
    const [older, newer] = [await alex.sign(id), await alex.sign(id)];
    const mixed = { ...older, ceremonyId: ceremonyIdOf(newer) };
    expect(await effectOf(id, async () => post(alex, id, mixed))).toEqual(
      refusal(403, "signature_verification_failed"),
    );
    expect((await post(alex, id, older)).status).toBe(200);
  });

  it("that has expired is refused, and used", async () => {
    const id = await company.asked();
    const held = await alex.sign(id);
    await setTime("ceremonies", "expires_at", ceremonyIdOf(held));
    expect(await effectOf(id, async () => post(alex, id, held))).toEqual(refusal(409, "challenge_expired"));
    expect(statusAndCode(await post(alex, id, held))).toEqual([409, "challenge_consumed"]);
  });

  it("is new each time and valid for ten minutes", async () => {
    const id = await company.asked();
    const begin = async () => (await alex.post(`/approve/${id}/ceremony`, {})).body;
    const [one, two] = [await begin(), await begin()];
    expect(one.salt).not.toBe(two.salt);
    expect(one.ceremonyId).not.toBe(two.ceremonyId);
    expect(Date.parse(one.expires) - Date.parse(one.issued)).toBe(10 * 60_000);
    expect(one.allowCredentials.map((key: { id: string }) => key.id)).toEqual([alex.passkey.credential.id]);
  });
});
