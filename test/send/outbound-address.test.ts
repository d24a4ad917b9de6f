import { describe, expect, it } from "vitest";
import { addressProblem } from "../../src/send/outbound-address.ts";

const RULES = { ownHosts: ["sign.acme.com", "log.acme.com"], testOrigins: [] };

describe("an address is refused that", () => {
  it.each([
    ["is no address", "hooks.example.org", /this is no address/],
    ["is empty", "", /this is no address/],
    ["is not https", "http://hooks.slack.com/x", /must begin with https/],
    ["is a file", "file:///etc/passwd", /must begin with https/],
    ["is a script", "javascript:alert(1)", /must begin with https/],
    ["has a port", "https://hooks.slack.com:8443/x", /leave out the port/],
    ["has a user name", "https://me@hooks.slack.com/x", /leave out the user name/],
    ["hides its host behind a user name", "https://hooks.slack.com@10.0.0.1/", /leave out the user name/],
    ["is an IPv4 address", "https://93.184.216.34/", /host name, not an address/],
    ["is this machine", "https://127.0.0.1/", /host name, not an address/],
    ["is this machine, in decimal", "https://2130706433/", /host name, not an address/],
    ["is this machine, in hexadecimal", "https://0x7f000001/", /host name, not an address/],
    ["is this machine, in octal", "https://0177.0.0.1/", /host name, not an address/],
    ["is this machine, short", "https://127.1/", /host name, not an address/],
    ["is this machine, with a dot at the end", "https://127.0.0.1./", /host name, not an address/],
    ["is this machine, percent-encoded", "https://%31%32%37.0.0.1/", /host name, not an address/],
    ["is this machine, in wide digits", "https://１２７.０.０.１/", /host name, not an address/],
    ["is this machine, as zero", "https://0/", /host name, not an address/],
    ["is a cloud's metadata", "https://169.254.169.254/latest/", /host name, not an address/],
    ["is an IPv6 address", "https://[2606:2800:220:1::1]/", /host name, not an address/],
    ["is this machine, in IPv6", "https://[::1]/", /host name, not an address/],
    ["is a mapped address", "https://[::ffff:127.0.0.1]/", /host name, not an address/],
    ["has one label", "https://intranet/", /must be public/],
    ["has one label and a dot", "https://localhost./", /must be public/],
    ["is below localhost", "https://a.localhost/", /must be public/],
    ["is a cloud's internal name", "https://metadata.google.internal/", /must be public/],
    ["is of a local network", "https://printer.local/", /must be public/],
    ["is of a home network", "https://nas.home.arpa/", /must be public/],
    ["is of a local network, in capital letters", "https://PRINTER.LOCAL/", /must be public/],
    ["is of a local network, with a dot", "https://printer.local./", /must be public/],
    ["is of a local network, with two dots", "https://printer.local../", /must be public/],
    ["has an empty part", "https://hooks..slack.com/", /must be public/],
    ["has a hidden line break", "https://hooks.slack\n.com/", /this is no address/],
    ["has an invisible character", "https://hooks.sl\u00adack.com/", /this is no address/],
    ["is this machine, with other dots", "https://127。0。0。1/", /host name, not an address/],
    ["is this machine, as hexadecimal zero", "https://0x/", /host name, not an address/],
    ["is of the service", "https://sign.acme.com/api", /host of the service itself/],
    ["is of the service, with a dot", "https://sign.acme.com./", /host of the service itself/],
    ["is below the service", "https://a.sign.acme.com/", /host of the service itself/],
    ["is of the log", "https://LOG.acme.com/", /host of the service itself/],
    ["is too long", `https://hooks.slack.com/${"x".repeat(2_000)}`, /more than 2000 characters/],
    ["is on this machine, without the setting", "http://127.0.0.1:9000/hook", /must begin with https/],
  ])("%s", (_what, url, problem) => {
    expect(addressProblem(url, RULES)).toMatch(problem);
  });
});

it.each([
  "https://hooks.slack.com/services/T0/B0/x",
  "https://hooks.slack.com:443/x?y=1#z",
  "https://acme.com/hook",
  "https://1password.com/",
  "https://xn--bcher-kva.com/",
  "https://bücher.com/",
  "https://hook.local.acme.io/",
])("an address of a public host is allowed: %s", (url) => {
  expect(addressProblem(url, RULES)).toBeUndefined();
});

it("an origin on this machine is allowed, exactly, if a setting names it", () => {
  const rules = { ...RULES, testOrigins: ["http://127.0.0.1:9000"] };
  expect(addressProblem("http://127.0.0.1:9000/hook", rules)).toBeUndefined();
  for (const other of ["http://127.0.0.1:9001/", "https://127.0.0.1:9000/", "http://localhost:9000/"])
    expect(addressProblem(other, rules)).toBeTypeOf("string");
});
