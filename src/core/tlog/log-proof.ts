import { fromBase64, toBase64, type Bytes } from "../encoding/bytes.ts";
import { parseCheckpoint, parseDecimal } from "./checkpoint.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { PATH_MAX_HASHES } from "./merkle.ts";
import { NOTE_MAX_CHARACTERS, parseNote } from "./signed-note.ts";
import { accept, expectOk, refuse, type Result } from "../refusal.ts";

// C2SP tlog-proof: an inclusion path and its signed checkpoint, in one text. Parsing checks the form only; the
// verifier checks the signatures and the path.

const FIRST_LINE = "c2sp.org/tlog-proof@v1";
export const PROOF_EXTRA_MAX_BYTES = 16 * 1024;
/**
 * First line 23, extra 7 + 4/3 x 16,384 rounded up to 21,848, index 23, 63 hashes of 45, blank line 1: 24,737
 * characters, and the note.
 */
export const PROOF_MAX_CHARACTERS =
  23 + 7 + 4 * Math.ceil(PROOF_EXTRA_MAX_BYTES / 3) + 23 + PATH_MAX_HASHES * 45 + 1 + NOTE_MAX_CHARACTERS;

export interface LogProof {
  /** Not covered by any signature. */
  readonly extra?: Bytes;
  readonly index: number;
  /** From the leaf's sibling to the root's child. */
  readonly path: readonly Bytes[];
  /** The exact text of the signed note. */
  readonly checkpoint: string;
}

export function parseLogProof(text: string): Result<LogProof> {
  const malformed = (detail: string): Result<LogProof> => refuse("proof_malformed", detail);
  if (text.length > PROOF_MAX_CHARACTERS) return malformed(`longer than ${PROOF_MAX_CHARACTERS} characters`);
  const blank = text.indexOf("\n\n");
  if (blank < 0) return malformed("no blank line before the checkpoint");
  const lines = text.slice(0, blank).split("\n");
  const checkpoint = text.slice(blank + 2);

  if (lines.shift() !== FIRST_LINE) return malformed(`the first line is not ${FIRST_LINE}`);
  const extraText = lines[0]?.startsWith("extra ") ? lines.shift()?.slice("extra ".length) : undefined;
  const extra = extraText === undefined ? undefined : fromBase64(extraText);
  if (extra?.ok === false || extra?.value.length === 0)
    return malformed("the extra data is not base64, or empty");
  if (extra?.ok && extra.value.length > PROOF_EXTRA_MAX_BYTES) {
    return malformed(`more than ${PROOF_EXTRA_MAX_BYTES} bytes of extra data`);
  }
  const indexLine = lines.shift() ?? "";
  const index = indexLine.startsWith("index ") ? parseDecimal(indexLine.slice("index ".length)) : undefined;
  if (index === undefined) return malformed("no line with the index, a whole number up to 2^53 - 1");
  if (lines.length > PATH_MAX_HASHES) return malformed(`more than ${PATH_MAX_HASHES} hashes in the path`);
  const path: Bytes[] = [];
  for (const line of lines) {
    const hash = fromBase64(line);
    if (!hash.ok || hash.value.length !== HASH_BYTES) return malformed("a hash is not 32 bytes in base64");
    path.push(hash.value);
  }

  const note = parseNote(checkpoint);
  if (!note.ok) return note;
  const tree = parseCheckpoint(note.value.text);
  if (!tree.ok) return tree;
  return accept({ ...(extra?.ok && { extra: extra.value }), index, path, checkpoint });
}

export function encodeLogProof({ extra, index, path, checkpoint }: LogProof): string {
  const head = [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...path.map(toBase64),
  ];
  const text = `${head.join("\n")}\n\n${checkpoint}`;
  expectOk(parseLogProof(text));
  return text;
}
