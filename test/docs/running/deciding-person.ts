import { BrowserClient } from "../../support/browser-client.ts";
import type { Inbox } from "../../../src/core/pages/inbox.ts";

// A person of the documents: decides what waits for them while a page's block waits for the decision.

export class DecidingPerson {
  /** The id of the organisation. */
  readonly organisation: string;
  readonly #browser: BrowserClient;

  private constructor(organisation: string, browser: BrowserClient) {
    this.organisation = organisation;
    this.#browser = browser;
  }

  static async enrol(origin: string, enrolUrl: string): Promise<DecidingPerson> {
    const browser = await BrowserClient.create(fetch, origin);
    const { status, body } = await browser.enrol(enrolUrl);
    if (status !== 200) throw new Error(`not enrolled: ${JSON.stringify(body)}`);
    const { data } = await browser.devicesPage();
    return new DecidingPerson(data.tenant.stream, browser);
  }

  /** Votes on everything that waits, and on what arrives. Ends with an error: that of the signal, or another one. */
  async decideUntil(vote: "approve" | "reject", signal: AbortSignal): Promise<never> {
    let version = "";
    for (;;) {
      const inbox = await this.#inbox(version, signal);
      version = inbox.version;
      const waiting = [...inbox.open.items, ...inbox.unendorsed.items];
      for (const { id } of waiting) await this.decide(id, vote);
    }
  }

  /** Approves everything that waits now. */
  async decideAll(): Promise<void> {
    const { open, unendorsed } = await this.#inbox("", AbortSignal.timeout(10_000));
    for (const { id } of [...open.items, ...unendorsed.items]) await this.decide(id, "approve");
  }

  async decide(id: string, vote: "approve" | "reject"): Promise<void> {
    const { status, body } = await this.#browser.decide(id, { vote });
    if (status !== 200) throw new Error(`${vote} of ${id} was refused: ${JSON.stringify(body)}`);
  }

  /** What has changed since that version. */
  async #inbox(version: string, signal: AbortSignal): Promise<Inbox> {
    const query = version === "" ? "wait=0" : `wait=25&version=${version}`;
    const { origin, cookie } = this.#browser;
    const answer = await fetch(`${origin}/inbox/items?${query}`, { headers: { cookie }, signal });
    if (!answer.ok) throw new Error(`the inbox was refused: ${await answer.text()}`);
    return (await answer.json()) as Inbox;
  }
}
