// The browser's own dialog for a photo.

// Formats that browsers do not count among pictures are named one by one.
const PHOTOS = 'image/*,.heic,.heif,.avif,.jxl,.tif,.tiff';

/** Null when the user closed the dialog. */
export function pickFile(): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = PHOTOS;
    input.hidden = true;
    const done = (file: File | null) => {
      input.remove();
      resolve(file);
    };
    input.addEventListener('change', () => done(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => done(null));
    document.body.append(input); // some browsers forget an input that is nowhere
    input.click();
  });
}
