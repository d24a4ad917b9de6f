import { readFileSync, writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { checkSettings } from "./check-settings.ts";
import { DeployFailure } from "./deploy-failure.ts";
import { readDeployment, type DatabaseConfig, type DeploymentConfig } from "./deployment-config.ts";
import { withDatabaseId, withSetting } from "./edit-wrangler-toml.ts";
import { smokeTest, type SmokeTools } from "./smoke-test.ts";
import type { RunWrangler, WranglerAnswer } from "./wrangler-process.ts";

// What `npm run deploy` does, step by step. Each step can be repeated: it finds what an earlier run has made.

export interface DeployTools extends SmokeTools {
  readonly wrangler: RunWrangler;
}

interface Deployment {
  readonly file: string;
  readonly environment: string;
  readonly tools: DeployTools;
}

/** The config is read again before each step, because a step may have changed the file. */
type Step = (deployment: Deployment, config: DeploymentConfig) => Promise<readonly string[]>;

const STEPS: readonly Step[] = [
  async ({ environment }, config) => {
    checkSettings(config, environment);
    return [`settings: ${config.name} at ${config.vars["ORIGIN"]}, sign-up ${config.vars["SIGNUP"]}`];
  },
  checkAccount,
  checkSecrets,
  createDatabases,
  createBucket,
  migrateDatabases,
  upload,
  checkDeployed,
];

/** Stops at the first step that fails, with a DeployFailure. */
export async function runDeploySteps(file: string, environment: string, tools: DeployTools): Promise<void> {
  for (const step of STEPS) {
    const lines = await step({ file, environment, tools }, readOrFail(file, environment));
    for (const line of lines) tools.print(`  ${line}`);
  }
}

function readOrFail(file: string, environment: string): DeploymentConfig {
  try {
    return readDeployment(file, environment);
  } catch (problem) {
    const message = problem instanceof Error ? problem.message : String(problem);
    throw new DeployFailure(message, "correct wrangler.toml, or name another environment with --env");
  }
}

/** The output, or a failure with wrangler's own words. */
async function succeed(
  { tools }: Deployment,
  args: readonly string[],
  next = "fix it, then deploy again",
): Promise<string> {
  const answer = await tools.wrangler(args);
  if (answer.code !== 0)
    throw new DeployFailure(`wrangler ${args.join(" ")} failed:\n${wordsOf(answer)}`, next);
  return answer.out;
}

function wordsOf({ out, err }: WranglerAnswer): string {
  return stripVTControlCharacters(err.trim() === "" ? out : err).trim();
}

async function checkAccount(deployment: Deployment, config: DeploymentConfig): Promise<readonly string[]> {
  const answer = await deployment.tools.wrangler(["whoami", "--json"]);
  const signIn = "sign in with `npx wrangler login`, or set CLOUDFLARE_API_TOKEN";
  if (answer.code !== 0) throw new DeployFailure("nobody is signed in to Cloudflare", signIn);
  const { accounts } = JSON.parse(answer.out) as {
    readonly accounts: readonly { id: string; name: string }[];
  };
  const wanted = config.account_id ?? process.env["CLOUDFLARE_ACCOUNT_ID"];
  const [account, ...others] = accounts.filter(({ id }) => wanted === undefined || id === wanted);
  if (account === undefined) throw new DeployFailure("this sign-in has no such account", signIn);
  if (others.length > 0)
    throw new DeployFailure(
      `this sign-in has several accounts: ${accounts.map(({ id, name }) => `${name} (${id})`).join(", ")}`,
      "choose one: set account_id at the top of wrangler.toml, or CLOUDFLARE_ACCOUNT_ID",
    );
  return [`account: ${account.name}`];
}

/** It opens a way to private addresses. */
const TEST_SETTING = "OUTBOUND_TEST_ORIGINS";

/** What is sent is signed with them: webhooks, links in mails, web push. */
const SENDING_SECRETS = ["SEND_SEED", "VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY"];

async function checkSecrets(deployment: Deployment, config: DeploymentConfig): Promise<readonly string[]> {
  const { environment, tools } = deployment;
  const names = await secretNames(deployment);
  const put = "npx wrangler secret put";
  if (!names.includes("LOG_SEED"))
    throw new DeployFailure(
      "the secret LOG_SEED is not set",
      `make a seed, keep a copy where nobody else reads it, and set it:
    openssl rand -hex 32 > ~/countersign-log-seed
    ${put} LOG_SEED --env ${environment} < ~/countersign-log-seed
  Without the seed this log ends: nobody can continue it.`,
    );
  const missing = SENDING_SECRETS.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new DeployFailure(
      `the secrets ${missing.join(", ")} are not set`,
      `make them, and set them; with other ones later, webhooks have other secrets and no browser takes a notice:
    node src/local/deploy/new-secrets.mjs > ~/countersign-secrets.json
    npx wrangler secret bulk ~/countersign-secrets.json --env ${environment}
  Keep a copy where nobody else reads it.`,
    );
  if (config.vars["SIGNUP"] === "code" && !names.includes("SIGNUP_CODE"))
    throw new DeployFailure(
      "SIGNUP is code, and the secret SIGNUP_CODE is not set",
      `set it: ${put} SIGNUP_CODE --env ${environment}`,
    );
  if (names.includes(TEST_SETTING))
    throw new DeployFailure(
      `${TEST_SETTING} is set as a secret; it is for tests on one machine`,
      `remove it: npx wrangler secret delete ${TEST_SETTING} --env ${environment}`,
    );
  for (const name of ["LOG_SEED_NEXT", "LOG_RESTORE", "MOVE_TENANT"].filter((one) => names.includes(one)))
    tools.print(`  note: the secret ${name} is set; remove it once its work is done`);
  return ["secrets: all set"];
}

/** A Worker that was never deployed and has no secret does not exist. */
async function secretNames(deployment: Deployment): Promise<readonly string[]> {
  const args = ["secret", "list", "--format", "json", "--env", deployment.environment];
  const answer = await deployment.tools.wrangler(args);
  if (answer.code !== 0 && /\bnot found\b/.test(wordsOf(answer))) return [];
  if (answer.code !== 0)
    throw new DeployFailure(
      `wrangler ${args.join(" ")} failed:\n${wordsOf(answer)}`,
      "fix it, then deploy again",
    );
  return (JSON.parse(answer.out) as readonly { name: string }[]).map(({ name }) => name);
}

interface KnownDatabase {
  readonly uuid: string;
  readonly name: string;
}

async function createDatabases(deployment: Deployment, config: DeploymentConfig): Promise<readonly string[]> {
  const list = async () =>
    JSON.parse(await succeed(deployment, ["d1", "list", "--json"])) as readonly KnownDatabase[];
  const before = await list();
  // One that has an id was created before. If it is gone, an empty one must not take its place.
  const missing = config.d1_databases.filter(
    ({ database_name: wanted, database_id: id }) =>
      id === undefined && before.every(({ name }) => name !== wanted),
  );
  for (const { database_name: name } of missing) await succeed(deployment, ["d1", "create", name]);
  const after = missing.length === 0 ? before : await list();
  return config.d1_databases.map((database) => {
    const isNew = setDatabaseId(deployment, database, after);
    const { database_name: name } = database;
    const what = missing.includes(database) ? "created" : "found";
    return `database: ${name}, ${what}${isNew ? "; its id is in wrangler.toml now, commit it" : ""}`;
  });
}

/** Returns whether it was added to wrangler.toml. */
function setDatabaseId(
  { file, environment }: Deployment,
  { database_name: name, database_id: id }: DatabaseConfig,
  known: readonly KnownDatabase[],
): boolean {
  const uuid = known.find((database) => database.name === name)?.uuid;
  if (id !== undefined && id === uuid) return false;
  if (id !== undefined)
    throw new DeployFailure(
      `wrangler.toml says that the database ${name} has the id ${id}; in this account ${uuid === undefined ? "it does not exist" : `it is ${uuid}`}`,
      "check the account; if the database is lost, restore its data into a new one first, then set the new id",
    );
  if (uuid === undefined)
    throw new DeployFailure(`the database ${name} was created, and is not in the list`, "deploy again");
  const changed = withDatabaseId(readFileSync(file, "utf8"), environment, name, uuid);
  if (changed === undefined)
    throw new DeployFailure(
      `wrangler.toml has no line database_name = "${name}" in [[env.${environment}.d1_databases]]`,
      `add this line to that table:\n    database_id = "${uuid}"`,
    );
  writeFileSync(file, changed);
  return true;
}

async function createBucket(deployment: Deployment, config: DeploymentConfig): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { bucket_name: bucket } of config.r2_buckets) {
    const args = ["r2", "bucket", "info", bucket, "--json"];
    const answer = await deployment.tools.wrangler(args);
    const isMissing = answer.code !== 0 && answer.err.includes("does not exist");
    if (answer.code !== 0 && !isMissing)
      throw new DeployFailure(
        `wrangler ${args.join(" ")} failed:\n${wordsOf(answer)}`,
        "if R2 is off in this account, turn it on in the dashboard; then deploy again",
      );
    if (isMissing) await succeed(deployment, ["r2", "bucket", "create", bucket]);
    lines.push(`bucket: ${bucket}, ${isMissing ? "created" : "found"}`);
  }
  return lines;
}

