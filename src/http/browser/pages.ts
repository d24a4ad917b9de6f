import type { RequestContext } from "../context.ts";

// The pages' HTML is the same for everyone but for one inert block of data, whose text can't end the
// element that it stands in. Whatever the page may load and do is listed here, and it is little.

const DATA_BLOCK = '<script type="application/json" id="data"></script>';

const BASE_POLICY = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "connect-src": "'self'",
  "img-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
  "require-trusted-types-for": "'script'",
  "trusted-types": "'none'",
} as const;

export const PAGES = {
  home: { file: "/index.html", may: "" },
  approve: { file: "/approve.html", may: "publickey-credentials-get=(self)" },
  signin: { file: "/signin.html", may: "publickey-credentials-get=(self)" },
  enrol: { file: "/enrol.html", may: "publickey-credentials-create=(self)" },
  devices: { file: "/devices.html", may: "publickey-credentials-create=(self)" },
  inbox: { file: "/inbox.html", may: "" },
  publish: { file: "/publish.html", may: "" },
  verify: { file: "/verify.html", may: "" },
  notfound: { file: "/notfound.html", may: "" },
} as const;
export type PageName = keyof typeof PAGES;

export function securityHeaders(may: string): Record<string, string> {
  const policy = Object.entries(BASE_POLICY).map(([name, value]) => `${name} ${value}`);
  return {
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "permissions-policy": ["camera=()", "geolocation=()", "microphone=()", ...(may ? [may] : [])].join(", "),
  };
}

export async function page(
  context: RequestContext,
  name: PageName,
  data?: object,
  status: 200 | 404 = 200,
): Promise<Response> {
  const { file, may } = PAGES[name];
  const template = await context.env.ASSETS.fetch(new URL(file, context.req.url));
  const html = await template.text();
  const block = data === undefined ? html : html.replace(DATA_BLOCK, () => dataBlock(data));
  // Not a bare Response: that would leave behind a cookie that was set before.
  return context.body(block, status, {
    ...securityHeaders(may),
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
  });
}

function dataBlock(data: object): string {
  const text = JSON.stringify(data).replaceAll("<", "\\u003c");
  return DATA_BLOCK.replace("></script>", () => `>${text}</script>`);
}
