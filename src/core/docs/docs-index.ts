// What the build writes about the documentation, for the Worker: it draws the page for an address without a document.

export interface DocsLink {
  /** The last part of its address: /docs/NAME. */
  readonly name: string;
  /** In the navigation. */
  readonly title: string;
  /** One or two sentences. */
  readonly description: string;
}

export interface DocsGroup {
  readonly title: string;
  readonly pages: readonly DocsLink[];
}
