import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeCheckpoint } from "../../src/core/tlog/checkpoint.ts";
import { EMPTY_ROOT } from "../../src/core/tlog/merkle.ts";
import { encodeVkey } from "../../src/core/tlog/signed-note.ts";
import { DeployFailure } from "../../src/local/deploy/deploy-failure.ts";
import { runDeploySteps } from "../../src/local/deploy/deploy-steps.ts";
import { readDeployment } from "../../src/local/deploy/deployment-config.ts";
import type { WranglerAnswer } from "../../src/local/deploy/wrangler-process.ts";
import { noteSigner, signedNote } from "../support/log/note-signer.ts";

const SECRETS = ["LOG_SEED", "SEND_SEED", "VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY"];

// `npm run deploy` from the first step to the last, with the answers of wrangler 4.155.0 and of a deployment. Nothing
// leaves the machine.

const ORIGIN = "https://sign.acme.test";
const LOG = "sign.acme.test/log";
const folder = mkdtempSync(join(tmpdir(), "countersign-deploy-"));
const file = join(folder, "wrangler.toml");
const TOML = readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8");
const READY = TOML.replaceAll("sign.example.com", "sign.acme.test").replaceAll("@example.com", "@acme.test");
afterAll(() => rmSync(folder, { recursive: true }));

let vkey: string;
let otherVkey: string;
let checkpoint: string;
beforeAll(async () => {
  const signer = await noteSigner(LOG, "ed25519", 1);
  vkey = encodeVkey(signer.key);
  otherVkey = encodeVkey((await noteSigner(LOG, "ed25519", 2)).key);
  checkpoint = await signedNote(encodeCheckpoint({ origin: LOG, size: 0, root: EMPTY_ROOT }), signer);
});

const done = (out = ""): WranglerAnswer => ({ code: 0, out, err: "" });
const failed = (err: string): WranglerAnswer => ({
  code: 1,
  out: "",
  err: `\u001b[31m✘ [ERROR]\u001b[0m ${err}\n`,
});

/** What a Cloudflare account has, and how wrangler answers about it. */
function account(
  change: { secrets?: readonly string[]; databases?: readonly string[]; failing?: RegExp } = {},
) {
  const databases = [...(change.databases ?? [])];
  const buckets: string[] = [];
  const calls: string[] = [];
  const answer = (command: string, name: string): WranglerAnswer => {
    if (command === "whoami --json") return done('{"loggedIn":true,"accounts":[{"id":"a1","name":"Acme"}]}');
    if (command.startsWith("secret list"))
      return change.secrets === undefined
        ? failed('Worker "countersign" (env: production) not found.')
        : done(JSON.stringify(change.secrets.map((secret) => ({ name: secret, type: "secret_text" }))));
    if (command === "d1 list --json")
      return done(JSON.stringify(databases.map((one) => ({ uuid: `id-of-${one}`, name: one }))));
    if (command.startsWith("d1 create")) databases.push(name);
    if (command.startsWith("r2 bucket info") && !buckets.includes(command.split(" ")[3] ?? ""))
      return failed("The specified bucket does not exist. [code: 10006]");
    if (command.startsWith("r2 bucket create")) buckets.push(name);
    return done(command.startsWith("deploy") ? "Current Version ID: v1\n" : "");
  };
  return {
    calls,
    wrangler: async (args: readonly string[]) => {
      const command = args.join(" ");
      calls.push(command);
      return change.failing?.test(command) === true ? failed("no") : answer(command, args.at(-1) ?? "");
    },
  };
}

