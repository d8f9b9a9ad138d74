/** A SQL file imported as its text; the bundler puts it into the build. */
declare module '*.sql?raw' {
  const text: string;
  export default text;
}
