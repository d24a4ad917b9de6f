import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATOR, trailEntryOf } from "../../../src/app/acts/trail-entry.ts";
import { insertKeyIf } from "../../../src/store/project/project-keys.ts";
import { BrowserClient } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import {
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// People in the console: what an admin sees and can do, and what happens to those who are removed.

let platform: Awaited<ReturnType<typeof freshPlatform>>;
let company: Company;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  await company.alex.elevate();
}, 60_000);
afterAll(() => reset());

const text = async (answer: Response | Promise<Response>) =>
  (await (await answer).text())
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll(/\s+/g, " ");
const personId = async (username: string) =>
  String((await rows("SELECT id FROM people WHERE username = ?1", username))[0]?.["id"]);
const pathOf = async (username: string) => `/console/people/${await personId(username)}`;
/** What the forms on a person's page carry. */
const wasOn = async (client: BrowserClient, path: string) => {
  const page = await (await client.get(path)).text();
  return (/name="was" value="([^"]*)"/.exec(page)?.[1] ?? "").replaceAll("&quot;", '"');
};
/** Sends a form of a person's page, as it is shown now. */
const send = async (username: string, form: string, more: Record<string, string> = {}, by = company.alex) => {
  const path = await pathOf(username);
  return by.submit(`${path}/${form}`, { was: await wasOn(by, path), ...more });
};
const location = (answer: Response) => answer.headers.get("location") ?? "";
const linkIn = async (answer: Response) => /http:\/\/[^<]*\/enrol#[^<]*/.exec(await answer.text())?.[0] ?? "";
const browser = () => BrowserClient.create(fetchWorker, ORIGIN);
const trailOf = async (act: string) =>
  rows("SELECT actor_name, subject_name, detail FROM trail WHERE act = ?1 ORDER BY id", act);

describe("an invitation", () => {
  it("shows its link once, and is shown with its sender and state", async () => {
    const sent = await company.alex.submit("/console/people", { username: "maria", role: "approver" });
    expect(sent.status).toBe(200);
    const link = await linkIn(sent);
    expect(link).toContain("/enrol#");
    const list = await text(company.alex.get("/console/people"));
    expect(list).toContain(
      "maria approver Invited, and has no passkey yet The link can be used; sent by alex",
    );
    for (const path of ["/console/people", await pathOf("maria")])
      expect(await (await company.alex.get(path)).text()).not.toContain("/enrol#");
    expect(await trailOf("person.invited")).toMatchObject([
      { actor_name: "alex", subject_name: "maria", detail: '{"role":"approver"}' },
    ]);
  });

  it("that is sent twice makes one person and one link, and says so", async () => {
    const again = await company.alex.submit("/console/people", { username: "maria", role: "approver" });
    expect(again.status).toBe(409);
    expect(await text(again)).toContain("aria is invited already, and the link was shown once");
    expect(
      await rows(
        "SELECT count(*) AS n FROM enrolments e JOIN people p ON p.id = e.person_id WHERE p.username = 'maria'",
      ),
    ).toEqual([{ n: 1 }]);
  });

  it.each([
    ["upper case", "Maria"],
    ["a hyphen first", "-maria"],
    ["markup", "<b>maria</b>"],
    ["an invisible character", "mari\u200Ba"],
    ["another script", "mаria"],
    ["33 characters", "m".repeat(33)],
    ["nothing", ""],
  ])("with a user name of %s is refused with the rule", async (_name, username) => {
    const sent = await company.alex.submit("/console/people", { username, role: "approver" });
    expect(sent.status).toBe(422);
    expect(await text(sent)).toMatch(/must be 1 to 32 of a-z, 0-9, dot, underscore and hyphen/);
  });

  it("can be replaced by a new link with another role, and the earlier one says so", async () => {
    const first = await linkIn(await send("maria", "link", { username: "maria", role: "auditor" }));
    const second = await linkIn(await send("maria", "link", { username: "maria", role: "developer" }));
    const client = await browser();
    expect((await client.enrol(first)).body).toMatchObject({ code: "enrolment_superseded" });
    expect(await rows("SELECT role FROM people WHERE username = 'maria'")).toEqual([{ role: "developer" }]);
    const revoked = await send("maria", "invitation/revoke");
    expect([revoked.status, location(revoked)]).toEqual([303, await pathOf("maria")]);
    expect((await client.enrol(second)).body).toMatchObject({
      code: "enrolment_revoked",
      detail: "this link was withdrawn; if you still need access, ask the person who sent it for a new one",
    });
    expect(await text(company.alex.get(await pathOf("maria")))).toContain("The link was revoked");
    expect((await trailOf("invitation.revoked")).length).toBe(1);
    const twice = await send("maria", "invitation/revoke");
    expect(twice.status).toBe(404);
  });

  it("that another admin has replaced meanwhile tells the second admin so", async () => {
    const path = await pathOf("maria");
    const was = await wasOn(company.alex, path);
    await send("maria", "link", { username: "maria", role: "approver" });
    const late = await company.alex.submit(`${path}/link`, { was, username: "maria", role: "auditor" });
    expect(late.status).toBe(409);
    expect(await text(late)).toContain(
      "omething about maria has changed meanwhile: the role is approver; there is a link that can be used; a newer link was made",
    );
  });

  it("to a person who has left nothing signed ends at once with the person, who can be invited again", async () => {
    const link = await linkIn(await send("maria", "link", { username: "maria", role: "approver" }));
    const removed = await send("maria", "remove");
    expect([removed.status, location(removed)]).toEqual([303, await pathOf("maria")]);
    expect((await (await browser()).enrol(link)).body.code).toBe("enrolment_revoked");
    expect(await text(company.alex.get("/console/people"))).not.toContain("maria");
    expect(await text(company.alex.get("/console/people?removed=true"))).toContain("maria");
    expect((await trailOf("person.removed")).length).toBe(1);
    const back = await company.alex.submit("/console/people", { username: "maria", role: "approver" });
    expect(back.status).toBe(200);
    expect(await text(company.alex.get("/console/people"))).toContain("maria");
  });
});

