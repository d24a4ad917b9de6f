import { randomBytes } from "node:crypto";
import { Arrivals } from "./arrivals.ts";
import { decryptPush, newPushKeys, type PushKeys } from "./push-message.ts";
import type { ReceivedCall, Receiver, Reply } from "./receiver.ts";
import { readVapid } from "./vapid-token.ts";

// A push service (RFC 8030) with the browsers that subscribed there. It refuses what a real one refuses.

const BODY_MAX_BYTES = 4_096;
const URGENCIES = ["very-low", "low", "normal", "high"];
const TOPIC = /^[\w-]{1,32}$/;

/** What `PushSubscription.toJSON()` gives in a browser. */
export interface PushSubscriptionData {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export interface PushMessage {
  /** The part of the endpoint after /push/. */
  readonly device: string;
  readonly ttl: number;
  readonly urgency: string;
  readonly topic: string | null;
  /** Decrypted. */
  readonly text: string;
  readonly subject: string;
  /** When it arrived, by performance.now(). */
  readonly at: number;
}

export class PushService implements Receiver {
  /** The origin of all endpoints. A test that serves it sets its address, before anything subscribes. */
  origin: string;
  /** An answer instead of the normal one; undefined for the normal one. */
  answer: (device: string, call: ReceivedCall) => Reply | undefined = () => undefined;
  readonly #devices = new Map<string, PushKeys & { readonly vapidKey: string | undefined }>();
  readonly #messages = new Arrivals<PushMessage>("push message");
  readonly #refused: string[] = [];
  readonly #now: () => number;

  constructor(origin = "https://push.example", now: () => number = Date.now) {
    this.origin = origin;
    this.#now = now;
  }

  /** All that were accepted, with those that another one replaced. */
  get messages(): readonly PushMessage[] {
    return this.#messages.all;
  }

  /** Why a message was refused. */
  get refused(): readonly string[] {
    return this.#refused;
  }

  received(matches: (message: PushMessage) => boolean, milliseconds?: number): Promise<PushMessage> {
    return this.#messages.received(matches, milliseconds);
  }

  /** A further browser. With a public VAPID key in base64url, only its owner can send to it. */
  subscribe(vapidKey?: string): PushSubscriptionData {
    const device = randomBytes(16).toString("base64url");
    const keys = newPushKeys();
    this.#devices.set(device, { ...keys, vapidKey });
    return {
      endpoint: `${this.origin}/push/${device}`,
      keys: { p256dh: keys.publicKey.toString("base64url"), auth: keys.auth.toString("base64url") },
    };
  }

  /** The subscription ends, as when a person forbids notices: the service answers 410 from then on. */
  unsubscribe({ endpoint }: PushSubscriptionData): void {
    this.#devices.delete(deviceOf(endpoint));
  }

  /** What a browser that was off gets when it is on again: of each topic only the last message. */
  waiting({ endpoint }: PushSubscriptionData): readonly PushMessage[] {
    const mine = this.messages.filter(({ device }) => device === deviceOf(endpoint));
    return mine.filter(
      ({ topic }, at) => topic === null || !mine.slice(at + 1).some((later) => later.topic === topic),
    );
  }

  readonly handle = (call: ReceivedCall): Reply => {
    const device = deviceOf(call.path);
    const special = this.answer(device, call);
    if (special !== undefined) return special;
    const keys = this.#devices.get(device);
    if (keys === undefined) return this.#refuse(410, "no such subscription");
    const { method, headers, body } = call;
    const { ttl = "", urgency = "normal", topic = null } = headers;
    if (method !== "POST") return this.#refuse(405, `a ${method}`);
    if (!/^\d+$/.test(ttl)) return this.#refuse(400, `TTL is "${ttl}"`);
    if (!URGENCIES.includes(urgency)) return this.#refuse(400, `Urgency is "${urgency}"`);
    if (topic !== null && !TOPIC.test(topic)) return this.#refuse(400, `Topic is "${topic}"`);
    if (headers["content-encoding"] !== "aes128gcm") return this.#refuse(400, "not aes128gcm");
    if (body.length > BODY_MAX_BYTES) return this.#refuse(413, `${body.length} bytes`);
    const token = readVapid(headers["authorization"] ?? "", this.origin, this.#now());
    if (typeof token === "string") return this.#refuse(403, `VAPID: ${token}`);
    if (keys.vapidKey !== undefined && keys.vapidKey !== token.key)
      return this.#refuse(403, "another sender's key");
    let text: string;
    try {
      text = decryptPush(body, keys);
    } catch (problem) {
      // A real service does not see this. The browser would show nothing.
      return this.#refuse(400, `not decrypted: ${String(problem)}`);
    }
    const { subject } = token;
    const at = performance.now();
    this.#messages.add({ device, ttl: Number(ttl), urgency, topic, text, subject, at });
    return { status: 201, headers: { location: `${this.origin}/message/${this.messages.length}` } };
  };

  #refuse(status: number, why: string): Reply {
    this.#refused.push(why);
    return { status, body: why };
  }
}

function deviceOf(address: string): string {
  return /\/push\/([\w-]+)$/.exec(address)?.[1] ?? "";
}
