import { beforeAll, describe, expect, it } from "vitest";
import { BrowserClient, newPasskey } from "../../support/browser-client.ts";
import { call, ROUTES, type Route, type RouteAnswer } from "../support/route-table.ts";
import {
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import { changedBy } from "../support/database-rows.ts";

// Every route of a session with a passkey that does not count, for each role. The other callers: tenancy.test.ts.

const WITH_SESSION = ROUTES.filter(({ access }) => access === "session").map(
  (route) => [route.route, route] as const,
);
const codeOf = ({ body }: RouteAnswer): string | undefined => /"code":"([a-z_]+)"/.exec(body)?.[1];

let company: Company;
let pending: string;
let approved: string;

describe("a session whose passkey does not count", { timeout: 30_000 }, () => {
  const ROLES = ["owner", "admin", "developer", "auditor", "approver"] as const;
  type Column = "enrolled, not endorsed" | "rejected" | "revoked";
  const clients = new Map<string, BrowserClient>();

  beforeAll(async () => {
    company = await newCompany(await freshPlatform());
    const { alex } = company;
    pending = await company.asked();
    approved = await company.asked();
    await alex.decide(approved);
    for (const role of ROLES.filter((one) => one !== "owner")) {
      for (const column of ["enrolled, not endorsed", "rejected"] as const) {
        const username = `${column === "rejected" ? "rejected" : "waiting"}-${role}`;
        const invited = await company.people("POST", "/api/invites", { username, role });
        const client = await BrowserClient.create(fetchWorker, ORIGIN);
        const { body } = await client.enrol(invited.body.enrolUrl);
        if (column === "rejected") await alex.decide(idOf(body.approval), { vote: "reject", reason: "No" });
        clients.set(`${role} ${column}`, client);
      }
      const revoked = await company.enrolled(`revoked-${role}`, role);
      const asked = await revoked.post(`/devices/${revoked.passkey.credential.id}/revoke`, {});
      const signer = role === "auditor" ? alex : revoked;
      await signer.decide(idOf(asked.body.approval));
      clients.set(`${role} revoked`, revoked);
    }
    // The owner's further passkeys, each with a session of its own.
    for (const column of ["enrolled, not endorsed", "rejected", "revoked"] as const) {
      const further = new BrowserClient(fetchWorker, ORIGIN, await newPasskey(ORIGIN));
      further.userHandle = alex.userHandle;
      const added = await alex.addDevice(further.passkey);
      await further.signIn();
      if (column === "rejected")
        await alex.decide(idOf(added.body.approval), { vote: "reject", reason: "No" });
      if (column === "revoked") {
        await alex.decide(idOf(added.body.approval));
        const asked = await alex.post(`/devices/${further.passkey.credential.id}/revoke`, {});
        await alex.decide(idOf(asked.body.approval));
      }
      clients.set(`owner ${column}`, further);
    }
  }, 60_000);

  const cookieOf = (role: string, column: Column): string => clients.get(`${role} ${column}`)?.cookie ?? "";
  const idsOf = ({ of }: Route) =>
    of === "passkey" ? [company.alex.passkey.credential.id, "absent"] : [pending, approved, "absent"];

  it.each(WITH_SESSION.filter(([, { waiting }]) => !waiting))(
    "enrolled, not endorsed: %s shows the state of the enrolment or refuses, whatever the role and the id",
    async (_name, route) => {
      const differs = await changedBy(async () => {
        for (const role of ROLES) {
          const cookie = cookieOf(role, "enrolled, not endorsed");
          for (const id of idsOf(route)) {
            const answer = await call(route, { cookie }, id);
            if (route.page) {
              expect([role, answer.status]).toEqual([role, 200]);
              expect(answer.body).toContain("Your passkey is not active yet");
              expect(answer.body).toContain('"state":"waiting"');
              for (const text of [pending, approved, "Deploy"]) expect(answer.body).not.toContain(text);
            } else expect([role, answer.status, codeOf(answer)]).toEqual([role, 403, "passkey_waiting"]);
          }
        }
      });
      expect(differs).toEqual([]);
    },
  );

  const SIGNERS = {
    owner: "self",
    admin: "owner",
    developer: "manager",
    auditor: "manager",
    approver: "manager",
  } as const;
  it.each(ROLES)("enrolled, not endorsed: %s reads only the state of the own enrolment", async (role) => {
    const client = clients.get(`${role} enrolled, not endorsed`);
    const state = await client?.get("/enrol/state");
    expect(await state?.json()).toEqual({
      tenant: "Acme",
      username: role === "owner" ? "alex" : `waiting-${role}`,
      fingerprint: expect.stringMatching(/^[0-9a-f]{4}( [0-9a-f]{4}){3}$/),
      state: "waiting",
      signer: SIGNERS[role],
    });
  });

  it.each(WITH_SESSION)("rejected or revoked: %s answers as without a session", async (_name, route) => {
    const differs = await changedBy(async () => {
      for (const id of idsOf(route)) {
        const none = await call(route, {}, id);
        for (const role of ROLES) {
          for (const column of ["rejected", "revoked"] as const) {
            const cookie = cookieOf(role, column);
            expect([role, column, await call(route, { cookie }, id)]).toEqual([role, column, none]);
          }
        }
      }
    });
    expect(differs).toEqual([]);
  });
});
