import type { EnrolmentState } from "../../src/core/pages/account.ts";
import { byId, setText, setVisible } from "../common/dom.ts";
import { get, isTemporary, pageData, type Problem } from "../common/http.ts";
import { longPoll } from "../common/long-poll.ts";
import { enableSignOut } from "../common/sign-out.ts";
import { drawExact } from "../common/text.ts";

// The server sends this page at every address while the person's passkey is not active.

const PAUSE_MILLISECONDS = 5_000;

function start(first: EnrolmentState): void {
  byId("person").append(drawExact(first.username), " at ", drawExact(first.tenant));
  setText(byId("fingerprint"), first.fingerprint);
  for (const signer of ["owner", "manager", "self", "managers"] as const)
    setVisible(byId(signer), first.signer === signer);
  if (draw(first) === "enough") return;
  void longPoll(() => get<EnrolmentState>("/enrol/state"), draw, drawProblem, PAUSE_MILLISECONDS);
}

function draw({ state }: EnrolmentState): "more" | "enough" {
  // The requested page is at this address.
  if (state === "active") location.reload();
  return state === "waiting" ? "more" : "enough";
}

function drawProblem(problem: Problem | undefined): void {
  if (problem?.code === "session_required") return drawEnd();
  const more = problem && isTemporary(problem) ? "Trying again." : "Reload this page.";
  setText(byId("connection"), problem ? `${problem.detail} ${more}` : "");
}

/** The session has ended, because its passkey was rejected or removed. */
function drawEnd(): void {
  setText(byId("title"), "Your passkey gives no access");
  document.title = "Your passkey gives no access · Countersign";
  setVisible(byId("waiting"), false);
  setVisible(byId("ended"), true);
}

const data = pageData() as EnrolmentState | undefined;
if (data === undefined)
  setText(byId("connection"), "The server sent this page without its content. Reload it.");
else start(data);
enableSignOut();
setVisible(byId("main"), true);
