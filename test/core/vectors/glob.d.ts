// Vite gives the files as text in every runtime that the tests run in.
interface ImportMeta {
  glob(
    pattern: string,
    options: { readonly query: "?raw"; readonly eager: true; readonly import: "default" },
  ): Readonly<Record<string, string>>;
}
