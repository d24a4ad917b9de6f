import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Platform } from "../runtime.ts";

/** An address as a row keeps it; refused at once if nothing could ever be sent to it. */
export function checkAddress({ send }: Pick<Platform, "send">, text: string): Result<string> {
  const problem = send.addressProblem(text);
  return problem === undefined ? accept(new URL(text).href) : refuse("address_refused", problem, "/url");
}