const HEADERS = {
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "content-security-policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** A deployment as it must be, with some paths that answer differently. */
function site(changed: Readonly<Record<string, () => Response>> = {}) {
  const paths: Readonly<Record<string, () => Response>> = {
    "/healthz": () => Response.json({ status: "ok" }),
    "/": () => new Response("<!doctype html>", { headers: HEADERS }),
    "/log/vkey": () => new Response(`${vkey}\n`),
    "/log/checkpoint": () => new Response(checkpoint),
    "/openapi.json": () => Response.json({ openapi: "3.1.1", servers: [{ url: ORIGIN }] }),
    "/api/confirmations": () => new Response("", { status: 401 }),
    ...changed,
  };
  return async (url: string) =>
    (paths[url.replace(ORIGIN, "")] ?? (() => new Response("", { status: 404 })))();
}

async function deploy(toml: string, { wrangler }: ReturnType<typeof account>, fetch = site()) {
  writeFileSync(file, toml);
  const printed: string[] = [];
  let slept = 0;
  const sleep = async (milliseconds: number) => (slept += milliseconds);
  const tools = { wrangler, fetch, sleep, print: (line: string) => printed.push(line) };
  const failure = await runDeploySteps(file, "production", tools).then(
    () => undefined,
    (problem: unknown) => problem as DeployFailure,
  );
  if (failure !== undefined) expect(failure).toBeInstanceOf(DeployFailure);
  return { failure, printed, slept, toml: readFileSync(file, "utf8") };
}

describe("npm run deploy", () => {
  it("creates what is missing, migrates, deploys and checks", async () => {
    const cloudflare = account({ secrets: SECRETS });
    const { failure, printed, toml } = await deploy(READY, cloudflare);
    expect(failure).toBeUndefined();
    expect(cloudflare.calls).toEqual([
      "whoami --json",
      "secret list --format json --env production",
      "d1 list --json",
      "d1 create countersign-production",
      "d1 create countersign-production-1",
      "d1 list --json",
      "r2 bucket info countersign-production-log --json",
      "r2 bucket create countersign-production-log",
      "d1 migrations apply DB --remote --env production",
      "d1 migrations apply DB_1 --remote --env production",
      "deploy --env production",
    ]);
    expect(printed.join("\n")).toContain(`log key: ${vkey}`);
    const { d1_databases: databases, vars } = readDeployment(file, "production");
    expect(databases.map((database) => database.database_id)).toEqual([
      "id-of-countersign-production",
      "id-of-countersign-production-1",
    ]);
    expect(vars["LOG_VKEY"]).toBe(vkey);
    // Only these three lines have changed, and nothing of another environment.
    const before = READY.split("\n");
    expect(toml.split("\n").filter((line) => !before.includes(line))).toHaveLength(3);

    const again = await deploy(
      toml,
      account({ secrets: SECRETS, databases: databases.map((one) => one.database_name) }),
    );
    expect([again.failure, again.toml]).toEqual([undefined, toml]);
  });

  it.each([
    ["no such environment", READY.replaceAll("env.production", "env.other"), 'with name "production"'],
    ["an example address", TOML, 'ORIGIN is still the example "https://sign.example.com"'],
    [
      "http",
      READY.replace('"https://sign.acme.test"', '"http://sign.acme.test"'),
      'ORIGIN is "http://sign.acme',
    ],
    [
      "another host name",
      READY.replace('pattern = "sign.', 'pattern = "www.'),
      "no route leads from sign.acme.test",
    ],
    ["an unknown shard", READY.replaceAll('"0 1"', '"0 2"'), 'OPEN_SHARDS names "2", which has no database'],
    [
      "a way to this machine",
      READY.replace('SIGNUP = "closed"', 'SIGNUP = "closed"\nOUTBOUND_TEST_ORIGINS = "http://127.0.0.1:1"'),
      "OUTBOUND_TEST_ORIGINS is set",
    ],
    [
      "no address of a sender",
      READY.replaceAll('EMAIL_FROM = ""', 'EMAIL_FROM = "Acme <a@acme.test>"'),
      'EMAIL_FROM is "Acme <a@acme.test>"',
    ],
    ["a demo that is neither on nor off", READY.replaceAll('DEMO = "on"', 'DEMO = "yes"'), 'DEMO is "yes"'],
    ["an unknown mode", READY.replaceAll('SIGNUP = "closed"', 'SIGNUP = "on"'), 'SIGNUP is "on"'],
  ])("calls nothing while wrangler.toml has %s", async (_name, toml, message) => {
    const cloudflare = account();
    const { failure } = await deploy(toml, cloudflare);
    expect([failure?.message, cloudflare.calls]).toEqual([expect.stringContaining(message), []]);
  });

  it.each([
    ["nobody is signed in", {}, { failing: /whoami/ }, "nobody is signed in", "npx wrangler login", 1],
    ["the Worker is new", {}, {}, "LOG_SEED is not set", "secret put LOG_SEED --env production <", 2],
    [
      "secrets for sending are missing",
      {},
      { secrets: ["LOG_SEED", "SEND_SEED"] },
      "the secrets VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY are not set",
      "wrangler secret bulk",
      2,
    ],
    [
      "a way to private addresses is open",
      {},
      { secrets: [...SECRETS, "OUTBOUND_TEST_ORIGINS"] },
      "OUTBOUND_TEST_ORIGINS is set as a secret",
      "secret delete OUTBOUND_TEST_ORIGINS --env production",
      2,
    ],
    [
      "the code is missing",
      { SIGNUP: "code" },
      { secrets: SECRETS },
      "SIGNUP_CODE is not set",
      "secret put",
      2,
    ],
    [
      "secrets can't be read",
      {},
      { failing: /secret/ },
      "secret list --format json --env production failed",
      "fix",
      2,
    ],
    [
      "a migration fails",
      {},
      { secrets: SECRETS, failing: /apply DB_1/ },
      "apply DB_1",
      "nothing was deployed",
      10,
    ],
  ])("stops when %s, and says what to do", async (_name, settings, state, message, next, calls) => {
    const cloudflare = account(state);
    const toml = "SIGNUP" in settings ? READY.replaceAll('"closed"', `"${settings.SIGNUP}"`) : READY;
    const { failure } = await deploy(toml, cloudflare);
    expect([failure?.message, failure?.next]).toEqual([
      expect.stringContaining(message),
      expect.stringContaining(next),
    ]);
    expect(cloudflare.calls).toHaveLength(calls);
    expect(failure?.message).not.toContain("\u001b");
  });

  it("never puts an empty database in the place of one that is gone", async () => {
    const name = 'database_name = "countersign-production"';
    const cloudflare = account({ secrets: SECRETS });
    const { failure } = await deploy(READY.replace(name, `${name}\ndatabase_id = "old"`), cloudflare);
    expect(failure?.message).toContain("has the id old; in this account it does not exist");
    expect(cloudflare.calls.filter((call) => call.startsWith("d1 create"))).toEqual([
      "d1 create countersign-production-1",
    ]);
  });

  it.each([
    ["/healthz", () => Response.json({}, { status: 503 }), "a database can't be written", "wrangler tail"],
    [
      "/",
      () => new Response(""),
      "has not the right strict-transport-security, content-security-policy",
      "rule",
    ],
    ["/log/checkpoint", () => new Response("?"), "the log's checkpoint or its key can't be read", "LOG_SEED"],
    ["/openapi.json", () => Response.json({}), "/openapi.json does not describe", "set ORIGIN"],
    [
      "/api/confirmations",
      () => new Response("[]"),
      "got the status 200 instead of 401",
      "wrangler rollback",
    ],
  ])("reports a deployment whose %s is wrong", async (path, answer, message, next) => {
    const toml = READY.replaceAll('LOG_VKEY = ""', `LOG_VKEY = "${vkey}"`);
    const { failure } = await deploy(toml, account({ secrets: SECRETS }), site({ [path]: answer }));
    expect([failure?.message, failure?.next]).toEqual([
      expect.stringContaining(message),
      expect.stringContaining(next),
    ]);
  });

  it("reports a log with another key than at the last deployment", async () => {
    const toml = READY.replaceAll('LOG_VKEY = ""', `LOG_VKEY = "${otherVkey}"`);
    const { failure } = await deploy(toml, account({ secrets: SECRETS }));
    expect(failure?.message).toContain(`is not signed by the key ${otherVkey}`);
    expect(failure?.next).toContain(`set LOG_VKEY to "${vkey}"`);
  });

  it("waits for a new host name, but not for ever", async () => {
    const unreachable = async () => {
      throw new TypeError("fetch failed");
    };
    const { failure, slept, printed } = await deploy(READY, account({ secrets: SECRETS }), unreachable);
    expect(printed.filter((line) => line.includes("waiting for https://sign.acme.test"))).toHaveLength(1);
    expect([failure?.message, slept]).toEqual([
      expect.stringContaining("did not answer 200 within 300"),
      300_000,
    ]);
  });
});
