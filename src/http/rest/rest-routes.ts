import { Hono } from "hono";
import { ask, cancel, consume, read, wait } from "../../app/confirmation/ask.ts";
import {
  principalOf,
  rememberedPrincipalOf,
  stillGood,
  UNAUTHORIZED,
  type Principal,
  type Scope,
} from "../../app/account/api-keys.ts";
import type { Loaded } from "../../app/confirmation/load.ts";
import { askRole, invite, inviteAgain, listApprovers, type Invite } from "../../app/account/people.ts";
import { receiptOf } from "../../app/evidence/build-receipt.ts";
import { list, viewOf, viewOfNew, type View } from "../../app/confirmation/view.ts";
import { isoTime, type Runtime } from "../../app/runtime.ts";
import { fromBase64url, toBase64url, toHex, utf8, utf8Text } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import { RECEIPT_MEDIA_TYPE } from "../../core/evidence/receipt.ts";
import { refuse, type Result } from "../../core/refusal.ts";
import type { ApproversAnswer, ChangeAnswer, InviteAnswer, ListAnswer } from "./answer-schemas.ts";
import { readJsonBody } from "../json-body.ts";
import type { Checked } from "../validate.ts";
import { confirmationAnswer, summaryOf } from "./confirmation-answer.ts";
import { refused, type HonoEnv, type RequestContext } from "../context.ts";
import { VERSION } from "../version.ts";
import {
  readConsumeRequest,
  readCreateRequest,
  readIdempotencyKey,
  readInviteRequest,
  readListQuery,
  readRecoveryRequest,
  readRoleRequest,
  readWaitQuery,
} from "./request-schemas.ts";

// The REST door: who asks, what they say, one use case, and its answer. Everything else is behind it.

/** How soon a poll without `wait` makes sense again. */
const RETRY_AFTER_SECONDS = 2;
const TAG_BYTES = 16;

export const api = new Hono<HonoEnv>();

api.post("/confirmations", async (context) => {
  const runtime = context.get("runtime");
  const principal = await keyWith(context, "confirmations:create", rememberedPrincipalOf);
  if (principal instanceof Response) return principal;
  const question = await bodyOf(context, readCreateRequest);
  if (question instanceof Response) return unlessRevoked(context, principal, question);
  const once = readIdempotencyKey(context.req.raw.headers);
  if (!once.ok) return unlessRevoked(context, principal, refused(context, once.refusal));
  const opened = await ask(runtime, principal, question, once.value);
  if (!opened.ok) return unlessRevoked(context, principal, refused(context, opened.refusal));
  const { row, replayed } = opened.value;
  // The statement that made it has looked at the key.
  if (!replayed) return context.json(confirmationAnswer(runtime, viewOfNew(row, question.username)), 201);
  const loaded = await read(runtime, principal, row.id);
  if (!loaded.ok) return unlessRevoked(context, principal, refused(context, loaded.refusal));
  context.header("Idempotency-Replayed", "true");
  const answer = context.json(confirmationAnswer(runtime, viewOf(loaded.value)), 201);
  return unlessRevoked(context, principal, answer);
});

api.get("/confirmations", async (context) => {
  const principal = await keyWith(context, "confirmations:read");
  if (principal instanceof Response) return principal;
  const query = readListQuery(new URL(context.req.url).searchParams);
  if (!query.ok) return refused(context, query.refusal, query.errors);
  const { status, approver, createdAfter, limit, cursor } = query.value;
  const after = cursor === undefined ? undefined : idOfCursor(cursor);
  if (cursor !== undefined && after === undefined) {
    return refused(
      context,
      refuse("validation_failed", "must be a nextCursor of an earlier answer", "/cursor").refusal,
    );
  }
  const runtime = context.get("runtime");
  const { items, hasMore } = await list(runtime, principal.store, {
    project: principal.project.id,
    status,
    approver,
    limit,
    createdAfter: createdAfter === undefined ? undefined : Date.parse(createdAfter),
    after,
  });
  const last = items.at(-1);
  const answer: ListAnswer = {
    data: items.map(({ row, status: shown, username }) =>
      summaryOf(runtime, { row, status: shown, username }),
    ),
    nextCursor: hasMore && last ? toBase64url(utf8(last.row.id)) : null,
    hasMore,
  };
  return context.json(answer);
});

api.get("/confirmations/:id", async (context) => {
  const principal = await keyWith(context, "confirmations:read", rememberedPrincipalOf);
  if (principal instanceof Response) return principal;
  const query = readWaitQuery(new URL(context.req.url).searchParams);
  if (!query.ok) return unlessRevoked(context, principal, refused(context, query.refusal, query.errors));
  const found = await wait(context.get("runtime"), principal, context.req.param("id"), query.value.wait);
  return answered(context, found);
});

api.post("/confirmations/:id/cancel", async (context) => {
  const principal = await keyWith(context, "confirmations:create");
  if (principal instanceof Response) return principal;
  return answered(context, await cancel(context.get("runtime"), principal, context.req.param("id")));
});

