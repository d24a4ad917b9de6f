import { claimDue } from "../../store/sending/claim-due.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { sendNotice } from "../notices/send-notice.ts";
import type { Runtime } from "../runtime.ts";
import { sendDelivery } from "../webhooks/send-delivery.ts";

/** Longer than a job takes: 15 seconds to send, and some to read and write rows. */
export const CLAIM_MILLISECONDS = 60_000;

/** One message to one webhook or channel. */
export interface Job {
  /** The id of the webhook or channel. */
  readonly target: string;
  readonly run: () => Promise<void>;
}

/**
 * Claims what is due, except for targets that are busy. `nextAt` is when to look again, if no job ends before;
 * undefined if nothing waits.
 */
export async function claimJobs(
  runtime: Runtime,
  store: TenantStore,
  busy: readonly string[],
  most: number,
): Promise<{ readonly jobs: readonly Job[]; readonly nextAt: number | undefined }> {
  const now = runtime.now();
  const claimedUntil = now + CLAIM_MILLISECONDS;
  const { deliveries, notices, nextAt } = await claimDue(store, { now, claimedUntil, busy, most });
  const jobs = [
    ...notices.map((notice) => ({
      target: notice.channelId,
      run: () => sendNotice(runtime, store, notice),
    })),
    ...deliveries.map((delivery) => ({
      target: delivery.webhookId,
      run: () => sendDelivery(runtime, store, delivery),
    })),
  ];
  // What is due and was not claimed waits for a job that runs now. After a crash it is found when the claims end.
  return { jobs, nextAt: nextAt !== undefined && nextAt <= now ? claimedUntil : nextAt };
}
