import { runInDurableObject } from "cloudflare:test";
import type { Runtime } from "../../../src/app/runtime.ts";
import type { Mail } from "../../../src/core/notice/mail/mail.ts";
import type { OutboundRequest } from "../../../src/send/guarded-fetch.ts";
import type { SendResult } from "../../../src/send/send-result.ts";
import { bindings, type Company } from "../support/worker-fixture.ts";

/** What a tenant's Desk sends, instead of sending it, and the time that it has. */
export interface CaughtMessages {
  readonly mails: Mail[];
  readonly posts: OutboundRequest[];
  /** What the mail service and the receivers answer from now on. */
  mailResult: SendResult;
  postStatus: number;
  /** How far the Desk's clock is ahead. */
  aheadMilliseconds: number;
}

export async function catchMessages({ store }: Company): Promise<CaughtMessages> {
  const caught: CaughtMessages = {
    mails: [],
    posts: [],
    mailResult: { kind: "sent", status: null },
    postStatus: 200,
    aheadMilliseconds: 0,
  };
  await runInDurableObject(bindings.DESK.getByName(store.tenantId), (desk) => {
    const { runtime } = desk as unknown as { readonly runtime: Runtime };
    const send: Partial<Runtime["send"]> = {
      email: async (mail) => {
        caught.mails.push(mail);
        return caught.mailResult;
      },
      post: async (request) => {
        caught.posts.push(request);
        return { ok: true, status: caught.postStatus, retryAfterSeconds: null, milliseconds: 1 };
      },
    };
    // The seed is read when it is needed.
    Object.assign(runtime, {
      send: Object.create(runtime.send, Object.getOwnPropertyDescriptors(send)) as Runtime["send"],
      now: () => Date.now() + caught.aheadMilliseconds,
    });
  });
  return caught;
}