describe("a person with a passkey", () => {
  let cy: BrowserClient;
  beforeAll(async () => {
    cy = await company.enrolled("cy", "developer");
  });

  it("is shown with the passkey, its fingerprint, and the record that made it count", async () => {
    const page = await text(company.alex.get(await pathOf("cy")));
    expect(page).toMatch(/Phone Counts [0-9a-f ]{19} Created .*; trusted .* by record \d+/);
    expect(page).toContain("The link was used");
  });

  it("gets another role by a signature, to which the form leads", async () => {
    const asked = await send("cy", "role", { role: "approver" });
    expect([asked.status, location(asked)]).toEqual([303, expect.stringMatching(/^\/approve\/c_/)]);
    const page = await text(company.alex.get(await pathOf("cy")));
    expect(page).toContain("Make cy (developer) approver");
    expect(page).toContain("Can be signed by alex");
    await company.alex.decide(idOf(location(asked)));
    expect(await text(company.alex.get(await pathOf("cy")))).toContain("Role approver");
    for (const act of ["change.requested", "change.approved"])
      expect((await trailOf(act)).at(-1)).toMatchObject({
        actor_name: "alex",
        subject_name: "Make cy (developer) approver",
        detail: '{"change":"role.changed"}',
      });
  });

  it("keeps the role if an admin rejects the change, and the audit trail says so", async () => {
    const asked = await send("cy", "role", { role: "auditor" });
    await company.alex.decide(idOf(location(asked)), { vote: "reject", reason: "No" });
    expect((await trailOf("change.rejected")).at(-1)).toMatchObject({ actor_name: "alex" });
    expect(await rows("SELECT role FROM people WHERE username = 'cy'")).toEqual([{ role: "approver" }]);
  });

  it("tells the second of two admins which change the first one has asked for", async () => {
    const path = await pathOf("cy");
    const was = await wasOn(company.alex, path);
    const asked = await send("cy", "role", { role: "auditor" });
    const late = await company.alex.submit(`${path}/remove`, { was });
    expect(late.status).toBe(409);
    expect(await text(late)).toContain("alex has asked for a change: Make cy (approver) auditor");
    await company.alex.decide(idOf(location(asked)), { vote: "reject", reason: "No" });
  });

  it("loses a passkey once a manager has signed that, and its sessions with it", async () => {
    const dan = await company.enrolled("dan");
    const asked = await send("dan", "passkey/revoke", { passkey: dan.passkey.credential.id });
    expect((await dan.get("/inbox/items")).status).toBe(200);
    await company.alex.decide(idOf(location(asked)));
    expect((await dan.get("/inbox/items")).status).toBe(401);
    expect(await text(company.alex.get(await pathOf("dan")))).toContain("Has no passkey and no link");
  });

  it("becomes an admin by an owner's signature: an admin who asks for it reads who can sign", async () => {
    const bo = await company.enrolled("bo", "admin");
    await bo.elevate();
    const asked = await send("cy", "role", { role: "admin" }, bo);
    expect([asked.status, location(asked)]).toEqual([303, await pathOf("cy")]);
    const page = await text(bo.get(await pathOf("cy")));
    expect(page).toContain("Asked by bo");
    expect(page).toContain("Can be signed by alex");
    expect(page).not.toContain("Read and sign");
    const [request] = await rows("SELECT id FROM confirmations WHERE action LIKE 'Make cy % admin'");
    await company.alex.decide(String(request?.["id"]), { vote: "reject", reason: "No" });
  });

  it("is removed by a signature, with passkeys, sessions, links and own keys; the history stays", async () => {
    const id = await personId("cy");
    const request = await company.asked("cy");
    await rows(
      "INSERT INTO api_keys (tenant_id, id, hash, redacted, name, project_id, scopes, person_id, created_at) SELECT tenant_id, 'k_cy', 'h', '', 'Of cy', project_id, scopes, ?1, 1 FROM api_keys LIMIT 1",
      id,
    );
    await send("cy", "recovery");
    const waiting = await send("cy", "role", { role: "auditor" });
    const asked = await send("cy", "remove");
    expect(location(asked)).toMatch(/^\/approve\/c_/);
    expect((await cy.get("/inbox/items")).status).toBe(200);
    expect((await company.alex.decide(idOf(location(asked)))).body.status).toBe("approved");
    expect((await cy.get("/inbox/items")).status).toBe(401);
    expect((await cy.signIn()).body.code).toBe("unknown_credential");
    expect(
      await rows(
        "SELECT count(*) AS n FROM enrolments WHERE person_id = ?1 AND voided_at IS NULL AND used_at IS NULL",
        id,
      ),
    ).toEqual([{ n: 0 }]);
    expect(await rows("SELECT revoked_at IS NULL AS works FROM api_keys WHERE id = 'k_cy'")).toEqual([
      { works: 0 },
    ]);
    expect(await rows("SELECT status FROM confirmations WHERE id = ?1", idOf(location(waiting)))).toEqual([
      { status: "cancelled" },
    ]);
    expect(await rows("SELECT status FROM confirmations WHERE id = ?1", request)).toEqual([
      { status: "pending" },
    ]);
    const page = await text(company.alex.get(await pathOf("cy")));
    expect(page).toContain("State Removed from the organisation");
    expect(page).not.toContain("Ask for");
  });

  it("who was removed creates no key that was on its way", async () => {
    const [project] = await rows("SELECT project_id FROM api_keys WHERE id = 'k_cy'");
    const late = {
      id: "k_late",
      hash: "late",
      redacted: "",
      name: "Late",
      projectId: String(project?.["project_id"]),
      scopes: "confirmations:create",
      personId: await personId("cy"),
      agent: false,
      createdAt: Date.now(),
      expiresAt: null,
      waiting: false,
      replaces: null,
    };
    const entry = () => trailEntryOf(platform, OPERATOR, { act: "key.created" });
    await insertKeyIf(company.store, late, 100, entry());
    expect(await rows("SELECT id FROM api_keys WHERE id = 'k_late'")).toEqual([]);
    await insertKeyIf(company.store, { ...late, personId: await personId("alex") }, 100, entry());
    expect(await rows("SELECT id FROM api_keys WHERE id = 'k_late'")).toEqual([{ id: "k_late" }]);
  });

  it("who was removed is asked no more, and neither the person nor the name comes back", async () => {
    const ask = await company.api("POST", "/api/confirmations", {
      username: "cy",
      action: "Deploy",
      payload: { a: 1 },
    });
    expect([ask.status, ask.body.code]).toEqual([422, "unknown_approver"]);
    const invited = await company.people("POST", "/api/invites", { username: "cy", role: "approver" });
    expect([invited.status, invited.body.code]).toEqual([409, "person_removed"]);
    const recovery = await company.people("POST", "/api/recoveries", { username: "cy" });
    expect([recovery.status, recovery.body.code]).toEqual([409, "person_removed"]);
    expect((await company.people("GET", "/api/people")).body.data).not.toContainEqual(
      expect.objectContaining({ username: "cy" }),
    );
  });
});

