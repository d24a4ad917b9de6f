// The one instance of the Log. Another would sign a second tree under the same name and key: a fork.
export const LOG_NAME = "log";

export interface LogSettings {
  /** Where the log is served from, under /log. */
  readonly ORIGIN: string;
  /** The log's name: the first line of its checkpoints, and the name of its key. */
  readonly LOG_ORIGIN: string;
  /** The Ed25519 seed, 32 bytes in hexadecimal digits; used by the Log alone. */
  readonly LOG_SEED: string;
  /** While the key is changed: the seed of the next one. Every checkpoint is signed with both then. */
  readonly LOG_SEED_NEXT?: string;
  /** While a lost log is restored: the newest checkpoint that anybody has of it. */
  readonly LOG_RESTORE?: string;
  readonly COPY: R2Bucket;
  readonly LOG: { idFromName(name: string): DurableObjectId };
}
