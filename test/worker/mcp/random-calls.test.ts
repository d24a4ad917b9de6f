import { reset } from "cloudflare:test";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { ERAS, headersOf, message, type Era } from "../../support/mcp-messages.ts";
import { expectNoApproval, keyOf, send } from "../support/mcp-agent.ts";
import { freshPlatform, newCompany } from "../support/worker-fixture.ts";
import { changedBy } from "../support/database-rows.ts";

// Random calls of the MCP endpoint.

const REQUEST = "request_human_approval";

let key: string;
beforeAll(async () => {
  key = await keyOf(await newCompany(await freshPlatform()), SCOPES);
});
afterAll(() => reset());

describe("any message", () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const wait = fc.oneof(
    fc.constant(0),
    json.filter((value) => typeof value !== "number"),
  );
  const names = [REQUEST, "get_approval", "cancel_approval", "consume_approval", "list_approvals", "approve"];
  const input = fc.oneof(
    fc.record(
      {
        action: json,
        payload: json,
        approver_username: fc.oneof(json, fc.constant("maria")),
        wait_seconds: wait,
        confirmation_id: fc.oneof(json, fc.constant("c_absent")),
        idempotency_key: json,
        status: json,
        limit: json,
        approved: fc.constant(true),
      },
      { requiredKeys: ["wait_seconds"] },
    ),
    json,
  );
  const calls = fc.record({
    era: fc.constantFrom<Era>(...ERAS),
    name: fc.constantFrom(...names),
    input,
    more: fc.dictionary(fc.constantFrom("id", "method", "params", "jsonrpc", "result", "error", "x"), json, {
      maxKeys: 1,
    }),
    cut: fc.option(fc.nat(400), { freq: 8 }),
  });

  it("gets no approval, changes nothing, and never causes an internal error", async () => {
    const differs = await changedBy(() =>
      fc.assert(
        fc.asyncProperty(calls, async ({ era, name, input, more, cut }) => {
          const body = JSON.stringify({ ...message(era, name, input), ...more });
          expectNoApproval(await send(key, body.slice(0, cut ?? undefined), headersOf(era, name)));
        }),
        { numRuns: 200 },
      ),
    );
    expect(differs).toEqual([]);
  }, 30_000);
});
