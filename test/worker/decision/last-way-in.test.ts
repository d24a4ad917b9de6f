import { reset } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { newPasskey, type Answered, type BrowserClient } from "../../support/browser-client.ts";
import { changedBy } from "../support/database-rows.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { auditOf, receiptVerdict } from "../support/http-audit.ts";
import { freshPlatform, idOf, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";

// An organisation always keeps an owner who can sign.

/** Several people, each with an invitation, a passkey and signatures, on a machine that may be busy. */
const COMPANY_MAX_MILLISECONDS = 30_000;

let platform: Platform;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
});

const revoke = async (client: BrowserClient, passkey = client.passkey): Promise<Answered> =>
  client.post(`/devices/${passkey.credential.id}/revoke`, {});

const lastWayIn = async (client: BrowserClient): Promise<readonly (string | null)[]> =>
  (await client.devicesPage()).data.passkeys.map(
    (passkey: { lastWayIn: string | null }) => passkey.lastWayIn,
  );

/** A second owner, made by the first. */
async function secondOwner(company: Company): Promise<BrowserClient> {
  const oda = await company.enrolled("oda", "admin");
  const { body } = await company.people("POST", "/api/roles", { username: "oda", role: "owner" });
  expect((await company.alex.decide(idOf(body.url))).body.status).toBe("approved");
  return oda;
}

it(
  "an only owner can't revoke their only passkey, and reads why before trying",
  async () => {
    const company = await newCompany(platform, "Only");
    const { alex } = company;
    const why =
      "alex is the only owner with an active passkey, and this is the only one; add a second passkey or a second owner first";
    expect(await lastWayIn(alex)).toEqual([why]);
    const tables = await changedBy(async () => {
      const refused = await revoke(alex);
      expect([...statusAndCode(refused), refused.body.detail]).toEqual([409, "last_way_in", why]);
    });
    expect(tables).toEqual([]);
    const second = await newPasskey(ORIGIN);
    await alex.decide(idOf((await alex.addDevice(second)).body.approval));
    expect(await lastWayIn(alex)).toEqual([null, null]);
    expect((await alex.decide(idOf((await revoke(alex, second)).body.approval))).body.status).toBe(
      "approved",
    );
    expect(statusAndCode(await revoke(alex))).toEqual([409, "last_way_in"]);
    expect(await auditOf(company)).toBe("");
  },
  COMPANY_MAX_MILLISECONDS,
);

it(
  "everybody else may revoke their only passkey",
  async () => {
    const company = await newCompany(platform, "Else");
    const bea = await company.enrolled("bea", "admin");
    expect(await lastWayIn(bea)).toEqual([null]);
    expect((await bea.decide(idOf((await revoke(bea)).body.approval))).body.status).toBe("approved");
  },
  COMPANY_MAX_MILLISECONDS,
);

it(
  "of two owners who leave at the same time, one stays",
  async () => {
    const company = await newCompany(platform, "Both");
    const oda = await secondOwner(company);
    const owners = [company.alex, oda] as const;
    const requests = await Promise.all(
      owners.map(async (owner) => idOf((await revoke(owner)).body.approval)),
    );
    const answers = await Promise.all(
      owners.map(async (owner, index) => owner.decide(requests[index] ?? "")),
    );
    const codes = answers.map(({ body }) => String(body.code ?? body.status));
    expect(codes.toSorted()).toEqual(["approved", "last_way_in"]);
    expect(await auditOf(company)).toBe("");
  },
  COMPANY_MAX_MILLISECONDS,
);

it(
  "a receipt shows that another owner remained when an owner left",
  async () => {
    const company = await newCompany(platform, "Left");
    const bea = await company.enrolled("bea", "admin");
    await secondOwner(company);
    await company.alex.decide(idOf((await revoke(company.alex)).body.approval));
    const id = await company.asked("bea");
    expect((await bea.decide(id)).body.status).toBe("approved");
    // Bea was endorsed by alex, so alex's revocation is in the receipt.
    expect(await receiptVerdict(company, id)).toEqual(["", true]);
    expect(await auditOf(company)).toBe("");
  },
  COMPANY_MAX_MILLISECONDS,
);
