import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { makeSchemas } from "../support/schemas/published-schemas.ts";
import { makeVectors } from "../support/vectors/all.ts";
import { recordedDemo } from "../support/vectors/recorded-demo.ts";

const FOLDER = "web/docs/vectors";
const SCHEMAS = "web/docs/schemas";

// Two seconds of signing and verifying on an idle core.
const TIMEOUT_MILLISECONDS = 60_000;

it(
  "publishes the test vectors as `npm run vectors` writes them, to the byte",
  async () => {
    const written = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(FOLDER.length + 1));
    const vectors = await makeVectors();
    expect(written.toSorted()).toEqual([...vectors.keys()].toSorted());
    for (const [name, content] of vectors) {
      const file = readFileSync(`${FOLDER}/${name}`);
      expect([name, file.equals(Buffer.from(content))]).toEqual([name, true]);
    }
  },
  TIMEOUT_MILLISECONDS,
);

it("publishes the JSON Schemas as `npm run vectors` writes them, to the byte", () => {
  const written = readdirSync(SCHEMAS).map((name) => [name, readFileSync(`${SCHEMAS}/${name}`, "utf8")]);
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(makeSchemas()));
});

it("plays on the landing page the recording that `npm run vectors` writes, to the byte", async () => {
  for (const [name, content] of await recordedDemo()) {
    const file = readFileSync(`web/demo/proof/${name}`);
    expect([name, file.equals(Buffer.from(content))]).toEqual([name, true]);
  }
});

it("quotes in the formats document the values that the vectors contain", () => {
  const formats = readFileSync("web/docs/formats.md", "utf8");
  const vectorOf = (name: string) => JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8"));
  const { nonce, challengeBase64url } = vectorOf("statements.json").accepted[0];
  const { commit, leafHash, canonicalHash, record } = vectorOf("records.json").sealed[4];
  const [{ assertionHash }] = record.body.signatures;
  const size = readFileSync(`${FOLDER}/receipts/approved.json`).length;
  const quotes = [nonce, challengeBase64url, assertionHash, canonicalHash, commit, leafHash];
  for (const quote of [...quotes, `has ${size.toLocaleString("en")} bytes`])
    expect([quote, formats.includes(quote)]).toEqual([quote, true]);
});
