import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PushSubscriptionData } from "../receivers/push-service.ts";
import type { WebhookKeys } from "../receivers/webhook-signature.ts";

// The whole product as a user starts it: its own process, on a free port, with its own state folder.

const READY_MAX_MILLISECONDS = 60_000;
const STOP_MAX_MILLISECONDS = 5_000;
const TAIL_CHARACTERS = 4_000;

/** The last line of the start. */
export interface Ready {
  readonly ready: true;
  readonly url: string;
  readonly apiKey: string;
  readonly peopleKey: string;
  readonly enrolUrl: string;
  readonly logOrigin: string;
  readonly logVkey: string;
}

export interface TenantNames {
  readonly name: string;
  readonly project: string;
  /** The API key's name: the requester, as the approver sees it. */
  readonly key: string;
  /** The address of a webhook that gets all events. */
  readonly webhook?: string;
  /** The device of its owner. */
  readonly device?: PushSubscriptionData;
}

/** A tenant whose owner, alex, has not enrolled yet. */
export interface TestTenant {
  readonly name: string;
  readonly apiKey: string;
  /** Of the test project Sandbox. */
  readonly testKey: string;
  readonly peopleKey: string;
  readonly auditKey: string;
  readonly manageKey: string;
  /** Has all scopes. */
  readonly fullKey: string;
  readonly enrolUrl: string;
  /** With which its webhook verifies; none without a webhook. */
  readonly webhookKeys: WebhookKeys;
}

export interface Product {
  readonly ready: Ready;
  readonly tenants: readonly TestTenant[];
  /** The state folder. */
  readonly state: string;
  /** The process group of the program and its runtime. */
  readonly group: number;
  /** The end of its error output since it was ready; empty if nothing went wrong. */
  readonly errorOutput: () => string;
  readonly stop: () => Promise<void>;
}

/** Another program takes the same arguments as `npm start`, and prints at least the URL. */
export async function startProduct(
  tenants: readonly TenantNames[] = [],
  program = "src/local/start.ts",
  more: readonly string[] = [],
): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  const port = await freePort();
  const created = createTenants(folder, `http://localhost:${port}`, tenants);
  const args = [program, "--port", String(port), "--state", folder, "--json", ...more];
  // Its own process group: the runtime is a child of this child, and must end with it.
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    await endGroup(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ready = await readyLine(child);
    let tail = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      tail = lastLines(tail + chunk.toString());
    });
    return { ready, tenants: created, state: folder, group: child.pid ?? 0, errorOutput: () => tail, stop };
  } catch (problem) {
    await stop();
    throw problem;
  }
}

/** The whole lines at the end of a text. */
function lastLines(text: string): string {
  if (text.length <= TAIL_CHARACTERS) return text;
  const tail = text.slice(-TAIL_CHARACTERS);
  return tail.slice(tail.indexOf("\n") + 1);
}

export function createTenants(
  folder: string,
  origin: string,
  tenants: readonly TenantNames[],
): readonly TestTenant[] {
  if (tenants.length === 0) return [];
  const names = tenants.flatMap(({ name, project, key, webhook = "", device }) => {
    return [name, project, key, webhook, device === undefined ? "" : JSON.stringify(device)];
  });
  const args = ["test/support/product/create-tenants.ts", folder, origin, ...names];
  const child = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (child.status !== 0)
    throw new Error(`no tenants were created:\n${child.stderr.slice(-TAIL_CHARACTERS)}`);
  return JSON.parse(child.stdout.trim().split("\n").at(-1) ?? "") as TestTenant[];
}

function readyLine(child: ChildProcess): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  let out = "";
  let tail = "";
  const failed = (why: string) => reject(new Error(`the product ${why}:\n${tail}`));
  const timer = setTimeout(() => failed("was not ready in time"), READY_MAX_MILLISECONDS);
  child.stderr?.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-TAIL_CHARACTERS);
  });
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    const line = out.split("\n").find((text) => text.startsWith('{"ready":true'));
    if (line?.endsWith("}") === true) resolve(JSON.parse(line) as Ready);
  });
  child.once("exit", (code) => failed(`ended with ${code}`));
  return promise.finally(() => clearTimeout(timer));
}

/** Ends a detached child and everything that it started. */
export async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const running = child.exitCode === null && child.signalCode === null;
  const ended = running ? once(child, "exit") : Promise.resolve();
  const timer = setTimeout(() => kill(pid, "SIGKILL"), STOP_MAX_MILLISECONDS);
  kill(pid, "SIGTERM");
  await ended;
  clearTimeout(timer);
  kill(pid, "SIGKILL");
}

/** Signals the whole group, which may have ended already. */
export function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // The group has ended.
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
