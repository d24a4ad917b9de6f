import { fromHex } from "../core/encoding/bytes.ts";
import type { Env } from "../env.ts";
import { guardedFetch } from "../send/guarded-fetch.ts";
import { addressProblem, type AddressRules } from "../send/outbound-address.ts";
import { mailService } from "../send/mail-service.ts";
import type { MailOut, Outbound, PushKeys } from "../send/outbound.ts";

const SEED_BYTES = 32;

/** What this deployment sends with, as its settings say. */
export function createOutbound(env: Env, now: () => number): Outbound {
  const rules = addressRules(env);
  return {
    now,
    post: guardedFetch({ ...rules, now }),
    addressProblem: (url) => addressProblem(url, rules),
    get seed() {
      const seed = fromHex(env.SEND_SEED);
      if (!seed.ok || seed.value.length !== SEED_BYTES)
        throw new Error("the secret SEND_SEED must be 32 bytes in hexadecimal digits");
      return seed.value;
    },
    push: pushKeys(env),
    email: mailOut(env),
  };
}

function addressRules({ ORIGIN, LOG_ORIGIN, OUTBOUND_TEST_ORIGINS = "" }: Env): AddressRules {
  const { hostname, protocol } = new URL(ORIGIN);
  // In production, where people use https, no setting opens a way to the machine itself.
  const isLocal = protocol === "http:" && hostname === "localhost";
  const testOrigins = isLocal ? OUTBOUND_TEST_ORIGINS.split(" ").filter((origin) => origin !== "") : [];
  return { ownHosts: [hostname, new URL(`https://${LOG_ORIGIN}`).hostname], testOrigins };
}

function pushKeys({ VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY, SECURITY_CONTACT }: Env): PushKeys | null {
  return VAPID_PUBLIC_KEY === undefined || VAPID_PRIVATE_KEY === undefined
    ? null
    : { publicKey: VAPID_PUBLIC_KEY, privateKey: VAPID_PRIVATE_KEY, subject: SECURITY_CONTACT };
}

function mailOut({ EMAIL, EMAIL_FROM }: Env): MailOut | null {
  return EMAIL === undefined || EMAIL_FROM === undefined || EMAIL_FROM === ""
    ? null
    : mailService(EMAIL, EMAIL_FROM);
}
