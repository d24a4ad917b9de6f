// Just enough of a document to draw fields without a browser, and to look at what was drawn.

export type Drawn = DrawnElement | string;

export class DrawnElement {
  readonly tag: string;
  readonly children: Drawn[] = [];
  readonly dataset: Record<string, string> = {};
  className = "";
  dir = "";
  role = "";
  type = "";
  title = "";
  ariaPressed = "";

  constructor(tag: string) {
    this.tag = tag;
  }

  append(...children: readonly Drawn[]): void {
    this.children.push(...children.filter((child) => child !== ""));
  }

  setAttribute(name: string, value: string): void {
    if (name.startsWith("data-")) this.dataset[name.slice("data-".length)] = value;
    else Object.assign(this, { [name]: value });
  }

  addEventListener(): void {}

  get textContent(): string {
    return this.children.map((child) => (typeof child === "string" ? child : child.textContent)).join("");
  }

  set textContent(text: string) {
    this.children.splice(0, Infinity, text);
  }

  is(className: string): boolean {
    return this.className.split(" ").includes(className);
  }

  /** Its elements, without text. */
  get elements(): readonly DrawnElement[] {
    return this.children.filter((child) => child instanceof DrawnElement);
  }

  find(className: string): DrawnElement | undefined {
    for (const element of this.elements) {
      const found = element.is(className) ? element : element.find(className);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Makes `document` available to code that draws. */
export function installDocument(): void {
  Object.assign(globalThis, { document: { createElement: (tag: string) => new DrawnElement(tag) } });
}
