import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// The mails of a product on this machine, which writes each of them to two files of its folder `mails`.

const WAIT_MILLISECONDS = 10_000;
const LOOK_MILLISECONDS = 50;

export interface ReceivedMail {
  readonly to: string;
  readonly subject: string;
  /** All, by their names as they were sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
}

export class MailSink {
  readonly #folder: string;

  /** `state` is the product's state folder. */
  constructor(state: string) {
    this.#folder = join(state, "mails");
  }

  /** In the order in which they were sent. */
  get mails(): readonly ReceivedMail[] {
    if (!existsSync(this.#folder)) return [];
    // The text is written last.
    const texts = readdirSync(this.#folder).filter((name) => name.endsWith(".txt"));
    return texts.toSorted().map((name) => this.#read(name));
  }

  /** The first one that matches, which may have arrived before the call. */
  async received(
    matches: (mail: ReceivedMail) => boolean,
    milliseconds = WAIT_MILLISECONDS,
  ): Promise<ReceivedMail> {
    const end = performance.now() + milliseconds;
    for (;;) {
      const { mails } = this;
      const found = mails.find(matches);
      if (found !== undefined) return found;
      if (performance.now() > end) {
        const subjects = mails.map(({ to, subject }) => `${to}: ${subject}`).join(", ");
        throw new Error(`no such mail in ${milliseconds} ms; there are ${mails.length}: ${subjects}`);
      }
      await sleep(LOOK_MILLISECONDS);
    }
  }

  #read(name: string): ReceivedMail {
    const whole = readFileSync(join(this.#folder, name), "utf8");
    const end = whole.indexOf("\n\n");
    const lines = whole.slice(0, end).split("\n");
    const headers = Object.fromEntries(
      lines.map((line): [string, string] => {
        const [header = "", value] = line.split(/: (.*)/);
        if (value === undefined) throw new Error(`${name} has the line "${line}" among its headers`);
        return [header, value];
      }),
    );
    const { To: to = "", Subject: subject = "" } = headers;
    const html = readFileSync(join(this.#folder, name.replace(/txt$/, "html")), "utf8");
    return { to, subject, headers, text: whole.slice(end + 2), html };
  }
}
