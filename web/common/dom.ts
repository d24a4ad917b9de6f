import type { LaidOut } from "../drawn/laid-out.ts";

// Pages build their elements one by one and fill them with text. No page ever turns text into markup.

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}

/** An element of the page's own HTML. */
export function byId(id: string): HTMLElement;
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind;
export function byId(id: string, kind: new () => HTMLElement = HTMLElement): HTMLElement {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`the page has no element ${id}`);
}

/** What was laid out, as elements. */
export function draw({ tag, className, attributes, children }: LaidOut): HTMLElement {
  const element = make(tag, className);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map((child) => (typeof child === "string" ? child : draw(child))));
  return element;
}

export function setVisible(element: HTMLElement, visible: boolean): void {
  element.hidden = !visible;
}

/** Changes the text only if it differs: a screen reader reads a live region again after every change. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function link(href: string, className: string, ...children: readonly (Node | string)[]): HTMLElement {
  const element = make("a", className, ...children);
  element.href = href;
  return element;
}

/** Gives the person a file that this page has made. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = make("a", "");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Runs a button's action and shows its message. Until then a second tap does nothing; the button keeps the focus. */
export async function runAction(
  button: HTMLButtonElement,
  status: HTMLElement,
  action: () => Promise<string>,
): Promise<void> {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  setText(status, await action());
  button.ariaDisabled = "false";
}
