import { toHex, utf8Text } from "../core/encoding/bytes.ts";
import { sha256 } from "../core/encoding/hash.ts";
import { canonicalBytes } from "../core/encoding/jcs.ts";
import { parseJsonObject, PAYLOAD_MAX_BYTES } from "../core/encoding/strict-json.ts";
import { readInput } from "./input.ts";
import { readOptions } from "./cli-options.ts";
import { EXIT, CliError } from "./cli-error.ts";

export async function hashCommand(args: readonly string[]): Promise<number> {
  const { source, values } = readOptions(args, { json: { type: "boolean" } });
  const parsed = parseJsonObject(await readInput(source, PAYLOAD_MAX_BYTES));
  if (!parsed.ok) {
    const { code, detail, at } = parsed.refusal;
    throw new CliError(`${source} is not a valid payload: ${detail} (${code}${at ? ` at ${at}` : ""})`);
  }
  const canonical = canonicalBytes(parsed.value);
  const text = utf8Text(canonical) ?? "";
  const sha = toHex(sha256(canonical));
  console.log(
    values.json
      ? JSON.stringify({ canonical: text, bytes: canonical.length, sha256: sha })
      : `${text}\nsha256 ${sha}`,
  );
  return EXIT.passed;
}
