import { beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { freshPlatform, newCompany } from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";

// A page that waits for a change learns it only if its session is still valid when the change comes.

let platform: Platform;
beforeAll(async () => {
  platform = await freshPlatform();
});

/** The statuses of both long polls of one session: it begins them, then this happens, then the request changes. */
async function answersAfter(end: (maria: BrowserClient) => Promise<unknown>): Promise<readonly number[]> {
  const company = await newCompany(platform);
  const maria = await company.enrolled("maria");
  const id = await company.asked("maria");
  const inbox = (await (await maria.get("/inbox/items")).json()) as { version: string };
  const page = (await (await maria.get(`/approve/${id}/state?wait=0`)).json()) as { version: string };
  const polls = [
    maria.get(`/inbox/items?wait=20&version=${inbox.version}`),
    maria.get(`/approve/${id}/state?wait=20&version=${page.version}`),
  ];
  await scheduler.wait(100);
  await end(maria);
  await company.api("POST", `/api/confirmations/${id}/cancel`);
  return (await Promise.all(polls)).map(({ status }) => status);
}

describe("a page that waits", { timeout: 30_000 }, () => {
  it("learns the change while its session lasts", async () => {
    expect(await answersAfter(async () => undefined)).toEqual([200, 200]);
  });

  it.each([
    [
      "its passkey was revoked",
      (maria: BrowserClient) =>
        rows("UPDATE credentials SET revoked_at = 1 WHERE id = ?1", maria.passkey.credential.id),
    ],
    [
      "its person signed out everywhere",
      (maria: BrowserClient) => maria.post("/signout", { everywhere: true }),
    ],
  ])("learns nothing after %s", async (_when, end) => {
    expect(await answersAfter(end)).toEqual([401, 401]);
  });
});
