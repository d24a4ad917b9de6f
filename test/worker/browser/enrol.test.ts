import { beforeAll, describe, expect, it } from "vitest";
import { fromBase64url, toBase64url } from "../../../src/core/encoding/bytes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import type { Authenticator, Lies } from "../../support/authenticator.ts";
import { newPasskey, BrowserClient } from "../../support/browser-client.ts";
import { statuses } from "../support/rest-calls.ts";
import {
  freshPlatform,
  fetchWorker,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { changedBy, rows } from "../support/database-rows.ts";

// Enrolment: one link makes one passkey for one person.

/** A device that shows the key of this one as a passkey of its own. */
function withOtherId(passkey: Authenticator): Authenticator {
  const id = toBase64url(crypto.getRandomValues(new Uint8Array(32)));
  return {
    ...passkey,
    credential: { ...passkey.credential, id },
    register: async (challenge, lies) => passkey.register(challenge, { ...lies, id }),
  };
}

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

describe("enrolling", () => {
  const invited = async (username: string): Promise<string> =>
    (await company.people("POST", "/api/invites", { username, role: "approver" })).body.enrolUrl;
  const newcomer = () => BrowserClient.create(fetchWorker, ORIGIN);
  const passkeysOf = (username: string) =>
    rows(
      "SELECT c.id FROM credentials c JOIN people p ON p.id = c.person_id WHERE p.username = ?1",
      username,
    );

  it("with an unknown, used or expired link is refused at both steps", async () => {
    const client = await newcomer();
    const link = await invited("used");
    expect((await client.enrol(link)).status).toBe(200);
    const late = await invited("late");
    const { body } = await client.post("/enrol/begin", { secret: new URL(late).hash.slice(1) });
    await rows("UPDATE enrolments SET expires_at = ?1 WHERE used_at IS NULL", Date.now() - 1);
    const table = [
      [`${ORIGIN}/enrol#nobody`, 404, "enrolment_unknown"],
      [link, 410, "enrolment_used"],
      [late, 410, "enrolment_expired"],
    ] as const;
    for (const [url, status, code] of table) {
      const fresh = await newcomer();
      const response = await fresh.passkey.register(expectOk(fromBase64url(body.challenge)));
      const { clientDataJSON, attestationObject } = response.response;
      const registration = { id: response.id, clientDataJSON, attestationObject, transports: [] };
      const secret = new URL(url).hash.slice(1);
      const differs = await changedBy(async () => {
        expect(statusAndCode(await fresh.enrol(url))).toEqual([status, code]);
        const finished = await fresh.post("/enrol/finish", {
          secret,
          challenge: body.challenge,
          label: "",
          registration,
        });
        expect([statusAndCode(finished), fresh.cookie]).toEqual([[status, code], ""]);
      });
      expect(differs).toEqual([]);
    }
  });

  const lies: readonly (readonly [name: string, lie: Lies])[] = [
    ["from another origin", { origin: "https://evil.example" }],
    ["for another site", { rpId: "evil.example" }],
    ["without the person", { userVerified: false }],
    ["in a frame", { crossOrigin: true }],
    ["over another challenge", { challenge: new Uint8Array(32) }],
    ["with an assertion", { type: "webauthn.get" }],
  ];
  it.each(lies)("%s makes no passkey, and the link still works", async (name, lie) => {
    const username = name.replaceAll(" ", "-");
    const link = await invited(username);
    const client = await newcomer();
    const differs = await changedBy(async () => {
      expect(statusAndCode(await client.enrol(link, lie))).toEqual([403, "signature_verification_failed"]);
    });
    expect([differs, client.cookie]).toEqual([["webauthn_challenges"], ""]);
    expect((await client.enrol(link)).status).toBe(200);
  });

  it("with a passkey that is already registered in this tenant is refused", async () => {
    const link = await invited("twice");
    for (const known of [alex, maria]) {
      const client = new BrowserClient(fetchWorker, ORIGIN, known.passkey);
      const differs = await changedBy(async () => {
        expect(statusAndCode(await client.enrol(link))).toEqual([409, "credential_registered"]);
      });
      expect([differs, client.cookie]).toEqual([["webauthn_challenges"], ""]);
    }
    expect(statusAndCode(await alex.addDevice(maria.passkey))).toEqual([409, "credential_registered"]);
    expect((await (await newcomer()).enrol(link)).status).toBe(200);
  });

  it("with a public key that the tenant has already, under another id, is refused to everybody", async () => {
    const recovery = await company.people("POST", "/api/recoveries", { username: "maria" });
    const links = [await invited("copied"), recovery.body.enrolUrl];
    const waiting = await newPasskey(ORIGIN);
    expect((await alex.addDevice(waiting)).status).toBe(200);
    const removed = await newPasskey(ORIGIN);
    expect((await alex.addDevice(removed)).status).toBe(200);
    expect((await alex.post(`/devices/${removed.credential.id}/remove`, {})).status).toBe(200);
    const refused = [409, "public_key_registered"];
    for (const known of [alex.passkey, maria.passkey, waiting, removed]) {
      const copy = withOtherId(known);
      const client = new BrowserClient(fetchWorker, ORIGIN, copy);
      const differs = await changedBy(async () => {
        for (const link of links) expect(statusAndCode(await client.enrol(link))).toEqual(refused);
      });
      expect([differs, client.cookie]).toEqual([["webauthn_challenges"], ""]);
      for (const person of [alex, maria])
        expect(statusAndCode(await person.addDevice(copy))).toEqual(refused);
    }
    // The links still work, and another tenant does not learn which keys this one has.
    for (const link of links) expect((await (await newcomer()).enrol(link)).status).toBe(200);
    expect((await other.alex.addDevice(withOtherId(alex.passkey))).status).toBe(200);
  });

  it("of two people at the same time with one public key registers it for one of them", async () => {
    const passkey = await newPasskey(ORIGIN);
    const links = await Promise.all(["first-copy", "second-copy"].map(invited));
    const answers = await Promise.all(
      links.map(async (link) => new BrowserClient(fetchWorker, ORIGIN, withOtherId(passkey)).enrol(link)),
    );
    expect(statuses(answers)).toEqual([200, 409]);
  });

  it("at the same time with one link makes one passkey", async () => {
    for (let round = 0; round < 4; round++) {
      const link = await invited(`pair-${round}`);
      const clients = await Promise.all([newcomer(), newcomer(), newcomer()]);
      const answers = await Promise.all(clients.map(async (client) => client.enrol(link)));
      const won = answers.findIndex(({ status }) => status === 200);
      expect(statuses(answers)).toEqual([200, 410, 410]);
      expect(await passkeysOf(`pair-${round}`)).toEqual([{ id: clients[won]?.passkey.credential.id }]);
      // The others get no session either.
      expect(clients.filter(({ cookie }) => cookie !== "").length).toBe(1);
    }
  });

  it("of two people at the same time with one passkey registers it for one of them", async () => {
    for (let round = 0; round < 4; round++) {
      const passkey = await newPasskey(ORIGIN);
      const names = [`left-${round}`, `right-${round}`];
      const links = await Promise.all(names.map(invited));
      const answers = await Promise.all(
        links.map(async (link) => new BrowserClient(fetchWorker, ORIGIN, passkey).enrol(link)),
      );
      expect(answers.map(statusAndCode).toSorted(([left], [right]) => Number(left) - Number(right))).toEqual([
        [200, undefined],
        [409, "credential_registered"],
      ]);
      const owners = await Promise.all(names.map(passkeysOf));
      expect(owners.flat()).toEqual([{ id: passkey.credential.id }]);
    }
  });

  it("of the same passkey twice at the same time adds one device", async () => {
    const passkey = await newPasskey(ORIGIN);
    const answers = await Promise.all([alex.addDevice(passkey), alex.addDevice(passkey)]);
    expect(statuses(answers)).toEqual([200, 409]);
  });

  it("lets nobody decide before a person who manages people has endorsed the passkey", async () => {
    const link = await invited("waiting");
    const client = await newcomer();
    const { body } = await client.enrol(link);
    expect(body).toMatchObject({ active: false, stream: null });
    // Neither the new person nor a colleague without that right sees the request to endorse it.
    expect((await maria.approvalPage(idOf(body.approval))).status).toBe(404);
    expect((await client.approvalPage(idOf(body.approval))).data).toMatchObject({ state: "waiting" });
    const asked = await company.api("POST", "/api/confirmations", {
      username: "waiting",
      action: "Pay",
      payload: {},
    });
    expect(statusAndCode(asked)).toEqual([409, "approver_without_passkey"]);
    await alex.decide(idOf(body.approval), { vote: "reject", reason: "who is this?" });
    const again = await company.api("POST", "/api/confirmations", {
      username: "waiting",
      action: "Pay",
      payload: {},
    });
    expect(statusAndCode(again)).toEqual([409, "approver_without_passkey"]);
  });
});

describe("a reader's passkeys", () => {
  it("are managed by others: an auditor signs nothing, and is never asked to", async () => {
    const audrey = await company.enrolled("audrey", "auditor");
    const second = await newPasskey(ORIGIN);
    const added = await audrey.addDevice(second);
    expect((await audrey.approvalPage(idOf(added.body.approval))).status).toBe(404);
    expect((await alex.decide(idOf(added.body.approval))).body.status).toBe("approved");
    const revoked = await audrey.post(`/devices/${second.credential.id}/revoke`, {});
    expect((await alex.decide(idOf(revoked.body.approval))).body.status).toBe("approved");
  });
});
