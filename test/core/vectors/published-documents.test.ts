import { describe, expect, it } from "vitest";
import { parseApiKey } from "../../../src/core/confirmation/api-key.ts";
import { assertionHash, verifyAssertion } from "../../../src/core/webauthn/assertion.ts";
import {
  fromBase64,
  fromBase64url,
  fromHex,
  toBase64,
  toBase64url,
  toHex,
  u64be,
  utf8,
} from "../../../src/core/encoding/bytes.ts";
import { challengeOf, comparisonCode } from "../../../src/core/confirmation/challenge.ts";
import { fingerprintOf } from "../../../src/core/webauthn/fingerprint.ts";
import { readCoseKey } from "../../../src/core/webauthn/cose.ts";
import { effectOf, publicKeyHash } from "../../../src/core/stream/change-effect.ts";
import type { Directory, Member } from "../../../src/core/stream/directory.ts";
import { applyChange } from "../../../src/core/stream/directory-change.ts";
import { groupHash, type GroupDocument } from "../../../src/core/policy/group-document.ts";
import { parsePolicyDocument, policyDocumentHash } from "../../../src/core/policy/policy-document.ts";
import { parseRules, rulesHash } from "../../../src/core/rules/rules-document.ts";
import { parseChange } from "../../../src/core/stream/change-format.ts";
import { applyTemplate, sentenceText } from "../../../src/core/display/apply-template.ts";
import { formatNamed } from "../../../src/core/display/formats.ts";
import { show } from "../../../src/core/display/show.ts";
import { parseTemplate, templateHash } from "../../../src/core/display/template.ts";
import { textOf } from "../../../src/core/display/text/segments.ts";
import { writtenOrder } from "../../../src/core/confirmation/member-order.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { canonicalBytes, canonicalText } from "../../../src/core/encoding/jcs.ts";
import { parseJsonObject, type JsonObject, type JsonValue } from "../../../src/core/encoding/strict-json.ts";
import {
  isEndedByRejections,
  openStage,
  parsePolicy,
  policyHash,
  progressOf,
  whoMayVote,
} from "../../../src/core/policy/policy.ts";
import { streamId, streamKeyHash } from "../../../src/core/stream/record.ts";
import { expectOk, type Result } from "../../../src/core/refusal.ts";
import { matchShape } from "../../../src/core/encoding/shape.ts";
import { statementNonce, statementShape } from "../../../src/core/confirmation/statement.ts";
import assertions from "../../../web/docs/vectors/assertions.json" with { type: "json" };
import directory from "../../../web/docs/vectors/directory.json" with { type: "json" };
import encodings from "../../../web/docs/vectors/encodings.json" with { type: "json" };
import ids from "../../../web/docs/vectors/ids.json" with { type: "json" };
import payloads from "../../../web/docs/vectors/payloads.json" with { type: "json" };
import policies from "../../../web/docs/vectors/policies.json" with { type: "json" };
import templates from "../../../web/docs/vectors/templates.json" with { type: "json" };
import statements from "../../../web/docs/vectors/statements.json" with { type: "json" };

// The vectors that are published for those who write a verifier of their own: what people sign, and who must.

const bytes = (hex: string) => expectOk(fromHex(hex));
const codeOf = (result: Result<unknown>) => (result.ok ? undefined : result.refusal.code);
const named = <Vector extends { readonly name: string }>(vectors: readonly Vector[]) =>
  vectors.map((vector) => [vector.name, vector] as const);

describe("encodings", () => {
  it.each(encodings.bytes)("$hex is $base64url and $base64", ({ hex, base64url, base64 }) => {
    const raw = bytes(hex);
    expect([toHex(raw), toBase64url(raw), toBase64(raw)]).toEqual([hex, base64url, base64]);
    expect([fromBase64url(base64url), fromBase64(base64)]).toEqual([
      { ok: true, value: raw },
      { ok: true, value: raw },
    ]);
  });

  it.each(encodings.numbers)("$value has the eight bytes $u64be", ({ value, u64be: hex }) => {
    expect(toHex(u64be(value))).toBe(hex);
  });

  it.each([
    ["hexadecimal", fromHex, encodings.refused.hex],
    ["base64url", fromBase64url, encodings.refused.base64url],
    ["base64", fromBase64, encodings.refused.base64],
  ] as const)("%s in another spelling is refused", (_name, decode, texts) => {
    for (const text of texts) expect([text, codeOf(decode(text))]).toEqual([text, "encoding_malformed"]);
  });
});

