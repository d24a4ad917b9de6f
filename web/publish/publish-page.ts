import { toHex, utf8 } from "../../src/core/encoding/bytes.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { show as linesOf } from "../../src/core/display/show.ts";
import type { ChangeRequested } from "../../src/core/pages/account.ts";
import type { PublicationData } from "../../src/core/pages/publication.ts";
import { drawContent } from "../values/fields.ts";
import { runAction, byId, setText, setVisible } from "../common/dom.ts";
import { NO_DATA, OTHER_SITE, pageData, post, sameOriginUrl } from "../common/http.ts";
import { requestPath } from "../common/request-path.ts";
import { drawExact } from "../values/text.ts";
import { drawTime } from "../common/time.ts";

const ask = byId("ask", HTMLButtonElement);
const status = byId("status");

function start(data: PublicationData): void {
  const bytes = utf8(data.payload);
  const lines = linesOf(bytes);
  // A person must see exactly what they publish.
  if (toHex(sha256(bytes)) !== data.payloadHash || !lines.ok) {
    setVisible(byId("alarm"), true);
    setVisible(byId("decision"), false);
    return;
  }
  setVisible(byId("test"), data.mode !== "live");
  setText(byId("heading"), data.shown ? "This decision is public" : "Publish this decision");
  byId("action").append(drawExact(data.action));
  byId("outcome").append(...outcomeOf(data));
  byId("fields").append(drawContent(lines.value));
  byId("person").append(drawExact(data.username));
  setVisible(byId(data.shown ? "after" : "before"), true);
  byId("link", HTMLAnchorElement).href = sameOriginUrl(data.link) ?? "/verify";
  setText(ask, data.shown ? "Withdraw from display" : "Publish");
  ask.className = data.shown ? "no" : "primary";
  ask.addEventListener("click", () => void runAction(ask, status, () => requestChange(data)));
}

function outcomeOf({ status: outcome, decidedBy, decidedAt, tenant }: PublicationData): (Node | string)[] {
  const names = decidedBy.flatMap((name, place) =>
    place === 0 ? [drawExact(name)] : [", ", drawExact(name)],
  );
  const word = outcome === "approved" ? "Approved" : "Rejected";
  return [`${word} at `, drawExact(tenant), ", signed by ", ...names, ", ", drawTime(decidedAt)];
}

async function requestChange({ id, shown }: PublicationData): Promise<string> {
  const answer = await post<ChangeRequested>(`${requestPath(id)}/${shown ? "withdraw" : "reveal"}`, {});
  if (!answer.ok) return answer.problem.detail;
  const approval = sameOriginUrl(answer.value.approval);
  if (approval === undefined) return OTHER_SITE;
  location.assign(approval);
  return "";
}

const data = pageData() as PublicationData | undefined;
if (data === undefined) setText(status, NO_DATA);
else start(data);
setVisible(byId("main"), true);
