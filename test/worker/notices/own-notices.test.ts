import { reset } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { newId } from "../../../src/app/runtime.ts";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { catchMessages, type CaughtMessages } from "./caught-messages.ts";
import { rows } from "../support/database-rows.ts";
import {
  bindings,
  freshPlatform,
  idOf,
  newCompany,
  noteEdit,
  type Company,
} from "../support/worker-fixture.ts";

// Where and when people hear of requests, as each sets it at /notices.

let company: Company;
let maria: BrowserClient;
let eve: BrowserClient;
let caught: CaughtMessages;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  maria = await company.enrolled("maria");
  eve = await company.enrolled("eve");
  caught = await catchMessages(company);
  await Promise.all([maria.elevate(), eve.elevate()]);
}, 60_000);
beforeEach(async () => {
  Object.assign(caught, {
    mailResult: { kind: "sent", status: null },
    postStatus: 200,
    aheadMilliseconds: 0,
  });
  caught.mails.length = 0;
  caught.posts.length = 0;
  // Limits for each day would make the tests depend on each other.
  await rows(
    "UPDATE channels SET links = 0, created_at = 0, ended_at = coalesce(ended_at, 1), ended_because = coalesce(ended_because, 'removed'), address = ''",
  );
});
afterAll(() => reset());

const freshId = () => newId(createPlatform(bindings), "n");
const HOOK = "https://hooks.slack.com/services/T0/B0/x";
const hook = (more: Record<string, string> = {}) => ({
  id: freshId(),
  kind: "slack",
  name: "Ops room",
  url: HOOK,
  ...more,
});
/** Without the list of time zones, which would make failures unreadable. */
const page = async (by = maria, query = "") =>
  (await (await by.get(`/notices${query}`)).text()).replaceAll(/<option .*?<\/option>/g, "");
const channels = async () =>
  rows(
    "SELECT id, kind, name, address, use, verified_at IS NOT NULL AS verified FROM channels WHERE ended_at IS NULL",
  );
const acts = async (subject: string) =>
  (await rows("SELECT act, subject_name, detail FROM trail WHERE subject_id = ?1 ORDER BY id", subject)).map(
    ({ act }) => act,
  );
const added = async (by = maria, more: Record<string, string> = {}) => {
  const form = hook(more);
  expect((await by.submit("/notices/hooks", form)).status).toBe(303);
  return form.id;
};

describe("a person without channels", () => {
  it("reads that requests may expire unheard", async () => {
    expect(await page()).toContain("You don’t hear of requests.");
    await added();
    expect(await page()).not.toContain("You don’t hear of requests.");
  });

  it("sees no page of the organisation that an approver may not open", async () => {
    expect(await page()).not.toMatch(/href="\/console["/]/);
    expect(await page(company.alex)).toContain('href="/console"');
  });
});

