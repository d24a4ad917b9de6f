import type { Answer } from "../../desk/answer.ts";
import type { RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

/** The value of a Desk's answer. Otherwise the request ends with its refusal. Both get the headers of the caller's limits. */
export function answered<Value>(context: RequestContext, answer: Answer<Value>): Value {
  noteRate(context, answer);
  return orRefuse(answer.result);
}

export function noteRate(context: RequestContext, answer: Answer<unknown>): void {
  context.set("rateHeaders", rateLimitHeaders(answer));
}
