import { equalBytes, utf8Text, type Bytes } from "../encoding/bytes.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import { isJsonObject, parseJson, type JsonObject } from "../encoding/strict-json.ts";
import { RECEIPT_KIND, RECEIPT_LIMITS } from "../evidence/receipt.ts";

// What a file is, before anything in it is checked. Mail programs and editors re-format JSON, so a receipt is judged by
// its content: it is put into its canonical form first. The rules of strict JSON hold as ever, since they make sure
// that the content has one meaning.

export type ReceiptFile =
  | { readonly kind: "receipt"; readonly bytes: Bytes; readonly reformatted: boolean }
  /** `damaged`: it was a receipt, but can't be read any more. `other`: it is something else. `next`: what to do. */
  | { readonly kind: "damaged"; readonly what: string; readonly next: string; readonly detail: string }
  | { readonly kind: "other"; readonly what: string; readonly next: string };

export const REFORMATTED = "The file was re-formatted. It was judged by its content.";

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const GET_IT = "Ask the requester for the receipt: it is one file, whose name ends with .json.";
const SEND_FILE = "Ask the person who sent it for the file itself.";

export function openReceiptFile(file: Uint8Array): ReceiptFile {
  const text = startsWith(file, BYTE_ORDER_MARK) ? file.subarray(BYTE_ORDER_MARK.length) : file;
  const parsed = parseJson(text, RECEIPT_LIMITS);
  if (parsed.ok) {
    if (!isJsonObject(parsed.value)) return other("The file is JSON, but no receipt.", GET_IT);
    if (parsed.value["kind"] !== RECEIPT_KIND) return otherDocument(parsed.value);
    const bytes = canonicalBytes(parsed.value);
    return { kind: "receipt", bytes, reformatted: !equalBytes(bytes, file) };
  }
  const { detail } = parsed.refusal;
  if (looksLikeReceipt(text)) {
    return {
      kind: "damaged",
      what: "This was a receipt, but it is damaged or incomplete.",
      next: "Get it again, as a file and not as a text.",
      detail: `In the file: ${detail}.`,
    };
  }
  return otherFile(file);
}

/** For a file of which only the beginning was read, because it is larger than a receipt can be. */
export function tooLargeForReceipt(beginning: Uint8Array): ReceiptFile {
  const megabytes = RECEIPT_LIMITS.maxBytes / (1_024 * 1_024);
  const what = knownKind(beginning);
  return what ?? other(`The file is too large: a receipt has at most ${megabytes} MB.`, GET_IT);
}

function other(what: string, next: string): ReceiptFile {
  return { kind: "other", what, next };
}

/** The kinds of documents that a reader could take for a receipt. */
function otherDocument(json: JsonObject): ReceiptFile {
  switch (json["kind"]) {
    case "countersign/verification":
      return other(
        "This is the service's answer about one request, no receipt.",
        "On the page of the service, enter the id of the request or its link instead.",
      );
    case "countersign/export":
      return other(
        "This is the export of a complete history, no receipt.",
        "Check it with the command-line program: countersign audit.",
      );
    default:
      return typeof json["id"] === "string" && typeof json["status"] === "string"
        ? other("This is an answer of the API about a request, no receipt.", GET_IT)
        : other("The file is JSON, but no receipt.", GET_IT);
  }
}

const SIGNATURES: readonly (readonly [bytes: readonly number[], what: string, next: string])[] = [
  [[0x89, 0x50, 0x4e, 0x47], "This is a picture.", SEND_FILE],
  [[0xff, 0xd8, 0xff], "This is a picture.", SEND_FILE],
  [[0x47, 0x49, 0x46, 0x38], "This is a picture.", SEND_FILE],
  [[0x52, 0x49, 0x46, 0x46], "This is a picture, a sound or a film.", SEND_FILE],
  [[0x25, 0x50, 0x44, 0x46], "This is a PDF file. A printed receipt can't be checked.", SEND_FILE],
  [
    [0x50, 0x4b, 0x03, 0x04],
    "This is an archive or an office file.",
    "Unpack it, and choose the receipt in it.",
  ],
  [[0x1f, 0x8b], "This is a compressed file.", "Unpack it, and choose the receipt in it."],
];

function otherFile(file: Uint8Array): ReceiptFile {
  if (file.length === 0) return other("The file is empty.", GET_IT);
  const isText = utf8Text(file) !== undefined;
  const what = isText ? "The file is a text of another kind." : "The file is of another kind.";
  return knownKind(file) ?? other(what, GET_IT);
}

/** The beginning of a file is enough to recognise its kind. */
function knownKind(file: Uint8Array): ReceiptFile | undefined {
  const known = SIGNATURES.find(([bytes]) => startsWith(file, bytes));
  if (known !== undefined) return other(known[1], known[2]);
  const beginning = beginningOf(file);
  if (beginning.includes('"countersign/export"')) return otherDocument({ kind: "countersign/export" });
  return /^\s*<(!doctype|html)/i.test(beginning)
    ? other("This is a web page.", "The address may need a key: save the receipt itself.")
    : undefined;
}

function startsWith(file: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => file[at] === byte);
}

/** Only to choose the words: as ISO 8859-1, so that every file has a beginning. */
function beginningOf(file: Uint8Array): string {
  return String.fromCharCode(...file.subarray(0, 1_000));
}

/** The canonical form begins with the anchor and ends with the kind: a part of a receipt may have only one of them. */
function looksLikeReceipt(file: Uint8Array): boolean {
  if (!beginningOf(file).trimStart().startsWith("{")) return false;
  return (
    beginningOf(file).startsWith('{"anchor":') || new TextDecoder().decode(file).includes(`"${RECEIPT_KIND}"`)
  );
}
