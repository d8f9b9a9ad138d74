/** A host could not be started, hung up or fell silent. That says nothing about the program it was to hold. */
export class HostFailure extends Error {
  override readonly name = 'HostFailure';
}

/** A host cannot do now what it may do later, because the disk is full for instance; it is to be asked again. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}
