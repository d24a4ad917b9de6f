import type { EnrolmentResult, Invitation, SignUpData, SignUpStarted } from "../../src/core/pages/account.ts";
import { byId, runAction, setText, setVisible } from "../common/dom.ts";
import { isTemporary, NO_DATA, pageData, post, type Problem } from "../common/http.ts";
import { icon } from "../common/icons.ts";
import { drawOrganisationId } from "../common/draw-organisation-id.ts";
import { createPasskey, creationErrorText, type NewPasskey } from "../passkey/create-passkey.ts";
import { checkEnrolment, computedStream } from "../passkey/enrolment.ts";
import { isChallengeGood, sendFirstPasskey } from "../passkey/first-passkey.ts";
import { hasPasskeys } from "../passkey/passkey-support.ts";
import { drawExact } from "../values/text.ts";
import { FIELDS, readNames, setFault, type Names } from "./names.ts";
import { offerSecondPasskey } from "./second-passkey.ts";

// A new organisation, from two names to its id. The server makes it with an enrolment link for its owner; this page
// keeps the secret of that link, and from there on it is the owner's enrolment.

/** A sign-up whose passkey is not registered yet. */
interface Started {
  readonly names: string;
  readonly secret: string;
  invitation: Invitation;
  at: number;
  /** Created on this device, while it is not certain that the server has it. It is sent again, never created again. */
  passkey?: NewPasskey;
}

const create = byId("create", HTMLButtonElement);
const status = byId("status");
let started: Started | undefined;

function start({ mode, person }: SignUpData): void {
  const open = () => {
    setVisible(byId("member"), false);
    setVisible(byId("form"), true);
    setText(byId("title"), "Create your organisation");
  };
  setVisible(byId("with-code"), mode === "code");
  setVisible(byId("closed"), mode === "closed" && person === null);
  setVisible(byId("another"), mode !== "closed");
  if (person !== null) {
    setText(byId("title"), "You are signed in");
    byId("person").append(drawExact(person.username), " at ", drawExact(person.tenant));
    setVisible(byId("member"), true);
    byId("another").addEventListener("click", open);
  } else if (mode === "closed") setText(byId("title"), "Sign-up is closed here");
  else open();
  if (mode === "closed") return;
  if (!hasPasskeys(create)) return setVisible(byId("fields"), false);
  create.addEventListener("click", () => void runAction(create, status, () => signUp(mode === "code")));
  // A form could only send to where its page's policy forbids it to.
  for (const field of FIELDS)
    field.addEventListener("keydown", ({ key }) => {
      if (key === "Enter") create.click();
    });
}

/** Returns what to show below the button. */
async function signUp(withCode: boolean): Promise<string> {
  if (started?.passkey !== undefined) return sendPasskey(started, started.passkey);
  const names = readNames(withCode);
  if (names === undefined) return "";
  // Nothing is awaited if all is there, as after a prompt that was closed: some browsers connect it with the tap.
  if (!isReady(names)) {
    const problem = await prepare(names);
    if (problem !== undefined) return problem;
  }
  return started === undefined ? "" : createWith(started);
}

function isReady(names: Names): boolean {
  return started?.names === JSON.stringify(names) && isChallengeGood(started.at);
}

/** Undefined if the passkey can be created now. */
async function prepare(names: Names): Promise<string | undefined> {
  const key = JSON.stringify(names);
  const again =
    started?.names === key ? await post<Invitation>("/enrol/begin", { secret: started.secret }) : undefined;
  if (started !== undefined && again?.ok) {
    started.invitation = again.value;
    started.at = Date.now();
    return undefined;
  }
  started = undefined;
  const answer = await post<SignUpStarted>("/signup/begin", names);
  if (!answer.ok) {
    const { code, detail } = answer.problem;
    if (code !== "sign_up_code_wrong") return detail;
    setFault(byId("code", HTMLInputElement), "is not accepted here; check it");
    byId("code").focus();
    return "";
  }
  const { secret, ...invitation } = answer.value;
  if (invitation.rp !== location.origin) return `This server is for another address: ${invitation.rp}.`;
  started = { names: key, secret, invitation, at: Date.now() };
  return undefined;
}

async function createWith(signUp: Started): Promise<string> {
  try {
    const creation = createPasskey(signUp.invitation);
    setText(status, "Follow your device's prompt to save the passkey.");
    signUp.passkey = await creation;
  } catch (problem) {
    return creationErrorText(problem);
  }
  for (const field of FIELDS) field.readOnly = true;
  return sendPasskey(signUp, signUp.passkey);
}

async function sendPasskey(signUp: Started, passkey: NewPasskey): Promise<string> {
  setText(status, "Creating your organisation.");
  const { secret, invitation } = signUp;
  const sent = await sendFirstPasskey(secret, invitation, passkey);
  if (!sent.ok) return notSent(sent.problem);
  drawDone(invitation, passkey, sent.value);
  return "";
}

function notSent(problem: Problem): string {
  if (isTemporary(problem)) {
    setText(create, "Send again");
    return `${problem.detail} Your passkey is saved on this device, but the server may not have it yet. Send it again.`;
  }
  // The next tap begins again, and its passkey replaces this one on the device.
  if (started !== undefined) started.at = 0;
  delete started?.passkey;
  for (const field of FIELDS) field.readOnly = false;
  setText(create, "Create passkey");
  return `${problem.detail} No organisation was created.`;
}

/** `done` is null if the server has the passkey, and its answer was lost. */
function drawDone(invitation: Invitation, passkey: NewPasskey, done: EnrolmentResult | null): void {
  setVisible(byId("form"), false);
  setVisible(byId("done"), true);
  if (done !== null && !checkEnrolment(invitation, passkey, done)) {
    setVisible(byId("title"), false);
    return setVisible(byId("badge"), false);
  }
  byId("title").replaceChildren(drawExact(invitation.tenant), " is ready");
  document.title = "Your organisation is ready · Countersign";
  byId("badge").className = "badge good";
  byId("badge").replaceChildren(icon("check"));
  byId("owner").append(drawExact(invitation.username));
  drawOrganisationId(invitation.tenant, computedStream(invitation, passkey) ?? "");
  setVisible(byId("ready"), true);
  setVisible(byId("second"), done !== null);
  setVisible(byId("later"), done !== null);
  setVisible(byId("signed-out"), done === null);
  byId("title").focus();
  if (done !== null) offerSecondPasskey(invitation.tenant);
}

const data = pageData() as SignUpData | undefined;
if (data === undefined) setText(byId("connection"), NO_DATA);
else start(data);
setVisible(byId("main"), true);
