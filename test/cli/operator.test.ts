import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, describe, expect, it, vi } from "vitest";
import { readDeployment } from "../../src/local/deploy/deployment-config.ts";
import { runCommand } from "../../src/local/operator/operator-answer.ts";
import {
  openDeployment,
  openStateFolder,
  type StartSession,
} from "../../src/local/operator/operator-databases.ts";
import { readOperatorOptions, type OperatorCommand } from "../../src/local/operator/operator-options.ts";
import { askServer, refuseServedFolder } from "../../src/local/operator/operator-socket.ts";
import { outsidePlatform } from "../../src/local/outside-platform.ts";
import { migrate } from "../../src/local/state-folder.ts";
import { startProduct } from "../support/product/product.ts";

// `npm run operator`: on a state folder, through a server that runs with it, and on a deployment.

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "countersign-operator-"));
afterAll(() => rmSync(folder, { recursive: true }));

const INVITE = {
  name: "invite-owner",
  organisation: "Acme Ltd",
  username: "alex",
  plan: "free",
} as const satisfies OperatorCommand;
const LINK = /^https?:\/\/[^/]+\/enrol#([0-9A-Za-z]{8})\.[\w-]{43}$/m;

describe("the words of npm run operator", () => {
  it.each([
    ["organisations", { name: "organisations" }],
    ["plan 0a1B2c3D team", { name: "plan", organisation: "0a1B2c3D", plan: "team" }],
    [`plan ${"ab".repeat(32)} free`, { name: "plan", organisation: "ab".repeat(32), plan: "free" }],
    ["invite-owner Acme alex", { ...INVITE, organisation: "Acme", plan: "enterprise" }],
    ["invite-owner Acme alex --plan team", { ...INVITE, organisation: "Acme", plan: "team" }],
  ])("name a command: %s", (words, command) => {
    expect(readOperatorOptions(words.split(" "))).toMatchObject({ command, environment: undefined });
  });

  it("name the deployment", () => {
    const environment = (words: string) => readOperatorOptions(["organisations", ...words.split(" ")]);
    expect(environment("--remote")).toMatchObject({ environment: "production" });
    expect(environment("--remote --env staging")).toMatchObject({ environment: "staging" });
    expect(environment("--env staging")).toBe("--env needs --remote");
  });

  it.each([
    ["", "which command?"],
    ["remove Acme", 'there is no command "remove"'],
    ["invite-owner", "the organisation's name must not be empty"],
    ["invite-owner A\u202ecme alex", "the organisation's name contains U+202E"],
    ["invite-owner Acme Alex", "the user name must be 1 to 32 of a-z"],
    ["invite-owner Acme Ltd alex", "put a name of several words in quotation marks"],
    ["invite-owner Acme alex --plan gold", "--plan needs one of free, team"],
    ["plan 0a1B2c3D gold", "a plan is one of free, team"],
    ["plan Acme team", "an organisation is named by its ref"],
    ["organisations --plan team", "an option too many"],
    ["organisations --everything", "Unknown option '--everything'"],
  ])("are refused if they make no sense: %s", (words, message) => {
    expect(readOperatorOptions(words === "" ? [] : words.split(" "))).toEqual(
      expect.stringContaining(message),
    );
  });
});

/** The program, as npm runs it. */
async function operator(...args: string[]) {
  const program = ["src/local/operator/operator.ts", ...args];
  const child = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { out, err, code: code as unknown };
}

describe("while the server runs", () => {
  it("an operator invites an owner, whose link works, and sets a plan", async () => {
    const product = await startProduct();
    try {
      const state = ["--state", product.state];
      const invited = await operator("invite-owner", "Acme Ltd", "alex", "--plan", "free", ...state);
      expect([invited.code, invited.err]).toEqual([0, ""]);
      const [link = "", ref = ""] = LINK.exec(invited.out) ?? [];
      expect(new URL(link).origin).toBe(product.ready.url);
      const answer = await fetch(`${product.ready.url}/enrol/begin`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          origin: product.ready.url,
          "sec-fetch-site": "same-origin",
        },
        body: JSON.stringify({ secret: new URL(link).hash.slice(1) }),
      });
      expect(await answer.json()).toMatchObject({ tenant: "Acme Ltd", username: "alex", owner: true });

      const changed = await askServer(product.state, { name: "plan", organisation: ref, plan: "team" });
      expect(changed?.lines).toEqual([
        `"Acme Ltd" (${ref}) had the plan free and has the plan team now.`,
        "A server that runs uses it within 10 seconds.",
      ]);
      const listed = (await askServer(product.state, { name: "organisations" }))?.lines.join("\n");
      expect(listed).toMatch(
        new RegExp(`^\\w{8}  enterprise  .* UTC  Demo$[^]*^${ref}  team  .* UTC  Acme Ltd$`, "m"),
      );
      // What is sent to this file is done, so nobody else may open it.
      expect(statSync(join(product.state, "operator.sock")).mode & 0o077).toBe(0);
      await expect(refuseServedFolder(product.state)).rejects.toThrow("Another server is running with");
    } finally {
      await product.stop();
    }
  });
});

