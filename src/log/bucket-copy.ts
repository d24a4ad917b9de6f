import { equalBytes, type Bytes } from "../core/encoding/bytes.ts";

// The copy of the log in R2. Keys are the log's name and a C2SP tlog-tiles path, so the bucket can be served as a
// mirror and can hold several logs. An object is written once and never overwritten, which keeps clear of R2's
// limit of one write per second and key. That is why no object is "the newest checkpoint".

type CopyBucket = Pick<R2Bucket, "get" | "put" | "list">;

const CHECKPOINTS = "checkpoint/";
/** 2^53 - 1 has 16 digits. R2 lists keys in order, and padded numbers sort like the numbers. */
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

  /** Returns once the object has been read back. An existing object is not overwritten, only compared. */
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
    if (stored === undefined) throw new Error(`the copy did not store ${name}`);
    if (!equalBytes(stored, bytes)) throw new Error(`the copy has other bytes in ${name}`);
  }

  async read(name: string): Promise<Bytes | undefined> {
    const object = await this.#bucket.get(this.#prefix + name);
    return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
  }

  /** The sizes of its checkpoints from this size on, in order. Throws for a key that is not a checkpoint's. */
  async *checkpointsFrom(size: number): AsyncGenerator<number, void> {
    const prefix = this.#prefix + CHECKPOINTS;
    let startAfter = size > 0 ? this.#prefix + checkpointName(size - 1) : prefix;
    for (let more = true; more;) {
      const { objects, truncated } = await this.#bucket.list({ prefix, startAfter });
      for (const { key } of objects) {
        const listed = Number(key.slice(prefix.length));
        if (key !== this.#prefix + checkpointName(listed) || !Number.isSafeInteger(listed)) {
          throw new Error(`the copy has ${key}, which is not the name of a checkpoint`);
        }
        yield listed;
        startAfter = key;
      }
      more = truncated;
    }
  }
}
