import { TOOLS } from "../../../http/mcp/tool-definitions.ts";
import { fieldsTable, type Schema } from "./json-schema-fields.ts";
import { anchorOf } from "../../../core/docs/anchors.ts";
import { code, fence, joined, link, shownJson, table } from "./markdown.ts";
import { TOOL_EXAMPLES } from "./mcp-examples.ts";

// The reference of the MCP tools, made of their definitions.

type Tool = (typeof TOOLS)[number];

const INTRODUCTION = `# MCP reference

The tools of the endpoint \`/mcp\`, generated from their definitions. [Agents](agents.md) explains how to connect, what happens at a timeout, and what is locked after a rejection.

Every answer begins with \`approved\`. **Only \`"approved": true\` is a yes**; everything else, a missing field and an error mean no. The text of an answer is the same JSON as its structured content. A refusal that the agent can correct is an answer with \`isError\`, \`"status": "error"\` and a \`code\` that [Errors](errors.md) explains. Arguments that do not follow the schema are a JSON-RPC error with the code -32602.

A key lists only the tools of its scopes. This lists them without a client:

\`\`\`bash
curl "$BASE/mcp" \\
  -H "X-Api-Key: $KEY" \\
  -H "Content-Type: application/json" \\
  -H "Accept: application/json, text/event-stream" \\
  -H "MCP-Protocol-Version: 2025-11-25" \\
  -d '{ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }'
\`\`\``;

export function mcpReference(): string {
  const explained = new Map<string, string>();
  const overview = table(
    ["Tool", "Scope", "What it does"],
    TOOLS.map(({ scope, description: { name, title = name } }) => [
      link(code(name), `#${anchorOf(name)}`),
      code(scope),
      title,
    ]),
  );
  return `${joined([INTRODUCTION, overview, ...TOOLS.map((tool) => toolSection(tool, explained))])}\n`;
}

/** An answer that another tool has, too, is explained with the first of them. */
function toolSection({ scope, description }: Tool, explained: Map<string, string>): string {
  const { name, title = name, inputSchema, outputSchema } = description;
  const input = inputSchema as Schema;
  const answer = JSON.stringify(outputSchema);
  const earlier = explained.get(answer);
  if (earlier === undefined) explained.set(answer, name);
  const example = TOOL_EXAMPLES[name];
  if (example === undefined) throw new RangeError(`give examples of the tool ${name}`);
  return joined([
    `## ${name}`,
    `${title} · scope ${code(scope)}`,
    hintsOf(description),
    "The agent reads:",
    `> ${description.description}`,
    "### Arguments",
    hasFields(input) ? fieldsTable(input, { isInput: true }) : "None.",
    fence("json", shownJson(example.input)),
    "### Answer",
    earlier === undefined
      ? fieldsTable(outputSchema as Schema, { isInput: false })
      : `The fields of ${link(code(earlier), `#${anchorOf(earlier)}`)}.`,
    ...example.outcomes.map((outcome) =>
      joined([`**${outcome.title}**`, outcome.note ?? null, fence("json", shownJson(outcome.answer))]),
    ),
  ]);
}

function hasFields({ properties = {} }: Schema): boolean {
  return Object.keys(properties).length > 0;
}

function hintsOf({ annotations = {} }: Tool["description"]): string {
  if (annotations.readOnlyHint === true) return "It changes nothing.";
  return annotations.idempotentHint === true
    ? "Repeating it with the same arguments asks nobody twice."
    : "It changes the request.";
}