describe("payloads", () => {
  it.each(named(payloads.accepted))("accepted: %s", (_name, { text, canonical, hash, order }) => {
    const payload = expectOk(parseJsonObject(utf8(text)));
    const made = canonicalText(payload);
    expect([made, toHex(sha256(utf8(made))), writtenOrder(payload)]).toEqual([canonical, hash, order]);
  });

  it.each(named(payloads.refused))("refused: %s", (_name, { text, code, at }) => {
    expect(parseJsonObject(utf8(text))).toMatchObject({ ok: false, refusal: { code, at } });
  });

  it.each(named(payloads.refusedBytes))("refused: %s", (_name, { hex, code, at }) => {
    expect(parseJsonObject(bytes(hex))).toMatchObject({ ok: false, refusal: { code, at } });
  });

  it.each(named(payloads.limits))("%s", (_name, { pieces, hash, code, at }) => {
    const text = pieces.map(([piece, times]) => String(piece).repeat(Number(times))).join("");
    const parsed = parseJsonObject(utf8(text));
    if (parsed.ok) expect(toHex(sha256(utf8(canonicalText(parsed.value))))).toBe(hash);
    else expect(parsed.refusal).toMatchObject({ code, at });
  });
});

describe("templates", () => {
  it.each(named(templates.drawn))("a payload %s", (_name, vector) => {
    const template = expectOk(parseTemplate(vector.template));
    const payload = vector.payload as JsonObject;
    const shown = expectOk(show(canonicalBytes(payload), vector.order));
    const { sentence, lines, notes } = applyTemplate(template, shown);
    expect([templateHash(template), sentenceText(sentence), notes.length]).toEqual([
      vector.hash,
      vector.text,
      vector.notes,
    ]);
    expect(sentence.map(({ kind, segments }) => ({ kind, text: textOf(segments) }))).toEqual(vector.sentence);
    expect(
      lines.map(({ pointer, label, prominent = false, formatted }) => {
        return { pointer, label, prominent, formatted: formatted === undefined ? null : textOf(formatted) };
      }),
    ).toEqual(vector.lines);
  });

  it.each(templates.formats)("$format of $value is $shown", ({ format, value, shown }) => {
    const type = typeof value === "number" ? "number" : "text";
    expect(formatNamed(format)?.apply({ type, text: String(value) }) ?? null).toBe(shown);
  });

  it.each(named(templates.refused))("refused with %s", (_name, { template }) => {
    expect(codeOf(parseTemplate(template))).toBe("template_invalid");
  });
});

describe("ids", () => {
  it.each(ids.streams)("the stream $id", ({ genesis, canonical, id }) => {
    expect([canonicalText(genesis), streamId(genesis)]).toEqual([canonical, id]);
  });

  it.each(ids.streamKeys)("the hash of the stream key $key", ({ key, hash }) => {
    expect(streamKeyHash(bytes(key))).toBe(hash);
  });

  it.each(ids.codes)("the code $code", ({ confirmation, payloadHash, action, code }) => {
    expect(comparisonCode(confirmation, bytes(payloadHash), action)).toBe(code);
  });

  it.each(ids.fingerprints)("the fingerprint $fingerprint", ({ publicKey, fingerprint }) => {
    expect(fingerprintOf(expectOk(fromBase64url(publicKey)))).toBe(fingerprint);
  });

  it.each(ids.apiKeys)("an API key for $mode", ({ text, mode, ref, hash }) => {
    expect(parseApiKey(text)).toEqual({ ok: true, value: { mode, ref, hash } });
  });

  it.each(ids.refusedApiKeys)("%s is no API key", (text) => {
    expect(codeOf(parseApiKey(text))).toBe("api_key_malformed");
  });
});

describe("statements", () => {
  it.each(named(statements.accepted))("of the request that is %s", (_name, vector) => {
    const statement = expectOk(matchShape(statementShape, vector.statement as JsonValue));
    const nonce = statementNonce(statement);
    const challenge = challengeOf(nonce, bytes(vector.payloadHash));
    expect(canonicalText(statement)).toBe(vector.canonical);
    expect([toHex(nonce), toHex(challenge), toBase64url(challenge)]).toEqual([
      vector.nonce,
      vector.challenge,
      vector.challengeBase64url,
    ]);
  });

  it.each(named(statements.refused))("refused with %s", (_name, { statement, at }) => {
    const refused = matchShape(statementShape, statement as JsonValue);
    expect(refused).toMatchObject({ ok: false, refusal: { code: "shape_mismatch", at } });
  });
});

