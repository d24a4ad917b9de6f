import { beforeAll, describe, expect, it } from "vitest";
import { createTenant } from "../../../src/app/account/create-tenant.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import { backend, BrowserClient } from "../../support/browser-client.ts";
import { enrolPasskey } from "../../../src/store/account/enrolments.ts";
import { freshRuntime, fetchWorker, ORIGIN } from "../support/worker-fixture.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { changedBy, rows } from "../support/database-rows.ts";

// What a link, a waiting passkey and a session give access to, and when that ends.

let runtime: Runtime;
beforeAll(async () => {
  runtime = await freshRuntime();
});

const newClient = () => BrowserClient.create(fetchWorker, ORIGIN);

describe("before the owner has enrolled", () => {
  it.each(["admin", "developer", "auditor", "approver"])(
    "a link for the role %s makes no passkey, and works once the owner has enrolled",
    async (role) => {
      const tenant = await createTenant(runtime, `Early ${role}`, "alex");
      const people = backend(fetchWorker, ORIGIN, tenant.peopleKey);
      const { body } = await people("POST", "/api/invites", { username: "maria", role });
      const maria = await newClient();
      const differs = await changedBy(async () => {
        const refused = await maria.enrol(body.enrolUrl);
        expect(statusAndCode(refused)).toEqual([409, "owner_not_enrolled"]);
        expect(refused.body.detail).toContain("then open this link again");
      });
      // Neither a challenge was issued nor the link used.
      expect([differs, maria.cookie]).toEqual([[], ""]);
      const alex = await newClient();
      expect((await alex.enrol(tenant.enrolUrl)).body).toMatchObject({ active: true });
      expect((await maria.enrol(body.enrolUrl)).body).toMatchObject({ active: false, stream: null });
    },
  );

  it("no statement begins the stream for anybody but an owner", async () => {
    const { store, peopleKey } = await createTenant(runtime, "Forced", "alex");
    const people = backend(fetchWorker, ORIGIN, peopleKey);
    await people("POST", "/api/invites", { username: "maria", role: "admin" });
    const [link] = await rows(
      "SELECT e.id, e.person_id FROM enrolments e JOIN people p ON p.id = e.person_id WHERE e.tenant_id = ?1 AND p.username = 'maria'",
      store.tenantId,
    );
    const passkey = {
      id: "AAAA",
      personId: String(link?.["person_id"]),
      label: "",
      publicKey: "AAAA",
      algorithm: -7,
      signCount: 0,
      backupEligible: false,
      backedUp: false,
      transports: "",
      createdAt: 1,
    };
    const first = { stream: "00", at: 1, entrySalt: "", payloadSalt: "", body: "{}" };
    const use = { enrolment: String(link?.["id"]), attempt: "s_1", now: 1 };
    await enrolPasskey(store, use, passkey, first);
    expect((await store.own()).stream).toBe(null);
    expect(await rows("SELECT seq FROM outbox WHERE tenant_id = ?1", store.tenantId)).toEqual([]);
  });
});
