import { fromBase64url, toHex, type Bytes } from "../../src/core/encoding/bytes.ts";
import { challengeOf } from "../../src/core/confirmation/challenge.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import type { JsonObject } from "../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { statementNonce, type Statement } from "../../src/core/confirmation/statement.ts";
import { createAuthenticator, type Authenticator, type Lies } from "./authenticator.ts";

// A person with a browser and a passkey, without a screen. It calls the server as the pages do.

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface Answered {
  readonly status: number;
  // eslint-disable-next-line typescript/no-explicit-any -- any answer; the tests state what they expect
  readonly body: any;
}

export interface Signing {
  readonly vote?: Statement["vote"];
  readonly reason?: string;
  readonly passkey?: Authenticator;
  readonly lies?: Lies;
  /** Changes the signed statement, so that it differs from the server's. */
  readonly says?: Partial<Statement>;
}

/** How the addition of a passkey is confirmed. */
export interface ProofSigning {
  readonly proof?: Authenticator;
  readonly lies?: Lies;
}

export class BrowserClient {
  readonly origin: string;
  readonly passkey: Authenticator;
  readonly #fetch: Fetch;
  cookie = "";

  constructor(fetch: Fetch, origin: string, passkey: Authenticator) {
    this.#fetch = fetch;
    this.origin = origin;
    this.passkey = passkey;
  }

