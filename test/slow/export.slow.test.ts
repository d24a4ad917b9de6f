import fc from "fast-check";
import { expect, it } from "vitest";
import { auditExport, type AuditOptions } from "../../src/core/evidence/audit.ts";
import { concat, equalBytes, toHex, utf8Text, type Bytes } from "../../src/core/encoding/bytes.ts";
import {
  encodeHeader,
  encodeRow,
  headerShape,
  openExport,
  parseHeader,
  parseRow,
  rowShape,
  type ExportHeader,
  type ExportRow,
} from "../../src/core/evidence/export.ts";
import { erase, REJECTED, sampleHistory } from "../support/evidence/sample-history.ts";
import { fileOf, headerOf, readerOf } from "../support/evidence/export-file.ts";
import { createAuthenticator } from "../support/authenticator.ts";
import { editJson } from "../support/evidence/edit-json.ts";
import { fieldsOf, otherValuesOf, placesOf } from "../support/schemas/values-of-shape.ts";
import type { Shape } from "../../src/core/encoding/shape.ts";
import type { JsonValue } from "../../src/core/encoding/strict-json.ts";
import { RP, type TestPerson, type TestTenant } from "../support/evidence/sample-tenant.ts";
import { createStaff } from "../support/evidence/sample-company.ts";
import { DEPLOY } from "../support/vectors/company/honest.ts";
import { resolvedPolicy } from "../support/evidence/ruled-tenant.ts";
import { LARGE } from "../support/rules/ruled-documents.ts";

// Hundreds of thousands of mutated exports: none is accepted, and the same run accepts the original file.

const MUTATED_FILES = 40_000;
const MUTATED_LINES = 70_000;
const FLIPS_AUDITED = 4_000;
const VALUES_AT_EACH_PLACE = 2;

const staff = await createStaff();
const tenant = await longHistory();
/** The rejection is erased, and a later record announces it. */
const rows = erase(tenant, [REJECTED]);
const file = fileOf(headerOf(tenant), rows);
const lines = (utf8Text(file) ?? "").split("\n").slice(0, -1);
const bytesOf = (line: string) => new TextEncoder().encode(line);

const knowledge: AuditOptions = {
  tenant: tenant.stream,
  trust: tenant.log.trust(2),
  checkpoint: await tenant.log.checkpoint(),
  log: readerOf(tenant.log),
  lookahead: 20,
};
const isVerified = async (bytes: Uint8Array) =>
  (await auditExport(await openExport([bytes]), knowledge)).verified;

/** The bytes that the file encodes to, if it is read to its end without a refusal. */
async function readWhole(bytes: Uint8Array): Promise<Bytes | undefined> {
  const opened = await openExport([bytes]);
  if (!opened.ok) {
    expect(opened.refusal.detail).not.toBe("");
    return undefined;
  }
  const parts = [encodeHeader(opened.value.header)];
  for await (const row of opened.value.rows) {
    if (!row.ok) return undefined;
    parts.push(encodeRow(row.value));
  }
  return concat(...parts);
}

it("refuses truncated, spliced, duplicated and reordered files, or reads them to the same bytes", async () => {
  const at = fc.nat({ max: file.length });
  const spliced = fc
    .tuple(at, at, fc.uint8Array({ maxLength: 12 }))
    .map(([from, to, between]) => concat(file.subarray(0, from), between, file.subarray(to)));
  const line = fc.nat({ max: lines.length - 1 });
  const shuffled = fc
    .tuple(line, line, fc.constantFrom("swap", "double", "drop", "move"))
    .map(([one, other, how]) => {
      const text = lines[one] ?? "";
      const rest = lines.toSpliced(one, 1);
      if (how === "swap") return lines.with(one, lines[other] ?? "").with(other, text);
      if (how === "double") return lines.toSpliced(other, 0, text);
      return how === "drop" ? rest : rest.toSpliced(other, 0, text);
    })
    .map((some) => bytesOf(some.map((text) => `${text}\n`).join("")));
  const some = fc.oneof(
    { weight: 3, arbitrary: spliced },
    { weight: 2, arbitrary: shuffled },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  );
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(some, async (bytes) => {
      const again = await readWhole(bytes);
      if (again === undefined) return;
      whole++;
      expect(equalBytes(again, bytes)).toBe(true);
      // Well-formed, such as after a changed digit: then only the original file passes the audit.
      expect(await isVerified(bytes)).toBe(equalBytes(bytes, file));
    }),
    { numRuns: MUTATED_FILES },
  );
  expect(whole).toBeGreaterThan(0);
  expect(equalBytes((await readWhole(file)) ?? new Uint8Array(), file)).toBe(true);
});

