import type { CallToolResult, GetPromptResult, Tool } from "@modelcontextprotocol/server";

// What the suite expects of a server with every feature. The texts come from the suite.

/** One red pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/** Silence. */
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

export const text = (words: string) => ({ type: "text", text: words }) as const;
const image = { type: "image", data: PNG, mimeType: "image/png" } as const;
const resource = (uri: string, mimeType: string, words: string) =>
  ({ type: "resource", resource: { uri, mimeType, text: words } }) as const;

/** Tools with a constant result. */
export const CONSTANT_TOOLS: Readonly<Record<string, CallToolResult>> = {
  test_simple_text: { content: [text("This is a simple text response for testing.")] },
  test_image_content: { content: [image] },
  test_audio_content: { content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }] },
  test_embedded_resource: {
    content: [resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")],
  },
  test_multiple_content_types: {
    content: [
      text("Multiple content types test:"),
      image,
      resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
  },
  test_error_handling: {
    content: [text("This tool intentionally returns an error for testing")],
    isError: true,
  },
  json_schema_2020_12_tool: { content: [text("ok")] },
  test_logging_tool: { content: [text("nothing was logged")] },
};

const plain: Tool["inputSchema"] = { type: "object", properties: {} };

export const SCHEMAS: Readonly<Record<string, Tool["inputSchema"]>> = {
  json_schema_2020_12_tool: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: {
        $anchor: "addressDef",
        type: "object",
        properties: { street: { type: "string" }, city: { type: "string" } },
      },
    },
    properties: {
      name: { type: "string" },
      address: { $ref: "#/$defs/address" },
      contactMethod: { type: "string", enum: ["phone", "email"] },
      phone: { type: "string" },
      email: { type: "string" },
    },
    allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
    if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
    // eslint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { required: ["phone"] },
    else: { required: ["email"] },
    additionalProperties: false,
  },
};

export function described(name: string): Tool {
  return { name, description: `The suite's ${name}`, inputSchema: SCHEMAS[name] ?? plain };
}

export const RESOURCES = [
  {
    uri: "test://static-text",
    name: "static-text",
    description: "Text",
    mimeType: "text/plain",
    text: "This is the content of the static text resource.",
  },
  {
    uri: "test://static-binary",
    name: "static-binary",
    description: "A pixel",
    mimeType: "image/png",
    blob: PNG,
  },
  {
    uri: "test://watched-resource",
    name: "watched-resource",
    description: "Watched",
    mimeType: "text/plain",
    text: "watched",
  },
] as const;

export const PROMPTS = [
  { name: "test_simple_prompt", description: "A prompt" },
  {
    name: "test_prompt_with_arguments",
    description: "A prompt with arguments",
    arguments: [
      { name: "arg1", description: "First test argument", required: true },
      { name: "arg2", description: "Second test argument", required: true },
    ],
  },
  {
    name: "test_prompt_with_embedded_resource",
    description: "A prompt with a resource",
    arguments: [{ name: "resourceUri", description: "URI of the resource", required: true }],
  },
  { name: "test_prompt_with_image", description: "A prompt with an image" },
  { name: "test_input_required_result_prompt", description: "A prompt that asks back" },
];

export function promptOf(
  name: string,
  input: Readonly<Record<string, string>> = {},
): GetPromptResult | undefined {
  const prompt = (...contents: GetPromptResult["messages"][number]["content"][]): GetPromptResult => ({
    messages: contents.map((content) => ({ role: "user", content })),
  });
  switch (name) {
    case "test_simple_prompt":
      return prompt(text("This is a simple prompt for testing."));
    case "test_prompt_with_arguments":
      return prompt(text(`Prompt with arguments: arg1='${input["arg1"]}', arg2='${input["arg2"]}'`));
    case "test_prompt_with_embedded_resource":
      return prompt(
        resource(input["resourceUri"] ?? "", "text/plain", "Embedded resource content for testing."),
        text("Please process the embedded resource above."),
      );
    case "test_prompt_with_image":
      return prompt(image, text("Please analyze the image above."));
    default:
      return undefined;
  }
}
