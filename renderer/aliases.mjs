/**
 * What the build puts in the place of parts of the diff view's highlighter: our short list of languages for its long
 * one, and nothing for the engines that need WebAssembly, which the page's policy forbids.
 * @param {string} renderer The folder of the window's source, absolute.
 * @returns {{ find: RegExp, replacement: string }[]}
 */
export function windowAliases(renderer) {
  const nothing = `${renderer}/changes/nothing.ts`;
  return [
    { find: /^shiki\/langs$/, replacement: `${renderer}/changes/languages.ts` },
    { find: /^shiki\/wasm$/, replacement: nothing },
    { find: /^shiki\/engine\/oniguruma$/, replacement: nothing },
    { find: /^@pierre\/highlights(\/.*)?$/, replacement: nothing },
    { find: /^@pierre\/theming\/themes$/, replacement: nothing },
  ];
}
