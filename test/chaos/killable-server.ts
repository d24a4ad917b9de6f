import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, kill, createTenants, type TestTenant } from "../support/product/product.ts";

// A runtime that is killed and started again, always on the same port and the same state folder.

const READY_MAX_MILLISECONDS = 30_000;
const DEAD_LOOK_MILLISECONDS = 5;
const TAIL_CHARACTERS = 8_000;

export type Victim = "everything" | "workerd alone";

export class House {
  readonly folder: string;
  readonly port: number;
  readonly origin: string;
  readonly tenants: readonly TestTenant[];
  /** From the word to serve to the first answer, for each start. */
  readonly startMilliseconds: number[] = [];
  #child: ChildProcess | undefined;
  /** Begun, and waiting for the word. */
  #next: ChildProcess | undefined;
  #workerd: readonly number[] = [];
  #left = false;
  /** The end of what the runtime wrote, over all its lives. */
  errorOutput = "";

  constructor(folder: string, port: number, tenants: readonly TestTenant[]) {
    this.folder = folder;
    this.port = port;
    this.origin = `http://localhost:${port}`;
    this.tenants = tenants;
  }

  static async create(tenantNames: readonly string[]): Promise<House> {
    const folder = mkdtempSync(join(tmpdir(), "countersign-chaos-"));
    const port = await freePort();
    const names = tenantNames.map((name) => ({ name, project: "Payments", key: "payments-agent" }));
    return new House(folder, port, createTenants(folder, `http://localhost:${port}`, names));
  }

  async start(): Promise<void> {
    if (this.#left) throw new Error("nothing starts in a house that was left");
    const child = this.#next ?? this.#spawn();
    this.#child = child;
    const before = performance.now();
    child.send("serve");
    await this.#said("ready");
    const answer = await fetch(`${this.origin}/healthz`);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`/healthz answers ${answer.status} after a start`);
    this.startMilliseconds.push(performance.now() - before);
    this.#workerd = childrenOf(child.pid ?? 0);
    if (this.#workerd.length === 0) throw new Error("no workerd was found to be killed");
    this.#next = this.#spawn();
  }

  #spawn(): ChildProcess {
    // A group of its own, so that workerd is killed with the Node that drives it.
    const child = spawn(process.execPath, ["test/chaos/chaos-runtime.ts", this.folder, String(this.port)], {
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.on("data", (words: Buffer) => {
      this.errorOutput = (this.errorOutput + words.toString()).slice(-TAIL_CHARACTERS);
    });
    return child;
  }

  /** SIGKILL, at once; returns when the port is free again. */
  async kill(victim: Victim): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const running = child.exitCode === null && child.signalCode === null;
    const gone = running ? once(child, "exit") : Promise.resolve();
    if (victim === "workerd alone") {
      for (const pid of this.#workerd) process.kill(pid, "SIGKILL");
      await this.#silence();
    }
    kill(child.pid, "SIGKILL");
    await gone;
    await this.#silence();
  }

  /** What the cron does each minute. */
  async requestSealing(): Promise<void> {
    this.#child?.send("requestSealing");
    await this.#said("rung");
  }

  /** The file in which D1 keeps the rows. */
  database(): string {
    const files = readdirSync(join(this.folder, "data"), { recursive: true, encoding: "utf8" });
    const found = files.filter((file) => /D1DatabaseObject[/\\][0-9a-f]+\.sqlite$/.test(file));
    if (found.length !== 1) throw new Error(`found ${found.length} D1 databases below ${this.folder}`);
    return join(this.folder, "data", found[0] ?? "");
  }

  /** For good, with everything that was kept. */
  async end(): Promise<void> {
    await this.leave();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Stops, and leaves the state as it stands. */
  async leave(): Promise<void> {
    this.#left = true;
    await this.kill("everything");
    if (this.#next?.pid !== undefined) kill(this.#next.pid, "SIGKILL");
  }

  async #said(word: string): Promise<void> {
    const child = this.#child;
    if (child === undefined) throw new Error("nothing runs");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const failed = (why: string) => reject(new Error(`the runtime ${why}:\n${this.errorOutput}`));
    const timer = setTimeout(() => failed(`did not say "${word}" in time`), READY_MAX_MILLISECONDS);
    const hear = (said: unknown) => {
      if (said === word) resolve();
    };
    const ended = () => failed("ended by itself");
    child.on("message", hear).once("exit", ended);
    await promise.finally(() => {
      clearTimeout(timer);
      child.off("message", hear).off("exit", ended);
    });
  }

  async #silence(): Promise<void> {
    while (await listens(this.port)) await sleep(DEAD_LOOK_MILLISECONDS);
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
