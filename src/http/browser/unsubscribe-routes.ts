import { Hono } from "hono";
import { UNKNOWN_UNSUBSCRIBE, type UnsubscribeState } from "../../app/channels/unsubscribe.ts";
import { readUnsubscribeToken, type UnsubscribeToken } from "../../core/notice/channel-links.ts";
import { drawUnsubscribe } from "../../../web/console/notices/unsubscribe-page.tsx";
import { answerUnknown, type Answer } from "../../desk/answer.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { noteRate } from "../desk/desk-answer.ts";
import { findDesk, type GetDesk } from "../desk/desk-of.ts";
import { orRefuse } from "../http-refusal.ts";
import { placeOf } from "../place.ts";
import { FORM_POLICY, htmlResponse } from "./pages.ts";

/**
 * Ends a channel by the link in a mail. Programs open links to look at them, so only a POST changes something: by the
 * button of the page, or by a mail program (RFC 8058), which has no cookie and no origin.
 */
export const unsubscribeRoutes = new Hono<HonoEnv>();

const PATH = "/unsubscribe/:token";

unsubscribeRoutes.get(PATH, (context) => answer(context, (desk, token) => desk().unsubscribeState(token)));
unsubscribeRoutes.post(PATH, (context) =>
  answer(context, (desk, token) => desk().unsubscribe(token, placeOf(context))),
);

type Ask = (desk: GetDesk, token: UnsubscribeToken) => Promise<Answer<UnsubscribeState>>;

async function answer(context: RequestContext, ask: Ask): Promise<Response> {
  const asked = await askTenant(context, ask);
  noteRate(context, asked);
  const { result } = asked;
  if (!result.ok && result.refusal.code !== UNKNOWN_UNSUBSCRIBE.refusal.code) orRefuse(result);
  const page = drawUnsubscribe(result.ok ? result.value : "unknown");
  return htmlResponse(context, page, {
    status: result.ok ? 200 : 404,
    policy: FORM_POLICY,
    headers: { "x-robots-tag": "noindex" },
  });
}

async function askTenant(context: RequestContext, ask: Ask): Promise<Answer<UnsubscribeState>> {
  const token = readUnsubscribeToken(context.req.param("token") ?? "");
  const desk = token && (await findDesk(context, token.ref));
  return token === undefined || desk === undefined ? answerUnknown(UNKNOWN_UNSUBSCRIBE) : ask(desk, token);
}