it("refuses a line with a flipped bit or a changed part, or reads it to the same bytes", () => {
  const line = fc.nat({ max: lines.length - 1 });
  const change = fc.tuple(
    line,
    fc.nat(),
    fc.nat({ max: 7 }),
    fc.uint8Array({ minLength: 0, maxLength: 4 }),
    fc.nat({ max: 4 }),
  );
  let read = 0;
  fc.assert(
    fc.property(change, ([which, where, bit, piece, length]) => {
      const good = bytesOf(lines[which] ?? "");
      const place = where % good.length;
      const changed = good.slice();
      changed[place] = (changed[place] ?? 0) ^ (1 << bit);
      const mutated =
        bit % 2 === 0 ? changed : concat(good.subarray(0, place), piece, good.subarray(place + length));
      const [header, row] = [parseHeader(mutated), parseRow(mutated)];
      // A changed digit of a hash: a well-formed line that fails the audit.
      const again = header.ok ? encodeHeader(header.value) : row.ok ? encodeRow(row.value) : undefined;
      if (again === undefined) return;
      expect(toHex(again)).toBe(`${toHex(mutated)}0a`);
      read++;
    }),
    { numRuns: MUTATED_LINES },
  );
  expect(read).toBeGreaterThan(0);
});

it("accepts no file with a flipped bit, and the original before and after", async () => {
  expect(await isVerified(file)).toBe(true);
  const accepted: string[] = [];
  for (let flip = 0; flip < FLIPS_AUDITED; flip++) {
    // Bits spread evenly over the file.
    const bit = Math.floor((flip * file.length * 8) / FLIPS_AUDITED);
    const mutated = file.slice();
    mutated[bit >> 3] = (mutated[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (await isVerified(mutated)) accepted.push(around(bit >> 3));
  }
  expect(accepted.slice(0, 5)).toEqual([]);
  expect(await isVerified(file)).toBe(true);
});

it("accepts no export with another value, whichever its place is", async () => {
  expect(await isVerified(file)).toBe(true);
  const header = headerOf(tenant);
  const reached = new Set<string>();
  const edit = async (
    shape: Shape<unknown>,
    document: JsonValue,
    name: string,
    whole: (edited: JsonValue) => Bytes,
  ) => {
    for (const place of placesOf(shape, document)) {
      if (place.shape.kind === "literal") continue;
      const { pointer } = place;
      for (const value of fc.sample(otherValuesOf(place), VALUES_AT_EACH_PLACE)) {
        // An export may withhold a payload.
        if (value === null && pointer === "/sealed/evidence/payload" && name.startsWith("decision")) continue;
        const edited = whole(editJson(document, pointer, () => value));
        expect([name, pointer, value, await isVerified(edited)]).toEqual([name, pointer, value, false]);
        reached.add(pointer.replaceAll(/\/\d+/g, "/*"));
      }
    }
  };
  await edit(headerShape, header, "header", (edited) => fileOf(edited as unknown as ExportHeader, rows));
  for (const [seq, row] of rows.entries())
    await edit(rowShape, row, `${row.kind} ${seq}`, (edited) =>
      fileOf(header, rows.with(seq, edited as unknown as ExportRow)),
    );
  const fields = [...fieldsOf(headerShape), ...fieldsOf(rowShape)];
  expect(fields.filter((field) => !reached.has(field))).toEqual([]);
  expect(await isVerified(file)).toBe(true);
});

/** A history with every kind of record. */
async function longHistory(): Promise<TestTenant> {
  const { alex, bea, cy, dan, twoOfThree } = staff;
  const own = await sampleHistory(staff);
  const passkey = await createAuthenticator({ rpId: new URL(RP).hostname, origin: RP });
  const one = ({ id, username }: TestPerson) => ({ name: username, count: 1, of: [id] });
  const { stages } = twoOfThree();
  const policy = twoOfThree({
    stages: [{ name: "", needs: [one(alex)] }],
    escalations: [
      { afterSeconds: 600, stage: 1, needs: [one(bea)] },
      { afterSeconds: 660, stage: 1, needs: stages.flatMap(({ needs }) => needs) },
    ],
    breakGlass: [bea.id],
  });
  await own.changeRole(dan, "developer", alex, { policy });
  await own.decide({ policy, executeWithinSeconds: 60, votes: [{ by: alex }] });
  await own.recover(cy, passkey, [alex, bea], { revoked: [] });
  await own.setTemplate(DEPLOY.action, DEPLOY, alex);
  const payload = { env: "production", service: "api", size: 2_097_152 };
  await own.decide({ payload, order: [1, 0, 2], template: DEPLOY, votes: [{ by: alex }] });
  const byGroup = { ...LARGE, name: "by-group", stages: LARGE.stages.slice(0, 1), minimum: 1 };
  await own.setGroup("finance", [alex], alex);
  await own.setPolicy(byGroup, alex);
  await own.decide({ policy: resolvedPolicy(own, byGroup, ""), votes: [{ by: alex }] });
  own.sealUnsigned("erased", { rule: "Rejections", spans: [{ from: REJECTED, to: REJECTED }] });
  return own;
}

function around(at: number): string {
  return (utf8Text(file) ?? "").slice(Math.max(0, at - 40), at + 40);
}