  static async create(fetch: Fetch, origin: string): Promise<BrowserClient> {
    return new BrowserClient(fetch, origin, await newPasskey(origin));
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#fetch(this.origin + path, {
      headers: { cookie: this.cookie, ...headers },
      redirect: "manual",
    });
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await this.#fetch(this.origin + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "sec-fetch-site": "same-origin",
        origin: this.origin,
        cookie: this.cookie,
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const set = response.headers.get("set-cookie");
    if (set !== null) this.cookie = set.split(";")[0] ?? "";
    return { status: response.status, body: await response.json() };
  }

  /** A form of the console, as a browser sends it. */
  async submit(
    path: string,
    fields: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.#fetch(this.origin + path, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
        origin: this.origin,
        cookie: this.cookie,
        ...headers,
      },
      body: new URLSearchParams(fields as Record<string, string>).toString(),
    });
  }

  /** Confirms with the passkey, so that the session may change things for ten minutes. */
  async elevate(passkey = this.passkey): Promise<Answered> {
    const { body } = await this.post("/console/elevate/begin", {});
    const { assertion } = await passkey.assert(bytesOf(body.challenge));
    return this.post("/console/elevate/finish", { challenge: body.challenge, assertion });
  }

  async enrol(enrolUrl: string, lies: Lies = {}): Promise<Answered> {
    const secret = new URL(enrolUrl).hash.slice(1);
    const begin = await this.post("/enrol/begin", { secret });
    if (begin.status !== 200) return begin;
    return this.finishEnrolment(enrolUrl, begin.body, lies);
  }

  /** Creates an organisation, and this browser's passkey as its owner's. */
  async signUp(organisation: string, username = "alex", lies: Lies = {}): Promise<Answered> {
    const begin = await this.post("/signup/begin", { organisation, username });
    if (begin.status !== 200) return begin;
    return this.finishEnrolment(`${this.origin}/enrol#${begin.body.secret}`, begin.body, lies);
  }

  /** Begins the demo, and creates this browser's passkey in its organisation. */
  async startDemo(): Promise<Answered["body"]> {
    const { body } = await this.post("/demo/begin", {});
    const { status } = await this.finishEnrolment(`${this.origin}/enrol#${body.secret}`, body);
    if (status !== 200) throw new Error(`the demo's passkey got ${status}`);
    return body;
  }

  /** The second half of an enrolment, after this answer to the first. */
  async finishEnrolment(
    enrolUrl: string,
    { challenge, userHandle }: Answered["body"],
    lies: Lies = {},
  ): Promise<Answered> {
    const secret = new URL(enrolUrl).hash.slice(1);
    const registration = await this.#registration(challenge, userHandle, lies);
    return this.post("/enrol/finish", { secret, challenge, label: "Phone", registration });
  }

  async signIn(passkey = this.passkey): Promise<Answered> {
    const { body } = await this.post("/signin/begin", {});
    const { assertion, userHandle } = await passkey.assert(bytesOf(body.challenge), {
      userHandle: this.userHandle,
    });
    return this.post("/signin/finish", {
      challenge: body.challenge,
      assertion: { ...assertion, userHandle },
    });
  }

  userHandle = "";

  async addDevice(passkey: Authenticator, signing: ProofSigning = {}): Promise<Answered> {
    const { body } = await this.post("/devices/begin", {});
    return this.finishDevice(passkey, body, signing);
  }

  /** Adds this passkey, after this answer to the beginning. The proof is by this browser's own passkey. */
  async finishDevice(
    passkey: Authenticator,
    { challenge, proof }: Answered["body"],
    { proof: signer = this.passkey, lies = {} }: ProofSigning = {},
  ): Promise<Answered> {
    const { assertion } = await signer.assert(bytesOf(proof.challenge), lies);
    const response = await passkey.register(bytesOf(challenge));
    const { clientDataJSON, attestationObject } = response.response;
    const registration = { id: response.id, clientDataJSON, attestationObject, transports: ["usb"] };
    return this.post("/devices/finish", {
      challenge,
      label: "Key",
      registration,
      proof: { challenge: proof.challenge, assertion },
    });
  }

  /** The data of the page of this request, or undefined if the page is not shown. */
  async approvalPage(id: string): Promise<{ data: Answered["body"]; status: number }> {
    return this.#page(`/approve/${id}`);
  }

  async devicesPage(): Promise<{ data: Answered["body"]; status: number }> {
    return this.#page("/devices");
  }

  async #page(path: string): Promise<{ data: Answered["body"]; status: number }> {
    const response = await this.get(path);
    const block = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(
      await response.text(),
    )?.[1];
    return { data: block ? JSON.parse(block) : undefined, status: response.status };
  }

  /** A vote as the page would post it, before it is posted. */
  async sign(id: string, signing: Signing = {}): Promise<JsonObject & { assertion: JsonObject }> {
    const { data } = await this.approvalPage(id);
    const { body: ceremony } = await this.post(`/approve/${id}/ceremony`, {});
    const { vote = "approve", reason = "" } = signing;
    const { salt, issued, stage } = ceremony;
    const statement = {
      ...data.statement,
      vote,
      reason,
      stage,
      issued,
      salt,
      ...signing.says,
    } as Statement;
    const payloadHash = sha256(new TextEncoder().encode(data.payload));
    const { assertion } = await (signing.passkey ?? this.passkey).assert(
      challengeOf(statementNonce(statement), payloadHash),
      signing.lies,
    );
    return { ceremonyId: ceremony.ceremonyId, vote, reason, assertion: { ...assertion } };
  }

  async decide(id: string, signing: Signing = {}): Promise<Answered> {
    return this.post(`/approve/${id}/decision`, await this.sign(id, signing));
  }

  async #registration(challenge: string, userHandle: string, lies: Lies): Promise<JsonObject> {
    this.userHandle = userHandle;
    const response = await this.passkey.register(bytesOf(challenge), lies);
    const { clientDataJSON, attestationObject } = response.response;
    return { id: response.id, clientDataJSON, attestationObject, transports: ["internal"] };
  }
}

export async function newPasskey(
  origin: string,
  signCount = 0,
  backupEligible = true,
): Promise<Authenticator> {
  return createAuthenticator({ rpId: new URL(origin).hostname, origin, signCount, backupEligible });
}

/** A backend with an API key. */
export function backend(fetch: Fetch, origin: string, key: string) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered> => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        "x-api-key": key,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
}

function bytesOf(base64url: string): Bytes {
  return expectOk(fromBase64url(base64url));
}

export function hashOfText(text: string): string {
  return toHex(sha256(new TextEncoder().encode(text)));
}
