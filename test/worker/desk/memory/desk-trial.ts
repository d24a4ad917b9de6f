import { MEMORY_SECONDS } from "../../../../src/store/memory/remembered.ts";
import { rows } from "../../support/database-rows.ts";
import { failedDesk, NAMES, type DeskPair, type Fault, type Name, type Tenant } from "./desk-pair.ts";

// Calls of two Desks and edits of the rows, one after the other. After each the rows are noted. An answer is right if
// it follows from the rows at some moment of the last ten seconds; a write, if it follows from the rows at that moment.

type Edit =
  | "the key is revoked"
  | "the passkey is revoked"
  | "the session is ended"
  | "the person is an auditor";
export const EDITS: readonly Edit[] = [
  "the key is revoked",
  "the passkey is revoked",
  "the session is ended",
  "the person is an auditor",
];

export type Operation =
  | { readonly kind: "ask" | "read" | "cancel" | "consume"; readonly desk: number }
  | {
      readonly kind: "decide";
      /** Which Desk gets the vote, and which one showed the page. */
      readonly desk: number;
      readonly page: number;
      readonly name: Name;
      /** Between the two. */
      readonly edit: Edit | null;
    }
  | { readonly kind: "edit"; readonly edit: Edit; readonly name: Name; readonly isUndone: boolean }
  | { readonly kind: "unmark" }
  | { readonly kind: "fault"; readonly desk: number; readonly calls: number; readonly fault: Fault }
  | { readonly kind: "pass"; readonly seconds: number };

/** The rows at one moment. */
interface Facts {
  readonly at: number;
  /** As a requester may see it. */
  readonly shown: string;
  readonly status: string;
  readonly isConsumed: boolean;
  readonly isKeyActive: boolean;
  readonly may: Readonly<Record<Name, { readonly sign: boolean; readonly hasSession: boolean }>>;
}

const SQL: Readonly<Record<Edit, string>> = {
  "the key is revoked": "UPDATE api_keys SET revoked_at = ?1 WHERE hash = ?2",
  "the passkey is revoked": "UPDATE credentials SET revoked_at = ?1 WHERE id = ?2",
  "the session is ended": "UPDATE sessions SET revoked_at = ?1 WHERE hash = ?2",
  "the person is an auditor":
    "UPDATE people SET role = CASE WHEN ?1 IS NULL THEN 'approver' ELSE 'auditor' END WHERE username = ?2",
};

export class Trial {
  readonly wrong: string[] = [];
  readonly #tenant: Tenant;
  readonly #pair: DeskPair;
  readonly #clock: { now: number };
  readonly #history: Facts[] = [];
  /** By Desk, the place in the history before which nothing is remembered: its database failed. */
  readonly #sinceFault = [0, 0];
  /** And before which it does not remember the request: it wrote. */
  readonly #sinceWrite = [0, 0];
  #id = "";

  constructor(tenant: Tenant, pair: DeskPair, clock: { now: number }) {
    this.#tenant = tenant;
    this.#pair = pair;
    this.#clock = clock;
  }

  async start(name: Name): Promise<void> {
    for (const edit of EDITS) for (const one of NAMES) await this.#edit(edit, one, true);
    await this.#ask(0, name);
    await this.#note();
  }

  async run(operation: Operation): Promise<void> {
    const { kind } = operation;
    if (kind === "pass") this.#clock.now += operation.seconds * 1_000;
    else if (kind === "fault") this.#pair.plan(operation.desk, operation.calls, operation.fault);
    else if (kind === "edit") await this.#edit(operation.edit, operation.name, operation.isUndone);
    else if (kind === "unmark")
      await rows("UPDATE outbox SET idx = NULL, commitment = NULL WHERE confirmation_id = ?1", this.#id);
    else {
      await this.#note();
      await this.#call(operation);
    }
    await this.#note();
  }

  async #call(
    operation: Extract<Operation, { desk: number; kind: "ask" | "read" | "cancel" | "consume" | "decide" }>,
  ) {
    const { desk, kind } = operation;
    const before = this.#current();
    try {
      if (kind === "decide") await this.#decide(operation);
      else if (kind === "read") await this.#read(desk);
      else if (kind === "ask") await this.#ask(desk, "alex", before);
      else await this.#use(kind, desk, before);
    } catch (problem) {
      const failed = failedDesk(problem);
      if (failed === undefined) throw problem;
      // What it remembered is dropped, so its next answer is right.
      await this.#note();
      this.#sinceFault[failed] = this.#history.length - 1;
    }
  }

