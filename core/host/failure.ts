/** A host could not be started, hung up or fell silent. That says nothing about the program it was to hold. */
export class HostFailure extends Error {
  override readonly name = 'HostFailure';
}
