// A sandbox is the organisation of somebody who tries the product without signing up.

/** Then everything of it is deleted. */
export const SANDBOX_HOURS = 24;
/** Without a passkey in this time, the sweep deletes it. A prompt takes seconds; this leaves time for a second try. */
export const SANDBOX_LINK_MINUTES = 10;
/** Of one shard. */
export const SANDBOXES_MAX = 2_000;
