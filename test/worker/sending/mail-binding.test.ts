import { expect, it } from "vitest";
import { createOutbound } from "../../../src/app/create-outbound.ts";
import { noticeMail } from "../../../src/core/notice/mail/notice-mail.ts";
import { noticeText } from "../../../src/core/notice/notice-text.ts";
import { SAMPLE_FACTS } from "../../support/sample-notice.ts";
import { bindings } from "../support/worker-fixture.ts";

const MAIL = noticeMail(noticeText(SAMPLE_FACTS), { to: "alex@example.com", unsubscribe: null });

it("the binding for mails takes a notice in its runtime", async () => {
  const { email } = createOutbound(bindings, () => Date.now());
  expect(await email?.(MAIL)).toEqual({ kind: "sent", status: null });
});
