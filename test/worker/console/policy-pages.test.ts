import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BrowserClient } from "../../support/browser-client.ts";
import { insertRow, rows } from "../support/database-rows.ts";
import { sign } from "../policies/support/signed-versions.ts";
import { freshPlatform, idOf, newCompany, type Company } from "../support/worker-fixture.ts";

// Groups, policies and rules in the console: forms ask for new versions, and people sign them.

let company: Company;
let bo: BrowserClient;
let cy: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  bo = await company.enrolled("bo");
  cy = await company.enrolled("cy", "developer");
  await company.alex.elevate();
}, 90_000);
afterAll(() => reset());

const text = async (answer: Response | Promise<Response>) =>
  (await (await answer).text())
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll(/\s+/g, " ");
const location = (answer: Response) => answer.headers.get("location") ?? "";
const idOfPerson = async (username: string) =>
  String((await rows("SELECT id FROM people WHERE username = ?1", username))[0]?.["id"]);
/** The version that the form on this page began with. */
const replacesOn = async (path: string) => {
  const page = await (await company.alex.get(path)).text();
  return /name="replaces" value="([^"]*)"/.exec(page)?.[1] ?? "";
};

type Fields = Record<string, string>;
const send = async (path: string, fields: Fields, by = company.alex) =>
  by.submit(path, { replaces: await replacesOn(path), ...fields });
/** Asks for it, and signs it. */
const put = async (path: string, fields: Fields) => {
  const asked = await send(path, { do: "ask", ...fields });
  expect([asked.status, location(asked)]).toEqual([303, expect.stringMatching(/^\/approve\/c_/)]);
  expect((await company.alex.decide(idOf(location(asked)))).body.status).toBe("approved");
};

const PAIR: Fields = {
  "/stages/0/name": "",
  "/stages/0/needs/0/count": "2",
  "/stages/0/needs/0/from": "group:finance",
  "/minimum": "",
  "/rejection": "first",
  "/expiresInSeconds": "",
  "/executeWithinSeconds": "",
};

describe("a group", () => {
  it("without people, or with a name that none can have, is shown again with the problem beside the field", async () => {
    const empty = await send("/console/new-group", { "/name": "finance" });
    expect(empty.status).toBe(422);
    const page = await empty.text();
    expect(page).toContain('id="/members-fault"');
    expect(page).toContain('value="finance"');
    const wrong = await send("/console/new-group", {
      "/name": "Finance Team",
      "/members": await idOfPerson("bo"),
    });
    expect(wrong.status).toBe(422);
    expect(await text(wrong)).toContain("must be 1 to 64 of a-z, 0-9 and hyphen");
  });

  it("is in force once it is signed, and the list says since when and which entry of the log", async () => {
    await put("/console/new-group", { "/name": "finance", "/members": await idOfPerson("bo") });
    expect(await text(company.alex.get("/console/policies"))).toMatch(
      /finance In no policy bo In force since .*, entry \d+ of the log/,
    );
  });

  it("that waits for a signature is listed with who asked, and for those who can sign with the way there", async () => {
    const people = { "/members": await idOfPerson("alex") };
    const asked = await send("/console/new-group", { "/name": "board", ...people });
    const page = await text(company.alex.get("/console/policies"));
    expect(page).toContain("Create the group board Asked by alex");
    expect(page).toContain("Read and sign");
    expect(await text(cy.get("/console/policies"))).not.toContain("Read and sign");
    await company.alex.decide(idOf(location(asked)), { vote: "reject", reason: "No" });
  });

  it("that somebody else has changed meanwhile is not changed again", async () => {
    const people = { "/members": await idOfPerson("alex") };
    const late = await company.alex.submit("/console/groups/finance", {
      replaces: "0".repeat(64),
      ...people,
    });
    expect(late.status).toBe(409);
    expect(await text(late)).toContain("“finance” was changed meanwhile");
    const again = await company.alex.submit("/console/new-group", {
      replaces: "",
      "/name": "finance",
      ...people,
    });
    expect(again.status).toBe(409);
    expect(await text(again)).toContain("is the name of a group that is there already");
  });
});

