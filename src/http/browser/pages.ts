import type { Html } from "../../../web/console/html-text.ts";
import type { RequestContext } from "../context.ts";
import { signUpMode } from "./sign-up-setting.ts";

// The HTML of a page is the same for everyone, except for one inert block of data, whose text can't end its
// element. The headers here list everything that a page may load and do.

const DATA_BLOCK = '<script type="application/json" id="data"></script>';

/** In a page, what leads to sign-up. It is shown where somebody can sign up. */
const HIDDEN_SIGN_UP = ' class="sign-up" hidden';

const BASE_POLICY = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "connect-src": "'self'",
  "img-src": "'self'",
  "font-src": "'self'",
  "manifest-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
  "require-trusted-types-for": "'script'",
  "trusted-types": "'none'",
} as const;

const PAGES = {
  approve: { file: "/approve.html", permissions: "publickey-credentials-get=(self)" },
  change: { file: "/change.html", permissions: "publickey-credentials-get=(self)" },
  signin: { file: "/signin.html", permissions: "publickey-credentials-get=(self)" },
  enrol: { file: "/enrol.html", permissions: "publickey-credentials-create=(self)" },
  signup: {
    file: "/signup.html",
    permissions: "publickey-credentials-create=(self), publickey-credentials-get=(self)",
  },
  waiting: { file: "/waiting.html", permissions: "" },
  devices: {
    file: "/devices.html",
    permissions: "publickey-credentials-create=(self), publickey-credentials-get=(self)",
  },
  inbox: { file: "/inbox.html", permissions: "" },
  publish: { file: "/publish.html", permissions: "" },
  verify: { file: "/verify.html", permissions: "" },
  erased: { file: "/erased.html", permissions: "" },
  notfound: { file: "/notfound.html", permissions: "" },
} as const;
export type PageName = keyof typeof PAGES;

/** Replaces parts of the policy, and adds to it. */
type MorePolicy = Partial<Record<keyof typeof BASE_POLICY | "worker-src", string>>;

export function securityHeaders(permissions: string, more: MorePolicy = {}): Record<string, string> {
  const policy = Object.entries({ ...BASE_POLICY, ...more }).map(([name, value]) => `${name} ${value}`);
  return {
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "permissions-policy": [
      "camera=()",
      "geolocation=()",
      "microphone=()",
      ...(permissions ? [permissions] : []),
    ].join(", "),
  };
}

export interface HtmlOptions {
  readonly status?: number;
  /** Of the browser's features, such as "publickey-credentials-get=(self)". */
  readonly permissions?: string;
  readonly policy?: MorePolicy;
  readonly headers?: Readonly<Record<string, string>>;
}

/** For a page with a form, which leads to this host. */
export const FORM_POLICY = { "form-action": "'self'" };

export async function htmlResponse(
  context: RequestContext,
  page: Html | string,
  { status = 200, permissions = "", policy, headers }: HtmlOptions = {},
): Promise<Response> {
  // Not `new Response`, which would drop the cookie that the session may have set.
  return context.body(String(await page), status as 200, {
    ...securityHeaders(permissions, policy),
    "content-type": "text/html; charset=utf-8",
    ...headers,
  });
}

export async function pageResponse(
  context: RequestContext,
  name: PageName,
  data?: object,
  status: 200 | 404 | 405 | 410 = 200,
): Promise<Response> {
  const { file, permissions } = PAGES[name];
  const template = await context.env.ASSETS.fetch(new URL(file, context.req.url));
  const text = await template.text();
  const leadsToSignUp = text.includes(HIDDEN_SIGN_UP) && signUpMode(context.env) !== "closed";
  const html = leadsToSignUp ? text.replace(HIDDEN_SIGN_UP, "") : text;
  const block = data === undefined ? html : html.replace(DATA_BLOCK, () => dataBlock(data));
  return htmlResponse(context, block, { status, permissions });
}

function dataBlock(data: object): string {
  const text = JSON.stringify(data).replaceAll("<", "\\u003c");
  return DATA_BLOCK.replace("></script>", () => `>${text}</script>`);
}
