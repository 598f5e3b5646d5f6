/** A package of the user's npm registry, in one version. */
export interface NpmPackage {
  /** With its scope, where it has one. */
  readonly name: string;
  readonly version: string;
}

/** A file inside a package: its path in the tarball, and the hash of its bytes. */
export interface PinnedFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** An npm package whose bytes are known: nothing else is accepted, whichever registry serves it. */
export interface PinnedPackage extends NpmPackage {
  /** SHA-512 of the tarball in base64, npm's `dist.integrity` without its prefix. */
  readonly sha512: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** What is kept of it; the rest is never written to disk. */
  readonly files: readonly PinnedFile[];
}

/** `name@version`, as npm reads it. */
export function specOf({ name, version }: NpmPackage): string {
  return `${name}@${version}`;
}