describe("the only owner", () => {
  it("is neither removed nor given another role, and the page says what to do first", async () => {
    const page = await text(company.alex.get(await pathOf("alex")));
    const why = "alex is the only owner with an active passkey; make somebody else an owner first";
    expect(page).toContain(`This person can’t be removed: ${why}`);
    for (const [form, more] of [
      ["remove", {}],
      ["role", { role: "admin" }],
      ["passkey/revoke", { passkey: company.alex.passkey.credential.id }],
    ] as const) {
      const sent = await company.alex.submit(`${await pathOf("alex")}/${form}`, {
        was: JSON.stringify({ role: "owner", state: "active", link: await linkOf("alex"), pending: [] }),
        ...more,
      });
      expect(sent.status).toBe(409);
      expect(await text(sent)).toContain("alex is the only owner with an active passkey");
    }
  });

  const linkOf = async (username: string) =>
    (
      await rows(
        "SELECT max(e.id) AS id FROM enrolments e JOIN people p ON p.id = e.person_id WHERE p.username = ?1",
        username,
      )
    )[0]?.["id"];
});

describe("an organisation on the plan Free", () => {
  it("has two members and any number of approvers", async () => {
    const free = await newCompany(platform, "Free");
    await rows("UPDATE tenants SET plan = 'free' WHERE id = ?1", free.store.tenantId);
    const invite = (username: string, role: string) =>
      free.people("POST", "/api/invites", { username, role });
    expect((await invite("a", "approver")).status).toBe(201);
    expect((await invite("b", "developer")).status).toBe(201);
    const full = await invite("c", "auditor");
    expect([full.status, full.body.code]).toEqual([409, "plan_limit"]);
    expect(full.body.detail).toContain("choose the role approver, which is free");
    // An approver who is invited again as a member needs a place, too; a member who is, keeps it.
    expect((await invite("a", "developer")).body.code).toBe("plan_limit");
    expect((await invite("b", "auditor")).status).toBe(201);
    // Of two role changes for one place only the first is signed.
    await free.people("POST", "/api/people/b/remove");
    await free.enrolled("x");
    await free.enrolled("y");
    const role = (username: string) => free.people("POST", "/api/roles", { username, role: "developer" });
    const [x, y] = [await role("x"), await role("y")];
    expect((await free.alex.decide(idOf(x.body.url))).status).toBe(200);
    const late = await free.alex.decide(idOf(y.body.url));
    expect([late.status, late.body.code]).toEqual([409, "plan_limit"]);
  });
});

describe("over REST", () => {
  it("people are listed, read by id or name, and removed", async () => {
    const { people } = company;
    await people("POST", "/api/invites", { username: "zoe", role: "auditor" });
    const list = await people("GET", "/api/people?after=y");
    expect(list.body).toMatchObject({
      data: [
        { username: "zoe", state: "invited", invitation: { sentBy: { kind: "key", name: "People key" } } },
      ],
      next: null,
    });
    const byName = await people("GET", "/api/people/zoe");
    expect(byName.body).toEqual((await people("GET", `/api/people/${byName.body.id}`)).body);
    expect((await people("POST", "/api/people/zoe/invitation/revoke")).body).toEqual({ revoked: true });
    expect((await people("POST", "/api/people/zoe/remove")).body).toEqual({ removed: true, url: null });
    expect((await people("GET", "/api/people/zoe")).body).toMatchObject({ state: "removed" });
    const again = await people("POST", "/api/people/zoe/remove");
    expect([again.status, again.body.code]).toEqual([409, "person_removed"]);
    expect((await people("GET", "/api/people?removed=true")).body.data).toContainEqual(
      expect.objectContaining({ username: "zoe" }),
    );
  });
});
