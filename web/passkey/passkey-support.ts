import { byId, make, setText, setVisible } from "../common/dom.ts";

/**
 * In a browser without passkeys, `button` does not start anything that would fail: it copies the address, for a browser
 * that has them.
 */
export function hasPasskeys(button: HTMLButtonElement): boolean {
  if ("PublicKeyCredential" in window) return true;
  const why = isSecureContext
    ? "If another app opened this page, choose “Open in browser” there. Otherwise open it in a current Safari, Chrome, Edge or Firefox."
    : "Browsers allow passkeys only at addresses that begin with https.";
  button.parentElement?.before(
    make("p", "note", make("b", "", "This browser can’t use passkeys here."), ` ${why}`),
  );
  setText(button, "Copy the address of this page");
  const status = byId("status");
  const copied = () => setText(status, "Copied. Paste it into the address bar of another browser.");
  const refused = () =>
    setText(status, "The browser did not allow this. Copy the address from its address bar.");
  button.addEventListener("click", () => {
    if (navigator.clipboard === undefined) refused();
    else void navigator.clipboard.writeText(location.href).then(copied, refused);
  });
  setVisible(button, isSecureContext);
  return false;
}
