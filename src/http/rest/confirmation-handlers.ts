import type { ConfirmationView } from "../../app/confirmation/view.ts";
import type { Platform } from "../../app/runtime.ts";
import { fromBase64url, toBase64url, toHex, utf8, utf8Text } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import { refuse } from "../../core/refusal.ts";
import type { RequestContext } from "../context.ts";
import { parseDateTime } from "../schemas/date-time.ts";
import { answered } from "../desk/desk-answer.ts";
import { orRefuse } from "../http-refusal.ts";
import { receiptResponse } from "../receipt-response.ts";
import { VERSION } from "../version.ts";
import { waitAtDesk } from "../desk/wait-at-desk.ts";
import type { ListAnswer } from "./answer-schemas.ts";
import { confirmationAnswer, summaryOf } from "./confirmation-answer.ts";
import type { RestCall } from "./operation.ts";
import type { ConsumeRequest, CreateRequest, ListQuery, WaitQuery } from "./request-schemas.ts";

/** When to poll a pending confirmation again without `wait`. */
const RETRY_AFTER_SECONDS = 2;
const ETAG_BYTES = 16;

export async function createConfirmation(call: RestCall<CreateRequest>): Promise<Response> {
  const { context, desk, key, body, idempotencyKey } = call;
  const asked = await desk().ask(key, body, { protocol: "rest", idempotencyKey });
  const { view, replayed } = answered(context, asked);
  if (replayed) context.header("Idempotency-Replayed", "true");
  return context.json(confirmationAnswer(context.get("platform"), view), 201);
}

export async function listConfirmations(call: RestCall<unknown, ListQuery>): Promise<Response> {
  const { context, desk, key } = call;
  const { createdAfter, cursor, ...query } = call.query;
  const answer = await desk().list(key, {
    ...query,
    createdAfter: createdAfter === undefined ? undefined : parseDateTime(createdAfter),
    after: cursor === undefined ? undefined : idOfCursor(cursor),
  });
  const { items, next } = answered(context, answer);
  return context.json({
    data: items.map((item) => summaryOf(context.get("platform"), item)),
    nextCursor: next === null ? null : toBase64url(utf8(next)),
    hasMore: next !== null,
  } satisfies ListAnswer);
}

export async function getConfirmation(call: RestCall<unknown, WaitQuery>): Promise<Response> {
  const { context, desk, key, id, query } = call;
  if (query.wait === 0) return confirmationResponse(context, answered(context, await desk().read(key, id)));
  const waited = await waitAtDesk(context, call, id, query.wait, { by: "backend" });
  return confirmationResponse(context, answered(context, waited).view);
}

export async function cancelConfirmation({ context, desk, key, id }: RestCall): Promise<Response> {
  return confirmationResponse(context, answered(context, await desk().cancel(key, id)));
}

export async function consumeConfirmation(call: RestCall<ConsumeRequest>): Promise<Response> {
  const { context, desk, key, id, body, idempotencyKey } = call;
  const used = await desk().consume(key, id, body.payload, idempotencyKey);
  return confirmationResponse(context, answered(context, used));
}

export async function getReceipt({ context, desk, key, id }: RestCall): Promise<Response> {
  return receiptResponse(id, answered(context, await desk().receipt(key, id)));
}

function confirmationResponse(context: RequestContext, view: ConfirmationView): Response {
  const platform = context.get("platform");
  const etag = etagOf(platform, view);
  const headers = {
    "content-type": "application/json",
    etag,
    ...(view.status === "pending" ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {}),
  };
  if (context.req.method === "GET" && context.req.header("if-none-match") === etag) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(JSON.stringify(confirmationAnswer(platform, view)), { headers });
}

/**
 * A hash of the facts that determine the answer, so that a 304 needs no answer to compare with. Only facts that the
 * answer shows: with the row's version a poller would notice a decision before it is sealed.
 */
function etagOf({ origin, logOrigin }: Platform, { row, status, index, signing }: ConfirmationView): string {
  const { approvers, progress, stage, waitingFor } = signing;
  const signatures = [...approvers, progress.have, progress.need, stage.number, waitingFor];
  const facts = [VERSION, origin, logOrigin, row.id, status, index, row.consumedAt, ...signatures].join("\n");
  return `"${toHex(sha256(utf8(facts)).subarray(0, ETAG_BYTES))}"`;
}

function idOfCursor(cursor: string): string {
  const bytes = fromBase64url(cursor);
  const id = bytes.ok ? utf8Text(bytes.value) : undefined;
  if (id?.startsWith("c_")) return id;
  return orRefuse(refuse("validation_failed", "must be the nextCursor of an earlier answer", "/cursor"));
}
