import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/encoding/bytes.ts";
import { encodeReceipt, RECEIPT_LIMITS } from "../../../src/core/evidence/receipt.ts";
import { openReceiptFile } from "../../../src/core/report/receipt-file.ts";
import { createStaff, decidedReceipt } from "../../support/evidence/sample-company.ts";

const { cy, tenant } = await createStaff();
const receipt = await decidedReceipt(await tenant(), { payload: { b: 4200, a: "ü" }, votes: [{ by: cy }] });
const bytes = encodeReceipt(receipt);
const text = new TextDecoder().decode(bytes);
const open = (file: string | Uint8Array) => openReceiptFile(typeof file === "string" ? utf8(file) : file);

describe("a receipt", () => {
  it("as it was issued is taken as it is", () =>
    expect(open(bytes)).toEqual({ kind: "receipt", bytes, reformatted: false }));

  const reversed = Object.fromEntries(Object.entries(receipt).toReversed());
  it.each([
    ["indented", JSON.stringify(receipt, null, 2)],
    ["in another order of names", JSON.stringify(reversed)],
    ["with the line breaks of Windows", JSON.stringify(receipt, null, 2).replaceAll("\n", "\r\n")],
    ["with a line break at the end", `${text}\n`],
    ["with a byte order mark", `\ufeff${text}`],
    ["with an escaped letter", text.replace("ü", String.raw`\u00fc`)],
    ["with a number in another spelling", text.replace(":4200", ":4.2e3")],
  ])("%s has the same content", (_name, file) =>
    expect(open(file)).toEqual({ kind: "receipt", bytes, reformatted: true }),
  );

  it("of another version or with another field is still a receipt", () => {
    for (const edited of [text.replace('"v":3}', '"v":9}'), text.replace('{"anchor"', '{"aa":1,"anchor"')])
      expect(open(edited)).toMatchObject({ kind: "receipt", reformatted: false });
  });

  it.each([
    ["without its end", text.slice(0, -9), /^In the file: expected /],
    [
      "with the same name twice",
      text.replace('{"anchor"', '{"anchor":1,"anchor"'),
      /same name appears twice/,
    ],
    [
      "with a number that changes when it is read",
      text.replace(":4200", ":0.1234567890123456789"),
      /would be read as/,
    ],
    ["with bytes of another encoding", new Uint8Array([...bytes.subarray(0, -1), 0xfc, 0x7d]), /not UTF-8/],
    ["that is too large", text + " ".repeat(RECEIPT_LIMITS.maxBytes), /at most 16777216 are allowed/],
  ])("%s is damaged", (_name, file, detail) =>
    expect(open(file)).toMatchObject({ kind: "damaged", detail: expect.stringMatching(detail) }),
  );
});

describe("another file is called what it is", () => {
  it.each<[string, string | Uint8Array, string]>([
    ["an empty file", "", "The file is empty."],
    ["a PNG", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10]), "This is a picture."],
    ["a JPEG", new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), "This is a picture."],
    ["a PDF", "%PDF-1.7\n", "This is a PDF file. A printed receipt can't be checked."],
    ["a zip archive", "PK\u0003\u0004…", "This is an archive or an office file."],
    ["a page", "\n<!DOCTYPE html><p>Sign in", "This is a web page."],
    ["a text", "Approved, really.", "The file is a text of another kind."],
    ["other bytes", new Uint8Array([0, 200, 1]), "The file is of another kind."],
    ["a number", "7", "The file is JSON, but no receipt."],
    ["other JSON", '{"a":1}', "The file is JSON, but no receipt."],
    ["other JSON with a name twice", '{"a":1,"a":2}', "The file is a text of another kind."],
    [
      "an answer of the API",
      '{"id":"c_1","status":"approved"}',
      "This is an answer of the API about a request, no receipt.",
    ],
    [
      "the service's answer",
      '{"kind":"countersign/verification"}',
      "This is the service's answer about one request, no receipt.",
    ],
    [
      "an export",
      '{"kind":"countersign/export"}\n{"row":1}',
      "This is the export of a complete history, no receipt.",
    ],
    [
      "a large picture",
      Uint8Array.from({ length: RECEIPT_LIMITS.maxBytes + 1 }, (_, at) => [0xff, 0xd8, 0xff][at] ?? 0),
      "This is a picture.",
    ],
  ])("%s", (_name, file, what) =>
    expect(open(file)).toEqual({ kind: "other", what, next: expect.stringMatching(/\.$/) }),
  );
});
