import { equalBytes, type Bytes } from "../core/encoding/bytes.ts";

// The copy of the log in R2: the paths of C2SP tlog-tiles behind the log's name, so that the bucket can be
// served as a mirror and can hold more than one log. An object is written once and never overwritten, so
// R2's limit of one write a second to a key is never met; that is why no object is "the newest checkpoint".

export type CopyBucket = Pick<R2Bucket, "get" | "put" | "list">;

const CHECKPOINTS = "checkpoint/";
/** 2^53 - 1 has 16. R2 lists names in their order, and padded numbers have the order of the numbers. */
const SIZE_DIGITS = 16;

export function checkpointName(size: number): string {
  return CHECKPOINTS + String(size).padStart(SIZE_DIGITS, "0");
}

export class LogCopy {
  readonly #bucket: CopyBucket;
  readonly #prefix: string;

  constructor(bucket: CopyBucket, origin: string) {
    this.#bucket = bucket;
    this.#prefix = `${origin}/`;
  }

  /** Returns when the object has been read back. What stands there already is not overwritten, only read. */
  async write(name: string, bytes: Bytes): Promise<void> {
    await this.#bucket.put(this.#prefix + name, bytes, {
      onlyIf: { etagDoesNotMatch: "*" },
      httpMetadata: name.startsWith(CHECKPOINTS)
        ? { contentType: "text/plain; charset=utf-8" }
        : {
            contentType: "application/octet-stream",
            cacheControl: "public, max-age=604800, immutable",
          },
    });
    const stored = await this.read(name);
    if (stored === undefined) throw new Error(`the copy has not kept ${name}`);
    if (!equalBytes(stored, bytes)) throw new Error(`the copy has another ${name}`);
  }

  async read(name: string): Promise<Bytes | undefined> {
    const object = await this.#bucket.get(this.#prefix + name);
    return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
  }

  /** The sizes of its checkpoints from one size on, in order. It throws for a name that is none. */
  async *checkpointsFrom(size: number): AsyncGenerator<number, void> {
    const prefix = this.#prefix + CHECKPOINTS;
    let startAfter = size > 0 ? this.#prefix + checkpointName(size - 1) : prefix;
    for (let more = true; more;) {
      const { objects, truncated } = await this.#bucket.list({ prefix, startAfter });
      for (const { key } of objects) {
        const found = Number(key.slice(prefix.length));
        if (key !== this.#prefix + checkpointName(found) || !Number.isSafeInteger(found)) {
          throw new Error(`the copy has ${key}, which is no checkpoint's name`);
        }
        yield found;
        startAfter = key;
      }
      more = truncated;
    }
  }
}
