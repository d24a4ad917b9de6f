import { expect } from "vitest";
import type { Answered } from "../../../support/browser-client.ts";
import { idOf, type Company } from "../../support/worker-fixture.ts";

// Groups, policies and rules over REST, signed by the owner alex.

/** As people write them; null removes what is there. */
export interface WrittenVersions {
  readonly groups?: Readonly<Record<string, readonly string[] | null>>;
  readonly policies?: Readonly<Record<string, object | null>>;
  readonly rules?: object | null;
}

/** Asks for all of these, in an order that works, and alex signs each. */
export async function sign(company: Company, { groups = {}, policies = {}, rules }: WrittenVersions) {
  for (const [name, members] of Object.entries(groups))
    await signed(company, await ask(company, `/api/groups/${name}`, members && { members }));
  if (rules === null) await signed(company, await ask(company, "/api/rules", null));
  for (const [name, content] of Object.entries(policies))
    await signed(company, await ask(company, `/api/policies/${name}`, content));
  if (rules) await signed(company, await ask(company, "/api/rules", rules));
}

export async function ask({ people }: Company, path: string, content: object | null): Promise<Answered> {
  return content === null ? people("DELETE", path) : people("PUT", path, content);
}

async function signed({ alex }: Company, { status, body }: Answered): Promise<void> {
  expect([status, body.code]).toEqual([202, undefined]);
  const decided = await alex.decide(idOf(body.url));
  expect([decided.status, decided.body.status]).toEqual([200, "approved"]);
}
