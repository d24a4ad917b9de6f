// A sandbox is the organisation of somebody who tries the product without signing up. Anybody gets one, so these numbers
// say what all of them together can hold.

/** Then everything of it is deleted. */
export const SANDBOX_HOURS = 24;

/** Without a passkey in this time, the sweep deletes it. A prompt takes seconds; this leaves time for a second try. */
export const SANDBOX_LINK_MINUTES = 10;

/**
 * Requests of one sandbox. The demo makes one, a curious person some more. With the largest payload and metadata, the
 * signed statement and its two records, one has some 75 KiB: 750 KiB in all. Without them it has 3 KB.
 */
export const SANDBOX_REQUESTS_MAX = 10;

/** Passkeys of one sandbox, those that have ended included: one for the demo, and some to try a second device. */
export const SANDBOX_PASSKEYS_MAX = 4;

/**
 * In one shard, whose database holds 10 GB. For a day 500 times 750 KiB are 380 MB at most, and 500 times the 15 KB of one
 * demo are 8 MB.
 *
 * For good stays what the log needs: an entry of the log and a row of the outbox for each record, some 300 bytes in all,
 * and the row of the tenant. One sandbox has some 30 records at most: two for each request, some for its passkeys. So a
 * day and shard leaves up to 500 rows of tenants and 15,000 entries, 5 MB. A demo leaves 3 entries.
 *
 * One network address begins 5 a minute, so without passkeys it has 50 at a time. A program that makes passkeys would need
 * 100 minutes from one address, or one minute from 100, to take all places; then others play the recorded demo until the
 * oldest are a day old.
 */
export const SANDBOXES_MAX = 500;
