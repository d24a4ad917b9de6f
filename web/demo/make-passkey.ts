import { toBase64url } from "../../src/core/encoding/bytes.ts";
import type { DemoStarted, Invitation } from "../../src/core/pages/account.ts";
import { isTemporary, post } from "../common/http.ts";
import { createPasskey, creationErrorText, type NewPasskey } from "../passkey/create-passkey.ts";
import { isChallengeGood, sendFirstPasskey } from "../passkey/first-passkey.ts";
import { forgetState, readState, storeState, type DemoState } from "./demo-state.ts";

// The throw-away passkey: a demo organisation, a passkey on this device, and its registration.

interface Started {
  readonly state: DemoState;
  readonly secret: string;
  readonly invitation: Invitation;
  readonly at: number;
  /** Created on this device, while it is not certain that the server has it. It is sent again, never created again. */
  passkey?: NewPasskey;
}

let started: Started | undefined;

type Made = { readonly ok: true; readonly state: DemoState } | NotMade;
interface NotMade {
  readonly ok: false;
  readonly text: string;
}

/** One tap. `say` shows what happens meanwhile. */
export async function makePasskey(say: (text: string) => void): Promise<Made> {
  if (started?.passkey === undefined) {
    // Nothing is awaited if all is there, as after a prompt that was closed: some browsers connect it with the tap.
    const prepared = isReady() ? undefined : await prepare();
    if (prepared !== undefined) return prepared;
    const failed = await create(say);
    if (failed !== undefined) return failed;
  }
  return register(say);
}

function isReady(): boolean {
  const known = readState(Date.now());
  return started !== undefined && started.state.secret === known?.secret && isChallengeGood(started.at);
}

/** Undefined if the passkey can be created now. */
async function prepare(): Promise<Made | undefined> {
  started = undefined;
  const known = readState(Date.now());
  if (known !== undefined && known.secret !== null) {
    const again = await post<Invitation>("/enrol/begin", { secret: known.secret });
    if (again.ok) return keep(known, again.value);
    if (isTemporary(again.problem)) return notMade(again.problem.detail);
    // An earlier page registered a passkey with it, and was closed before it got the answer.
    if (again.problem.code === "enrolment_used") return made({ ...known, secret: null });
  }
  const begin = await post<DemoStarted>("/demo/begin", {});
  if (!begin.ok) return notMade(begin.problem.detail);
  const { secret, apiKey, deletedAt, ...invitation } = begin.value;
  if (invitation.rp !== location.origin)
    return notMade(`This server is for another address: ${invitation.rp}.`);
  const { username, rpId, genesis } = invitation;
  const state = { username, apiKey, deletedAt, secret, rpId, genesis, passkey: null, request: null };
  storeState(state);
  return keep(state, invitation);
}

function keep(state: DemoState, invitation: Invitation): undefined {
  started = { state, secret: state.secret ?? "", invitation, at: Date.now() };
}

async function create(say: (text: string) => void): Promise<NotMade | undefined> {
  if (started === undefined) return notMade("Try again.");
  try {
    const creation = createPasskey(started.invitation);
    say("Follow your device’s prompt to save the passkey.");
    started.passkey = await creation;
    return undefined;
  } catch (problem) {
    return notMade(creationErrorText(problem));
  }
}

async function register(say: (text: string) => void): Promise<Made> {
  if (started?.passkey === undefined) return notMade("Try again.");
  say("Registering the passkey.");
  const { state, secret, invitation, passkey } = started;
  const sent = await sendFirstPasskey(secret, invitation, passkey);
  if (sent.ok) {
    const { credentialId, publicKey } = passkey;
    started = undefined;
    return made({
      ...state,
      secret: null,
      passkey: { credentialId, publicKey: toBase64url(publicKey) },
    });
  }
  const { problem } = sent;
  if (isTemporary(problem))
    return notMade(
      `${problem.detail} The passkey is on this device, but the server may not have it. Try again.`,
    );
  started = undefined;
  forgetState();
  return notMade(`${problem.detail} The next try begins with a new passkey.`);
}

function made(state: DemoState): Made {
  storeState(state);
  return { ok: true, state };
}

function notMade(text: string): NotMade {
  return { ok: false, text };
}
