// Files that the browser handed over, under names that the rest of the UI passes around like paths: `upload:3/IMG_1.jpg`.
// The file itself stays on the user's disk until it is sent.

const SCHEME = 'upload:';
/** More than the searches that one can go back to. */
const KEPT = 64;

export class Uploads {
  #files = new Map<string, File>();
  #count = 0;

  add(file: File): string {
    this.#count += 1;
    const handle = `${SCHEME}${this.#count}/${file.name}`;
    this.#files.set(handle, file);
    const [oldest] = this.#files.keys();
    if (this.#files.size > KEPT && oldest !== undefined) this.#files.delete(oldest);
    return handle;
  }

  get(handle: string): File | undefined {
    return this.#files.get(handle);
  }
}

export function isUpload(path: string): boolean {
  return path.startsWith(SCHEME);
}