describe("a policy", () => {
  it("starts from a template, and buttons add and remove stages and needs without asking for anything", async () => {
    const page = await (await cy.get("/console/new-policy?from=two-groups")).text();
    expect(page).toContain('name="/stages/0/needs/1/count"');
    const more = await (await send("/console/new-policy", { ...PAIR, do: "add-stage" }, cy)).text();
    expect(more).toContain('name="/stages/1/needs/0/count"');
    expect(more).toMatch(/value="group:finance" checked/);
    const need = await (await send("/console/new-policy", { ...PAIR, do: "add-stage-need 0" }, cy)).text();
    expect(need).toContain('name="/stages/0/needs/1/count"');
    const step = await (await send("/console/new-policy", { ...PAIR, do: "add-escalation" }, cy)).text();
    expect(step).toContain('name="/escalations/0/afterSeconds"');
    expect(await rows("SELECT id FROM confirmations WHERE type = 'policy.changed'")).toEqual([]);
  });

  it("is shown in one sentence, with what nobody could meet", async () => {
    const shown = await text(send("/console/new-policy", { ...PAIR, do: "show", "/name": "pay" }, cy));
    expect(shown).toContain("Two of finance");
    expect(shown).toContain("eeds two of finance, but only 1 of 2 places can be filled");
  });

  it("that nobody could meet is refused, with the problem beside its field and what was typed", async () => {
    const refused = await send("/console/new-policy", { ...PAIR, do: "ask", "/name": "pay" });
    expect(refused.status).toBe(409);
    const page = await refused.text();
    expect(page).toContain("only 1 of 2 places can be filled");
    expect(page).toContain('value="pay"');
    const span = await send("/console/new-policy", {
      ...PAIR,
      do: "ask",
      "/name": "pay",
      "/expiresInSeconds": "soon",
    });
    expect(await span.text()).toMatch(/id="\/expiresInSeconds-fault"[^>]*>\s*must be a time such as 30 min/);
  });

  it("is in force once it is signed, and the form has its values again", async () => {
    const fields = {
      ...PAIR,
      "/name": "pay",
      "/stages/0/needs/0/count": "1",
      "/expiresInSeconds": "4 hours",
    };
    await put("/console/new-policy", fields);
    const page = await text(company.alex.get("/console/policies"));
    expect(page).toContain("pay Not in the rules One of finance; open for at most 4 hours.");
    const form = await (await company.alex.get("/console/policies/pay/edit")).text();
    expect(form).toContain('value="4 hours"');
    expect(form).toMatch(/value="group:finance" checked/);
  });

  it("keeps a group from being removed while it names it", async () => {
    const sent = await company.alex.submit("/console/groups/finance/remove", {
      replaces: await replacesOn("/console/groups/finance"),
      confirm: "yes",
    });
    expect(sent.status).toBe(409);
    expect(await text(sent)).toContain("he policy “pay” names the group “finance”");
  });
});

describe("rules", () => {
  const RULES: Fields = {
    "/rules/0/name": "Large",
    "/rules/0/when": "payload.amount > 10000.0",
    "/rules/0/policies": "pay",
    "/otherwise": "named-person",
    "/action": "",
    "/payload": "{}",
  };

  it("move up and down, and go, by buttons", async () => {
    const two = { ...RULES, "/rules/1/name": "Small", "/rules/1/when": "true", "/rules/1/policies": "pay" };
    const moved = await (await send("/console/rules", { ...two, do: "rule-up 1" }, cy)).text();
    expect(moved.indexOf('value="Small"')).toBeLessThan(moved.indexOf('value="Large"'));
    const left = await (await send("/console/rules", { ...two, do: "remove-rule 0" }, cy)).text();
    expect(left).not.toContain('value="Large"');
  });

  it("are tried on a request before they are asked for", async () => {
    const tried = await text(
      send("/console/rules", {
        ...RULES,
        do: "try",
        "/action": "Pay",
        "/payload": '{"amount": 10001}',
      }),
    );
    expect(tried).toContain("It would be asked Rule Large Policy pay Who must sign One of finance");
    const missing = await text(send("/console/rules", { ...RULES, do: "try", "/action": "Pay" }));
    expect(missing).toContain("could not be judged on this request, so it counts as matched");
    const large = await text(
      send("/console/rules", {
        ...RULES,
        do: "try",
        "/action": "Pay",
        "/rules/0/when": "payload.list.exists(i, i.a || i.b)",
        "/payload": JSON.stringify({ list: Array.from({ length: 4_000 }, () => 1) }),
      }),
    );
    expect(large).toContain("It would be refused");
    expect(large).toContain("too large for the organisation's rules");
    expect(large).toContain("Nobody can say: judging them ended at Large");
  });

  it("say what is wrong with a condition beside its field", async () => {
    const shown = await send("/console/rules", {
      ...RULES,
      do: "review",
      "/rules/0/when": "payload.amount >",
    });
    expect(await shown.text()).toContain('id="/rules/0/when-fault"');
  });

  it("are asked for after a look at which of the last requests would have fallen elsewhere", async () => {
    await company.asked("bo", { action: "Pay Acme", payload: { amount: 20_000 } });
    await company.asked("bo", { action: "Pay Ajax", payload: { amount: 20 } });
    const unseen = await send("/console/rules", { ...RULES, do: "ask" });
    expect(unseen.status).toBe(422);
    const review = await (await send("/console/rules", { ...RULES, do: "review" })).text();
    expect(await text(new Response(review))).toMatch(
      /1 of the last \d+ requests would have fallen elsewhere/,
    );
    expect(review).toContain("Pay Acme");
    expect(review).not.toContain("Pay Ajax");
    const reviewed = /name="reviewed" value="([^"]*)"/.exec(review)?.[1] ?? "";
    await put("/console/rules", { ...RULES, reviewed });
    const page = await text(company.alex.get("/console/policies"));
    expect(page).toContain("Large If payload.amount &gt; 10000.0 → pay");
    expect(page).toContain("Every other request → the person whom the request names");
  });

  it("are asked for after a warning of a lax rule that leaving something out leads to", async () => {
    await sign(company, { policies: { both: { needs: ["alex", "bo"] } } });
    const lax = { ...RULES, "/rules/0/when": "payload.amount <= 100.0", "/otherwise": "both" };
    expect(await text(send("/console/rules", { ...lax, do: "review" }))).toContain(
      "Then 1 person is enough, where every other request takes 2.",
    );
    expect(await text(send("/console/rules", { ...RULES, do: "review" }))).not.toContain("is enough");
  });

  it("in force are tried on a page of their own, which refuses what is no JSON", async () => {
    const tried = await text(
      cy.submit("/console/try", {
        do: "try",
        "/action": "Pay",
        "/payload": '{"amount": 1}',
        "/username": "bo",
      }),
    );
    expect(tried).toContain("None of them, so: every other request");
    const wrong = await (
      await cy.submit("/console/try", { do: "try", "/action": "Pay", "/payload": "{" })
    ).text();
    expect(wrong).toContain('id="/payload-fault"');
  });

  it("keep a policy from being removed while they name it, and are removed by a signature", async () => {
    const remove = async (path: string, page: string) =>
      company.alex.submit(path, { replaces: await replacesOn(page), confirm: "yes" });
    const used = await remove("/console/policies/pay/remove", "/console/policies/pay/edit");
    expect(used.status).toBe(409);
    expect(await text(used)).toContain("he rules name the policy “pay”");
    const asked = await remove("/console/rules/remove", "/console/rules");
    await company.alex.decide(idOf(location(asked)));
    expect(await text(company.alex.get("/console/policies"))).toContain("There are no rules.");
  });
});

