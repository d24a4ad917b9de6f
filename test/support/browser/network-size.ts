import { brotliCompressSync, constants } from "node:zlib";

/** The network of a deployment compresses what is drawn for each call with about this effort. */
const QUALITY = 4;

/** How many bytes of a page, which the build has not compressed, come to a reader. */
export function networkSize(content: string | Buffer): number {
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }).length;
}
