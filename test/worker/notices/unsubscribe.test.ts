import { reset } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { newId } from "../../../src/app/runtime.ts";
import { unsubscribeLink } from "../../../src/core/notice/channel-links.ts";
import { rows } from "../support/database-rows.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// The link in a mail that ends it, as a person and as a mail program follow it: without a cookie, and from nowhere.

const platform = createPlatform(bindings);
let company: Company;
let channel: string;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
}, 60_000);
beforeEach(async () => {
  channel = newId(platform, "n");
  await rows(
    `INSERT INTO channels (tenant_id, id, person_id, kind, name, address, created_at, verified_at)
     SELECT tenant_id, ?1, id, 'email', '', ?1 || '@example.com', 0, 0 FROM people`,
    channel,
  );
});
afterAll(() => reset());

const link = (of = channel, ref = company.store.tenantId) =>
  unsubscribeLink(ORIGIN, platform.send.seed, ref, of);
const get = async (url = link()) => fetchWorker(url, {});
const post = async (url = link(), init: RequestInit = {}) => fetchWorker(url, { method: "POST", ...init });
const state = async () =>
  (await rows("SELECT ended_because, address <> '' AS kept FROM channels WHERE id = ?1", channel))[0];
const OPEN = { ended_because: null, kept: 1 };
const ENDED = { ended_because: "unsubscribed", kept: 1 };

describe("the link in a mail", () => {
  it("changes nothing by being opened, and shows nothing of the person", async () => {
    const answer = await get();
    const text = await answer.text();
    expect([answer.status, text]).toEqual([200, expect.stringContaining("Stop these mails?")]);
    for (const secret of ["alex", "Acme", "example.com", company.store.tenantId, channel])
      expect(text).not.toContain(secret);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(await state()).toEqual(OPEN);
  });

  it.each<[string, RequestInit]>([
    [
      "the button of its page",
      { body: "", headers: { "content-type": "application/x-www-form-urlencoded", origin: "null" } },
    ],
    ["a mail program", { body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) }],
    ["a mail program that sends a form with files", { body: oneClick() }],
  ])("ends the channel by %s, without a session, and says how to turn it on again", async (_name, init) => {
    const answer = await post(link(), init);
    const text = await answer.text();
    expect([answer.status, text]).toEqual([200, expect.stringContaining("You are unsubscribed")]);
    expect(text).toContain("To turn mails on again");
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await state()).toEqual(ENDED);
  });

  it("does so once, however often it is used, and leaves one entry without an address", async () => {
    for (const _time of [1, 2]) expect((await post()).status).toBe(200);
    expect(await (await get()).text()).toContain("You are unsubscribed");
    expect(
      await rows("SELECT act, actor_kind, subject_name FROM trail WHERE subject_id = ?1", channel),
    ).toEqual([{ act: "channel.unsubscribed", actor_kind: "service", subject_name: "E-mail" }]);
  });

  it("is in the list of what has ended, until its owner forgets it", async () => {
    await post();
    const { alex } = company;
    expect(await (await alex.get("/notices")).text()).toContain("Ended by the link in a mail");
    await alex.elevate();
    await alex.submit(`/notices/channels/${channel}/remove`, {});
    expect(await state()).toMatchObject({ kept: 0 });
  });
});

describe("any other link", () => {
  const others = (): readonly string[] => [
    link().replace(/.{3}$/, "AAA"),
    link(newId(platform, "n")),
    link(channel, "00000000"),
    link().slice(0, -1),
    `${ORIGIN}/unsubscribe/x`,
  ];

  it("gets one calm answer that says nothing, and ends nothing", async () => {
    const answers = [];
    for (const url of others())
      for (const answer of [await get(url), await post(url)])
        answers.push([answer.status, await answer.text()]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toEqual([404, expect.stringContaining("This link does not work")]);
    expect(await state()).toEqual(OPEN);
  });
});

function oneClick(): FormData {
  const form = new FormData();
  form.set("List-Unsubscribe", "One-Click");
  return form;
}
