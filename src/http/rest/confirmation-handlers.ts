import { ask } from "../../app/confirmation/ask.ts";
import { cancel } from "../../app/confirmation/cancel.ts";
import { consume } from "../../app/confirmation/consume.ts";
import { read } from "../../app/confirmation/read.ts";
import { wait } from "../../app/confirmation/wait.ts";
import type { LoadedConfirmation } from "../../app/confirmation/load.ts";
import { list } from "../../app/confirmation/list.ts";
import { viewOf, viewOfNew, type ConfirmationView } from "../../app/confirmation/view.ts";
import { receiptOf } from "../../app/evidence/build-receipt.ts";
import type { Runtime } from "../../app/runtime.ts";
import { fromBase64url, toBase64url, toHex, utf8, utf8Text } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import { refuse } from "../../core/refusal.ts";
import type { RequestContext } from "../context.ts";
import { parseDateTime } from "../schemas/date-time.ts";
import { orRefuse } from "../http-refusal.ts";
import { receiptResponse } from "../receipt-response.ts";
import { VERSION } from "../version.ts";
import type { ListAnswer } from "./answer-schemas.ts";
import { confirmationAnswer, summaryOf } from "./confirmation-answer.ts";
import type { RestCall } from "./operation.ts";
import type { ConsumeRequest, CreateRequest, ListQuery, WaitQuery } from "./request-schemas.ts";

/** When to poll a pending confirmation again without `wait`. */
const RETRY_AFTER_SECONDS = 2;
const ETAG_BYTES = 16;

export async function createConfirmation(call: RestCall<CreateRequest>): Promise<Response> {
  const { context, runtime, principal, body, idempotencyKey } = call;
  const { row, replayed } = orRefuse(await ask(runtime, principal, body, idempotencyKey));
  if (!replayed) {
    // The statement that inserted the row has checked the key.
    context.set("isKeyChecked", true);
    return context.json(confirmationAnswer(runtime, viewOfNew(row, body.username)), 201);
  }
  const loaded = orRefuse(await read(runtime, principal, row.id));
  context.header("Idempotency-Replayed", "true");
  return context.json(confirmationAnswer(runtime, viewOf(loaded)), 201);
}

export async function listConfirmations(call: RestCall<unknown, ListQuery>): Promise<Response> {
  const { context, runtime, principal } = call;
  const { status, approver, createdAfter, limit, cursor } = call.query;
  const { items, next } = await list(runtime, principal.store, {
    project: principal.project.id,
    status,
    approver,
    limit,
    createdAfter: createdAfter === undefined ? undefined : parseDateTime(createdAfter),
    after: cursor === undefined ? undefined : idOfCursor(cursor),
  });
  return context.json({
    data: items.map((item) => summaryOf(runtime, item)),
    nextCursor: next === null ? null : toBase64url(utf8(next)),
    hasMore: next !== null,
  } satisfies ListAnswer);
}

export async function getConfirmation(call: RestCall<unknown, WaitQuery>): Promise<Response> {
  const { context, runtime, principal, id, query } = call;
  const caller = { by: "backend", key: principal.key.id, call: context.get("requestId") } as const;
  const outcome = await wait(runtime, principal, id, query.wait, caller);
  // Its last statement has checked the key.
  context.set("isKeyChecked", true);
  return confirmationResponse(context, orRefuse(outcome));
}

export async function cancelConfirmation({ context, runtime, principal, id }: RestCall): Promise<Response> {
  return confirmationResponse(context, orRefuse(await cancel(runtime, principal, id)));
}

export async function consumeConfirmation(call: RestCall<ConsumeRequest>): Promise<Response> {
  const { context, runtime, principal, id, body, idempotencyKey } = call;
  const used = await consume(runtime, principal, id, body.payload, idempotencyKey);
  return confirmationResponse(context, orRefuse(used));
}

export async function getReceipt({ runtime, principal, id }: RestCall): Promise<Response> {
  const loaded = orRefuse(await read(runtime, principal, id));
  return receiptResponse(id, orRefuse(await receiptOf(runtime, principal.store, loaded)));
}

function confirmationResponse(context: RequestContext, loaded: LoadedConfirmation): Response {
  const runtime = context.get("runtime");
  const view = viewOf(loaded);
  const etag = etagOf(runtime, view);
  const headers = {
    "content-type": "application/json",
    etag,
    ...(view.status === "pending" ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {}),
  };
  if (context.req.method === "GET" && context.req.header("if-none-match") === etag) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(JSON.stringify(confirmationAnswer(runtime, view)), { headers });
}

/**
 * A hash of the facts that determine the answer, so that a 304 needs no answer to compare with. Only facts that the
 * answer shows: with the row's version a poller would notice a decision before it is sealed.
 */
function etagOf({ origin, logOrigin }: Runtime, { row, status, index }: ConfirmationView): string {
  const facts = [VERSION, origin, logOrigin, row.id, status, index, row.consumedAt].join("\n");
  return `"${toHex(sha256(utf8(facts)).subarray(0, ETAG_BYTES))}"`;
}

function idOfCursor(cursor: string): string {
  const bytes = fromBase64url(cursor);
  const id = bytes.ok ? utf8Text(bytes.value) : undefined;
  if (id?.startsWith("c_")) return id;
  return orRefuse(refuse("validation_failed", "must be the nextCursor of an earlier answer", "/cursor"));
}
