import type { Actor } from "../app/acts/act.ts";
import { beginElevation, finishElevation } from "../app/acts/elevate.ts";
import { requireCreatorsRight, requireRight } from "../app/acts/require-right.ts";
import { shellOf } from "../app/console/shell.ts";
import type { PasskeyProof } from "../app/account/prove-passkey.ts";
import { RIGHTS } from "../core/account/rights.ts";
import type { ElevationChallenge, Shell } from "../core/pages/console.ts";
import { accept, refuse, type Result } from "../core/refusal.ts";
import { actOf, type ActInput, type ActName, type ActOutput } from "./acts.ts";
import type { Answer } from "./answer.ts";
import type { SignedIn } from "./callers.ts";
import { DeskForKeys } from "./desk-for-keys.ts";
import type { LimitName } from "./rate-limits.ts";
import { waitForVersion, type Versioned, type VersionWait } from "./waits/wait-for-version.ts";

/** Of an act: `change` and `read` are the limits of who calls. */
function limitOf(name: ActName, change: LimitName, read: LimitName): LimitName {
  const { right, limit } = actOf(name);
  return limit ?? (RIGHTS[right].changes ? change : read);
}

/** A page of the console: its surroundings also if the role may not see it. */
export interface ConsoleAnswer<Value> {
  readonly shell: Shell;
  readonly page: Result<Value>;
}

/** Acts, for a person in the console and for a program with an API key. Each comes through its right. */
export class DeskForConsole extends DeskForKeys {
  async consolePage<Name extends ActName>(
    session: string,
    place: string,
    name: Name,
    input: ActInput<Name>,
  ): Promise<Answer<ConsoleAnswer<ActOutput<Name>>>> {
    return this.callers.withSession(session, "reads", async (signedIn) => {
      const [shell, page] = await Promise.all([
        shellOf(this.runtime, signedIn.store, signedIn.person),
        this.#run(signedIn, place, name, input),
      ]);
      return accept({ shell, page });
    });
  }

  /** For the answer to an act, whose call was counted. */
  async consoleShell(session: string): Promise<Answer<Shell>> {
    return this.callers.withSession(session, null, async ({ store, person }) =>
      accept(await shellOf(this.runtime, store, person)),
    );
  }

  /** Waits until what the page of this act shows differs from the version that the page has. */
  async consoleVersion<Name extends ActName>(
    session: string,
    place: string,
    name: Name,
    input: ActInput<Name>,
    wait: VersionWait,
  ): Promise<Answer<Versioned>> {
    return this.callers.withSession(session, wait.seconds > 0 ? "waits" : "reads", (signedIn) =>
      waitForVersion(this.callers, session, signedIn, wait, {
        read: async (by): Promise<Result<Versioned>> => {
          const shown = (await this.#run(by, place, name, input)) as unknown as Result<Versioned>;
          return shown.ok ? accept({ version: shown.value.version }) : shown;
        },
        until: (...waiting) => this.waiters.waitForConsole(...waiting),
      }),
    );
  }

  async act<Name extends ActName>(
    session: string,
    place: string,
    name: Name,
    input: ActInput<Name>,
  ): Promise<Answer<ActOutput<Name>>> {
    return this.callers.withSession(session, limitOf(name, "changes", "reads"), async (signedIn) =>
      this.#wakeAfter(name, await this.#run(signedIn, place, name, input)),
    );
  }

  async actWithKey<Name extends ActName>(
    key: string,
    name: Name,
    input: ActInput<Name>,
  ): Promise<Answer<ActOutput<Name>>> {
    const { right, run } = actOf(name);
    const { scope } = RIGHTS[right];
    return this.callers.withKey(key, scope, limitOf(name, "creates", "polls"), async (principal) => {
      // A right without a scope is for people only.
      if (scope === null) return refuse("not_allowed", "no API key may do this; use the console");
      const allowed = await requireCreatorsRight(principal, right);
      if (!allowed.ok) return allowed;
      const actor: Actor = { kind: "key", key: principal.key, place: "" };
      return this.#wakeAfter(
        name,
        await run({ runtime: this.runtime, store: principal.store, actor, session: null }, input),
      );
    });
  }

  async beginElevation(session: string): Promise<Answer<ElevationChallenge>> {
    return this.callers.withSession(session, "changes", (signedIn) =>
      beginElevation(this.runtime, signedIn.store, signedIn.session),
    );
  }

  async finishElevation(session: string, place: string, proof: PasskeyProof): Promise<Answer<null>> {
    return this.callers.withSession(session, "changes", (signedIn) =>
      finishElevation(this.runtime, signedIn.store, signedIn.session, place, proof),
    );
  }

  /** Open pages of the console show what the act has changed. */
  #wakeAfter<Value>(name: ActName, result: Result<Value>): Result<Value> {
    if (result.ok && RIGHTS[actOf(name).right].changes) this.waiters.wakeConsole();
    return result;
  }

  async #run<Name extends ActName>(
    { store, person, session }: SignedIn,
    place: string,
    name: Name,
    input: ActInput<Name>,
  ): Promise<Result<ActOutput<Name>>> {
    const { right, run } = actOf(name);
    const allowed = await requireRight(store, session, right, this.runtime.now());
    if (!allowed.ok) return allowed;
    const actor: Actor = { kind: "person", person, place };
    return run({ runtime: this.runtime, store, actor, session: session.id }, input);
  }
}
