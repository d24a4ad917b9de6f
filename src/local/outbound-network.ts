// What the Worker can reach from this machine. The runtime looks up the names itself and compares the addresses that it
// connects to with these lists, so a public name that leads to a private address is refused, too. On Cloudflare the
// platform does that.

export const OUTBOUND_NETWORK = "countersign-outbound";

/** What the runtime takes for public besides public addresses: RFC 6890 and the registries of special addresses. */
const SPECIAL_ADDRESSES = [
  "0.0.0.0/8",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
  "::/96",
  // They contain an IPv4 address, which could be a private one.
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "2002::/16",
  "100::/64",
  "2001::/23",
  "2001:db8::/32",
  "3fff::/20",
  "5f00::/16",
  "fec0::/10",
];

const tlsOptions = { trustBrowserCas: true };
const PUBLIC = { network: { allow: ["public"], deny: SPECIAL_ADDRESSES, tlsOptions } };
const LOCAL = { network: { allow: ["local"], tlsOptions } };

const MODULE = `export default {
  fetch(request, { PUBLIC, LOCAL, TEST_ORIGINS }) {
    const { origin } = new URL(request.url);
    return (TEST_ORIGINS.split(" ").includes(origin) ? LOCAL : PUBLIC).fetch(request);
  },
};`;

/** Every call of the product's Worker goes through this one. Origins for tests are separated by spaces. */
export function outboundNetwork(testOrigins: string) {
  return {
    name: OUTBOUND_NETWORK,
    modules: [{ type: "ESModule" as const, path: "outbound.mjs", contents: MODULE }],
    compatibilityDate: "2026-10-30",
    bindings: { TEST_ORIGINS: testOrigins },
    serviceBindings: { PUBLIC, LOCAL },
  };
}
