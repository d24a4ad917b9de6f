import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DecidingPerson } from "../docs/running/deciding-person.ts";
import { backend } from "../support/browser-client.ts";
import { countersign, type CliResult } from "../support/product/cli-program.ts";
import { startProduct, type Product } from "../support/product/product.ts";

// `countersign policy`: groups, policies and rules as code, on a running product. The owner alex signs what it asks for.

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "countersign-policy-"));
const FILE = join(folder, "countersign-policies.json");
let product: Product;
let alex: DecidingPerson;
beforeAll(async () => {
  product = await startProduct();
  const { url, enrolUrl, peopleKey } = product.ready;
  alex = await DecidingPerson.enrol(url, enrolUrl);
  writeFileSync(join(folder, "key"), `${peopleKey}\n`);
}, 120_000);
afterAll(async () => {
  await product.stop();
  rmSync(folder, { recursive: true });
});

const run = async (...words: readonly string[]): Promise<CliResult> =>
  countersign(folder, ["policy", ...words, "--url", product.ready.url, "--key-file", "key"]);
const write = (content: unknown) => writeFileSync(FILE, JSON.stringify(content));
const read = (): unknown => JSON.parse(readFileSync(FILE, "utf8"));

const ALL = {
  groups: { finance: { members: ["alex"] } },
  policies: { "finance-signs": { needs: [{ count: 1, from: { group: "finance" } }], rejection: "first" } },
  rules: { rules: [{ name: "Large", when: "number(payload.amount) > 10000", policies: ["finance-signs"] }] },
};

describe("policies as code", () => {
  it("are pulled into a file", async () => {
    expect(await run("pull")).toMatchObject({ code: 0, err: "" });
    expect(read()).toEqual({ groups: {}, policies: {}, rules: null });
    expect((await run("plan")).code).toBe(0);
    expect(await run("push")).toMatchObject({
      code: 0,
      out: "The service has exactly this. There is nothing to change.\n",
    });
  });

  it("are planned, and asked for in several rounds of signatures", async () => {
    const api = backend(fetch, product.ready.url, product.ready.apiKey);
    await api("POST", "/api/confirmations", { username: "alex", action: "Pay", payload: { amount: 20_000 } });
    write(ALL);
    const planned = await run("plan");
    expect([planned.code, planned.err]).toEqual([3, ""]);
    expect(planned.out).toContain("+ group finance\n    alex\n+ policy finance-signs\n    One of finance\n");
    expect(planned.out).toContain("there is no group “finance”; create it first");
    expect(planned.out).toContain('+ "Large": number(payload.amount) > 10000 → finance-signs');
    expect(planned.out).toContain("1 of the last 1 requests would have fallen elsewhere:");
    expect(planned.out).toContain("Pay: named-person → finance-signs");
    expect(planned.out).toContain("3 changes.");

    const first = await run("push");
    expect(first.code).toBe(3);
    expect(first.out).toContain("Asked for 1 change.");
    expect(first.out).toContain("2 changes must wait for them: push again after that.");
    const [address = ""] = /http\S+\/approve\/c_\w+/.exec(first.out) ?? [];
    // Asked again, it is the same request.
    expect((await run("push")).out).toContain(address);
    await alex.decideAll();
    expect((await run("push")).out).toContain("1 change must wait");
    await alex.decideAll();
    const last = await run("push");
    expect([last.code, last.out.includes("must wait")]).toEqual([3, false]);
    await alex.decideAll();
    expect(await run("push")).toMatchObject({ code: 0 });
    await run("pull");
    expect(read()).toEqual({
      groups: ALL.groups,
      policies: { "finance-signs": { needs: [{ group: "finance" }] } },
      rules: {
        rules: [{ name: "Large", when: "number(payload.amount) > 10000", policies: "finance-signs" }],
        otherwise: "named-person",
      },
    });
  });

  it("leave what the file does not mention as it is", async () => {
    write({ policies: ALL.policies });
    expect((await run("plan")).code).toBe(0);
    write({ rules: { rules: [], otherwise: "named-person" } });
    const { code, out } = await run("plan");
    expect([code, out]).toEqual([3, expect.stringContaining('~ the rules\n    - "Large"')]);
  });

  it("are planned with a warning of a lax rule that leaving something out leads to", async () => {
    const rules = [{ name: "Small", when: "number(payload.amount) <= 100", policies: "named-person" }];
    write({
      policies: { two: { needs: [{ count: 2, from: { role: "owner" } }] } },
      rules: { rules, otherwise: "two" },
    });
    const { err, out } = await run("plan");
    expect(out + err).toContain("warning: A request also falls under the rule “Small”");
  });

  it("are removed last, and the rules before what they name", async () => {
    write({ groups: {}, policies: {}, rules: null });
    for (const left of [2, 1, 0]) {
      const pushed = await run("push");
      expect(pushed.code).toBe(3);
      expect(pushed.out.includes(`${left} change`)).toBe(left > 0);
      await alex.decideAll();
    }
    expect((await run("push")).code).toBe(0);
  });

  it.each<[what: string, content: unknown, code: number, words: string]>([
    ["a misspelt field", { polices: {} }, 2, 'has no field "polices"'],
    ["a policy without needs", { policies: { a: {} } }, 2, "policies “a” at /needs: is required"],
    [
      "an expression that is none",
      { rules: { rules: [{ name: "a", when: "1 +", policies: "a" }] } },
      2,
      "rules at /rules/0/when",
    ],
    ["a name of another form", { groups: { Finance: { members: ["alex"] } } }, 2, "at /name"],
    ["an unknown person", { groups: { a: { members: ["eve"] } } }, 1, "refused: there is nobody “eve”"],
    [
      "a policy that nobody could meet",
      { policies: { a: { needs: [{ count: 2, from: { role: "owner" } }] } } },
      1,
      "refused: needs two of the owners",
    ],
  ])("with %s are not pushed", async (_what, content, code, words) => {
    write(content);
    const pushed = await run("push");
    expect([pushed.code, pushed.out + pushed.err]).toEqual([code, expect.stringContaining(words)]);
  });

  it.each<[what: string, words: readonly string[], message: string]>([
    ["no subcommand", [], 'use "policy pull"'],
    ["an unknown one", ["apply"], 'use "policy pull"'],
    ["no address", ["plan"], "COUNTERSIGN_URL"],
    ["no key", ["plan", "--url", "http://localhost:9"], "COUNTERSIGN_KEY"],
    ["two files", ["plan", "a", "b"], "at most one file"],
    [
      "a service that is not there",
      ["pull", "--url", "http://localhost:9", "--key-file", "key"],
      "can't reach",
    ],
    [
      "no file",
      ["plan", "none.json", "--url", "http://localhost:9", "--key-file", "key"],
      "can't read none.json",
    ],
  ])("can't run with %s", async (_what, words, message) => {
    const { code, err } = await countersign(folder, ["policy", ...words]);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it("need a key with the scope people", async () => {
    const { url, apiKey } = product.ready;
    writeFileSync(join(folder, "other-key"), apiKey);
    const { code, err } = await countersign(folder, [
      "policy",
      "pull",
      "--url",
      url,
      "--key-file",
      "other-key",
    ]);
    expect([code, err]).toEqual([2, expect.stringContaining("forbidden_scope")]);
  });
});
