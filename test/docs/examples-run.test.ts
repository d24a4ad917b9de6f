import { describe, expect, it } from "vitest";
import { kindOf } from "./document-blocks.ts";
import { readPages, pagesToRun } from "./document-pages.ts";
import { settingOf } from "./page-setting.ts";
import { typeFaults } from "./page-types.ts";
import { faultOfPage, VARIABLES } from "./run-page.ts";

// Every example of the documents, against the product. web/docs/contributing.md has the rules.

/** How many blocks there are that are not run. A further one needs a reason, and a look by the reviewer. */
const NOT_RUN = {
  "bash deploys": 3,
  "bash runs-the-tests": 1,
  "bash starts-the-product": 5,
  py: 1,
};

describe("the examples of the documents", () => {
  it.for(pagesToRun())("$path does what it says", async ({ path, blocks }) => {
    expect(await faultOfPage(blocks, await settingOf(path))).toBeUndefined();
  });

  it("have types that a strict compiler accepts", () => expect(typeFaults(readPages(), VARIABLES)).toBe(""));

  it("are run, but for these", () => {
    const kinds = readPages().flatMap(({ blocks }) => blocks.map(kindOf));
    const counts = Object.fromEntries(
      Object.keys(NOT_RUN).map((kind) => [kind, kinds.filter((one) => one === kind).length]),
    );
    expect(counts).toEqual(NOT_RUN);
  });
});
