import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { SendResult } from "../../send/send-result.ts";

/** The value if the message was sent; otherwise why it was not. */
export function orNotDelivered<Value>(sent: SendResult, value: Value): Result<Value> {
  if (sent.kind === "sent") return accept(value);
  const next =
    sent.kind === "retry" ? "try again in some minutes" : "check the address, or use another channel";
  return refuse("not_delivered", `${sent.error}; ${next}`);
}
