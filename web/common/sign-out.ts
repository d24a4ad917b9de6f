import { byId } from "./dom.ts";
import { post } from "./http.ts";

/** Makes the page's sign-out button work. */
export function enableSignOut(): void {
  enable("signout", false);
}

/** Makes the button work that ends all sessions of the person. */
export function enableSignOutEverywhere(): void {
  enable("everywhere", true);
}

function enable(id: string, everywhere: boolean): void {
  const button = byId(id, HTMLButtonElement);
  button.addEventListener("click", () => {
    button.disabled = true;
    void post("/signout", { everywhere }).then(() => location.assign("/inbox"));
  });
}
