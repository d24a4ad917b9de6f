import { toHex, utf8 } from "../../src/core/encoding/bytes.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { show as linesOf } from "../../src/core/display/show.ts";
import type { ChangeRequested } from "../../src/core/pages/account.ts";
import type { PublicationData } from "../../src/core/pages/publication.ts";
import { drawFields } from "../common/card.ts";
import { make, once, part, partOf, say, show } from "../common/dom.ts";
import { pageData, post } from "../common/http.ts";
import { ownAddress } from "../common/sign-in-flow.ts";
import { exactly } from "../common/text.ts";
import { moment } from "../common/time.ts";

const ask = partOf("ask", HTMLButtonElement);
const status = part("status");

function start(data: PublicationData): void {
  const bytes = utf8(data.payload);
  const lines = linesOf(bytes);
  // Whoever publishes something must have seen that very thing.
  if (toHex(sha256(bytes)) !== data.payloadHash || !lines.ok) {
    show(part("alarm"), true);
    show(part("decision"), false);
    return;
  }
  say(part("heading"), data.shown ? "This decision is public" : "Publish this decision");
  part("action").append(exactly(data.action));
  part("outcome").append(...outcomeOf(data));
  if (lines.value.length > 0) part("fields").append(drawFields(lines.value));
  else part("fields").append(make("p", "card quiet", "The content is empty: an object without fields."));
  part("person").append(exactly(data.username));
  show(part(data.shown ? "after" : "before"), true);
  partOf("link", HTMLAnchorElement).href = ownAddress(data.link) ?? "/verify";
  say(ask, data.shown ? "Take it back from display" : "Publish");
  ask.className = data.shown ? "no" : "yes";
  ask.addEventListener("click", () => void once(ask, status, () => askFor(data)));
}

function outcomeOf({ status: outcome, decidedBy, decidedAt, tenant }: PublicationData): (Node | string)[] {
  const names = decidedBy.flatMap((name, place) => (place === 0 ? [exactly(name)] : [", ", exactly(name)]));
  const word = outcome === "approved" ? "Approved" : "Rejected";
  return [`${word} at `, exactly(tenant), ", signed by ", ...names, ", ", moment(decidedAt)];
}

async function askFor({ id, shown }: PublicationData): Promise<string> {
  const asked = await post<ChangeRequested>(
    `/approve/${encodeURIComponent(id)}/${shown ? "withdraw" : "reveal"}`,
    {},
  );
  if (!asked.ok) return asked.problem.detail;
  const approval = ownAddress(asked.value.approval);
  if (approval === undefined) return "The server named an address that is not its own.";
  location.assign(approval);
  return "";
}

const data = pageData() as PublicationData | undefined;
if (data === undefined) say(status, "The page arrived without its content. Reload it.");
else start(data);
show(part("main"), true);
