import { mkdirSync } from "node:fs";

// Mails on one machine: each becomes two files of a folder, a text and a page that a browser opens.

const MAIL_FOLDER = "countersign-mail";

const OWNER_ONLY = 0o700;

const MODULE = `import { WorkerEntrypoint } from "cloudflare:workers";

export class MailFolder extends WorkerEntrypoint {
  async send({ to, from, subject, text, html, headers }) {
    const id = new Date().toISOString().replaceAll(":", "-") + "-" + crypto.randomUUID().slice(0, 8);
    const write = (name, body) => this.env.FOLDER.fetch("http://folder/" + name, { method: "PUT", body });
    const all = { To: to, From: from.name + " <" + from.email + ">", Subject: subject, ...headers };
    const lines = Object.entries(all).map(([name, value]) => name + ": " + value);
    await write(id + ".html", html);
    await write(id + ".txt", lines.join("\\n") + "\\n\\n" + text);
    console.log("Mail to " + to + ": " + this.env.PATH + "/" + id + ".txt");
    return { messageId: id };
  }
}

export default {};`;

/** The Worker that the product's binding EMAIL leads to. */
export function mailFolder(path: string) {
  mkdirSync(path, { recursive: true, mode: OWNER_ONLY });
  return {
    name: MAIL_FOLDER,
    modules: [{ type: "ESModule" as const, path: "mail.mjs", contents: MODULE }],
    compatibilityDate: "2026-10-30",
    bindings: { PATH: path },
    serviceBindings: { FOLDER: { disk: { path, writable: true } } },
  };
}

export const MAIL_BINDING = { name: MAIL_FOLDER, entrypoint: "MailFolder" };
