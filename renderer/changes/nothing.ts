/** Stands in the build for what the window never uses. Every name the diff view imports is here and does nothing. */
const nothing = {};
export const LiveTokenizer = nothing;
export const codeToTokens = nothing;
export const isSupportedLanguage = nothing;
export const createOnigurumaEngine = nothing;
export const themes = nothing;
