// What the server acknowledged to the clients. All of it must hold for ever.

export type ViolationKind = "lost" | "duplicate" | "gap" | "contradiction";

/** Something that must never happen. */
export class Violation extends Error {
  readonly kind: ViolationKind;

  constructor(kind: ViolationKind, what: string) {
    super(`${kind.toUpperCase()}: ${what}`);
    this.name = "Violation";
    this.kind = kind;
  }
}

export interface ReadOutcome {
  readonly status: string;
  /** Set for outcomes that people sign. The others show before they are sealed. */
  readonly index: number | null;
  /** The hash of the assertion in the answer. */
  readonly assertionHash: string | null;
}

export interface AcknowledgedRequest {
  readonly tenant: number;
  readonly id: string;
  /** The username. */
  readonly approver: string;
  readonly payloadHash: string;
  /** Acknowledged to the person who decided. */
  decided?: { readonly outcome: "approved" | "rejected"; readonly assertionHash: string };
  decisionRefused?: true;
  cancelled?: "acknowledged" | "refused";
  /** The outcome as the requester read it. */
  read?: ReadOutcome;
  /** The idempotency names of its uses, and whether each one succeeded. */
  readonly uses: Map<string, boolean>;
}

export class Acknowledged {
  readonly requests = new Map<string, AcknowledgedRequest>();
  /** Requests with new acknowledgements since the last audit. */
  #changed = new Set<AcknowledgedRequest>();
  readonly counts = { creates: 0, decisions: 0, cancels: 0, uses: 0 };

  created(
    created: Pick<AcknowledgedRequest, "tenant" | "id" | "approver" | "payloadHash">,
  ): AcknowledgedRequest {
    const { id } = created;
    if (this.requests.has(id)) throw new Violation("duplicate", `two requests got the id ${id}`);
    const request: AcknowledgedRequest = { ...created, uses: new Map() };
    this.requests.set(id, request);
    this.counts.creates++;
    this.#changed.add(request);
    return request;
  }

  decided(request: AcknowledgedRequest, outcome: "approved" | "rejected", assertionHash: string): void {
    if (request.decided === undefined) this.counts.decisions++;
    request.decided = { outcome, assertionHash };
    this.#change(request);
  }

  decisionRefused(request: AcknowledgedRequest): void {
    request.decisionRefused = true;
    this.#change(request);
  }

  cancelled(request: AcknowledgedRequest, answer: "acknowledged" | "refused"): void {
    request.cancelled = answer;
    if (answer === "acknowledged") this.counts.cancels++;
    this.#change(request);
  }

  read(request: AcknowledgedRequest, outcome: ReadOutcome): void {
    const { id, read: before, decided } = request;
    if (outcome.status === "pending") {
      if (before !== undefined) throw new Violation("lost", `${id} was ${before.status} and reads pending`);
      return;
    }
    const isSigned = outcome.status === "approved" || outcome.status === "rejected";
    if (isSigned && (outcome.index === null || outcome.assertionHash === null)) {
      throw new Violation("contradiction", `${id} reads ${outcome.status} without its log index`);
    }
    if (before !== undefined && show(before) !== show(outcome)) {
      throw new Violation("contradiction", `${id} was ${show(before)} and reads ${show(outcome)}`);
    }
    if (isSigned && decided !== undefined && decided.assertionHash !== outcome.assertionHash) {
      throw new Violation("lost", `${id} has another signature than the acknowledged one`);
    }
    if (before === undefined) {
      request.read = outcome;
      this.#change(request);
    } else outcomeOf(request);
  }

  used(request: AcknowledgedRequest, name: string, succeeded: boolean): void {
    this.#changed.add(request);
    const before = request.uses.get(name);
    if (before !== undefined && before !== succeeded) {
      throw new Violation("contradiction", `${request.id}: the use "${name}" got two different answers`);
    }
    if (before === undefined && succeeded) {
      if (usesOf(request) > 0) throw new Violation("duplicate", `${request.id} was used twice`);
      this.counts.uses++;
    }
    request.uses.set(name, succeeded);
  }

  /** The changed requests since the last call. */
  takeChanged(): readonly AcknowledgedRequest[] {
    const changed = [...this.#changed];
    this.#changed = new Set();
    return changed;
  }

  /** Throws if the acknowledgements contradict each other. */
  #change(request: AcknowledgedRequest): void {
    this.#changed.add(request);
    outcomeOf(request);
  }
}

export const usesOf = ({ uses }: AcknowledgedRequest): number => [...uses.values()].filter(Boolean).length;

/** The outcome that all acknowledgements agree on; undefined if there is none yet. */
export function outcomeOf(request: AcknowledgedRequest): string | undefined {
  const { id, decided, decisionRefused, cancelled, read } = request;
  const outcomes = new Set([
    ...(decided === undefined ? [] : [decided.outcome]),
    ...(cancelled === "acknowledged" || decisionRefused === true ? ["cancelled"] : []),
    ...(read === undefined ? [] : [read.status]),
  ]);
  if (outcomes.size > 1) {
    throw new Violation("contradiction", `${id} was acknowledged as ${[...outcomes].join(" and ")}`);
  }
  return [...outcomes][0];
}

const show = ({ status, index, assertionHash }: ReadOutcome): string =>
  `${status} at ${index} by ${assertionHash}`;
