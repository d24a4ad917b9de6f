import { Hono } from "hono";
import { askReveal, publicationOf } from "../../app/evidence/reveal.ts";
import * as shape from "../../core/encoding/shape.ts";
import { refused, type HonoEnv, type RequestContext } from "../context.ts";
import { page } from "./pages.ts";
import { posted, requireSession, optionalSession } from "./session.ts";

// Making a decision public. A session asks; what is asked is signed like any other change.

export const publish = new Hono<HonoEnv>();

publish.get("/:id/publish", async (context) => {
  const known = await optionalSession(context);
  if (known === undefined) return page(context, "signin");
  const id = context.req.param("id");
  const found = await publicationOf(context.get("runtime"), known.store, id, known.person);
  return found.ok ? page(context, "publish", found.value) : page(context, "notfound", undefined, 404);
});

publish.post("/:id/reveal", (context) => asked(context, context.req.param("id"), true));
publish.post("/:id/withdraw", (context) => asked(context, context.req.param("id"), false));

async function asked(context: RequestContext, id: string, shown: boolean): Promise<Response> {
  const known = await requireSession(context);
  if (known instanceof Response) return known;
  const body = await posted(context, shape.object({}));
  if (body instanceof Response) return body;
  const approval = await askReveal(context.get("runtime"), known.store, id, known.person, shown);
  return approval.ok ? context.json({ approval: approval.value }) : refused(context, approval.refusal);
}
