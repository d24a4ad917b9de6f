import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestTenant } from "../support/product/product.ts";
import { backend } from "../support/browser-client.ts";
import { listTools } from "./running/agent-connection.ts";
import { scriptOf } from "./running/ci-job.ts";
import type { DecidingPerson } from "./running/deciding-person.ts";
import type { DescribedApi } from "./described-api.ts";
import { isRun, kindOf, type Block } from "./reading/document-blocks.ts";
import { PageModule, type FilledIn } from "./running/page-module.ts";
import { PageShell, type Output } from "./running/page-shell.ts";
import type { ReferenceIds } from "./reference-calls.ts";
import {
  atPlaces,
  differences,
  differencesOfKind,
  fillIn,
  jsonValuesOf,
  lastOf,
  missingLines,
  type Places,
} from "./reading/shown-values.ts";
import { faultsOfHeaders, faultsOfUnrun } from "./unrun-block.ts";

// Runs one document as its reader would: from the top to the end, in one terminal.

/** Such a block waits for a decision, so the person who is asked decides. */
const WAITS = /\bwait=|wait_seconds|request_human_approval|approval\.sh/;

/** The request of the documents. */
const REQUEST = {
  username: "alex",
  action: "Deploy to production",
  payload: { service: "api", sha: "abc123" },
};

export interface PageSetting {
  readonly places: Places;
  readonly tenant: TestTenant;
  readonly alex: DecidingPerson;
  readonly api: DescribedApi;
  /** Of the REST reference, whose examples take ids from earlier answers. */
  readonly ids?: ReferenceIds;
}

/** The variables that each page may use. */
const VALUES = {
  BASE: ({ places }) => places.product,
  ORGANISATION: ({ alex }) => alex.organisation,
  KEY: ({ tenant, ids }) => (ids === undefined ? tenant.apiKey : tenant.fullKey),
  TEST_KEY: ({ tenant }) => tenant.testKey,
  PEOPLE_KEY: ({ tenant }) => tenant.peopleKey,
  AUDIT_KEY: ({ tenant }) => tenant.auditKey,
  MANAGE_KEY: ({ tenant }) => tenant.manageKey,
} as const satisfies Readonly<Record<string, (setting: PageSetting) => string>>;
export const VARIABLES = Object.keys(VALUES);

function variablesOf(setting: PageSetting): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [name, value(setting)]));
}

