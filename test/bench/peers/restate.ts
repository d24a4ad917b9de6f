import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endGroup, freePort, kill } from "../../support/product/product.ts";
import { call, expectCall } from "../measure/http-client-pool.ts";
import type { Workflow } from "./workflow.ts";

// Restate, the fastest durable peer, with which the product is compared. It is installed on demand into a temporary
// folder, which is kept for the next run, and is no dependency. It verifies no signature and shows no page.

const RESTATE_VERSION = "1.7.12";
const SDK_VERSION = "1.17.2";
const PACKAGES = {
  "@restatedev/restate-server": RESTATE_VERSION,
  "@restatedev/restate-sdk": SDK_VERSION,
};
const INSTALL_MAX_MILLISECONDS = 180_000;
const READY_MAX_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 100;
const JSON_HEADERS = { "content-type": "application/json" };

export interface Restate {
  readonly workflow: Workflow;
  readonly group: number;
  readonly stop: () => Promise<void>;
}

/** Starts Restate and registers the workflow. Returns a text that says why, if it cannot be measured here. */
export async function startRestate(requestBody: string): Promise<Restate | string> {
  const folder = join(tmpdir(), `countersign-restate-${RESTATE_VERSION}`);
  const problem = installed(folder) ? undefined : install(folder);
  if (problem !== undefined) return problem;
  const data = mkdtempSync(join(tmpdir(), "countersign-bench-restate-"));
  const children: ChildProcess[] = [];
  const abandon = () => {
    for (const { pid } of children) if (pid !== undefined) kill(pid, "SIGKILL");
    rmSync(data, { recursive: true, force: true });
  };
  process.once("exit", abandon);
  const stop = async () => {
    await Promise.all(children.map((child) => endGroup(child)));
    process.off("exit", abandon);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const [ingress, admin, fabric] = [await freePort(), await freePort(), await freePort()];
    const server = spawn(
      process.execPath,
      [join(folder, "node_modules/@restatedev/restate-server/lib/index.js")],
      { detached: true, stdio: "ignore", env: { ...process.env, ...settings(data, ingress, admin, fabric) } },
    );
    children.push(server);
    const service = spawn(process.execPath, ["test/bench/peers/restate-workflow.ts", folder], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(service);
    const port = await firstLine(service);
    await healthy(`http://127.0.0.1:${admin}/health`, server);
    await expectCall(201, `http://127.0.0.1:${admin}/deployments`, {
      method: "POST",
      headers: JSON_HEADERS,
      body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
    });
    return { workflow: workflowAt(`http://127.0.0.1:${ingress}`, requestBody), group: server.pid ?? 0, stop };
  } catch (failure) {
    await stop();
    return `did not start: ${failure instanceof Error ? failure.message : String(failure)}`;
  }
}

function settings(data: string, ingress: number, admin: number, fabric: number): Record<string, string> {
  return {
    RESTATE_BASE_DIR: data,
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_BIND_IP: "127.0.0.1",
    RESTATE_BIND_PORT: String(fabric),
    RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${fabric}`,
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    RESTATE_DISABLE_TELEMETRY: "true",
    RESTATE_LOG_FILTER: "error",
  };
}

function workflowAt(ingress: string, requestBody: string): Workflow {
  let count = 0;
  const handler = (id: string, name: string) => `${ingress}/approval/${id}/${name}`;
  return {
    async create() {
      const id = `c${count++}`;
      const send = { method: "POST", headers: JSON_HEADERS, body: requestBody };
      await expectCall(202, `${handler(id, "run")}/send`, send);
      return id;
    },
    async prepare(id) {
      const attach = `${ingress}/restate/workflow/approval/${id}/attach`;
      const waiter = expectCall(200, attach).then(({ text, at }) => {
        if (text !== '{"status":"approved"}') throw new Error(`Restate's waiting call got ${text}`);
        return at;
      });
      const decide = { method: "POST", headers: JSON_HEADERS, body: '"approved"' };
      return { waiter, decide: () => expectCall(200, handler(id, "decide"), decide) };
    },
    // Restate answers 470 while there is no result.
    poll: (id) => expectCall(470, `${ingress}/restate/workflow/approval/${id}/output`),
  };
}

function installed(folder: string): boolean {
  return Object.entries(PACKAGES).every(([name, version]) => {
    const path = join(folder, "node_modules", name, "package.json");
    return (
      existsSync(path) && (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version === version
    );
  });
}

function install(folder: string): string | undefined {
  console.error(`Installing Restate ${RESTATE_VERSION} into ${folder}, some 220 MB, once …`);
  mkdirSync(folder, { recursive: true });
  const packages = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
  // Without scripts: one of its dependencies would send telemetry about the installation.
  const args = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  const result = spawnSync("npm", [...args, ...packages], {
    encoding: "utf8",
    timeout: INSTALL_MAX_MILLISECONDS,
    shell: process.platform === "win32",
  });
  return result.status === 0 && installed(folder)
    ? undefined
    : "could not be installed (is the npm registry reachable?)";
}

async function firstLine(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.stdout?.once("data", (text: Buffer) => resolve(text.toString().trim()));
  child.once("exit", (code) => reject(new Error(`the workflow's service exited with ${code}`)));
  const timer = setTimeout(
    () => reject(new Error("the workflow's service printed no port")),
    READY_MAX_MILLISECONDS,
  );
  return promise.finally(() => clearTimeout(timer));
}

async function healthy(url: string, server: ChildProcess): Promise<void> {
  const exited = once(server, "exit").then(([code]) => {
    throw new Error(`the server exited with ${code}`);
  });
  const poll = async (): Promise<void> => {
    const end = Date.now() + READY_MAX_MILLISECONDS;
    while (Date.now() < end) {
      const reply = await call(url).catch(() => undefined);
      if (reply?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    }
    throw new Error("the server was not ready in time");
  };
  // The server also exits when it is stopped, which is no error.
  exited.catch(() => undefined);
  await Promise.race([poll(), exited]);
}