describe("a chat", () => {
  it("is added once, shows its host only, is changed, tested and removed, and leaves its trail", async () => {
    const form = hook({ kind: "teams", url: "https://prod-12.westeurope.logic.azure.com/workflows/s3cret" });
    expect((await maria.submit("/notices/hooks", form)).status).toBe(303);
    expect((await maria.submit("/notices/hooks", form)).status).toBe(409);
    const shown = await page();
    expect(shown).toContain("Microsoft Teams · prod-12.westeurope.logic.azure.com");
    expect(shown).not.toContain("s3cret");

    const seen = { name: "Ops room", use: "default" };
    const change = (was: object, now: Record<string, string>) =>
      maria.submit(`/notices/channels/${form.id}/change`, {
        channel: form.id,
        was: JSON.stringify(was),
        ...now,
      });
    expect((await change(seen, { name: "On call", use: "never" })).status).toBe(303);
    const late = await change(seen, { name: "Later", use: "always" });
    expect([late.status, await late.text()]).toEqual([
      409,
      expect.stringContaining("was changed or has ended"),
    ]);
    expect(await channels()).toMatchObject([{ name: "On call", use: "never" }]);
    expect(await page()).toContain("You don’t hear of requests.");

    const tested = await maria.submit(`/notices/channels/${form.id}/test`, {});
    expect(tested.headers.get("location")).toBe(`/notices?tested=${form.id}`);
    expect(caught.posts).toMatchObject([{ url: form.url }]);
    expect(await page(maria, `?tested=${form.id}`)).toContain("A test notice is on its way to On call.");

    expect((await maria.submit(`/notices/channels/${form.id}/remove`, {})).status).toBe(303);
    expect(await rows("SELECT name, address FROM channels WHERE id = ?1", form.id)).toEqual([
      { name: "", address: "" },
    ]);
    expect(await acts(form.id)).toEqual([
      "channel.added",
      "channel.changed",
      "channel.tested",
      "channel.removed",
    ]);
  });

  it.each([
    ["without https", { url: "http://hooks.slack.com/x" }, 422, "must begin with https://"],
    ["on an address in numbers", { url: "https://10.0.0.1/x" }, 422, "not an address in numbers"],
    ["inside of a network", { url: "https://chat.internal/x" }, 422, "must be public"],
    ["on this service", { url: "https://localhost/x" }, 422, "must be public"],
    ["of another kind than it says", { kind: "teams" }, 422, "of a workflow of Teams"],
    ["that is no address", { url: "slack" }, 422, "this is no address"],
    ["without a name", { name: " " }, 422, "must not be empty"],
    ["with a name that runs backwards", { name: "a\u202eb" }, 422, "U+202E"],
    ["of another kind", { kind: "push" }, 422, "must be one of"],
    ["with an id that no page has drawn", { id: "n_1" }, 422, "is not what this page sent"],
  ] as const)("is not added %s", async (_name, wrong, status, text) => {
    const sent = await maria.submit("/notices/hooks", hook(wrong));
    expect(sent.status).toBe(status);
    expect(await sent.text()).toContain(text);
    expect(await channels()).toEqual([]);
  });

  it("that does not answer well says so", async () => {
    const id = await added();
    caught.postStatus = 404;
    const tested = await maria.submit(`/notices/channels/${id}/test`, {});
    expect([tested.status, await tested.text()]).toEqual([502, expect.stringContaining("answered 404")]);
  });

  it("of somebody else does not exist", async () => {
    const id = await added();
    for (const what of ["test", "remove", "link"])
      expect([what, (await eve.submit(`/notices/channels/${id}/${what}`, {})).status]).toEqual([what, 404]);
    expect(await channels()).toHaveLength(1);
  });

  it("is refused beyond 20 channels", async () => {
    await rows(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
       INSERT INTO channels (tenant_id, id, person_id, kind, name, address, created_at, verified_at)
       SELECT tenant_id, 'n_' || i, id, 'chat', 'x', 'https://chat.example/' || i, 0, 0 FROM people, n WHERE username = 'maria'`,
    );
    const sent = await maria.submit("/notices/hooks", hook());
    expect([sent.status, await sent.text()]).toEqual([429, expect.stringContaining("20 channels")]);
  });
});

describe("a device", () => {
  const subscription = (more: Record<string, string> = {}) => ({
    id: freshId(),
    endpoint: "https://push.services.mozilla.com/wpush/v2/abc",
    // Of the example in RFC 8291.
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
    ...more,
  });

  it("is added by the keys of its browser, once, and named after it", async () => {
    const agent = { "user-agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36" };
    expect((await maria.submit("/notices/device", subscription(), agent)).status).toBe(303);
    expect((await maria.submit("/notices/device", subscription(), agent)).status).toBe(303);
    expect(await channels()).toMatchObject([{ kind: "push", name: "Chrome on Android", verified: 1 }]);
  });

  it("belongs to the person who added it last", async () => {
    await maria.submit("/notices/device", subscription());
    await eve.submit("/notices/device", subscription());
    expect(await channels()).toHaveLength(1);
    expect(await page()).toContain("You don’t hear of requests.");
    expect(await page(eve)).not.toContain("You don’t hear of requests.");
  });

  it.each([
    ["an endpoint without https", { endpoint: "http://push.example.com/x" }, "must begin with https://"],
    ["an endpoint inside", { endpoint: "https://10.1.1.1/x" }, "not an address in numbers"],
    ["a key off the curve", { p256dh: toBase64url(new Uint8Array(65).fill(4)) }, "not the keys of"],
    ["a short secret", { auth: toBase64url(new Uint8Array(15)) }, "not the keys of"],
  ] as const)("is not added with %s", async (_name, wrong, text) => {
    const sent = await maria.submit("/notices/device", subscription(wrong));
    expect([sent.status, await sent.text()]).toEqual([422, expect.stringContaining(text)]);
    expect(await channels()).toEqual([]);
  });
});

describe("an e-mail address", () => {
  const MINUTE = 60_000;
  const addAddress = async (address = "maria@example.com", by = maria) => {
    const form = { id: freshId(), address };
    const sent = await by.submit("/notices/addresses", form);
    return { id: form.id, status: sent.status, text: await sent.text() };
  };
  /** What is behind the # in the link of the last mail. */
  const token = () => /\/notices\/verify#(\S+)/.exec(caught.mails.at(-1)?.text ?? "")?.[1] ?? "";
  const confirm = async (by = maria, sent = token()) => {
    const answer = await by.submit("/notices/verify", { token: sent });
    return [answer.status, answer.headers.get("location") ?? (await answer.text())];
  };
  const isVerified = async () => (await channels()).map(({ verified }) => verified);

  it("gets nothing but a link until the link was used, once, in the same session", async () => {
    const { id, status } = await addAddress();
    expect(status).toBe(303);
    expect(caught.mails).toMatchObject([{ to: "maria@example.com" }]);
    expect(await page()).toContain("Not confirmed yet");
    const untested = await maria.submit(`/notices/channels/${id}/test`, {});
    expect(await untested.text()).toContain("Confirm the address first");
    // A mail program opens the link without what is behind the #.
    expect((await maria.get("/notices/verify")).status).toBe(200);
    expect(await isVerified()).toEqual([0]);

    expect(await confirm()).toEqual([303, `/notices?confirmed=${id}`]);
    expect(await page(maria, `?confirmed=${id}`)).toContain("maria@example.com is confirmed");
    expect(await confirm()).toEqual([410, expect.stringContaining("is confirmed already")]);
    expect(await acts(id)).toEqual(["channel.added", "channel.confirmed"]);
  });

  it.each<[string, number, string, () => unknown]>([
    [
      "in another session",
      403,
      "in the browser in which you added",
      () => maria.signIn().then(() => maria.elevate()),
    ],
    ["after half an hour", 410, "Send another one", () => (caught.aheadMilliseconds = 31 * MINUTE)],
    [
      "after the address was removed",
      404,
      "confirms no address of yours",
      () => rows("UPDATE channels SET ended_at = 1, ended_because = 'removed'"),
    ],
    [
      "for an address that was changed",
      403,
      "in the browser in which",
      () => rows("UPDATE channels SET address = 'x@example.com'"),
    ],
  ])("is not confirmed %s", async (_name, status, text, before) => {
    await addAddress();
    const link = token();
    await before();
    noteEdit();
    // A touch of the passkey lasts ten minutes.
    if (caught.aheadMilliseconds > 0) await maria.elevate();
    expect(await confirm(maria, link)).toEqual([status, expect.stringContaining(text)]);
    expect(await rows("SELECT 1 FROM channels WHERE verified_at IS NOT NULL AND created_at > 0")).toEqual([]);
    caught.aheadMilliseconds = 0;
    await maria.elevate();
  });

  it("is not confirmed by somebody else, or with a changed link", async () => {
    await addAddress();
    expect(await confirm(eve)).toEqual([404, expect.stringContaining("confirms no address of yours")]);
    const changed = token().replace(/.{5}$/, "AAAAA");
    expect((await confirm(maria, changed))[0]).toBe(403);
    expect((await confirm(maria, "nonsense"))[0]).toBe(404);
    expect(await isVerified()).toEqual([0]);
  });

  it("gets the link again after a minute, at most 10 links a day in all", async () => {
    const { id } = await addAddress();
    const again = async () => (await maria.submit(`/notices/channels/${id}/link`, {})).status;
    expect(await again()).toBe(429);
    const sent: number[] = [];
    for (let n = 1; n <= 10; n++) {
      caught.aheadMilliseconds = n * MINUTE;
      if (n === 5) await maria.elevate();
      sent.push(await again());
    }
    expect(sent).toEqual([...Array<number>(9).fill(303), 429]);
    expect((await addAddress("other@example.com")).status).toBe(429);
    expect(caught.mails).toHaveLength(10);
    caught.aheadMilliseconds = 0;
    await maria.elevate();
  });

  it("to which no mail could be sent waits for another try", async () => {
    caught.mailResult = {
      kind: "retry",
      status: null,
      error: "the mail service answered E_RATE_LIMIT_EXCEEDED",
    };
    const { status, text } = await addAddress();
    expect([status, text]).toEqual([502, expect.stringContaining("E_RATE_LIMIT_EXCEEDED; try again")]);
    expect(text).toContain("Send the link again");
  });

  it.each([
    "maria",
    "maria@example.com, eve@example.com",
    "maria@example.com\r\nBcc: eve@example.com",
    "m@127.0.0.1",
  ])("is refused as %j", async (address) => {
    expect((await addAddress(address)).status).toBe(422);
    expect(caught.mails).toEqual([]);
  });
});

describe("the hours without notices", () => {
  const settings = async () =>
    rows("SELECT quiet_from, quiet_until, time_zone, paused_until FROM notice_settings");
  const quiet = async (
    now: Record<string, string>,
    was: object = { from: null, until: null, timeZone: "UTC" },
  ) => {
    const form = { was: JSON.stringify(was), from: "", until: "", timeZone: "UTC", ...now };
    const sent = await maria.submit("/notices/quiet", form);
    return [sent.status, sent.status === 303 ? "" : await sent.text()];
  };

  it("are set, changed and ended, each time from what the person saw", async () => {
    const night = { from: "22:00", until: "07:00", timeZone: "Europe/Vienna" };
    expect(await quiet(night)).toEqual([303, ""]);
    expect(await settings()).toMatchObject([
      { quiet_from: 1_320, quiet_until: 420, time_zone: "Europe/Vienna" },
    ]);
    expect(await page()).toContain("From 22:00 to 07:00 each day (Europe/Vienna)");
    expect(await quiet({ from: "20:00", until: "08:00" })).toEqual([
      409,
      expect.stringContaining("were changed meanwhile"),
    ]);
    const seen = { from: 1_320, until: 420, timeZone: "Europe/Vienna" };
    expect(await quiet({ timeZone: "Europe/Vienna" }, seen)).toEqual([303, ""]);
    expect(await settings()).toMatchObject([{ quiet_from: null, quiet_until: null }]);
  });

  it.each([
    ["one time only", { from: "22:00" }, "set both times, or neither"],
    ["the whole day", { from: "22:00", until: "22:00" }, "to hear nothing at all, pause"],
    ["a time that does not exist", { from: "25:00", until: "07:00" }, "must be a time"],
    [
      "a time zone that does not exist",
      { from: "22:00", until: "07:00", timeZone: "Mars/Base" },
      "no such time zone",
    ],
  ] as const)("are not %s", async (_name, now, text) => {
    expect(await quiet(now)).toEqual([422, expect.stringContaining(text)]);
  });

  it("can be a pause, which the page shows until it ends", async () => {
    const pause = async (until: string) => (await maria.submit("/notices/pause", { until })).status;
    expect(await pause("yesterday")).toBe(422);
    expect(await pause("hour")).toBe(303);
    expect(await page()).toContain("Your notices are paused until");
    expect((await maria.submit("/notices/resume", {})).status).toBe(303);
    expect(await page()).not.toContain("Your notices are paused until");
    expect(await settings()).toMatchObject([{ paused_until: null }]);
    const trail = await rows("SELECT act FROM trail WHERE act LIKE 'notices.%' ORDER BY id");
    expect(trail.map(({ act }) => act).slice(-2)).toEqual(["notices.paused", "notices.resumed"]);
  });
});

describe("what projects say", () => {
  it("is shown of those that have asked the person", async () => {
    expect(await page(eve)).toContain("No project has asked you yet.");
    await company.asked("eve");
    await rows("UPDATE projects SET notice_kinds = 'push email', reminder_percent = 75, hides_content = 1");
    const shown = await page(eve);
    expect(shown).toContain(
      "Uses Push, E-mail. Notices don’t say who asks for what. A reminder comes after 75 %",
    );
  });
});

const OF_EVE = "person_id = (SELECT id FROM people WHERE username = 'eve')";

describe("a person who is removed", () => {
  it("is forgotten, with addresses and hours", async () => {
    await added(eve);
    await eve.submit("/notices/pause", { until: "hour" });
    const { body } = await company.people("POST", "/api/people/eve/remove");
    await company.alex.decide(idOf(body.url));
    expect(await channels()).toEqual([]);
    expect(await rows(`SELECT 1 FROM channels WHERE ${OF_EVE} AND (address <> '' OR name <> '')`)).toEqual(
      [],
    );
    expect(await rows(`SELECT 1 FROM notice_settings WHERE ${OF_EVE}`)).toEqual([]);
  });
});
