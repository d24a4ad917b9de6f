import { make, setText } from "../common/dom.ts";

const COPIED_SECONDS = 2;

/** Each block of code gets a button that copies it. */
export function addCopyButtons(): void {
  const blocks = document.querySelectorAll(".code");
  if (blocks.length === 0) return;
  // One for the page: a screen reader reads what changes in it.
  const status = make("p", "unseen");
  status.setAttribute("role", "status");
  document.querySelector("article")?.append(status);
  for (const block of blocks) {
    const code = block.querySelector("code");
    if (code !== null) block.append(copyButton(code, status));
  }
}

function copyButton(code: HTMLElement, status: HTMLElement): HTMLButtonElement {
  const button = make("button", "small copy", "Copy");
  button.type = "button";
  let reset: ReturnType<typeof setTimeout> | undefined;
  const say = (label: string, text: string) => {
    setText(button, label);
    setText(status, text);
    clearTimeout(reset);
    reset = setTimeout(() => {
      setText(button, "Copy");
      setText(status, "");
    }, COPIED_SECONDS * 1_000);
  };
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(code.textContent.replace(/\n$/, "")).then(
      () => say("Copied", "The code is copied."),
      () => {
        getSelection()?.selectAllChildren(code);
        say(
          "Selected",
          "The browser does not allow copying. The code is selected: copy it with the keyboard.",
        );
      },
    );
  });
  return button;
}
