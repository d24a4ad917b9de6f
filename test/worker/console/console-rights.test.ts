import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RIGHTS, roleHas } from "../../../src/core/account/rights.ts";
import { ROLES, type Role } from "../../../src/core/stream/record.ts";
import { actOf, ACTS, type ActName } from "../../../src/desk/acts.ts";
import { CONSOLE_DOWNLOADS, CONSOLE_FORMS, CONSOLE_PAGES } from "../../../src/http/console/console-routes.ts";
import { secretHash } from "../../../src/app/account/secret-hash.ts";
import { deskOf } from "../../../src/http/desk/desk-of.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { bindings, freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";

// Every page and form of the console with every role: the table of rights is what happens.

let company: Company;
const people = {} as Record<Role, BrowserClient>;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  people.owner = company.alex;
  for (const role of ROLES.filter((one) => one !== "owner"))
    people[role] = await company.enrolled(`the-${role}`, role);
}, 90_000);
afterAll(() => reset());

/** An id that names nothing: a role that may look gets the answer that there is nothing. */
const pathOf = (path: string) => path.replaceAll(/:\w+/g, "x_00000000000000000000000000000000");
/** What the Desk answers to the act itself, before it looks at the input. */
const asked = async ({ cookie }: BrowserClient, name: ActName) =>
  deskOf(bindings, company.store.tenantId).act(
    secretHash(cookie.slice(cookie.indexOf("=") + 1)),
    "",
    name,
    null,
  );
const rightOf = (act: ActName) => actOf(act).right;

describe.each(ROLES)("a person with the role %s", (role) => {
  it.each([...CONSOLE_PAGES, ...CONSOLE_DOWNLOADS].map(({ path, act }) => [path, act] as const))(
    "opens %s or not",
    async (path, act) => {
      const { status } = await people[role].get(pathOf(path));
      if (roleHas(role, rightOf(act))) expect([200, 404]).toContain(status);
      else expect(status).toBe(403);
    },
  );

  it.each(CONSOLE_FORMS.map(({ path, act }) => [path, act] as const))(
    "sends %s or not",
    async (path, act) => {
      const sent = await people[role].submit(pathOf(path), {});
      const text = await sent.text();
      // An empty form is wrong, or it waits for the passkey; the role comes before both on the page that shows it again.
      // One that changes nothing is shown again.
      const shown = RIGHTS[rightOf(act)].changes ? [] : [200];
      if (roleHas(role, rightOf(act))) expect([...shown, 303, 403, 404, 409, 422]).toContain(sent.status);
      else expect([403, 404, 422]).toContain(sent.status);
      expect(text).not.toContain("internal_error");
    },
  );
});

describe("a right that changes something", () => {
  const changing = (Object.keys(ACTS) as ActName[]).filter((name) => RIGHTS[rightOf(name)].changes);

  it.each(changing)("needs a touch of the passkey: %s", async (name) => {
    const role = RIGHTS[rightOf(name)].roles[0];
    const { result } = await asked(people[role], name);
    expect(result).toMatchObject({ ok: false, refusal: { code: "elevation_required" } });
  });

  it.each(changing)("is refused to every role that lacks it: %s", async (name) => {
    for (const role of ROLES.filter((one) => !roleHas(one, rightOf(name)))) {
      const { result } = await asked(people[role], name);
      expect([role, result]).toMatchObject([role, { ok: false, refusal: { code: "not_allowed" } }]);
    }
  });
});
