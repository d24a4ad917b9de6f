import { API_KEY_RANDOM_BYTES, makeApiKey } from "../../core/confirmation/api-key.ts";
import { parseCheckpoint } from "../../core/tlog/checkpoint.ts";
import { parseNote, parseVkey, verifyNote } from "../../core/tlog/signed-note.ts";
import { DeployFailure } from "./deploy-failure.ts";

// What must be true of every deployment that people can reach. Each check is one call.

/** The first certificate of a host name takes the platform some minutes. */
const FIRST_ANSWER_SECONDS = 300;
const RETRY_SECONDS = 5;
const CALL_SECONDS = 20;
const UNKNOWN_REF = "00000000";

const PAGE_HEADERS: Readonly<Record<string, RegExp>> = {
  "strict-transport-security": /^max-age=[1-9]\d{6,}/,
  "content-security-policy": /default-src 'none'.*frame-ancestors 'none'/,
  "x-content-type-options": /^nosniff$/,
  "referrer-policy": /^no-referrer$/,
  "cache-control": /no-store/,
};

export interface SmokeTools {
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly print: (line: string) => void;
}

export interface Deployed {
  readonly origin: string;
  readonly logOrigin: string;
  /** Empty if this is the first deployment of the log. */
  readonly logVkey: string;
}

/** Raises at the first check that fails. Returns the log's key. */
export async function smokeTest(tools: SmokeTools, deployed: Deployed): Promise<string> {
  const { origin, logOrigin, logVkey } = deployed;
  await checkHealth(tools, origin);
  await checkHeaders(tools, origin);
  const vkey = await checkLog(tools, origin, logOrigin, logVkey);
  await checkApi(tools, origin);
  return vkey;
}

/** Repeats until there is an answer, because a new host name has no certificate yet. */
async function checkHealth(tools: SmokeTools, origin: string): Promise<void> {
  for (let waited = 0; ; waited += RETRY_SECONDS) {
    const answer = await call(tools, `${origin}/healthz`).catch((problem: unknown) => problem);
    if (answer instanceof Response && answer.status === 200) return;
    if (answer instanceof Response && answer.status === 503)
      throw new DeployFailure(
        "/healthz says that a database can't be written",
        "read the reason in the Worker's log: npx wrangler tail",
      );
    if (waited >= FIRST_ANSWER_SECONDS) {
      const got = answer instanceof Response ? `the status ${answer.status}` : String(answer);
      throw new DeployFailure(
        `${origin}/healthz did not answer 200 within ${FIRST_ANSWER_SECONDS} seconds, but ${got}`,
        "look at the Worker's domains in the Cloudflare dashboard; the zone must be in the same account",
      );
    }
    if (waited === 0) tools.print(`  waiting for ${origin}; a new host name takes some minutes`);
    await tools.sleep(RETRY_SECONDS * 1_000);
  }
}

async function checkHeaders(tools: SmokeTools, origin: string): Promise<void> {
  const { headers } = await call(tools, `${origin}/`);
  const wrong = Object.entries(PAGE_HEADERS).filter(
    ([name, expected]) => !expected.test(headers.get(name) ?? ""),
  );
  if (wrong.length > 0)
    throw new DeployFailure(
      `the page at ${origin}/ has not the right ${wrong.map(([name]) => name).join(", ")}`,
      "look for a rule of the zone that changes headers, and remove it",
    );
}

async function checkLog(
  tools: SmokeTools,
  origin: string,
  logOrigin: string,
  expected: string,
): Promise<string> {
  const served = (await (await call(tools, `${origin}/log/vkey`)).text()).trim();
  const vkey = expected === "" ? served : expected;
  const note = parseNote(await (await call(tools, `${origin}/log/checkpoint`)).text());
  const key = parseVkey(vkey);
  const failed = (why: string) =>
    new DeployFailure(
      `the log's checkpoint ${why}`,
      expected === ""
        ? "read the Worker's log: npx wrangler tail"
        : `if you have changed the log's key, set LOG_VKEY to "${served}"; if not, LOG_SEED is another log's: set the right one before anybody signs`,
    );
  if (!key.ok || !note.ok) throw failed("or its key can't be read");
  const verified = await verifyNote(note.value, [key.value]);
  if (!verified.ok) throw failed(`is not signed by the key ${vkey}`);
  const checkpoint = parseCheckpoint(note.value.text);
  if (!checkpoint.ok || checkpoint.value.origin !== logOrigin || key.value.name !== logOrigin)
    throw failed(`is not of the log ${logOrigin}`);
  return vkey;
}

async function checkApi(tools: SmokeTools, origin: string): Promise<void> {
  const document = (await (await call(tools, `${origin}/openapi.json`)).json()) as {
    readonly servers?: readonly { readonly url: string }[];
  };
  if (document.servers?.[0]?.url !== origin)
    throw new DeployFailure(
      `/openapi.json does not describe ${origin}`,
      "set ORIGIN to the address that people use, and deploy again",
    );
  // Well-formed, so that the organisation is looked for in the database.
  const key = makeApiKey("live", UNKNOWN_REF, crypto.getRandomValues(new Uint8Array(API_KEY_RANDOM_BYTES)));
  const refused = await call(tools, `${origin}/api/confirmations`, { headers: { "x-api-key": key } });
  if (refused.status !== 401)
    throw new DeployFailure(
      `a call with an unknown API key got the status ${refused.status} instead of 401`,
      "roll back with `npx wrangler rollback`, and read the Worker's log",
    );
}

async function call({ fetch }: SmokeTools, url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(CALL_SECONDS * 1_000) });
}
