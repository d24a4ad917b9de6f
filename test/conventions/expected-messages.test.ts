import { describe, expect, it } from "vitest";
import { withoutExpected } from "../support/expected-messages.ts";

const stack = "    at Log.append (src/log/log.ts:100:15)\n    at seal (src/app/sealing/seal.ts:92:19)\n";
const uncaught = (message: string): string =>
  `uncaught exception; source = Uncaught (in promise); stack = ${message}\n${stack}`;

describe("the log of a green run", () => {
  it.each([
    ["an error that a test provoked", uncaught("Error: LOG_RESTORE is not set")],
    [
      "a coloured warning about a package's source maps",
      '\u001b[33mSourcemap for "/x/node_modules/y.js" points to missing source files\u001b[39m\n',
    ],
  ])("does not show %s", (_name, text) => {
    expect(withoutExpected(text)).toBe("");
  });

  it.each([
    ["an error that no test provokes", uncaught("Error: no such table: tenants")],
    ["an error that only quotes a provoked one", uncaught("Error: see Error: LOG_RESTORE is not set")],
    ["a failing test that quotes one", "AssertionError: expected Error: LOG_RESTORE is not set\n"],
    ["a warning about our own source maps", 'Sourcemap for "/x/web/y.js" points to missing source files\n'],
  ])("shows %s", (_name, text) => {
    expect(withoutExpected(text)).toBe(text);
    expect(withoutExpected(uncaught("Error: LOG_RESTORE is not set") + text)).toBe(text);
  });
});
