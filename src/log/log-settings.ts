// There is one instance of the Log. A second one would sign another tree under the same name and key: a fork.
export const LOG_NAME = "log";

export interface LogSettings {
  /** Where the log is served from, under /log. */
  readonly ORIGIN: string;
  /** The log's name: the first line of its checkpoints and the name of its key. */
  readonly LOG_ORIGIN: string;
  /** The Ed25519 seed, 32 bytes in hexadecimal digits. Only the Log uses it. */
  readonly LOG_SEED: string;
  /** During a key change: the seed of the next key. Every checkpoint is then signed with both keys. */
  readonly LOG_SEED_NEXT?: string;
  /** While a lost log is restored: the newest checkpoint known to anyone. */
  readonly LOG_RESTORE?: string;
  readonly COPY: R2Bucket;
  readonly LOG: { idFromName(name: string): DurableObjectId };
}
