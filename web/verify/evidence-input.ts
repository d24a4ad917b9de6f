import { concat, utf8, utf8Text } from "../../src/core/encoding/bytes.ts";
import { RECEIPT_LIMITS } from "../../src/core/evidence/receipt.ts";
import { accept, refuse, type Result } from "../../src/core/refusal.ts";
import { tooLargeForReceipt, type ReceiptFile } from "../../src/core/report/receipt-file.ts";
import {
  parseTrustPolicy,
  TRUST_POLICY_MAX_CHARACTERS,
  type TrustPolicy,
} from "../../src/core/tlog/trust-policy.ts";
import type { Path } from "../common/http.ts";

// Reads the evidence: from files, from pasted text, or from the service that this page came from.

/** What to check: a receipt, the service's answer for an id, or a file that is too large to be read. */
export type Evidence =
  | { readonly kind: "receipt"; readonly bytes: Uint8Array }
  | { readonly kind: "answer"; readonly bytes: Uint8Array; readonly confirmation: string }
  | { readonly kind: "other"; readonly file: ReceiptFile };

export interface Trust {
  readonly policy: TrustPolicy;
  readonly text: string;
  /** The service's own policy proves only that the service agrees with itself. */
  readonly from: "you" | "service";
}

type DroppedFile = Evidence | { readonly kind: "trust"; readonly trust: Trust };

/** Of a file that is too large for a receipt: enough to recognise a picture. */
const BEGINNING_BYTES = 1_024;
/** A receipt, and what the answer for an id has besides. */
const ANSWER_MAX_BYTES = RECEIPT_LIMITS.maxBytes + 64 * 1_024;
const ID = /^c_[0-9A-Za-z]{10,64}$/;

/** A file may hold a receipt or a trust policy; its content decides which. A larger one is not loaded. */
export async function readDropped(file: File): Promise<Result<DroppedFile>> {
  const isTooLarge = file.size > RECEIPT_LIMITS.maxBytes;
  const bytes = await bytesOf(isTooLarge ? file.slice(0, BEGINNING_BYTES) : file);
  if (bytes === undefined) return unreadable(`${file.name} could not be read`);
  if (isTooLarge) return accept({ kind: "other", file: tooLargeForReceipt(bytes) });
  const trust = readTrust(bytes, "you");
  return accept(trust.ok ? { kind: "trust", trust: trust.value } : { kind: "receipt", bytes });
}

export async function readTrustFile(file: File): Promise<Result<Trust>> {
  if (file.size > TRUST_POLICY_MAX_CHARACTERS)
    return unreadable(`${file.name} is too large for a trust policy`);
  const bytes = await bytesOf(file);
  return bytes === undefined ? unreadable(`${file.name} could not be read`) : readTrust(bytes, "you");
}

function readTrust(bytes: Uint8Array, from: Trust["from"]): Result<Trust> {
  const text = utf8Text(bytes) ?? "";
  const policy = parseTrustPolicy(text);
  return policy.ok ? accept({ policy: policy.value, text, from }) : policy;
}

/** The policy that the service publishes for its own log. */
export async function serviceTrust(): Promise<Result<Trust>> {
  const answer = await load("/log/policy.txt");
  return answer.ok ? readTrust(answer.value, "service") : answer;
}

/** A receipt's text, an id, or a link to this service with an id. */
export async function readPasted(pasted: string): Promise<Result<Evidence>> {
  const text = pasted.trim();
  if (text.startsWith("{")) return accept({ kind: "receipt", bytes: utf8(text) });
  const url = URL.parse(text);
  if (url === null)
    return ID.test(text) ? lookUp(text) : unreadable("this is not a link, the id of a request or a receipt");
  if (url.origin !== location.origin)
    return unreadable(`this link belongs to ${url.origin}: open it there, or add the receipt file`);
  const id = [url.searchParams.get("id") ?? "", ...url.pathname.split("/")].find((word) => ID.test(word));
  return id === undefined ? unreadable("this link contains no request id") : lookUp(id);
}

export async function lookUp(confirmation: string): Promise<Result<Evidence>> {
  if (!ID.test(confirmation)) return unreadable("this is not a request id");
  const answer = await load(`/public/log/entries/${confirmation}/verification`);
  return answer.ok ? accept({ kind: "answer", bytes: answer.value, confirmation }) : answer;
}

async function load(path: Path): Promise<Result<Uint8Array>> {
  try {
    const response = await fetch(path, { cache: "no-store", redirect: "error", credentials: "omit" });
    if (response.status === 404)
      return refuse(
        "not_found",
        "there is nothing to show for this id: it is unknown, or its request is not yet decided and sealed",
      );
    if (response.status === 410)
      return refuse(
        "erased",
        "this request is older than the history that its organisation keeps, so its content was erased; a receipt that was downloaded before can still be verified",
      );
    if (!response.ok) return unreadable(`the service answered with status ${response.status}`);
    return await bodyOf(response);
  } catch {
    return unreadable("this device can’t reach the service");
  }
}

/** The service is not trusted: an endless answer must not fill the memory. */
async function bodyOf({ body }: Response): Promise<Result<Uint8Array>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    length += read.value.length;
    if (length > ANSWER_MAX_BYTES) return unreadable("the service’s answer is too large");
    parts.push(read.value);
  }
  return accept(concat(...parts));
}

async function bytesOf(file: Blob): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    return undefined;
  }
}

function unreadable(detail: string) {
  return refuse("receipt_malformed", detail);
}
