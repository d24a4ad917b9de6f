import {
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
  MissingRequiredClientCapabilityError,
  type CallToolResult,
  type ClientCapabilities,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { text } from "./content.ts";

// The suite's tools that ask the client something before they answer.

type Answer = CallToolResult | InputRequiredResult;

export const STATE = createRequestStateCodec<{ round: number }>({ key: "k".repeat(32) });

const form = (message: string, name: string, type: "string" | "boolean") => {
  const properties = { [name]: type === "string" ? { type } : { type } };
  return inputRequired.elicit({
    mode: "form",
    message,
    requestedSchema: { type: "object", properties, required: [name] },
  });
};
const sample = (words: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: "user", content: text(words) }], maxTokens });
const done = (words: string): Answer => ({ content: [text(words)] });

const responses = ({ mcpReq }: ServerContext): Record<string, unknown> => mcpReq.inputResponses ?? {};
const has = (context: ServerContext, ...names: readonly string[]) =>
  names.every((name) => {
    const value = responses(context)[name];
    return typeof value === "object" && value !== null;
  });
const wordsOf = (context: ServerContext, name: string) => JSON.stringify(responses(context)[name]);
const capabilities = ({ mcpReq }: ServerContext) => {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  return (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities;
};
const roundOf = ({ mcpReq }: ServerContext) => mcpReq.requestState<{ round: number }>()?.round;

async function confirmed(context: ServerContext): Promise<Answer> {
  if (has(context, "confirm") && roundOf(context) === 1) return done("state-ok");
  return inputRequired({
    inputRequests: { confirm: form("Please confirm", "ok", "boolean") },
    requestState: await STATE.mint({ round: 1 }, context),
  });
}

export function askName(context: ServerContext): Answer {
  const { name } = (responses(context)["user_name"] as { content?: { name?: unknown } } | undefined)
    ?.content ?? { name: undefined };
  return typeof name === "string"
    ? done(`Hello, ${name}!`)
    : inputRequired({ inputRequests: { user_name: form("What is your name?", "name", "string") } });
}

export const ASKING_TOOLS: Readonly<Record<string, (context: ServerContext) => Answer | Promise<Answer>>> = {
  test_input_required_result_elicitation: askName,
  test_streaming_elicitation: askName,
  test_input_required_result_sampling: (context) =>
    has(context, "capital_question")
      ? done(wordsOf(context, "capital_question"))
      : inputRequired({ inputRequests: { capital_question: sample("What is the capital of France?", 100) } }),
  test_input_required_result_list_roots: (context) =>
    has(context, "client_roots")
      ? done(wordsOf(context, "client_roots"))
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } }),
  test_input_required_result_request_state: confirmed,
  test_input_required_result_tampered_state: confirmed,
  test_input_required_result_multiple_inputs: async (context) =>
    has(context, "user_name", "greeting", "client_roots") && roundOf(context) === 1
      ? done("all three")
      : inputRequired({
          inputRequests: {
            user_name: form("What is your name?", "name", "string"),
            greeting: sample("Generate a greeting", 50),
            client_roots: inputRequired.listRoots(),
          },
          requestState: await STATE.mint({ round: 1 }, context),
        }),
  test_input_required_result_multi_round: async (context) => {
    if (has(context, "step2") && roundOf(context) === 2) return done("two steps");
    const second = has(context, "step1") && roundOf(context) === 1;
    return inputRequired({
      inputRequests: second
        ? { step2: form("Step 2: What is your favorite color?", "color", "string") }
        : { step1: form("Step 1: What is your name?", "name", "string") },
      requestState: await STATE.mint({ round: second ? 2 : 1 }, context),
    });
  },
  test_input_required_result_capabilities: (context) => {
    const { sampling, elicitation } = capabilities(context);
    return inputRequired({
      inputRequests: {
        ...(sampling ? { question: sample("What is the capital of France?", 100) } : {}),
        ...(elicitation ? { user_name: form("What is your name?", "name", "string") } : {}),
      },
    });
  },
  test_missing_capability: (context) => {
    if (capabilities(context).sampling) return done("sampling is there");
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
  },
};

export function askContext(context: ServerContext): InputRequiredResult | undefined {
  return has(context, "user_context")
    ? undefined
    : inputRequired({
        inputRequests: { user_context: form("What context should the prompt use?", "context", "string") },
      });
}
