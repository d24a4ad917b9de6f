import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { backend } from "../support/browser-client.ts";
import type { DocumentPage } from "./reading/document-pages.ts";
import type { PageSetting } from "./run-page.ts";
import { connectAgent } from "./running/agent-connection.ts";

// The examples of the MCP reference: arguments are sent to the tool whose chapter it is, and answers have the form that
// the tool says.

/** In the examples; a real one takes its place. */
const EXAMPLE_ID = /^c_[0-9a-z]{36}$/;

export async function faultsOfTools(
  { blocks }: DocumentPage,
  { places, tenant, alex }: PageSetting,
): Promise<readonly string[]> {
  const client = await connectAgent(`${places.product}/mcp`, { "x-api-key": tenant.apiKey });
  const { tools } = await client.listTools();
  const stop = new AbortController();
  const faults: string[] = [];
  let id = "";
  for (const { language, chapter, section, line, text } of blocks) {
    const tool = tools.find(({ name }) => name === chapter);
    if (language !== "json" || tool === undefined) continue;
    const value = JSON.parse(text) as Record<string, unknown>;
    if (section !== "Arguments") {
      const validate = new AjvJsonSchemaValidator().getValidator(tool.outputSchema as object);
      const { valid, errorMessage } = validate(value);
      if (!valid) faults.push(`line ${line}: no answer of ${chapter}: ${errorMessage}`);
      continue;
    }
    const real = chapter === "cancel_approval" ? await newRequest() : id;
    const withId = Object.entries(value).map(([name, one]) => [
      name,
      EXAMPLE_ID.test(String(one)) ? real : one,
    ]);
    const asked = client.callTool({ name: chapter, arguments: Object.fromEntries(withId) });
    const deciding = chapter === "request_human_approval" ? [alex.decideUntil("approve", stop.signal)] : [];
    const { isError, structuredContent } = await Promise.race([asked, ...deciding]);
    if (isError === true)
      faults.push(`line ${line}: ${chapter} refused: ${JSON.stringify(structuredContent)}`);
    else if (chapter === "request_human_approval")
      id = (structuredContent as { readonly confirmation_id: string }).confirmation_id;
  }
  stop.abort();
  await client.close();
  return faults;

  async function newRequest(): Promise<string> {
    const api = backend(fetch, places.product, tenant.apiKey);
    const { body } = await api("POST", "/api/confirmations", {
      username: "alex",
      action: "Try",
      payload: {},
    });
    return (body as { readonly id: string }).id;
  }
}
