import { rawFromDer } from "../../src/core/webauthn/der.ts";
import { concat, fromHex, toBase64url, utf8, type Bytes } from "../../src/core/encoding/bytes.ts";
import { expectOk, type RefusalCode } from "../../src/core/refusal.ts";
import type { Lies } from "./authenticator.ts";

// Dishonest assertions, each with one wrong field, and the refusal that it must get.

const bytes = (hex: string): Bytes => expectOk(fromHex(hex));
const withText = (from: string | RegExp, to: string): Lies => ({
  clientDataText: (honest) => honest.replace(from, to),
});
const withInvalidUtf8: Lies = {
  clientDataText: (honest) => concat(utf8(honest.replace("}", ',"a":"')), bytes("ff"), utf8('"}')),
};
const withFlag = (bits: number): Lies => ({
  authenticatorData: (honest) => honest.with(32, (honest[32] ?? 0) | bits),
});
const withBytesAfter = (hex: string): Lies => ({ authenticatorData: (honest) => concat(honest, bytes(hex)) });
const withExtensions = (hex: string): Lies => ({ extensions: bytes(hex) });

type AssertionLie = readonly [code: RefusalCode, name: string, lies: Lies];

/** For a passkey of https://sign.example that is eligible for backup: every rule and its refusal code. */
export const KNOWN_LIES: readonly AssertionLie[] = [
  ["unknown_credential", "another credential id", { id: toBase64url(new Uint8Array(32)) }],
  ["user_handle_mismatch", "another user handle", { userHandle: "AAAA" }],
  ["assertion_type_mismatch", "made for registering", { type: "webauthn.create" }],
  ["assertion_type_mismatch", "made for a payment", { type: "payment.get" }],
  ["assertion_type_mismatch", "the type in capitals", { type: "WEBAUTHN.GET" }],
  ["assertion_type_mismatch", "the type in a list", { clientData: { type: ["webauthn.get"] } }],
  ["assertion_type_mismatch", "no type", withText('"type"', '"typ"')],
  ["challenge_mismatch", "another challenge", { challenge: new Uint8Array(64) }],
  ["challenge_mismatch", "an empty challenge", { challenge: new Uint8Array() }],
  ["challenge_mismatch", "the challenge padded", withText('","origin', '==","origin')],
  ["challenge_mismatch", "no challenge", withText('"challenge"', '"chall"')],
  ["origin_mismatch", "another origin", { origin: "https://evil.example" }],
  ["origin_mismatch", "a subdomain", { origin: "https://a.sign.example" }],
  ["origin_mismatch", "another port", { origin: "https://sign.example:8443" }],
  ["origin_mismatch", "plain http", { origin: "http://sign.example" }],
  ["origin_mismatch", "a slash at the end", { origin: "https://sign.example/" }],
  ["origin_mismatch", "no origin", withText('"origin"', '"orig"')],
  ["cross_origin", "in a frame", { crossOrigin: true }],
  ["cross_origin", "in a frame, as text", { crossOrigin: "true" }],
  ["cross_origin", "crossOrigin null", { crossOrigin: null }],
  ["cross_origin", "in a frame of a page", { crossOrigin: true, topOrigin: "https://evil.example" }],
  ["cross_origin", "under another page", { topOrigin: "https://evil.example" }],
  ["cross_origin", "under a page of our own", { topOrigin: "https://sign.example" }],
  ["cross_origin", "topOrigin empty", { topOrigin: "" }],
  ["cross_origin", "topOrigin null", { topOrigin: null }],
  ["client_data_malformed", "the type twice", withText("{", '{"type":"webauthn.create",')],
  ["client_data_malformed", "an unknown name twice", withText("{", '{"a":1,"\\u0061":2,')],
  ["client_data_malformed", "the name __proto__", withText("{", '{"__proto__":{},')],
  ["client_data_malformed", "half a surrogate pair", withText("{", '{"a":"\\ud800",')],
  ["client_data_malformed", "a deep field", withText("{", `{"a":${"[".repeat(8)}${"]".repeat(8)},`)],
  ["client_data_malformed", "257 values", { clientData: { list: Array.from({ length: 251 }, () => 0) } }],
  ["client_data_malformed", "a byte order mark", withText(/^/, "\ufeff")],
  ["client_data_malformed", "no UTF-8", withInvalidUtf8],
  ["client_data_malformed", "text after the end", withText(/$/, " x")],
  ["client_data_malformed", "client data in a list", withText(/^.*$/, "[$&]")],
  ["client_data_malformed", "null as client data", withText(/^.*$/, "null")],
  ["client_data_malformed", "no JSON", withText(/^.*$/, "webauthn.get")],
  ["assertion_malformed", "client data of 4,097 bytes", withText(/$/, " ".repeat(4_096))],
  ["rp_id_mismatch", "for another site", { rpId: "evil.example" }],
  ["rp_id_mismatch", "for the parent domain", { rpId: "example" }],
  ["user_not_present", "nobody there", { userPresent: false }],
  ["user_not_present", "nobody there or checked", { userPresent: false, userVerified: false }],
  ["user_not_verified", "nobody checked", { userVerified: false }],
  ["backup_flags_invalid", "backed up, not eligible", { backupEligible: false, backedUp: true }],
  ["backup_eligibility_changed", "no longer eligible", { backupEligible: false, backedUp: false }],
  ["authenticator_data_malformed", "a credential inside", { attested: true }],
  ["authenticator_data_malformed", "AT without a credential", withFlag(0x40)],
  ["authenticator_data_malformed", "ED without extensions", withFlag(0x80)],
  ["authenticator_data_malformed", "a byte too many", withBytesAfter("00")],
  ["authenticator_data_malformed", "extensions without ED", withBytesAfter("a0")],
  ["authenticator_data_malformed", "extensions and a byte", withExtensions("a000")],
  ["authenticator_data_malformed", "two maps of extensions", withExtensions("a0a0")],
  ["authenticator_data_malformed", "extensions cut off", withExtensions("a161")],
  ["authenticator_data_malformed", "extensions in a list", withExtensions("80")],
  ["authenticator_data_malformed", "extensions with a float", withExtensions("a16161fb3ff8000000000000")],
  ["authenticator_data_malformed", "extensions out of order", withExtensions("a2616201616101")],
  ["assertion_malformed", "a byte too few", { authenticatorData: (honest) => honest.slice(0, -1) }],
  ["assertion_malformed", "1,040 bytes of data", withExtensions(`a161615903e7${"00".repeat(999)}`)],
  ["assertion_malformed", "no signature", { signature: () => new Uint8Array() }],
  ["signature_malformed", "a hash for a signature", { signature: () => new Uint8Array(32) }],
  ["signature_malformed", "a signature cut off", { signature: (honest) => honest.slice(0, -1) }],
  [
    "signature_malformed",
    "a byte after the signature",
    { signature: (honest) => concat(honest, bytes("00")) },
  ],
];

/** For ES256 only: other encodings of the same r and s. */
export const ENCODING_LIES: readonly AssertionLie[] = [
  ["signature_malformed", "a long length", { signature: (honest) => concat(bytes("3081"), honest.slice(1)) }],
  [
    "signature_malformed",
    "a length without end",
    { signature: (honest) => concat(bytes("3080"), honest.slice(2), bytes("0000")) },
  ],
  ["signature_malformed", "r and s plain", { signature: (honest) => expectOk(rawFromDer(honest)) }],
];
