import { parseArgs } from "node:util";
import { listTools } from "../agent-connection.ts";

// In place of Claude Code: `claude mcp add` connects with what it was given, and lists the tools.

const { values, positionals } = parseArgs({
  options: { transport: { type: "string" }, header: { type: "string", multiple: true } },
  allowPositionals: true,
});
const [command, verb, name, address, ...others] = positionals;
if (
  command !== "mcp" ||
  verb !== "add" ||
  !name ||
  !address ||
  others.length > 0 ||
  values.transport !== "http"
)
  throw new Error(`not a command of Claude Code: claude ${process.argv.slice(2).join(" ")}`);
const headers = (values.header ?? []).map((header) => {
  const [, name = "", value = ""] = /^([\w-]+):\s*(.+)$/.exec(header) ?? [];
  return [name, value] as const;
});
const tools = await listTools(address, Object.fromEntries(headers));
process.stdout.write(`Added ${name}: ${tools.join(", ")}\n`);
