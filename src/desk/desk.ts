import {
  beginDevice,
  devicesData,
  finishDevice,
  inviteOwnDevice,
  removeDevice,
  type DeviceForm,
} from "../app/account/devices.ts";
import {
  beginEnrolment,
  finishEnrolment,
  UNKNOWN_LINK,
  type Enrolled,
  type EnrolmentCaller,
} from "../app/account/enrol.ts";
import { enrolmentState } from "../app/account/enrolment-state.ts";
import type { RegistrationForm } from "../app/account/new-passkey.ts";
import { requesterOf } from "../app/acts/act.ts";
import {
  UNKNOWN_UNSUBSCRIBE,
  unsubscribe,
  unsubscribeState,
  type UnsubscribeState,
} from "../app/channels/unsubscribe.ts";
import { closeSession } from "../app/account/passkey-session.ts";
import type { PasskeyProof } from "../app/account/prove-passkey.ts";
import { finishSignIn, UNKNOWN_PASSKEY, type SignInForm } from "../app/account/sign-in.ts";
import type { LoadedConfirmation } from "../app/confirmation/load.ts";
import { approvalData, approvalFor, approvalState } from "../app/decision/approval-page.ts";
import { beginCeremony } from "../app/decision/ceremony.ts";
import { decide } from "../app/decision/decide.ts";
import { inboxData, inboxOf } from "../app/decision/read-inbox.ts";
import type { SubmittedVote } from "../app/decision/signed-step.ts";
import { requestRevocation } from "../app/directory/revoke.ts";
import { receiptOf } from "../app/evidence/build-receipt.ts";
import { publicationOf, requestReveal } from "../app/evidence/reveal.ts";
import type {
  DeviceChallenge,
  DeviceLink,
  DevicesData,
  EnrolmentState,
  Invitation,
  SignedInPerson,
} from "../core/pages/account.ts";
import type { ApprovalData, ApprovalState, Ceremony } from "../core/pages/approval.ts";
import type { Inbox, InboxData } from "../core/pages/inbox.ts";
import type { PublicationData } from "../core/pages/publication.ts";
import type { UnsubscribeToken } from "../core/notice/channel-links.ts";
import { accept, type Result } from "../core/refusal.ts";
import { isSandbox } from "../store/shards/sandboxes.ts";
import type { Answer } from "./answer.ts";
import type { SignedIn } from "./callers.ts";
import { DeskForConsole } from "./desk-for-console.ts";
import { SharedReads } from "./waits/shared-reads.ts";
import { waitForVersion } from "./waits/wait-for-version.ts";

/** A page of an inbox, and the version of it that the page shows. */
interface InboxQuery {
  readonly version?: string | undefined;
  readonly after?: string | undefined;
  readonly wait: number;
}

/**
 * Everything that happens in one tenant happens here. A caller is named by the hash of an API key, or by the hash of a
 * session's secret. Neither decides: `decide` takes a fresh signature by a passkey besides the session.
 */
export class Desk extends DeskForConsole {
  readonly #inboxes = new SharedReads<Inbox>();

  // With a session.

  async identifySession(session: string): Promise<Answer<SignedInPerson>> {
    return this.callers.withSession(session, "reads", async ({ store, person }) => {
      const { name, sandboxUntil } = await store.own();
      return accept({ username: person.username, tenant: name, sandbox: sandboxUntil !== null });
    });
  }

  /** Whether nothing is lost if a visitor's browser gets another session. */
  async isSandboxSession(session: string): Promise<Answer<boolean>> {
    return this.callers.withAnySession(session, "reads", async ({ store }) => accept(await isSandbox(store)));
  }

  async approvalPage(session: string, id: string): Promise<Answer<ApprovalData>> {
    return this.callers.withSession(session, "reads", ({ store, person }) =>
      approvalData(this.runtime, store, id, person),
    );
  }

  /** Waits until the state differs from the version that the page has, or this many seconds. */
  async approvalState(
    session: string,
    id: string,
    { version, wait: seconds }: Omit<InboxQuery, "after">,
    call: string,
  ): Promise<Answer<ApprovalState>> {
    return this.callers.withSession(session, seconds > 0 ? "waits" : "reads", (signedIn) =>
      waitForVersion(
        this.callers,
        session,
        signedIn,
        { version, seconds, call },
        {
          read: (by) => this.#approvalState(by, id),
          until: (...waiting) => this.waiters.waitForPage(id, ...waiting),
        },
      ),
    );
  }