api.post("/confirmations/:id/consume", async (context) => {
  const principal = await keyWith(context, "confirmations:consume");
  if (principal instanceof Response) return principal;
  const body = await bodyOf(context, readConsumeRequest);
  if (body instanceof Response) return body;
  const once = readIdempotencyKey(context.req.raw.headers);
  if (!once.ok) return refused(context, once.refusal);
  return answered(
    context,
    await consume(context.get("runtime"), principal, context.req.param("id"), body.payload, once.value),
  );
});

api.get("/confirmations/:id/receipt", async (context) => {
  const principal = await keyWith(context, "confirmations:read");
  if (principal instanceof Response) return principal;
  const runtime = context.get("runtime");
  const found = await read(runtime, principal, context.req.param("id"));
  if (!found.ok) return refused(context, found.refusal);
  const receipt = await receiptOf(runtime, principal.store, found.value);
  if (!receipt.ok) return refused(context, receipt.refusal);
  return new Response(receipt.value as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": RECEIPT_MEDIA_TYPE,
      "cache-control": "no-store",
      "content-disposition": `attachment; filename="receipt-${found.value.row.id}.json"`,
    },
  });
});

api.get("/approvers", async (context) => {
  const principal = await keyWith(context, "people");
  if (principal instanceof Response) return principal;
  const answer: ApproversAnswer = { data: [...(await listApprovers(principal.store))] };
  return context.json(answer);
});

api.post("/invites", async (context) => {
  const principal = await keyWith(context, "people");
  if (principal instanceof Response) return principal;
  const body = await bodyOf(context, readInviteRequest);
  if (body instanceof Response) return body;
  const invited = await invite(context.get("runtime"), principal.store, body.username, body.role);
  return told(context, invited);
});

api.post("/recoveries", async (context) => {
  const principal = await keyWith(context, "people");
  if (principal instanceof Response) return principal;
  const body = await bodyOf(context, readRecoveryRequest);
  if (body instanceof Response) return body;
  return told(context, await inviteAgain(context.get("runtime"), principal.store, body.username));
});

api.post("/roles", async (context) => {
  const principal = await keyWith(context, "people");
  if (principal instanceof Response) return principal;
  const body = await bodyOf(context, readRoleRequest);
  if (body instanceof Response) return body;
  const { store, requester } = principal;
  const asked = await askRole(context.get("runtime"), store, requester, body.username, body.role);
  if (!asked.ok) return refused(context, asked.refusal);
  const answer: ChangeAnswer = { url: asked.value };
  return context.json(answer, 201);
});

function told(context: RequestContext, invited: Result<Invite>): Response {
  if (!invited.ok) return refused(context, invited.refusal);
  const { enrolUrl, expiresAt } = invited.value;
  const answer: InviteAnswer = { enrolUrl, expiresAt: isoTime(expiresAt) };
  return context.json(answer, 201);
}

/** The caller, if its key is good and has this scope; before anything else is looked at. */
export async function keyWith(
  context: RequestContext,
  scope: Scope,
  look: typeof principalOf = principalOf,
): Promise<Principal | Response> {
  const principal = await look(context.get("runtime"), context.req.header("x-api-key"));
  if (!principal.ok) return refused(context, principal.refusal);
  if (principal.value.scopes.has(scope)) return principal.value;
  const lacking = refuse("forbidden_scope", `this key lacks the scope ${scope}`);
  return unlessRevoked(context, principal.value, refused(context, lacking.refusal));
}

/** A remembered key may have been revoked since: then it is told nothing but that. */
async function unlessRevoked(
  context: RequestContext,
  principal: Principal,
  answer: Response,
): Promise<Response> {
  const good = await stillGood(context.get("runtime"), principal);
  return good ? answer : refused(context, UNAUTHORIZED.refusal);
}

async function bodyOf<Value>(
  context: RequestContext,
  readRequest: (body: Parameters<typeof readCreateRequest>[0]) => Checked<Value>,
): Promise<Value | Response> {
  const body = await readJsonBody(context.req.raw);
  if (!body.ok) return refused(context, body.refusal);
  const checked = readRequest(body.value);
  return checked.ok ? checked.value : refused(context, checked.refusal, checked.errors);
}

function answered(context: RequestContext, found: Result<Loaded>): Response {
  if (!found.ok) return refused(context, found.refusal);
  const runtime = context.get("runtime");
  const view = viewOf(found.value);
  const tag = tagOf(runtime, view);
  const headers = {
    "content-type": "application/json",
    "cache-control": "no-store",
    etag: tag,
    ...(view.status === "pending" ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {}),
  };
  if (context.req.method === "GET" && context.req.header("if-none-match") === tag) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(JSON.stringify(confirmationAnswer(runtime, view)), { headers });
}

/** What an answer follows from: the same facts give the same answer, and it need not be made to be compared. */
function tagOf({ origin, logOrigin }: Runtime, { row, status, index }: View): string {
  const facts = [VERSION, origin, logOrigin, row.id, row.version, status, index].join("\n");
  return `"${toHex(sha256(utf8(facts)).subarray(0, TAG_BYTES))}"`;
}

/** The id that a `nextCursor` of ours stands for; undefined where it is none. */
function idOfCursor(cursor: string): string | undefined {
  const bytes = fromBase64url(cursor);
  const id = bytes.ok ? utf8Text(bytes.value) : undefined;
  return id?.startsWith("c_") ? id : undefined;
}
