import { utf8, utf8Text } from "../../src/core/encoding/bytes.ts";
import { RECEIPT_LIMITS } from "../../src/core/evidence/receipt.ts";
import { accept, refuse, type Result } from "../../src/core/refusal.ts";
import {
  parseTrustPolicy,
  TRUST_POLICY_MAX_CHARACTERS,
  type TrustPolicy,
} from "../../src/core/tlog/trust-policy.ts";
import type { Path } from "../common/http.ts";

// Where the evidence comes from: files, pasted text, or the service that this page came from.

/** What is to be judged: a receipt, or the service's answer to somebody who has only an id. */
export type Subject =
  | { readonly kind: "receipt"; readonly bytes: Uint8Array }
  | { readonly kind: "answer"; readonly bytes: Uint8Array; readonly confirmation: string };

export interface Trust {
  readonly policy: TrustPolicy;
  readonly text: string;
  /** A policy of the service itself shows only that the service agrees with itself. */
  readonly from: "you" | "service";
}

export type Dropped =
  | { readonly kind: "receipt"; readonly bytes: Uint8Array }
  | { readonly kind: "trust"; readonly trust: Trust };

const ID = /^c_[0-9a-z]{10,64}$/;

/** Of a file or of the service: whoever drops the wrong file hears so at once. */
export async function readDropped(file: File): Promise<Result<Dropped>> {
  if (file.size > RECEIPT_LIMITS.maxBytes) return unread(`${file.name} is too large for a receipt`);
  const bytes = await bytesOf(file);
  if (bytes === undefined) return unread(`${file.name} could not be read`);
  const trust = readTrust(bytes, "you");
  return accept(trust.ok ? { kind: "trust", trust: trust.value } : { kind: "receipt", bytes });
}

export async function readTrustFile(file: File): Promise<Result<Trust>> {
  if (file.size > TRUST_POLICY_MAX_CHARACTERS) return unread(`${file.name} is too large for a trust policy`);
  const bytes = await bytesOf(file);
  return bytes === undefined ? unread(`${file.name} could not be read`) : readTrust(bytes, "you");
}

function readTrust(bytes: Uint8Array, from: Trust["from"]): Result<Trust> {
  const text = utf8Text(bytes) ?? "";
  const policy = parseTrustPolicy(text);
  return policy.ok ? accept({ policy: policy.value, text, from }) : policy;
}

/** The policy that the service offers for its own log. */
export async function serviceTrust(): Promise<Result<Trust>> {
  const answer = await load("/log/policy.txt");
  return answer.ok ? readTrust(answer.value, "service") : answer;
}

/** A receipt's text, an id, or a link of this service that holds one. */
export async function readPasted(pasted: string): Promise<Result<Subject>> {
  const text = pasted.trim();
  if (text.startsWith("{")) return accept({ kind: "receipt", bytes: utf8(text) });
  const url = URL.parse(text);
  if (url === null) return ID.test(text) ? lookUp(text) : unread("this is no link, no id and no receipt");
  if (url.origin !== location.origin)
    return unread(`this link is of ${url.origin}; open it there, or bring the receipt`);
  const id = [url.searchParams.get("id") ?? "", ...url.pathname.split("/")].find((word) => ID.test(word));
  return id === undefined ? unread("this link names no request") : lookUp(id);
}

export async function lookUp(confirmation: string): Promise<Result<Subject>> {
  if (!ID.test(confirmation)) return unread("this is not the id of a request");
  const answer = await load(`/public/log/entries/${confirmation}/verification`);
  return answer.ok ? accept({ kind: "answer", bytes: answer.value, confirmation }) : answer;
}

async function load(path: Path): Promise<Result<Uint8Array>> {
  try {
    const response = await fetch(path, { cache: "no-store", redirect: "error", credentials: "omit" });
    if (response.status === 404)
      return refuse(
        "not_found",
        "nothing can be shown under this id: it is unknown, or not decided and sealed",
      );
    if (!response.ok) return unread(`the service answered ${response.status}`);
    return accept(new Uint8Array(await response.arrayBuffer()));
  } catch {
    return unread("the service can’t be reached");
  }
}

async function bytesOf(file: File): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    return undefined;
  }
}

function unread(detail: string) {
  return refuse("receipt_malformed", detail);
}
