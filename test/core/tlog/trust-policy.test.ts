import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeCheckpoint } from "../../../src/core/tlog/checkpoint.ts";
import {
  encodeNote,
  encodeVkey,
  noteKey,
  parseNote,
  type NoteKey,
} from "../../../src/core/tlog/signed-note.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import {
  encodeTrustPolicy,
  isQuorumMet,
  judgeCheckpoint,
  parseTrustPolicy,
  TRUST_MAX_GROUPS,
  TRUST_MAX_LOGS,
  TRUST_MAX_WITNESSES,
  TRUST_POLICY_MAX_CHARACTERS,
  type TrustPolicy,
} from "../../../src/core/tlog/trust-policy.ts";
import { noteSigner, signedNote } from "../../support/log/note-signer.ts";
import { flipped } from "../../support/log/sample-tree.ts";

const log = await noteSigner("log.example/one", "ed25519", 1);
const second = await noteSigner("log.example/two", "ed25519", 2);
const x1 = await noteSigner("witness.example/x1", "cosignature", 11);
const x2 = await noteSigner("witness.example/x2", "cosignature", 12);
const x3 = await noteSigner("witness.example/x3", "cosignature", 13);
const y1 = await noteSigner("witness.example/y1", "cosignature", 21);
const y2 = await noteSigner("witness.example/y2", "cosignature", 22);
const vkey = (signer: { readonly key: NoteKey }): string => encodeVkey(signer.key);
const numbered = (type: "ed25519" | "cosignature", number: number): string =>
  encodeVkey(noteKey(`example/${number}`, type, new Uint8Array(32).fill(number)));