/** Before the code that needs them. A migration only adds, so the running version works with it. */
async function migrateDatabases(
  deployment: Deployment,
  config: DeploymentConfig,
): Promise<readonly string[]> {
  for (const { binding } of config.d1_databases)
    await succeed(
      deployment,
      ["d1", "migrations", "apply", binding, "--remote", "--env", deployment.environment],
      "nothing was deployed; the migrations before this one are applied. Fix it, then deploy again",
    );
  return [`migrations: applied to ${config.d1_databases.length} databases`];
}

async function upload(deployment: Deployment): Promise<readonly string[]> {
  const out = await succeed(deployment, ["deploy", "--env", deployment.environment]);
  const version = /Current Version ID: (\S+)/.exec(out)?.[1];
  return [`deployed${version === undefined ? "" : `: version ${version}`}`];
}

async function checkDeployed(deployment: Deployment, { vars }: DeploymentConfig): Promise<readonly string[]> {
  const { file, environment, tools } = deployment;
  const origin = vars["ORIGIN"] ?? "";
  const known = vars["LOG_VKEY"] ?? "";
  const vkey = await smokeTest(tools, { origin, logOrigin: vars["LOG_ORIGIN"] ?? "", logVkey: known });
  if (known === "") {
    const changed = withSetting(readFileSync(file, "utf8"), environment, "LOG_VKEY", { from: "", to: vkey });
    if (changed !== undefined) writeFileSync(file, changed);
    const how = changed === undefined ? "set LOG_VKEY in wrangler.toml to it" : "it is in wrangler.toml now";
    tools.print(`  log key: ${vkey}\n    ${how}, so that the next deployment checks it; commit it`);
  }
  return [`checked ${origin}: health, headers, the log's signature, the API`];
}
