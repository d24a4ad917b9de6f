import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { makeVectors } from "../support/vectors/all.ts";

const FOLDER = "web/docs/vectors";

// Two seconds of signing and verifying on an idle core.
const TIMEOUT_MILLISECONDS = 60_000;

it(
  "publishes the test vectors as `npm run vectors` writes them, to the byte",
  async () => {
    const written = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(FOLDER.length + 1));
    const made = await makeVectors();
    expect(written.toSorted()).toEqual([...made.keys()].toSorted());
    for (const [name, content] of made) {
      const file = readFileSync(`${FOLDER}/${name}`);
      expect([name, file.equals(Buffer.from(content))]).toEqual([name, true]);
    }
  },
  TIMEOUT_MILLISECONDS,
);
