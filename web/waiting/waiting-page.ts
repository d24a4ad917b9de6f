import type { EnrolmentState } from "../../src/core/pages/account.ts";
import { byId, setText, setVisible } from "../common/dom.ts";
import { drawConnection, isSessionEnd } from "../common/connection.ts";
import { drawFingerprint } from "../common/draw-fingerprint.ts";
import { get, NO_DATA, pageData, type Problem } from "../common/http.ts";
import { longPoll } from "../common/long-poll.ts";
import { enableSignOut } from "../common/sign-out.ts";
import { drawExact } from "../values/text.ts";

// The server sends this page at every address while the person's passkey is not active.

const PAUSE_MILLISECONDS = 5_000;

function start(first: EnrolmentState): void {
  byId("person").append(drawExact(first.username), " at ", drawExact(first.tenant));
  byId("fingerprint").append(drawFingerprint(first.fingerprint));
  for (const signer of ["owner", "manager", "self", "managers"] as const)
    setVisible(byId(signer), first.signer === signer);
  setVisible(byId("others"), first.signer !== "self");
  if (draw(first) === "enough") return;
  void longPoll(() => get<EnrolmentState>("/enrol/state"), draw, drawProblem, PAUSE_MILLISECONDS);
}

function draw({ state }: EnrolmentState): "more" | "enough" {
  // The requested page is at this address.
  if (state === "active") location.reload();
  return state === "waiting" ? "more" : "enough";
}

function drawProblem(problem: Problem | undefined): void {
  if (problem !== undefined && isSessionEnd(problem)) drawEnd();
  else drawConnection(problem);
}

/** The passkey was rejected or replaced, or the person has signed out elsewhere. Only a new sign-in can tell. */
function drawEnd(): void {
  setText(byId("title"), "You are signed out");
  document.title = "You are signed out · Countersign";
  setVisible(byId("signout"), false);
  setVisible(byId("waiting"), false);
  setVisible(byId("automatic"), false);
  setVisible(byId("ended"), true);
}

const data = pageData() as EnrolmentState | undefined;
if (data === undefined) setText(byId("connection"), NO_DATA);
else start(data);
enableSignOut();
byId("again").addEventListener("click", () => location.reload());
setVisible(byId("main"), true);
