import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { RIGHTS } from "../../src/core/account/rights.ts";
import { ROLES } from "../../src/core/stream/record.ts";

// The table of roles in the documentation is the table in code.

const DOCUMENT = new URL("../../web/docs/roles.md", import.meta.url);

function tableOfRights(): readonly (readonly string[])[] {
  const rows = Object.values(RIGHTS).map(({ text, roles, scope, changes }) => [
    text,
    ...ROLES.map((role) => ((roles as readonly string[]).includes(role) ? "yes" : "")),
    scope === null ? "none" : `\`${scope}\``,
    changes ? "yes" : "",
  ]);
  return [["Right", ...ROLES, "Scope", "Touch"], ...rows];
}

/** The cells of the lines of a table, without the line below its head. */
function tableIn(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|") && !line.startsWith("| ---"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

it("roles.md has every right with its roles, its scope and whether it takes a touch of the passkey", () => {
  expect(tableIn(readFileSync(DOCUMENT, "utf8"))).toEqual(tableOfRights());
});
