import { errorsReference } from "./errors-reference.ts";
import { mcpReference } from "./mcp-reference.ts";
import { restReference } from "./rest-reference.ts";

/** The documents that are made of the code, by the last part of their address. */
export function generatedDocuments(): ReadonlyMap<string, string> {
  return new Map([
    ["rest-reference", restReference()],
    ["mcp-reference", mcpReference()],
    ["errors", errorsReference()],
  ]);
}
