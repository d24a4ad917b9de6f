import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  freePort,
  kill,
  createTenants,
  type TenantNames,
  type TestTenant,
} from "../support/product/product.ts";

// A server that is killed and restarted, always with the same port and state folder.

const READY_MAX_MILLISECONDS = 30_000;
const DOWN_POLL_MILLISECONDS = 5;
/** As many as wrangler.toml has. */
const SHARDS = 2;
const STDERR_MAX_CHARACTERS = 8_000;

export type KillTarget = "everything" | "workerd only";

export class KillableServer {
  readonly folder: string;
  readonly port: number;
  readonly origin: string;
  readonly tenants: readonly TestTenant[];
  /** To which it may send. */
  readonly #receivers: readonly string[];
  /** The time from the message to serve until the first answer, for each start. */
  readonly startMilliseconds: number[] = [];
  #child: ChildProcess | undefined;
  /** Started in advance, and waiting for the message to serve. */
  #next: ChildProcess | undefined;
  #workerd: readonly number[] = [];
  #stopped = false;
  /** The end of what all processes wrote to stderr. */
  stderr = "";

  constructor(folder: string, port: number, tenants: readonly TestTenant[], receivers: readonly string[]) {
    this.folder = folder;
    this.port = port;
    this.origin = `http://localhost:${port}`;
    this.tenants = tenants;
    this.#receivers = receivers;
  }

  /** It may send to these receivers. */
  static async create(
    tenantNames: readonly TenantNames[],
    receivers: readonly string[],
  ): Promise<KillableServer> {
    const folder = mkdtempSync(join(tmpdir(), "countersign-chaos-"));
    const port = await freePort();
    const tenants = createTenants(folder, `http://localhost:${port}`, tenantNames);
    return new KillableServer(folder, port, tenants, receivers);
  }

  async start(): Promise<void> {
    if (this.#stopped) throw new Error("the server was stopped for good");
    const child = this.#next ?? this.#spawn();
    this.#child = child;
    const before = performance.now();
    child.send("serve");
    await this.#message("ready");
    const answer = await fetch(`${this.origin}/healthz`);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`/healthz answers ${answer.status} after a start`);
    this.startMilliseconds.push(performance.now() - before);
    this.#workerd = childrenOf(child.pid ?? 0);
    if (this.#workerd.length === 0) throw new Error("no workerd process was found");
    this.#next = this.#spawn();
  }

  #spawn(): ChildProcess {
    // Its own process group, so that workerd is killed together with the Node that drives it.
    const args = ["test/chaos/chaos-runtime.ts", this.folder, String(this.port), ...this.#receivers];
    const child = spawn(process.execPath, args, {
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.on("data", (text: Buffer) => {
      this.stderr = (this.stderr + text.toString()).slice(-STDERR_MAX_CHARACTERS);
    });
    return child;
  }

  /** Sends SIGKILL. Resolves when the port is free again. */
  async kill(target: KillTarget): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const running = child.exitCode === null && child.signalCode === null;
    const exited = running ? once(child, "exit") : Promise.resolve();
    if (target === "workerd only") {
      for (const pid of this.#workerd) process.kill(pid, "SIGKILL");
      await this.#portIsFree();
    }
    kill(child.pid, "SIGKILL");
    await exited;
    await this.#portIsFree();
  }

  /** Does what the cron does each minute. */
  async requestSealing(): Promise<void> {
    this.#child?.send("requestSealing");
    await this.#message("done");
  }

  /** The files in which D1 keeps the rows, one for each shard. */
  databases(): readonly string[] {
    const files = readdirSync(join(this.folder, "data"), { recursive: true, encoding: "utf8" });
    const databases = files.filter((file) => /D1DatabaseObject[/\\][0-9a-f]+\.sqlite$/.test(file));
    if (databases.length !== SHARDS)
      throw new Error(`found ${databases.length} D1 databases below ${this.folder}`);
    return databases
      .toSorted((one, other) => (one < other ? -1 : 1))
      .map((file) => join(this.folder, "data", file));
  }

  /** Stops for good, and deletes the state. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Stops for good, and keeps the state. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.kill("everything");
    if (this.#next?.pid !== undefined) kill(this.#next.pid, "SIGKILL");
  }

  async #message(expected: string): Promise<void> {
    const child = this.#child;
    if (child === undefined) throw new Error("no process is running");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const failed = (why: string) => reject(new Error(`the runtime ${why}:\n${this.stderr}`));
    const timer = setTimeout(() => failed(`did not answer "${expected}" in time`), READY_MAX_MILLISECONDS);
    const onMessage = (message: unknown) => {
      if (message === expected) resolve();
    };
    const onExit = () => failed("exited by itself");
    child.on("message", onMessage).once("exit", onExit);
    await promise.finally(() => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit);
    });
  }

  async #portIsFree(): Promise<void> {
    while (await listens(this.port)) await sleep(DOWN_POLL_MILLISECONDS);
  }
}

function childrenOf(parent: number): readonly number[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [pid, ppid, name] = line.trim().split(/\s+/);
    return Number(ppid) === parent && name?.includes("workerd") === true ? [Number(pid)] : [];
  });
}

function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
