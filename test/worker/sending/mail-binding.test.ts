import { describe, expect, it } from "vitest";
import { createOutbound } from "../../../src/app/create-outbound.ts";
import { noticeMail } from "../../../src/core/notice/mail/notice-mail.ts";
import { noticeText } from "../../../src/core/notice/notice-text.ts";
import type { Env } from "../../../src/env.ts";
import { SAMPLE_FACTS } from "../../support/sample-notice.ts";
import { bindings } from "../support/worker-fixture.ts";

const MAIL = noticeMail(noticeText(SAMPLE_FACTS), { to: "alex@example.com", unsubscribe: null });

const outbound = (settings: Partial<Env>) => createOutbound({ ...bindings, ...settings }, () => Date.now());

describe("the binding for mails", () => {
  it("takes a notice in its runtime", async () => {
    expect(await outbound({}).email?.(MAIL)).toEqual({ kind: "sent", status: null });
  });

  it("is not used without the address of a sender", () => {
    expect(outbound({ EMAIL_FROM: "" }).email).toBeNull();
  });
});