describe("a policy’s page", () => {
  it("says whether it can be met now, and in plain words what is missing", async () => {
    const page = await text(cy.get("/console/policies/pay"));
    expect(page).toContain("Only if people look by themselves: too few can be reached now.");
    expect(page).toContain("One of finance must sign; nobody can be reached now.");
    expect(page).toMatch(/bo 1 passkey, no notices: sees requests only in the inbox/);
    expect(page).not.toContain("Send a test request");
  });

  it("counts the channels of people, a pause, and only the passkeys that the policy takes", async () => {
    const person = await idOfPerson("bo");
    const tenant = company.store.tenantId;
    const page = async () => text(cy.get("/console/policies/pay"));
    await insertRow(tenant, "channels", {
      id: "n_bo",
      person_id: person,
      kind: "email",
      name: "",
      address: "bo@example.com",
      created_at: 1,
      verified_at: 1,
    });
    const reached = await page();
    expect(reached).toContain("Yes. Enough people can sign, and hear of a request at once.");
    expect(reached).toContain("bo 1 passkey, 1 channel");
    const later = Date.now() + 3_600_000;
    await insertRow(tenant, "notice_settings", { person_id: person, time_zone: "UTC", paused_until: later });
    const paused = await page();
    expect(paused).toContain("too few can be reached now");
    expect(paused).toContain("bo 1 passkey, 1 channel, wants no notices until");
    const [passkey] = await rows("SELECT backup_eligible FROM credentials WHERE person_id = ?1", person);
    const setEligible = (value: number) =>
      rows("UPDATE credentials SET backup_eligible = ?2 WHERE person_id = ?1", person, value);
    await setEligible(1);
    await put("/console/policies/pay/edit", {
      ...PAIR,
      "/stages/0/needs/0/count": "1",
      "/authenticator": "device-bound",
    });
    const synced = await page();
    expect(synced).toContain("No. Too few people can sign.");
    expect(synced).toContain("One of finance must sign; nobody can, for want of passkeys.");
    await setEligible(Number(passkey?.["backup_eligible"]));
  });

  it("says who can’t be the one to ask, because too few others would be left", async () => {
    await put("/console/policies/pay/edit", {
      ...PAIR,
      "/stages/0/needs/0/count": "1",
      "/excludeRequester": "yes",
    });
    expect(await text(cy.get("/console/policies/pay"))).toContain(
      "If bo asks, too few others are left to sign.",
    );
  });

  it("sends a test request to everybody in it, once for each form, and says who has answered", async () => {
    const page = await (await company.alex.get("/console/policies/pay")).text();
    const id = /name="id" value="([^"]*)"/.exec(page)?.[1] ?? "";
    for (let times = 0; times < 2; times++) {
      const sent = await company.alex.submit("/console/policies/pay/drill", { id });
      expect([sent.status, location(sent)]).toEqual([303, "/console/policies/pay#drill"]);
    }
    const before = await text(company.alex.get("/console/policies/pay"));
    expect(before).toContain("0 of 1 have answered");
    expect(before).toContain("bo has not answered yet");
    const [request] = await rows("SELECT id, project_mode FROM confirmations WHERE policy_name = 'pay'");
    expect(request).toMatchObject({ project_mode: "test" });
    await bo.decide(String(request?.["id"]));
    expect(await text(company.alex.get("/console/policies/pay"))).toContain("1 of 1 have answered");
    expect(
      await rows("SELECT actor_name, subject_name FROM trail WHERE act = 'policy.drilled'"),
    ).toMatchObject([{ actor_name: "alex", subject_name: "pay" }]);
  });
});
