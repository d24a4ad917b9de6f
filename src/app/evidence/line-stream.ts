import type { Bytes } from "../../core/encoding/bytes.ts";

/** Produces a line only when the reader has taken the one before it. */
export function lineStream(lines: AsyncGenerator<Bytes>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    // Only a stream of bytes can leave a Durable Object.
    type: "bytes",
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
