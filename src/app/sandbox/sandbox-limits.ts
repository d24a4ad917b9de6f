// A sandbox is the organisation of somebody who tries the product without signing up. Anybody gets one, so these numbers
// say what all of them together can hold.

/** Then everything of it is deleted. */
export const SANDBOX_HOURS = 24;

/** Without a passkey in this time, the sweep deletes it. A prompt takes seconds; this leaves time for a second try. */
export const SANDBOX_LINK_MINUTES = 10;

/**
 * Requests of one sandbox. The demo makes one, a curious person some more. With the largest payload and metadata, the
 * signed statement and its two records, one has some 75 KiB: 1.5 MB in all. Without them it has 3 KB.
 */
export const SANDBOX_REQUESTS_MAX = 20;

/**
 * In one shard, whose database holds 10 GB: 2,000 times 1.5 MB are 3 GB at most, and 2,000 times the 15 KB of one demo
 * are 30 MB. One network address begins 5 a minute, so without passkeys it has 50 at a time. A program that makes
 * passkeys would need seven hours from one address, or two minutes from 200, to take all places; then others play the
 * recorded demo until the oldest are a day old.
 */
export const SANDBOXES_MAX = 2_000;
