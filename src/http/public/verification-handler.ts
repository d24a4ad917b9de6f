import { verificationOf } from "../../app/evidence/public-entry.ts";
import { accept, type Result } from "../../core/refusal.ts";
import type { RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { ageOf, REMEMBER_SECONDS, VerificationCache } from "./verification-cache.ts";

/** Any page may read the answer. It is the same for everyone who has the link, and no cookie is read. */
const PUBLIC_HEADERS = { "access-control-allow-origin": "*" };

/** Of all readers of this Worker. */
export const verifications = new VerificationCache();

export async function getVerification(context: RequestContext): Promise<Response> {
  const platform = context.get("platform");
  const id = context.req.param("id") ?? "";
  const make = async (): Promise<Result<string>> => {
    const verification = await verificationOf(platform, id);
    return verification.ok ? accept(JSON.stringify(verification.value)) : verification;
  };
  const answer = orRefuse(await verifications.get(id, platform.now, make), PUBLIC_HEADERS);
  // Together with its time in this Worker, so that a withdrawn publication is gone everywhere after that time.
  const secondsLeft = Math.max(0, Math.floor(REMEMBER_SECONDS - ageOf(answer, platform.now())));
  const headers = {
    ...PUBLIC_HEADERS,
    "content-type": "application/json",
    etag: answer.etag,
    "cache-control": `public, max-age=${secondsLeft}`,
  };
  const isKnown = tagsOf(context.req.header("if-none-match")).includes(answer.etag);
  return isKnown ? new Response(null, { status: 304, headers }) : new Response(answer.text, { headers });
}

/** A proxy that compresses an answer marks its tag as weak. */
function tagsOf(header = ""): readonly string[] {
  return header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
}
