import { verificationOf } from "../../app/evidence/public-entry.ts";
import type { RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";

/** Any page may read the answer. It is the same for everyone who has the link, and no cookie is read. */
const PUBLIC_HEADERS = { "access-control-allow-origin": "*" };

export async function getVerification(context: RequestContext): Promise<Response> {
  const verification = await verificationOf(context.get("runtime"), context.req.param("id") ?? "");
  return context.json(orRefuse(verification, PUBLIC_HEADERS), 200, PUBLIC_HEADERS);
}
