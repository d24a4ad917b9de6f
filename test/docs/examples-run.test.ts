import { describe, expect, inject, it } from "vitest";
import { isRun, kindOf } from "./reading/document-blocks.ts";
import {
  blocksOfHtml,
  MCP_REFERENCE,
  pagesToRun,
  readPage,
  readPages,
  REST_REFERENCE,
} from "./reading/document-pages.ts";
import { settingOf } from "./page-setting.ts";
import { typeFaults } from "./page-types.ts";
import { ReferenceIds } from "./reference-calls.ts";
import { faultOfPage, VARIABLES } from "./run-page.ts";
import { faultsOfTools } from "./tool-examples.ts";

// Every example of the documents, against the product. web/docs/contributing.md has the rules.

/** How many blocks there are that are not run. A further one needs a reason, and a look by the reviewer. */
const NOT_RUN = {
  "bash deploys": 3,
  "bash runs-the-tests": 1,
  "bash starts-the-product": 5,
  py: 1,
};
/** What nobody runs. */
const TEXT: readonly string[] = ["json", "http", "text"];

describe("the examples of the documents", () => {
  it.for(pagesToRun())("$path does what it says", async ({ path, blocks }) => {
    expect(await faultOfPage(blocks, await settingOf(path))).toBeUndefined();
  });

  it("the landing page does what it says", async () => {
    const blocks = blocksOfHtml(await (await fetch(inject("product").url)).text());
    expect(blocks.length).toBeGreaterThan(3);
    expect(await faultOfPage(blocks, await settingOf("landing"))).toBeUndefined();
  });

  // Each way makes the same calls from the beginning, so each has an organisation of its own.
  it.each([
    ["curl", "ts"],
    ["fetch", "bash"],
  ])("the REST reference does what it says with %s", async (name, without) => {
    const setting = await settingOf(name);
    const ids = new ReferenceIds({ ...setting, key: setting.tenant.fullKey });
    const blocks = readPage(REST_REFERENCE).blocks.filter(({ language }) => language !== without);
    expect(blocks.length).toBeGreaterThan(60);
    expect(await faultOfPage(blocks, { ...setting, ids })).toBeUndefined();
  });

  it("the MCP reference does what it says", async () => {
    const setting = await settingOf("mcp");
    const page = readPage(MCP_REFERENCE);
    expect(await faultOfPage(page.blocks, setting)).toBeUndefined();
    expect(await faultsOfTools(page, setting)).toEqual([]);
  });

  it("have types that a strict compiler accepts", () =>
    expect(typeFaults([...readPages(), readPage(REST_REFERENCE)], VARIABLES)).toBe(""));

  it("are run, but for these", () => {
    const code = readPages().flatMap(({ blocks }) =>
      blocks.filter(({ language }) => !TEXT.includes(language)),
    );
    const counts: Record<string, number> = {};
    for (const block of code.filter((one) => !isRun(one)))
      counts[kindOf(block)] = (counts[kindOf(block)] ?? 0) + 1;
    expect(counts).toEqual(NOT_RUN);
  });
});
