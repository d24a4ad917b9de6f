import { performance } from "node:perf_hooks";

// The workflow that is measured on each product: create a request, decide it, see the outcome.

export interface Workflow {
  /** Creates a request. Resolves once it is stored. */
  readonly create: () => Promise<string>;
  /** What the person does before the decision is sent. Not measured. */
  readonly prepare: (id: string) => Promise<Prepared>;
  /** Reads a pending request once. */
  readonly poll: (id: string) => Promise<unknown>;
}

export interface Prepared {
  /** Sends the decision. */
  readonly decide: () => Promise<unknown>;
  /** Waits for the outcome, from before the decision. Resolves with the time of its arrival. */
  readonly waiter: Promise<number>;
}

export interface Round {
  readonly create: number;
  /** From sending the decision until the waiting call has the outcome. */
  readonly wake: number;
}

/** Long enough for a call to start waiting. */
const SETTLE_MILLISECONDS = 40;

export async function runWorkflow(workflow: Workflow): Promise<Round> {
  const start = performance.now();
  const id = await workflow.create();
  const create = performance.now() - start;
  const { decide, waiter } = await workflow.prepare(id);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
  const sent = performance.now();
  const [seen] = await Promise.all([waiter, decide()]);
  return { create, wake: seen - sent };
}