  async #read(desk: number): Promise<void> {
    const answer = await this.#pair.read(desk, this.#tenant, this.#id);
    await this.#note();
    const callers = this.#recent(desk, "callers");
    const recent = this.#recent(desk, "request");
    if (answer.ok) {
      const status = answer.value;
      this.#expect(
        callers.some(({ isKeyActive }) => isKeyActive),
        "a revoked key reads",
      );
      this.#expect(
        recent.some(({ shown }) => shown === status),
        `it reads ${status}: ${this.#words(recent)}`,
      );
    } else {
      const { code } = answer.refusal;
      this.#expect(
        code === "unauthorized" && callers.some(({ isKeyActive }) => !isKeyActive),
        `a read gets ${code}`,
      );
    }
  }

  async #ask(desk: number, username: Name, before?: Facts): Promise<void> {
    const asked = await this.#pair.ask(desk, this.#tenant, username);
    if (before === undefined) {
      if (!asked.ok) throw new RangeError(asked.refusal.code);
      this.#id = asked.value;
    } else if (asked.ok) {
      this.#expect(before.isKeyActive, "a revoked key asks");
      this.#expect(before.may[username].sign, "somebody is asked who can't sign");
    }
  }

  async #use(kind: "cancel" | "consume", desk: number, before: Facts): Promise<void> {
    const answer = await this.#pair[kind](desk, this.#tenant, this.#id);
    if (!answer.ok) return;
    await this.#note();
    this.#expect(
      this.#recent(desk, "callers").some(({ isKeyActive }) => isKeyActive),
      `a revoked key makes a ${kind}`,
    );
    const isPossible =
      kind === "cancel" ? before.status === "pending" : before.status === "approved" && !before.isConsumed;
    this.#expect(isPossible, `a ${kind} of what is ${before.status}`);
    this.#sinceWrite[desk] = this.#history.length - 1;
  }

  async #decide({ desk, page, name, edit }: Extract<Operation, { kind: "decide" }>): Promise<void> {
    const signer = this.#tenant.signers[name];
    const signed = await this.#pair.sign(page, signer, this.#id);
    if (!signed.ok) return;
    if (edit !== null) await this.#edit(edit, name, false);
    await this.#note();
    const before = this.#current();
    const decided = await this.#pair.decide(desk, signer, this.#id, signed.value);
    if (!decided.ok) return;
    await this.#note();
    this.#expect(before.may[name].sign, `${name} signs with a revoked passkey or as an auditor`);
    this.#expect(
      this.#recent(desk, "callers").some(({ may }) => may[name].hasSession),
      `${name} signs without a session`,
    );
    this.#expect(before.status === "pending", `${name} decides what is ${before.status}`);
    this.#sinceWrite[desk] = this.#history.length - 1;
  }

  async #edit(edit: Edit, name: Name, isUndone: boolean): Promise<void> {
    const { session, passkey } = this.#tenant.signers[name];
    const which = {
      "the key is revoked": this.#tenant.key,
      "the passkey is revoked": passkey.credential.id,
      "the session is ended": session,
      "the person is an auditor": name,
    }[edit];
    // The owner stays an owner: nobody else could endorse.
    if (edit === "the person is an auditor" && name === "alex") return;
    await rows(SQL[edit], isUndone ? null : 1, which);
  }

  async #note(): Promise<void> {
    const [row] = await rows(
      `SELECT c.status, c.consumed_at, o.idx, k.revoked_at AS key_revoked_at FROM confirmations c
       LEFT JOIN outbox o ON o.tenant_id = c.tenant_id AND o.seq = c.decided_seq
       JOIN api_keys k ON k.tenant_id = c.tenant_id AND k.hash = ?2 WHERE c.id = ?1`,
      this.#id,
      this.#tenant.key,
    );
    const signers = await rows(
      `SELECT p.username, p.role, k.revoked_at, s.revoked_at AS ended_at FROM people p
       JOIN credentials k ON k.tenant_id = p.tenant_id AND k.person_id = p.id
       JOIN sessions s ON s.tenant_id = k.tenant_id AND s.credential_id = k.id WHERE s.hash IN (?1, ?2)`,
      this.#tenant.signers.alex.session,
      this.#tenant.signers.sam.session,
    );
    const may = Object.fromEntries(
      signers.map((one) => {
        const isActive = one["revoked_at"] === null;
        return [
          one["username"],
          { sign: isActive && one["role"] !== "auditor", hasSession: isActive && one["ended_at"] === null },
        ];
      }),
    ) as Facts["may"];
    const status = String(row?.["status"]);
    const isSigned = status === "approved" || status === "rejected";
    this.#history.push({
      at: this.#clock.now,
      shown: isSigned && row?.["idx"] === null ? "pending" : status,
      status,
      isConsumed: row?.["consumed_at"] !== null,
      isKeyActive: row?.["key_revoked_at"] === null,
      may,
    });
  }

  #current(): Facts {
    const last = this.#history.at(-1);
    if (last === undefined) throw new RangeError("nothing was noted");
    return last;
  }

  /** The rows from which this Desk may answer now. Each was true until the next ones were noted. */
  #recent(desk: number, what: "callers" | "request"): readonly Facts[] {
    const oldest = this.#clock.now - MEMORY_SECONDS * 1_000;
    const write = what === "request" ? (this.#sinceWrite[desk] ?? 0) : 0;
    const first = Math.max(this.#sinceFault[desk] ?? 0, write);
    return this.#history.filter((_facts, place) => {
      const next = this.#history[place + 1];
      return place >= first && (next === undefined || next.at > oldest);
    });
  }

  #expect(isRight: boolean, words: string): void {
    if (!isRight) this.wrong.push(words);
  }

  #words(recent: readonly Facts[]): string {
    return recent.map(({ at, shown }) => `${shown} at ${at - this.#clock.now}`).join(", ");
  }
}
