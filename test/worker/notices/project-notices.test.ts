import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { newId } from "../../../src/app/runtime.ts";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import { backend, type BrowserClient } from "../../support/browser-client.ts";
import { catchMessages, type CaughtMessages } from "./caught-messages.ts";
import { rows } from "../support/database-rows.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// What a project says of the notices of its requests, and its chat rooms, in the console and over REST.

let company: Company;
let dora: BrowserClient;
let caught: CaughtMessages;
let path: string;
let project: string;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  dora = await company.enrolled("dora", "developer");
  caught = await catchMessages(company);
  project = String((await rows("SELECT id FROM projects"))[0]?.["id"]);
  path = `/console/projects/${project}`;
  await company.alex.elevate();
}, 60_000);
afterAll(() => reset());

const FIRST = {
  kinds: ["push", "email", "slack", "teams", "chat"],
  hidesContent: false,
  reminderPercent: 50,
};
const stored = async () =>
  (
    await rows("SELECT notice_kinds, hides_content, reminder_percent FROM projects WHERE id = ?1", project)
  )[0];
const page = async (by = company.alex) => (await by.get(path)).text();
const save = async (fields: readonly (readonly [string, string])[], was: object) =>
  company.alex.submit(`${path}/notices`, [["was", JSON.stringify(was)], ...fields]);
const trail = async (act: string) =>
  (await rows("SELECT detail FROM trail WHERE act = ?1 ORDER BY id", act)).map(({ detail }) =>
    JSON.parse(String(detail)),
  );

describe("the rules of a project", () => {
  it("are changed from what the person saw, with an entry that has both values", async () => {
    const sent = await save(
      [
        ["kinds", "email"],
        ["kinds", "push"],
        ["hides", "yes"],
        ["reminder", "75"],
      ],
      FIRST,
    );
    expect([sent.status, sent.headers.get("location")]).toEqual([303, path]);
    expect(await stored()).toEqual({ notice_kinds: "push email", hides_content: 1, reminder_percent: 75 });
    const late = await save([["reminder", "0"]], FIRST);
    expect([late.status, await late.text()]).toEqual([409, expect.stringContaining("meanwhile")]);
    expect(await trail("project.notices")).toEqual([
      {
        channels: "push email slack teams chat → push email",
        "leaves out who asks for what": "no → yes",
        "reminds after": "50 % → 75 %",
      },
    ]);
    expect(await page()).toContain("Uses Push, E-mail. Notices don’t say who asks for what.");
  });

  it.each([
    [
      "a kind that does not exist",
      [
        ["kinds", "sms"],
        ["reminder", "50"],
      ],
    ],
    ["a reminder after the end", [["reminder", "96"]]],
    ["no reminder field", []],
  ] as const)("are refused with %s", async (_name, fields) => {
    const seen = { kinds: ["push", "email"], hidesContent: true, reminderPercent: 75 };
    expect((await save(fields, seen)).status).toBe(422);
  });

  it("can be changed one by one over REST, and are in the answers about projects", async () => {
    const { store } = company;
    const key = await newKey(createPlatform(bindings), store, project, "CI", ["manage"]);
    const api = backend(fetchWorker, ORIGIN, key);
    const changed = await api("POST", `/api/projects/${project}/notices`, { kinds: [] });
    expect([changed.status, changed.body.notices]).toEqual([
      200,
      { kinds: [], hidesContent: true, reminderPercent: 75 },
    ]);
    const { body } = await api("GET", "/api/projects");
    expect(body.data[0].notices).toEqual(changed.body.notices);
    const wrong = await api("POST", `/api/projects/${project}/notices`, { reminderPercent: 96 });
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([422, "/reminderPercent"]);
    expect(await page()).toContain("Uses no channel but those that are set to always.");
  });
});

describe("a chat room of a project", () => {
  const hook = () => ({
    id: newId(createPlatform(bindings), "n"),
    kind: "slack",
    name: "Deploys",
    url: "https://hooks.slack.com/services/T0/B0/s3cret",
  });

  it("is added for good, tested and removed", async () => {
    const form = hook();
    const sent = await company.alex.submit(`${path}/hooks`, form);
    expect([sent.status, sent.headers.get("location")]).toEqual([303, path]);
    expect(await rows("SELECT kind, use, verified_at IS NOT NULL AS used FROM channels")).toEqual([
      { kind: "slack", use: "always", used: 1 },
    ]);
    const shown = await page();
    expect(shown).toContain("Slack · hooks.slack.com");
    expect(shown).not.toContain("s3cret");
    const again = await company.alex.submit(`${path}/hooks`, { ...hook(), name: "Twice" });
    expect([again.status, await again.text()]).toEqual([409, expect.stringContaining("already a channel")]);

    const tested = await company.alex.submit(`${path}/hooks/${form.id}/test`, {});
    expect(tested.headers.get("location")).toBe(`${path}?tested=${form.id}`);
    expect(caught.posts).toMatchObject([{ url: form.url }]);
    await company.alex.submit(`${path}/hooks/${form.id}/remove`, {});
    expect(await rows("SELECT address, ended_because FROM channels")).toEqual([
      { address: "", ended_because: "removed" },
    ]);
    for (const act of ["channel.added", "channel.removed"]) expect(await trail(act)).toEqual([{ project }]);
  });

  it("is shown to developers, who can't change it", async () => {
    await company.alex.submit(`${path}/hooks`, hook());
    const shown = await page(dora);
    expect(shown).toContain("hooks.slack.com");
    expect(shown).not.toContain(`${path}/hooks`);
  });

  it("is not added to an archived project", async () => {
    await company.alex.submit(`${path}/archive`, { confirm: "yes" });
    const sent = await company.alex.submit(`${path}/hooks`, {
      ...hook(),
      url: "https://hooks.slack.com/other",
    });
    expect([sent.status, await sent.text()]).toEqual([409, expect.stringContaining("is archived")]);
  });
});
