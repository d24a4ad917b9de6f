import type { Scope } from "../core/confirmation/scopes.ts";
import { ask, type AskInput, type Asked, type AskOptions } from "../app/confirmation/ask.ts";
import { cancel } from "../app/confirmation/cancel.ts";
import { consume } from "../app/confirmation/consume.ts";
import { deliver, undoDelivery, type Delivery } from "../app/confirmation/deduplicate.ts";
import { list, type ListAnswer, type ListQuery } from "../app/confirmation/list.ts";
import type { LoadedConfirmation } from "../app/confirmation/load.ts";
import { read } from "../app/confirmation/read.ts";
import { viewOf, type ConfirmationView } from "../app/confirmation/view.ts";
import { wait } from "../app/confirmation/wait.ts";
import { listTemplates, requestTemplate, type TemplateInForce } from "../app/directory/templates.ts";
import { receiptOf } from "../app/evidence/build-receipt.ts";
import { listApprovers, type Approver } from "../app/people/approvers.ts";
import { listDocuments, type DocumentsInForce } from "../app/policies/list-documents.ts";
import { tryRules, type TriedRequest, type TriedRules } from "../app/policies/try-rules.ts";
import {
  requestWritten,
  type RequestedVersion,
  type WrittenVersion,
} from "../app/policies/written-version.ts";
import type { ClientCall } from "../app/runtime.ts";
import { isNotified } from "../store/notices/reach.ts";
import type { CanonicalPayload } from "../core/confirmation/canonical-payload.ts";
import type { Template } from "../core/display/template.ts";
import { accept, type Result } from "../core/refusal.ts";
import type { Answer } from "./answer.ts";
import type { GivenUp } from "./waits/waiters.ts";
import { TenantObject } from "./tenant-object.ts";

/** What every API key may know of itself. */
export interface KeyFacts {
  readonly scopes: readonly string[];
}

/** Names a call that waits. */
export type WaitCall = Omit<ClientCall, "key">;

export interface Waited {
  readonly view: ConfirmationView;
  /** False if nobody reads this answer any more. */
  readonly attended: boolean;
  /** False if an agent asked, and no notice goes to anybody. */
  readonly isHeard: boolean;
}

/** What a program may ask with an API key. Here no call decides anything. */
export class DeskForKeys extends TenantObject {
  async identify(key: string, scope: Scope | null): Promise<Answer<KeyFacts>> {
    return this.callers.withKey(key, scope, "polls", async ({ scopes }) => accept({ scopes: [...scopes] }));
  }

  async ask(key: string, input: AskInput, options: AskOptions): Promise<Answer<Asked>> {
    return this.callers.withKey(key, "confirmations:create", "creates", (principal) =>
      ask(this.runtime, principal, input, options),
    );
  }

  async read(key: string, id: string): Promise<Answer<ConfirmationView>> {
    return this.callers.withKey(key, "confirmations:read", "polls", async (principal) =>
      this.#view(await read(this.runtime, principal, id)),
    );
  }

  async wait(key: string, id: string, seconds: number, call: WaitCall): Promise<Answer<Waited>> {
    const limit = seconds > 0 ? "waits" : "polls";
    return this.callers.withKey(key, "confirmations:read", limit, async (principal) => {
      const caller = { ...call, key: principal.key.id };
      const waited = await wait(this.runtime, principal, id, seconds, caller);
      if (!waited.ok) return waited;
      const { loaded, attended } = waited.value;
      const view = viewOf(this.runtime, loaded);
      // Only an agent that still waits can do something about it: show the address to its user.
      const mayBeUnheard = call.by === "agent" && view.status === "pending";
      const isHeard = !mayBeUnheard || (await isNotified(principal.store, id));
      return accept({ view, attended, isHeard });
    });
  }

  /** The client no longer reads the answer to this call. */
  async abandonWait(key: string, call: GivenUp): Promise<Answer<null>> {
    return this.callers.withKey(key, null, null, async (principal) => {
      this.waiters.abandon(principal.key.id, call);
      return accept(null);
    });
  }

  async list(key: string, query: ListQuery): Promise<Answer<ListAnswer>> {
    return this.callers.withKey(key, "confirmations:read", "polls", async ({ store, project }) =>
      accept(await list(this.runtime, store, { ...query, project: project.id })),
    );
  }

  async cancel(key: string, id: string): Promise<Answer<ConfirmationView>> {
    return this.callers.withKey(key, "confirmations:create", "polls", async (principal) =>
      this.#view(await cancel(this.runtime, principal, id)),
    );
  }

  async consume(
    key: string,
    id: string,
    payload: CanonicalPayload,
    idempotencyKey: string | null,
  ): Promise<Answer<ConfirmationView>> {
    return this.callers.withKey(key, "confirmations:consume", "polls", async (principal) =>
      this.#view(await consume(this.runtime, principal, id, payload, idempotencyKey)),
    );
  }

  /** Called before an outcome is sent to an agent: from then on an equal request is a new one. */
  async deliver(key: string, id: string): Promise<Answer<Delivery | null>> {
    return this.callers.withKey(key, null, null, async (principal) => {
      const loaded = await read(this.runtime, principal, id);
      return loaded.ok ? accept((await deliver(this.runtime, principal, loaded.value.row)) ?? null) : loaded;
    });
  }

  /** The client did not get the answer. */
  async undoDelivery(key: string, delivery: Delivery): Promise<Answer<null>> {
    return this.callers.withKey(key, null, null, async ({ store }) => {
      await undoDelivery(store, delivery);
      return accept(null);
    });
  }

  async receipt(key: string, id: string): Promise<Answer<Uint8Array>> {
    return this.callers.withKey(key, "confirmations:read", "polls", async (principal) => {
      const loaded = await read(this.runtime, principal, id);
      return loaded.ok ? receiptOf(this.runtime, principal.store, loaded.value) : loaded;
    });
  }

  async approvers(key: string): Promise<Answer<readonly Approver[]>> {
    return this.callers.withKey(key, "confirmations:create", "polls", async (principal) =>
      accept(await listApprovers(principal)),
    );
  }

  async templates(key: string): Promise<Answer<readonly TemplateInForce[]>> {
    return this.callers.withKey(key, "people", "polls", async ({ store }) =>
      accept(await listTemplates(store)),
    );
  }

  /** Null removes the template of this action. */
  async requestTemplate(key: string, action: string, template: Template | null): Promise<Answer<string>> {
    return this.callers.withKey(key, "people", "creates", ({ store, requester }) =>
      requestTemplate(this.runtime, store, requester, action, template),
    );
  }

  async documents(key: string): Promise<Answer<DocumentsInForce>> {
    return this.callers.withKey(key, "people", "polls", async ({ store }) =>
      accept(await listDocuments(store)),
    );
  }

  async requestDocument(
    key: string,
    version: WrittenVersion,
    isDryRun: boolean,
  ): Promise<Answer<RequestedVersion>> {
    return this.callers.withKey(key, "people", "creates", ({ store, requester }) =>
      requestWritten(this.runtime, store, requester, version, isDryRun),
    );
  }

  async tryRules(key: string, tried: TriedRequest): Promise<Answer<TriedRules>> {
    // Like a request, and no poll: a draft of rules takes up to 0.1 s of the Desk.
    return this.callers.withKey(key, "people", "creates", (principal) =>
      tryRules(this.runtime, principal.store, principal, tried),
    );
  }

  #view(loaded: Result<LoadedConfirmation>): Result<ConfirmationView> {
    return loaded.ok ? accept(viewOf(this.runtime, loaded.value)) : loaded;
  }
}