describe("assertions", () => {
  const { challenge, origin, rpId } = assertions;
  const verify = ({ assertion, credential }: (typeof assertions.accepted)[number]) =>
    verifyAssertion(assertion, {
      challenge: bytes(challenge),
      origin,
      rpId,
      credential: { id: credential.id, publicKey: expectOk(fromBase64url(credential.publicKey)) },
    });

  it.each(named(assertions.accepted))("accepted: %s", async (_name, vector) => {
    expect(toHex(assertionHash(vector.assertion))).toBe(vector.assertionHash);
    expect(await verify(vector)).toEqual({ ok: true, value: vector.facts });
  });

  it.each(named(assertions.refused))("refused: %s", async (_name, { code, ...vector }) => {
    expect(codeOf(await verify(vector as unknown as (typeof assertions.accepted)[number]))).toBe(code);
  });

  it.each(named(assertions.keys))("a public key: %s", (_name, { publicKey, algorithm, code }) => {
    const key = readCoseKey(bytes(publicKey));
    expect(key.ok ? { algorithm: key.value.algorithm } : { code: key.refusal.code }).toEqual(
      code === undefined ? { algorithm } : { code },
    );
  });
});

describe("policies", () => {
  const mapOf = (approvals: readonly { readonly person: string; readonly stage: number }[]) =>
    new Map(approvals.map(({ person, stage }) => [person, stage]));

  it.each(policies.met)("signed by $approvals after $elapsedMilliseconds ms", (vector) => {
    const policy = expectOk(parsePolicy(vector.policy as JsonValue));
    const approvals = mapOf(vector.approvals);
    const elapsed = vector.elapsedMilliseconds;
    const open = openStage(policy, approvals, elapsed);
    expect(policyHash(policy)).toBe(vector.hash);
    expect(open).toBe(vector.openStage ?? policy.stages.length + 1);
    expect(open > policy.stages.length).toBe(vector.met);
    expect(vector.met ? [] : [...whoMayVote(policy, open, elapsed, null)]).toEqual(vector.asked);
    expect(progressOf(policy, approvals, elapsed)).toEqual(vector.progress);
  });

  it.each(policies.ended)("rejected by $rejecters beside $approvals", (vector) => {
    const policy = expectOk(parsePolicy(vector.policy as JsonValue));
    const rejecters = new Set(vector.rejecters);
    expect(isEndedByRejections(policy, mapOf(vector.approvals), rejecters, vector.requester)).toBe(
      vector.ended,
    );
  });

  it.each(policies.accepted)("with everything that a policy can have", (policy) => {
    expect(codeOf(parsePolicy(policy as JsonValue))).toBe(undefined);
  });

  it.each(named(policies.refused))("refused: %s", (_name, { policy, code }) => {
    expect(codeOf(parsePolicy(policy as JsonValue))).toBe(code);
  });
});

describe("changes of the directory", () => {
  const RULES_IN_FORCE = expectOk(parseRules(directory.documents.rules as JsonValue));
  const before: Directory = {
    members: new Map(directory.members.map((member) => [member.id, member as Member])),
    passkeys: new Map(
      directory.passkeys.map((passkey) => [
        passkey.id,
        { ...passkey, publicKeyHash: publicKeyHash(passkey.publicKey) },
      ]),
    ),
    rulebook: {
      groups: new Map(
        directory.documents.groups.map((group) => [
          groupHash(group as GroupDocument),
          group as GroupDocument,
        ]),
      ),
      policies: new Map(
        directory.documents.policies.map((policy) => {
          const document = expectOk(parsePolicyDocument(policy as JsonValue));
          return [policyDocumentHash(document), document];
        }),
      ),
      rules: new Map([[rulesHash(RULES_IN_FORCE), RULES_IN_FORCE]]),
    },
  };
  it.each(named(directory.changes))("%s", (_name, { change, effect, signers, accepted, code }) => {
    const parsed = expectOk(parseChange(change as JsonValue));
    const applied = applyChange(before, parsed, signers, 9);
    expect([applied.ok, codeOf(applied), effectOf(parsed)]).toEqual([accepted, code, effect]);
  });
});
