import { createSign, generateKeyPairSync } from "node:crypto";

// A certificate that nobody trusts (RFC 5280): signed by its own key.

const SEQUENCE = 0x30;
const ECDSA_WITH_SHA256 = sequence(Buffer.from("06082a8648ce3d040302", "hex"));
const CN = Buffer.from("0603550403", "hex");

export function selfSigned(host: string): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(tagged(0x31, sequence(CN, tagged(0x0c, Buffer.from(host)))));
  const always = sequence(
    tagged(0x17, Buffer.from("200101000000Z")),
    tagged(0x17, Buffer.from("491231235959Z")),
  );
  const version = Buffer.from("a003020102", "hex");
  const serial = Buffer.from("020101", "hex");
  const spki = publicKey.export({ type: "spki", format: "der" });
  const signed = sequence(version, serial, ECDSA_WITH_SHA256, name, always, name, spki);
  const signature = createSign("sha256").update(signed).sign(privateKey);
  const bits = tagged(0x03, Buffer.concat([Buffer.of(0), signature]));
  const certificate = sequence(signed, ECDSA_WITH_SHA256, bits).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  };
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(SEQUENCE, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