// The example in the specification, with keys.
const FILE = `
# Two organisations.
log ${vkey(log)}

witness X1 ${vkey(x1)}
witness X2 ${vkey(x2)} https://x2.example/
witness\tX3  ${vkey(x3)}
  group X-witnesses 2 X1 X2 X3

witness Y1 ${vkey(y1)}
witness Y2 ${vkey(y2)}
group Y-witnesses any Y1 Y2\t
\t# Both must have seen it.
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;
const policy = expectOk(parseTrustPolicy(FILE));

describe("the policy file", () => {
  it("names logs, witnesses, groups and the quorum", () => {
    expect(policy).toEqual({
      logs: [{ key: log.key }],
      witnesses: [
        { name: "X1", key: x1.key },
        { name: "X2", key: x2.key, url: "https://x2.example/" },
        { name: "X3", key: x3.key },
        { name: "Y1", key: y1.key },
        { name: "Y2", key: y2.key },
      ],
      groups: [
        { name: "X-witnesses", threshold: 2, members: ["X1", "X2", "X3"] },
        { name: "Y-witnesses", threshold: 1, members: ["Y1", "Y2"] },
        { name: "X-and-Y", threshold: 2, members: ["X-witnesses", "Y-witnesses"] },
      ],
      quorum: "X-and-Y",
    });
  });

  it("keeps the address of a log and of a witness", () => {
    const text = `log ${vkey(log)} https://one.example/\nwitness w ${vkey(x1)} https://x1.example/\nquorum w\n`;
    expect(expectOk(parseTrustPolicy(text))).toMatchObject({
      logs: [{ url: "https://one.example/" }],
      witnesses: [{ url: "https://x1.example/" }],
    });
  });

  it.each([
    ["no witness asked for", "quorum none\n"],
    ["several logs", `log ${vkey(log)}\nlog ${vkey(second)} https://two.example/\nquorum none\n`],
    ["one witness", `witness w ${vkey(x1)}\nquorum w\n`],
    [
      "a quorum before other lines",
      `witness w ${vkey(x1)}\nquorum w\nlog ${vkey(log)}\nwitness v ${vkey(x2)}\n`,
    ],
    [
      "names outside ASCII",
      `witness K ${vkey(x1)}\nwitness \u212a ${vkey(x2)}\ngroup g all K \u212a\nquorum g\n`,
    ],
    [
      "keywords as names",
      `witness all ${vkey(x1)}\nwitness log ${vkey(x2)}\ngroup any all all log\nquorum any\n`,
    ],
    [
      "as many as it says",
      [
        ...Array.from({ length: TRUST_MAX_LOGS }, (_, number) => `log ${numbered("ed25519", number)}`),
        ...Array.from(
          { length: TRUST_MAX_WITNESSES },
          (_, at) => `witness ${at} ${numbered("cosignature", at)}`,
        ),
        ...Array.from(
          { length: TRUST_MAX_GROUPS },
          (_, at) => `group g${at} 1 ${at === 0 ? "0" : `g${at - 1}`}`,
        ),
        "quorum g63\n",
      ].join("\n"),
    ],
  ])("may have %s", (_name, text) => {
    const parsed = expectOk(parseTrustPolicy(text));
    expect(parseTrustPolicy(encodeTrustPolicy(parsed))).toEqual({ ok: true, value: parsed });
  });

  const w = `witness w ${vkey(x1)}\n`;
  it.each([
    ["nothing", ""],
    ["no quorum", w],
    ["two quorums", `${w}quorum w\nquorum w\n`],
    ["no newline at the end", `${w}quorum w`],
    ["a carriage return", `# x\r\n${w}quorum w\n`],
    ["a zero byte", `# \0\n${w}quorum w\n`],
    ["a delete character", `# \u007f\n${w}quorum w\n`],
    ["half a surrogate pair", `# \ud800\n${w}quorum w\n`],
    ["a wide space for a space", `${w}quorum\u00a0w\n`],
    ["a comment after a line", `${w}quorum w # mine\n`],
    ["an unknown word", `${w}quorum w\nseal x\n`],
    ["an upper-case word", `${w}Quorum w\n`],
    ["an undefined quorum", "quorum w\n"],
    ["a quorum defined below", `quorum w\n${w}`],
    ["a quorum without a name", `${w}quorum\n`],
    ["a quorum of two names", `${w}quorum w w\n`],
    ["a log without a key", "log\nquorum none\n"],
    ["a log with a bad key", `log ${vkey(log).replace("one", "two")}\nquorum none\n`],
    ["a log with a witness's key", `log ${vkey(x1)}\nquorum none\n`],
    ["a log with an extra word", `log ${vkey(log)} a b\nquorum none\n`],
    ["a log twice", `log ${vkey(log)}\nlog ${vkey(log)}\nquorum none\n`],
    [
      "a log key under two names",
      `log ${vkey(log)}\nlog ${encodeVkey(noteKey("other.example", "ed25519", log.key.publicKey))}\nquorum none\n`,
    ],
    ["a witness without a key", "witness w\nquorum none\n"],
    ["a witness with a log's key", `witness w ${vkey(log)}\nquorum w\n`],
    ["a witness with an extra word", `witness w ${vkey(x1)} a b\nquorum w\n`],
    ["a witness named none", `witness none ${vkey(x1)}\nquorum none\n`],
    ["two witnesses of one name", `${w}witness w ${vkey(x2)}\nquorum w\n`],
    ["one witness under two names", `${w}witness v ${vkey(x1)}\nquorum w\n`],
    [
      "a witness key under two names",
      `${w}witness v ${encodeVkey(noteKey("other.example", "cosignature", x1.key.publicKey))}\nquorum w\n`,
    ],
    ["a group without members", `${w}group g any\nquorum g\n`],
    ["a group without a number", `${w}group g w\nquorum g\n`],
    ["a group of 0", `${w}group g 0 w\nquorum g\n`],
    ["a group of 2 of 1", `${w}group g 2 w\nquorum g\n`],
    ["a group of 01", `${w}group g 01 w\nquorum g\n`],
    ["a group of -1", `${w}group g -1 w\nquorum g\n`],
    ["a group of ALL", `${w}group g ALL w\nquorum g\n`],
    ["a group with an undefined member", `${w}group g any w v\nquorum g\n`],
    ["a group defined above its member", `group g any w\n${w}quorum g\n`],
    ["a group that contains itself", `${w}group g any g\nquorum g\n`],
    ["a group with none", `${w}group g any none\nquorum g\n`],
    ["a group named none", `${w}group none any w\nquorum none\n`],
    ["a group named like its witness", `${w}group w any w\nquorum w\n`],
    ["a member twice in a group", `${w}group g 2 w w\nquorum g\n`],
    ["a member of two groups", `${w}group g any w\ngroup h any w\nquorum g\n`],
    ["a very long file", `${w}quorum w\n#${"x".repeat(TRUST_POLICY_MAX_CHARACTERS)}\n`],
    [
      "too many logs",
      `${Array.from({ length: TRUST_MAX_LOGS + 1 }, (_, at) => `log ${numbered("ed25519", at)}\n`).join("")}quorum none\n`,
    ],
    [
      "too many witnesses",
      `${Array.from({ length: TRUST_MAX_WITNESSES + 1 }, (_, at) => `witness ${at} ${numbered("cosignature", at)}\n`).join("")}quorum none\n`,
    ],
    [
      "too many groups",
      `${w}group g0 1 w\n${Array.from({ length: TRUST_MAX_GROUPS }, (_, at) => `group g${at + 1} 1 g${at}\n`).join("")}quorum g0\n`,
    ],
  ])("is refused: %s", (_name, text) => {
    expect(parseTrustPolicy(`${w}group g any w\nquorum g\n`).ok).toBe(true);
    expect(parseTrustPolicy(text)).toMatchObject({ ok: false, refusal: { code: "trust_policy_malformed" } });
  });

  it("has a limit on its characters", () => {
    expect([TRUST_MAX_LOGS, TRUST_MAX_WITNESSES, TRUST_MAX_GROUPS]).toEqual([64, 64, 64]);
    expect(TRUST_POLICY_MAX_CHARACTERS).toBe(131_072);
    const text = `${w}quorum w\n`;
    const comment = (characters: number) => `#${"x".repeat(characters - 2)}\n`;
    const room = TRUST_POLICY_MAX_CHARACTERS - text.length;
    expect(parseTrustPolicy(text + comment(room)).ok).toBe(true);
    expect(parseTrustPolicy(text + comment(room + 1)).ok).toBe(false);
  });

  it("is refused with two keys of one name and id", () => {
    // Found among 100,000 keys, because ids have only 32 bits.
    const [one, two] = [73_944, 105_314].map((number) => {
      const publicKey = new Uint8Array(32);
      new DataView(publicKey.buffer).setUint32(0, number);
      return noteKey("clash.example", "ed25519", publicKey);
    });
    if (one === undefined || two === undefined) throw new Error("two keys are needed");
    expect([one.id, two.id]).toEqual(["56a271c1", "56a271c1"]);
    expect(parseTrustPolicy(`log ${encodeVkey(one)}\nquorum none\n`).ok).toBe(true);
    expect(parseTrustPolicy(`log ${encodeVkey(one)}\nlog ${encodeVkey(two)}\nquorum none\n`)).toHaveProperty(
      "refusal.detail",
      "line 2: another key has this name and key id",
    );
  });

  it("may have two keys of one id under different names", () => {
    // Found like the two above. The first of these is odd, so it has the other name.
    const [one, two] = [66_457, 91_346].map((number) => {
      const publicKey = new Uint8Array(32);
      new DataView(publicKey.buffer).setUint32(0, number);
      return noteKey(number % 2 === 1 ? "one.example" : "two.example", "ed25519", publicKey);
    });
    if (one === undefined || two === undefined) throw new Error("two keys are needed");
    expect([one.id, two.id]).toEqual(["3e2913c3", "3e2913c3"]);
    const text = `log ${encodeVkey(one)}\nlog ${encodeVkey(two)}\nquorum none\n`;
    expect(expectOk(parseTrustPolicy(text)).logs).toHaveLength(2);
  });

  it("names the line of an error", () => {
    expect(parseTrustPolicy(`${w}\ngroup g any v\n`)).toHaveProperty(
      "refusal.detail",
      "line 3: v is not defined above",
    );
  });

  it.each([
    ["a space in a name", { witnesses: [{ name: "a b", key: x1.key }], quorum: "none" }, /spaces/],
    ["a line in an address", { logs: [{ key: log.key, url: "x\nlog y" }] }, /spaces/],
    ["an undefined quorum", { quorum: "nobody" }, /trust_policy_malformed/],
    ["a key of the wrong kind", { logs: [{ key: x1.key }] }, /trust_policy_malformed/],
  ])("cannot be encoded with %s", (_name, change, message) => {
    expect(parseTrustPolicy(encodeTrustPolicy(policy))).toEqual({ ok: true, value: policy });
    expect(() => encodeTrustPolicy({ ...policy, groups: [], quorum: "none", ...change })).toThrow(message);
  });

  it("never throws, for any words", () => {
    const word = fc.constantFrom(
      "log",
      "witness",
      "group",
      "quorum",
      "none",
      "any",
      "all",
      "1",
      "2",
      "a",
      "b",
      "#",
      "\n",
      vkey(log),
      vkey(x1),
      vkey(x2),
      "\t",
      "é",
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const parsed = parseTrustPolicy(`${words.join(" ")}\nquorum none\n`);
        if (!parsed.ok) return;
        accepted++;
        expect(parseTrustPolicy(encodeTrustPolicy(parsed.value))).toEqual(parsed);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

it.each<[readonly string[], boolean]>([
  [[], false],
  [["X1", "X2"], false],
  [["Y1"], false],
  [["X1", "Y1"], false],
  [["X1", "X2", "Y1"], true],
  [["X2", "X3", "Y2"], true],
  [["X1", "X2", "X3", "Y1", "Y2"], true],
  [["X1", "X1", "Y1"], false],
])("the quorum of %j: %s", (witnesses, met) => {
  expect(isQuorumMet(policy, witnesses)).toBe(met);
  expect(isQuorumMet({ ...policy, quorum: "none" }, witnesses)).toBe(true);
});

describe("judging a checkpoint", async () => {
  const root = new Uint8Array(32).fill(7);
  const text = encodeCheckpoint({ origin: log.key.name, size: 12, root });
  const checkpoint = { origin: log.key.name, size: 12, root };
  const good = await signedNote(text, log, [x1, x3, y2]);
  const ofTwo = encodeCheckpoint({ origin: second.key.name, size: 12, root });

  it("returns the checkpoint and its witnesses", async () => {
    const judged = { checkpoint, witnesses: ["X1", "X3", "Y2"], quorumMet: true };
    expect(await judgeCheckpoint(good, policy)).toEqual({ ok: true, value: judged });
  });

  it("distinguishes a missing quorum from a forgery", async () => {
    const judged = { checkpoint, witnesses: ["X1"], quorumMet: false };
    expect(await judgeCheckpoint(await signedNote(text, log, [x1]), policy)).toEqual({
      ok: true,
      value: judged,
    });
    const alone = { checkpoint, witnesses: [], quorumMet: false };
    expect(await judgeCheckpoint(await signedNote(text, log), policy)).toEqual({ ok: true, value: alone });
    expect(await judgeCheckpoint(await signedNote(text, log), { ...policy, quorum: "none" })).toEqual({
      ok: true,
      value: { ...alone, quorumMet: true },
    });
  });

  it("accepts any of several logs, each under its own name", async () => {
    const both: TrustPolicy = { ...policy, logs: [{ key: log.key }, { key: second.key }], quorum: "none" };
    expect((await judgeCheckpoint(await signedNote(text, log), both)).ok).toBe(true);
    expect((await judgeCheckpoint(await signedNote(ofTwo, second), both)).ok).toBe(true);
    expect((await judgeCheckpoint(await signedNote(ofTwo, log), both)).ok).toBe(false);
    expect((await judgeCheckpoint(await signedNote(text, second), both)).ok).toBe(false);
  });

  const strangers = await noteSigner("log.example/one", "ed25519", 99);
  const falseWitness = await noteSigner("witness.example/x1", "cosignature", 98);
  const note = expectOk(parseNote(good));
  const [byLog, byX1, ...others] = note.signatures;
  if (byLog === undefined || byX1 === undefined) throw new Error("the note was signed above");
  it.each<[string, string, TrustPolicy]>([
    ["the signature of an unknown log", await signedNote(text, strangers), policy],
    ["witnesses only", encodeNote({ text, signatures: [byX1, ...others] }), policy],
    ["another log's checkpoint", await signedNote(ofTwo, log, [x1, x2, y1]), policy],
    ["no log trusted", good, { ...policy, logs: [] }],
    ["another size", good.replace("\n12\n", "\n13\n"), policy],
    ["another origin", good.replace("log.example/one\n12", "log.example/two\n12"), policy],
    ["an extension line", await signedNote(`${text}extension\n`, log, [x1, x2, y1]), policy],
    ["no checkpoint", await signedNote("log.example/one says hello\n", log), policy],
    ["no note", text, policy],
    ["nothing", "", policy],
    [
      "a log signature that fails",
      encodeNote({ text, signatures: [{ ...byLog, signature: flipped(byLog.signature) }, byX1, ...others] }),
      policy,
    ],
    [
      "a cosignature that fails",
      encodeNote({
        text,
        signatures: [byLog, { ...byX1, signature: flipped(byX1.signature, 200) }, ...others],
      }),
      policy,
    ],
    [
      "a cosignature of another time",
      encodeNote({
        text,
        signatures: [byLog, { ...byX1, signature: flipped(byX1.signature, 56) }, ...others],
      }),
      policy,
    ],
  ])("refuses %s", async (_name, forged, trusted) => {
    expect((await judgeCheckpoint(good, policy)).ok).toBe(true);
    const refused = await judgeCheckpoint(forged, trusted);
    expect(refused.ok).toBe(false);
    if (!refused.ok) {
      expect(refused.refusal.code).toMatch(/^(note_malformed|checkpoint_malformed|note_signature_invalid)$/);
    }
  });

  it("ignores a false witness with the same name", async () => {
    const judged = { checkpoint, witnesses: ["X3", "Y2"], quorumMet: false };
    const forged = await signedNote(text, log, [falseWitness, x3, y2]);
    expect(await judgeCheckpoint(forged, policy)).toEqual({ ok: true, value: judged });
  });

  it("does not count a cosignature of another checkpoint", async () => {
    const elsewhere = await x1.sign(ofTwo, 1_700_000_000);
    const forged = encodeNote({ text, signatures: [byLog, elsewhere] });
    expect((await judgeCheckpoint(encodeNote({ text, signatures: [byLog, byX1] }), policy)).ok).toBe(true);
    expect((await judgeCheckpoint(forged, policy)).ok).toBe(false);
  });
});
