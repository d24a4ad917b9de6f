import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { expect, it, onTestFinished } from "vitest";
import { MAIL_BINDING, mailFolder } from "../../src/local/mail-folder.ts";
import { MailSink } from "../support/receivers/mail-sink.ts";
import { bundleWorker } from "../support/product/worker-bundle.ts";

const WORKER = `
  import { mailService } from "./src/send/mail-service.ts";
  export default {
    async fetch(request, { EMAIL }) {
      return Response.json(await mailService(EMAIL, "countersign@localhost.localdomain")(await request.json()));
    },
  };`;

it("a mail becomes two files on one machine: a text, and a page for a browser", async () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-mails-"));
  const path = join(folder, "mails");
  const contents = await bundleWorker({ stdin: { contents: WORKER, resolveDir: "." } });
  const worker = {
    name: "test",
    modules: [{ type: "ESModule" as const, path: "test.mjs", contents }],
    compatibilityDate: "2026-10-30",
    serviceBindings: { EMAIL: MAIL_BINDING },
  };
  const printed: string[] = [];
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      workers: [worker, mailFolder(path)],
      telemetry: { enabled: false },
      handleStructuredLogs: ({ message }) => printed.push(message),
    }),
  );
  onTestFinished(async () => {
    await runtime.dispose();
    rmSync(folder, { recursive: true });
  });
  const mail = {
    to: "maria@acme.test",
    subject: "Deploy to production",
    text: "Alex asks",
    html: "<p>Alex asks</p>",
    headers: { "List-Unsubscribe": "<http://localhost/unsubscribe>" },
  };
  const answer = await runtime.dispatchFetch("http://test/", { method: "POST", body: JSON.stringify(mail) });
  expect(await answer.json()).toEqual({ kind: "sent", status: null });

  expect(readdirSync(path)).toHaveLength(2);
  const { headers, ...rest } = mail;
  expect(new MailSink(folder).mails).toEqual([
    {
      ...rest,
      headers: {
        To: mail.to,
        From: "Countersign <countersign@localhost.localdomain>",
        Subject: mail.subject,
        ...headers,
      },
    },
  ]);
  const text = readdirSync(path).find((name) => name.endsWith(".txt")) ?? "";
  expect(printed).toEqual([`Mail to maria@acme.test: ${join(path, text)}`]);
  // Only its owner may read it: mails have links that count.
  expect(statSync(path).mode & 0o077).toBe(0);
});
