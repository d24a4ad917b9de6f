import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The whole product as a user starts it: a program of its own, on a free port, with a folder of its own.

const READY_MAX_MILLISECONDS = 60_000;
const STOP_MAX_MILLISECONDS = 5_000;
const TAIL_CHARACTERS = 4_000;

/** What the start says in its last line. */
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
  /** Who asks, as the approver reads it. */
  readonly key: string;
}

/** Its owner is alex, who has not enrolled yet. */
export interface TestTenant {
  readonly name: string;
  readonly apiKey: string;
  readonly peopleKey: string;
  readonly enrolUrl: string;
}

export interface Product {
  readonly ready: Ready;
  readonly tenants: readonly TestTenant[];
  /** The process group of the program and its runtime. */
  readonly group: number;
  /** The end of what it complained of since it was ready: nothing, if all is well. */
  readonly complaints: () => string;
  readonly stop: () => Promise<void>;
}

export async function startProduct(tenants: readonly TenantNames[] = []): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  const port = await freePort();
  const made = makeTenants(folder, `http://localhost:${port}`, tenants);
  const words = ["src/local/start.ts", "--port", String(port), "--state", folder, "--json"];
  // A group of its own: the runtime is a child of this child, and must not outlive it.
  const child = spawn(process.execPath, words, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    await endGroup(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ready = await readyLine(child);
    let tail = "";
    child.stderr?.on("data", (words: Buffer) => {
      tail = (tail + words.toString()).slice(-TAIL_CHARACTERS);
    });
    return { ready, tenants: made, group: child.pid ?? 0, complaints: () => tail, stop };
  } catch (problem) {
    await stop();
    throw problem;
  }
}

export function makeTenants(
  folder: string,
  origin: string,
  tenants: readonly TenantNames[],
): readonly TestTenant[] {
  if (tenants.length === 0) return [];
  const names = tenants.flatMap(({ name, project, key }) => [name, project, key]);
  const words = ["test/support/product/create-tenants.ts", folder, origin, ...names];
  const made = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`no tenants were made:\n${made.stderr.slice(-TAIL_CHARACTERS)}`);
  return JSON.parse(made.stdout.trim().split("\n").at(-1) ?? "") as TestTenant[];
}

function readyLine(child: ChildProcess): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  let out = "";
  let tail = "";
  const failed = (why: string) => reject(new Error(`the product ${why}:\n${tail}`));
  const timer = setTimeout(() => failed("was not ready in time"), READY_MAX_MILLISECONDS);
  child.stderr?.on("data", (words: Buffer) => {
    tail = (tail + words.toString()).slice(-TAIL_CHARACTERS);
  });
  child.stdout?.on("data", (words: Buffer) => {
    out += words.toString();
    const line = out.split("\n").find((text) => text.startsWith('{"ready":true'));
    if (line?.endsWith("}") === true) resolve(JSON.parse(line) as Ready);
  });
  child.once("exit", (code) => failed(`ended with ${code}`));
  return promise.finally(() => clearTimeout(timer));
}

/** A child that was started detached, and all that it started. */
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

/** The whole group; it may be gone already. */
export function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // Nobody is left.
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