/** The first thing that is wrong with the page, with its line; undefined if all is right. */
export async function faultOfPage(
  blocks: readonly Block[],
  setting: PageSetting,
): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-page-"));
  const page = new RunningPage(folder, blocks, setting);
  try {
    for (const block of blocks) {
      const fault = await page
        .faultOf(block)
        .catch((problem: unknown) => (problem instanceof Error ? problem.message : String(problem)));
      if (fault !== undefined) return `line ${block.line}, ${kindOf(block)}: ${fault}`;
    }
    return undefined;
  } finally {
    await page.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class RunningPage {
  readonly #setting: PageSetting;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #shell: PageShell;
  readonly #modules: readonly Block[];
  readonly #folder: string;
  #module: PageModule | undefined;
  #printed = "";
  #last = "";

  constructor(folder: string, blocks: readonly Block[], setting: PageSetting) {
    this.#folder = folder;
    this.#setting = setting;
    this.#variables = variablesOf(setting);
    this.#modules = blocks.filter((block) => isRun(block) && ["ts", "js"].includes(block.language));
    this.#shell = PageShell.open(folder, this.#variables);
  }

  async faultOf(block: Block): Promise<string | undefined> {
    if (isRun(block)) return this.#run(block);
    switch (block.language) {
      case "json":
        return this.#faultOfJson(block);
      case "http":
        return first(faultsOfHeaders(block.text, this.#setting.api));
      case "text":
        return block.mark === "output"
          ? first(missingLines(this.#here(block), this.#last), "not printed: ")
          : undefined;
      default:
        return first(faultsOfUnrun(block));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#shell.close(), this.#module?.close()]);
  }

  async #run(block: Block): Promise<string | undefined> {
    const stop = new AbortController();
    const vote = block.mark === "rejected" ? "reject" : "approve";
    const deciding = WAITS.test(block.text) ? [this.#setting.alex.decideUntil(vote, stop.signal)] : [];
    try {
      const { text, refused } = await Promise.race([this.#output(block), ...deciding]);
      this.#last = text;
      this.#printed += `\n${text}`;
      this.#setting.ids?.read(text);
      if (refused !== (block.mark === "refused")) return `the call was not refused\n${text}`;
    } finally {
      stop.abort();
      await Promise.allSettled(deciding);
    }
    return undefined;
  }

  async #output(block: Block): Promise<Output> {
    await this.#setting.ids?.prepare(block.call);
    const isRefused = block.mark === "refused";
    if (/^ID=c_…/m.test(block.text) && !this.#printed.includes("c_")) await this.#approveOne();
    if (block.language === "bash") {
      const ids = Object.entries(this.#setting.ids?.values ?? {}).map(([name, id]) => `${name}='${id}'\n`);
      return this.#shell.run(ids.join("") + this.#filledIn(block.text), isRefused);
    }
    if (block.language === "yaml") return this.#shell.run(this.#filledIn(scriptOf(block.text)));
    this.#module ??= await PageModule.open(
      this.#folder,
      this.#modules.map(({ text }) => this.#filledIn(text)),
      this.#variables,
    );
    const output = await this.#module.run(this.#lastValues(), isRefused);
    this.#printed += output.answers;
    return this.#setting.ids === undefined ? output : { ...output, text: output.answers };
  }

  /** For a page that begins with an approved request. */
  async #approveOne(): Promise<void> {
    const { places, tenant, alex } = this.#setting;
    const api = backend(fetch, places.product, tenant.apiKey);
    const { body } = await api("POST", "/api/confirmations", REQUEST);
    await alex.decide(body.id, "approve");
    this.#printed += body.id;
  }

  #lastValues(): FilledIn {
    const last = (form: string): string => lastOf(form, this.#printed) ?? "";
    return {
      constants: { ID: last("c_"), ...this.#setting.ids?.values },
      environment: { WEBHOOK_SECRET: last("whsec_"), WEBHOOK_PUBLIC_KEY: last("whpk_") },
    };
  }

  async #faultOfJson(block: Block): Promise<string | undefined> {
    const value: unknown = JSON.parse(this.#here(block));
    if (block.mark === "answer") {
      const answer = jsonValuesOf(this.#last).at(-1);
      if (answer === undefined) return `no JSON was printed, but: ${this.#last.slice(0, 500)}`;
      return first(differences(value, answer));
    }
    if (this.#setting.ids !== undefined)
      return first(differencesOfKind(value, jsonValuesOf(this.#last).at(-1)));
    if (block.mark === "body" || block.mark === "example")
      return first(this.#setting.api.faultsOf(value, block.rest, block.mark));
    for (const { url, headers = {} } of serversOf(value)) {
      const key = /^(cs_…|\$\{.+\})$/;
      const filled = Object.entries(headers).map(([name, text]) => [
        name,
        key.test(text) ? this.#setting.tenant.apiKey : text,
      ]);
      await listTools(url, Object.fromEntries(filled) as Record<string, string>);
    }
    return undefined;
  }

  #filledIn(text: string): string {
    return this.#here({ text: fillIn(text, Object.keys(this.#variables), this.#printed) });
  }

  #here({ text }: Pick<Block, "text">): string {
    return atPlaces(text, this.#setting.places);
  }
}

interface AgentServer {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The servers in the settings of an agent's client. */
function serversOf(value: unknown): readonly AgentServer[] {
  if (typeof value !== "object" || value === null) return [];
  const { mcpServers, servers } = value as Record<string, Record<string, AgentServer> | undefined>;
  return Object.values(mcpServers ?? servers ?? {});
}

function first(faults: readonly string[], before = ""): string | undefined {
  return faults[0] === undefined ? undefined : before + faults[0];
}