  /** People keep the proof of what they signed, of changes as well: no API key reads those. */
  async approvalReceipt(session: string, id: string): Promise<Answer<Uint8Array>> {
    return this.#withApproval(session, id, "reads", (loaded, { store }) =>
      receiptOf(this.runtime, store, loaded),
    );
  }

  async beginCeremony(session: string, id: string): Promise<Answer<Ceremony>> {
    return this.#withApproval(session, id, "ceremonies", (loaded, { store, person }) =>
      beginCeremony(this.runtime, store, loaded, person),
    );
  }

  async decide(
    session: string,
    id: string,
    vote: SubmittedVote,
    place: string,
  ): Promise<Answer<ApprovalState>> {
    return this.callers.withSession(session, "changes", async (signedIn) => {
      const decided = await decide(this.runtime, signedIn.store, id, signedIn.person, vote, place);
      return decided.ok ? this.#approvalState(signedIn, id) : decided;
    });
  }

  async inboxPage(session: string, after?: string): Promise<Answer<InboxData>> {
    return this.callers.withSession(session, "reads", async ({ store, person }) =>
      accept(await inboxData(this.runtime, store, person, after)),
    );
  }

  /** Waits until it differs from the version that the page has, or this many seconds. */
  async inbox(
    session: string,
    { version, after, wait: seconds }: InboxQuery,
    call: string,
  ): Promise<Answer<Inbox>> {
    return this.callers.withSession(session, seconds > 0 ? "waits" : "reads", (signedIn) =>
      waitForVersion(
        this.callers,
        session,
        signedIn,
        { version, seconds, call },
        {
          // A page of it is the same in all sessions of a person, and a change wakes all of them at once.
          read: async ({ store, person }) =>
            accept(
              await this.#inboxes.read(`${person.id} ${person.role} ${after ?? ""}`, () =>
                inboxOf(this.runtime, store, person, after),
              ),
            ),
          until: (...waiting) => this.waiters.waitForInbox(signedIn.person.id, ...waiting),
        },
      ),
    );
  }

  /** The page no longer reads the answer to this call. */
  async abandonPageWait(session: string, call: string): Promise<Answer<null>> {
    return this.callers.withAnySession(session, null, async ({ session: { id } }) => {
      this.waiters.abandon(id, { call });
      return accept(null);
    });
  }

  async devices(session: string): Promise<Answer<DevicesData>> {
    return this.callers.withSession(session, "reads", async ({ store, person }) =>
      accept(await devicesData(store, person)),
    );
  }

  async beginDevice(session: string): Promise<Answer<DeviceChallenge>> {
    return this.callers.withSession(session, "changes", ({ store, person }) =>
      beginDevice(this.runtime, store, person),
    );
  }

  async finishDevice(session: string, form: DeviceForm, place: string): Promise<Answer<string>> {
    return this.callers.withSession(session, "changes", ({ store, person }) =>
      finishDevice(this.runtime, store, person, form, place),
    );
  }

  async inviteOwnDevice(session: string, proof: PasskeyProof, place: string): Promise<Answer<DeviceLink>> {
    return this.callers.withSession(session, "changes", ({ store, person }) =>
      inviteOwnDevice(this.runtime, store, person, proof, place),
    );
  }

  async removeDevice(session: string, passkey: string, place: string): Promise<Answer<"removed">> {
    return this.callers.withSession(session, "changes", ({ store, person }) =>
      removeDevice(this.runtime, store, person, passkey, place),
    );
  }

  async requestRevocation(session: string, passkey: string, place: string): Promise<Answer<string>> {
    return this.callers.withSession(session, "changes", ({ store, person }) =>
      requestRevocation(this.runtime, store, requesterOf(person, place), person, passkey),
    );
  }

  async publication(session: string, id: string): Promise<Answer<PublicationData>> {
    return this.callers.withSession(session, "reads", ({ store, person }) =>
      publicationOf(this.runtime, store, id, person),
    );
  }

  async requestReveal(session: string, id: string, shown: boolean, place: string): Promise<Answer<string>> {
    return this.callers.withSession(session, "changes", ({ store, person }) =>
      requestReveal(this.runtime, store, id, person, shown, place),
    );
  }

  async enrolmentState(session: string): Promise<Answer<EnrolmentState>> {
    return this.callers.withAnySession(session, "reads", async (signedIn) =>
      accept(await enrolmentState(signedIn.store, signedIn.session)),
    );
  }

  async signOut(session: string, everywhere: boolean, place: string): Promise<Answer<null>> {
    return this.callers.withAnySession(session, "changes", async ({ store }) => {
      await closeSession(this.runtime, store, session, everywhere, place);
      return accept(null);
    });
  }

  // With a passkey, or with the secret of a link. The answers contain the secret of a new session.

  async finishSignIn(form: SignInForm, place: string): Promise<Answer<string>> {
    return this.callers.withSecret("signIns", UNKNOWN_PASSKEY, (store) =>
      finishSignIn(this.runtime, store, form, place),
    );
  }

  async beginEnrolment(link: string): Promise<Answer<Invitation>> {
    return this.callers.withSecret("enrolments", UNKNOWN_LINK, (store) =>
      beginEnrolment(this.runtime, store, link),
    );
  }

  async finishEnrolment(
    link: string,
    form: RegistrationForm,
    by: EnrolmentCaller,
  ): Promise<Answer<Enrolled>> {
    return this.callers.withSecret("enrolments", UNKNOWN_LINK, (store) =>
      finishEnrolment(this.runtime, store, link, form, by),
    );
  }

  // With the link in a mail. It gives no session.

  async unsubscribeState(token: UnsubscribeToken): Promise<Answer<UnsubscribeState>> {
    return this.callers.withSecret("unsubscribes", UNKNOWN_UNSUBSCRIBE, (store) =>
      unsubscribeState(this.runtime, store, token),
    );
  }

  async unsubscribe(token: UnsubscribeToken, place: string): Promise<Answer<UnsubscribeState>> {
    return this.callers.withSecret("unsubscribes", UNKNOWN_UNSUBSCRIBE, (store) =>
      unsubscribe(this.runtime, store, token, place),
    );
  }

  async #approvalState({ store, person }: SignedIn, id: string): Promise<Result<ApprovalState>> {
    const loaded = await approvalFor(this.runtime, store, id, person);
    return loaded.ok ? accept(await approvalState(this.runtime, store, loaded.value, person)) : loaded;
  }

  /** For a request that this person is asked. */
  async #withApproval<Value>(
    session: string,
    id: string,
    limit: "reads" | "ceremonies",
    run: (loaded: LoadedConfirmation, signedIn: SignedIn) => Promise<Result<Value>>,
  ): Promise<Answer<Value>> {
    return this.callers.withSession(session, limit, async (signedIn) => {
      const loaded = await approvalFor(this.runtime, signedIn.store, id, signedIn.person);
      return loaded.ok ? run(loaded.value, signedIn) : loaded;
    });
  }
}