describe("without a server", () => {
  it("the program says what is missing", async () => {
    expect(await operator("organisations", "--state", join(folder, "none"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("Start the server once with `npm start`"),
    });
    expect(await operator("plan", "Acme")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--remote"),
    });
  });

  it("the commands change the databases of the folder, with an entry in the audit trail each", async () => {
    const { bindings, close } = await openStateFolder(folder);
    try {
      const platform = outsidePlatform(bindings, "https://sign.acme.test");
      const ask = async (command: OperatorCommand) => runCommand(platform, command);
      expect((await ask({ name: "organisations" })).lines).toEqual(["There is no organisation yet."]);
      const invited = (await ask(INVITE)).lines.join("\n");
      const [link = "", ref = ""] = LINK.exec(invited) ?? [];
      expect(link).toMatch(/^https:\/\/sign\.acme\.test\/enrol#/);

      const plan = { name: "plan", organisation: ref, plan: "business" } as const;
      expect((await ask(plan)).lines[0]).toContain("had the plan free and has the plan business now");
      expect((await ask(plan)).lines[0]).toContain("has the plan business already. Nothing has changed.");
      const absent = await ask({ ...plan, organisation: "0".repeat(64) });
      expect([absent.code, absent.lines[0]]).toEqual([
        1,
        expect.stringContaining("there is no organisation 0000"),
      ]);

      const database = ref.startsWith("0") ? bindings.DB : bindings.DB_1;
      const trail = await database?.prepare("SELECT actor_kind, act, detail FROM trail ORDER BY id").raw();
      expect(trail).toEqual([
        ["operator", "organisation.created", '{"owner":"alex","plan":"free"}'],
        ["operator", "plan.changed", '{"from":"free","to":"business"}'],
      ]);
      const keys = await database?.prepare("SELECT count(*) FROM api_keys").raw();
      expect(keys).toEqual([[0]]);
    } finally {
      await close();
    }
  });
});

/** Passes each statement on, as the Worker does that wrangler uploads for a remote binding. */
const PROXY = `export default {
  async fetch(request, env) {
    const headers = new Headers();
    for (const [name, value] of request.headers)
      if (name.startsWith("mf-header-")) headers.set(name.slice("mf-header-".length), value);
    const { fetcher } = env[request.headers.get("MF-Binding")];
    return fetcher.fetch(request.headers.get("MF-URL"), new Request(request, { headers }));
  },
};`;

describe("on a deployment", () => {
  const config = readDeployment("wrangler.toml", "production");

  it("the same commands run through a connection that passes statements on", async () => {
    const databases = config.d1_databases.map((database) => ({
      ...database,
      database_id: `far-${database.binding}`,
    }));
    const far = new Miniflare(
      convertV4MiniflareOptions({
        name: "far",
        modules: [{ type: "ESModule", path: "proxy.mjs", contents: PROXY }],
        d1Databases: Object.fromEntries(databases.map(({ binding, database_id: id }) => [binding, id])),
        cf: false,
        telemetry: { enabled: false },
      }),
    );
    const address = await far.ready;
    for (const { binding } of databases) await migrate(await far.getD1Database(binding, "far"), "migrations");
    const session = { remoteProxyConnectionString: address as never, dispose: async () => far.dispose() };
    const opened = await openDeployment("production", async () => session, {
      ...config,
      d1_databases: databases,
    });
    try {
      const platform = outsidePlatform(opened.bindings, opened.origin ?? "");
      const { lines } = await runCommand(platform, INVITE);
      expect(LINK.exec(lines.join("\n"))?.[0]).toContain(`${config.vars["ORIGIN"]}/enrol#`);
      const listed = await runCommand(platform, { name: "organisations" });
      expect(listed.lines.join("\n")).toMatch(/^\w{8}  free  .* UTC  Acme Ltd$/m);
    } finally {
      await opened.close();
    }
  });

  it("nothing is called while wrangler.toml has no ids of its databases", async () => {
    const start = vi.fn<StartSession>();
    await expect(openDeployment("production", start, config)).rejects.toThrow("has no database_id yet");
    expect(start).not.toHaveBeenCalled();
  });
});
