// What is drawn, as plain data. The module of a page makes elements of it, and the console on the server makes HTML of
// it, so that both draw the same.

export interface LaidOut {
  readonly tag:
    | "bdi"
    | "b"
    | "code"
    | "details"
    | "div"
    | "li"
    | "p"
    | "small"
    | "span"
    | "summary"
    | "time"
    | "ul";
  readonly className: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (LaidOut | string)[];
}

export function layOut(
  tag: LaidOut["tag"],
  className: string,
  ...children: readonly (LaidOut | string)[]
): LaidOut {
  return { tag, className, attributes: {}, children };
}

export function withAttributes(element: LaidOut, attributes: LaidOut["attributes"]): LaidOut {
  return { ...element, attributes: { ...element.attributes, ...attributes } };
}
